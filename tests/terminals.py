"""A terminal of a test's own: what is typed goes in key by key, and what stands on its screen can be read."""

import os
import sys
import time

import pytest

pexpect = pytest.importorskip("pexpect")
pyte = pytest.importorskip("pyte")

ENTER, TAB, CTRL_C = "\r", "\t", "\x03"


class Terminal:
    """A program on a pseudo-terminal, with a screen of so many columns and lines."""

    def __init__(self, program, args, env, folder, columns=80, lines=50):
        self._screen = pyte.HistoryScreen(columns, lines, history=1000, ratio=0.5)
        self._stream = pyte.Stream(self._screen)
        self.keys = 0
        self._child = pexpect.spawn(
            program, args, env=env, cwd=str(folder), dimensions=(lines, columns), encoding="utf-8", timeout=20
        )

    def read(self, quiet=0.4, most=20.0):
        """Take in what comes until nothing has come for a moment; return whether the program still runs."""
        end, last = time.monotonic() + most, time.monotonic()
        while time.monotonic() < end and time.monotonic() - last < quiet:
            try:
                self._stream.feed(self._child.read_nonblocking(65536, 0.1))
                last = time.monotonic()
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                return False
        return True

    def until(self, text, most=20.0):
        """Wait until a text stands on the screen."""
        end = time.monotonic() + most
        while time.monotonic() < end:
            alive = self.read(0.2, 1.0)
            if text in self.text():
                return self
            if not alive:
                break
        raise AssertionError(f"{text!r} never stood on the screen:\n{self.text()}")

    def type(self, *keys):
        """Type keys, a piece at a time, and count them: a Chinese sign is a key, as Enter is."""
        for key in keys:
            self.keys += len(key)
            self._child.send(key)
            self.read(0.3)
        return self

    def text(self):
        """Return what stands on the screen, without what fills its lines up."""
        return "\n".join(line.rstrip() for line in self._screen.display).rstrip()

    def lines(self):
        """Return the lines of the screen that hold something."""
        return [line for line in self.text().splitlines() if line.strip()]

    def end(self):
        """Wait for the end; return the exit code, or minus the signal's number."""
        self.read(1.0)
        self._child.expect(pexpect.EOF)
        self._child.close()
        return self._child.exitstatus if self._child.signalstatus is None else -self._child.signalstatus


def svcdesk(desk, *args, columns=80, lines=50, **env):
    """Run svcdesk on a terminal, on a desk's ledger."""
    given = {**desk.full_env(TERM="xterm-256color", PROMPT_TOOLKIT_NO_CPR="1", **env)}
    for name in ("COLUMNS", "LINES"):
        given.pop(name, None)
    return Terminal(sys.executable, ["-m", "svcdesk", *args], given, desk.folder, columns, lines)


def command(folder):
    """Put svcdesk on the path of a shell: return the folder that holds it."""
    place = folder / "bin"
    place.mkdir(exist_ok=True)
    script = place / "svcdesk"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -m svcdesk "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    return f"{place}{os.pathsep}{os.environ['PATH']}"
