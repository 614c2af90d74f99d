"""Where the process starts: an interrupt ends it quietly even while the program is still being loaded."""

import os
import signal


def main() -> None:
    """Run the desk, as ``svcdesk`` and as ``python -m svcdesk``."""
    ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # else whoever started us ignores it
    if ours:
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    from svcdesk.cli import main as front_door

    if ours:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    front_door()


if __name__ == "__main__":
    main()
