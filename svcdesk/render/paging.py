"""What is longer than the screen goes through the reader's pager; what is not, and all else, as it always did."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

OFF = ("off", "cat", "none", "")
_KEEPS_COLOURS = {"LESS": "FRX", "LV": "-c"}  # unless the reader has set them


def command(set_to: str | None) -> list[str]:
    """Return the pager's command; nothing where the settings or PAGER switch it off, or there is none."""
    named = set_to if set_to not in (None, "on") else os.environ.get("PAGER", "less")
    if named is None or named.strip() in OFF:
        return []
    words = shlex.split(named)
    return words if shutil.which(words[0]) else []


class _Paged:
    """Standard output that holds back a screenful, and hands it all to the pager once there is more."""

    def __init__(self, real: Any, pager: list[str]) -> None:
        self._real, self._pager = real, pager
        self._room = shutil.get_terminal_size().lines - 1
        self._held: list[str] = []
        self._lines = 0
        self._process: subprocess.Popen[str] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def isatty(self) -> bool:
        """Return True: who reads sits at a terminal all the same."""
        return True

    def write(self, text: str) -> int:
        """Hold a text back, or hand it on."""
        if self._process is None:
            self._held.append(text)
            self._lines += text.count("\n")
            if self._lines <= self._room:
                return len(text)
            self._process = _started(self._pager)
            text, self._held = "".join(self._held), []
        assert self._process.stdin
        self._process.stdin.write(text)
        return len(text)

    def flush(self) -> None:
        """Let nothing out before its time."""

    def end(self) -> None:
        """Print what was held back, or wait until the reader has closed the pager."""
        if self._process is None:
            self._real.write("".join(self._held))
            self._real.flush()
            return
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the pager's while it is open
        try:
            with suppress(BrokenPipeError):
                assert self._process.stdin
                self._process.stdin.close()
            self._process.wait()
        finally:
            signal.signal(signal.SIGINT, before)


def _started(pager: list[str]) -> "subprocess.Popen[str]":
    env = {**_KEEPS_COLOURS, **os.environ}
    return subprocess.Popen(pager, stdin=subprocess.PIPE, env=env, text=True, encoding="utf-8", errors="replace")


@contextmanager
def paged(set_to: str | None) -> Iterator[None]:
    """Send what is printed inside through the pager where it is longer than the screen."""
    pager = command(set_to)
    if not pager:
        yield
        return
    real = sys.stdout
    out: Any = _Paged(real, pager)
    sys.stdout = out
    try:
        with suppress(BrokenPipeError):  # the reader has seen enough
            yield
    finally:
        sys.stdout = real
        out.end()
