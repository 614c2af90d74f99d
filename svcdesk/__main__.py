"""Run the desk as ``python -m svcdesk``."""

from svcdesk.cli import main

main()
