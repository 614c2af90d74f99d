"""Where the process starts: the collector kept quiet, an interrupt heard while the program is still being loaded."""

# Built in: signal itself is Python, and an interrupt while it is loaded would show its traceback.
import _signal as signal  # type: ignore[import-not-found]
import gc
import os

_MADE_BEFORE_COLLECTING = 50_000  # objects: no short command makes as many, a long one collects now and then


def main() -> None:
    """Run the desk, as ``svcdesk`` and as ``python -m svcdesk``.

    What is loaded stays until the end: the collector would walk it while it is loaded, and once more at the end.
    """
    gc.disable()
    ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # else whoever started us ignores it
    if ours:
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    from svcdesk.cli import main as front_door

    if ours:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    gc.freeze()
    gc.set_threshold(_MADE_BEFORE_COLLECTING)
    gc.enable()
    try:
        front_door()
    finally:
        gc.freeze()


if __name__ == "__main__":
    main()
