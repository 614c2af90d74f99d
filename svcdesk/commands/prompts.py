"""Asking somebody: only at a terminal, always on stderr; and personal data that need not stand in the command line."""

import sys
from pathlib import Path

import typer

from svcdesk.errors import BadInput
from svcdesk.guards import given_text
from svcdesk.model import unmasked

_LONGEST = 100_000  # bytes of a file that holds one name, number or address


def may_ask() -> bool:
    """Return whether there is a terminal to ask at."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def confirm(question: str, yes: bool) -> None:
    """Ask before what cannot be undone; --yes skips it, and off a terminal it is needed. Raises BadInput."""
    if yes:
        return
    if not may_ask():
        raise BadInput("needs_yes")
    if not typer.confirm(question, err=True):
        raise typer.Exit(1)


def personal_text(text: str | None, kind: str = "name") -> str | None:
    """Read personal data, which need not stand in the command line: - is standard input, @file a file's first line.

    Raises BadInput for what was masked.
    """
    if text == "-":
        text = sys.stdin.readline().strip()
    elif text and text.startswith("@"):
        text = given_text(Path(text[1:]), _LONGEST).partition("\n")[0].strip()
    return unmasked(kind, text) if text else None
