"""Time whole commands: alternating rounds in rotated order, each round's ratios to BASE, in CPU and in wall time.

CPU (user and system, with children) decides on a noisy machine; wall time and peak memory stand beside it.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

NOW = "2026-10-01T02:00:00+08:00"
BASE = [sys.executable, "-c", "import typer, sqlite3"]


class Taken(NamedTuple):
    """What one run took: seconds of CPU and of wall time, and the peak memory in MB."""

    cpu: float
    wall: float
    peak: float


class Measured(NamedTuple):
    """A command over all rounds: its ratios to a yardstick (median, quartiles), its wall time, its peak in MB."""

    cpu: float
    low: float
    high: float
    wall: float
    milliseconds: float
    peak: float


def run(args: Sequence[str], ledger: Path | None = None, also: dict[str, str] | None = None) -> Taken:
    """Run a command with its output thrown away. Raises RuntimeError where it fails."""
    env = {**os.environ, "SVCDESK_NOW": NOW, "SVCDESK_LANG": "en", "NO_COLOR": "1", "COLUMNS": "120", **(also or {})}
    if ledger:
        env["SVCDESK_LEDGER"] = str(ledger)
    start = time.perf_counter()
    process = subprocess.Popen(args, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):  # 1: the answer is no
        raise RuntimeError(f"{' '.join(args)}: exit {process.returncode}\n{said.decode(errors='replace')}")
    return Taken(usage.ru_utime + usage.ru_stime, time.perf_counter() - start, usage.ru_maxrss / 1024)


def rounds(commands: dict[str, Callable[[], Taken]], number: int) -> dict[str, list[Taken]]:
    """Run every command in each round, beginning each round with another one; the first round warms up."""
    names = list(commands)
    taken: dict[str, list[Taken]] = {name: [] for name in names}
    for turn in range(number + 1):
        start = turn % len(names)
        for name in names[start:] + names[:start]:
            found = commands[name]()
            if turn:
                taken[name].append(found)
    return taken


def against(own: list[Taken], yardstick: list[Taken]) -> Measured:
    """Hold a command's rounds against those of its yardstick, pair by pair."""
    cpu = sorted(mine.cpu / theirs.cpu for mine, theirs in zip(own, yardstick, strict=True))
    low, middle, high = statistics.quantiles(cpu, n=4) if len(cpu) > 1 else cpu * 3
    return Measured(
        cpu=middle,
        low=low,
        high=high,
        wall=statistics.median(mine.wall / theirs.wall for mine, theirs in zip(own, yardstick, strict=True)),
        milliseconds=statistics.median(mine.wall for mine in own) * 1000,
        peak=max(mine.peak for mine in own),
    )
