"""Print the speed table: medians of alternating rounds, as ratios to BASE.

    python benchmarks/table.py [--rounds 15] [--tickets 10000 1000000]

BASE is ``python -c "import typer, sqlite3"`` in the same environment. Run it from an environment with svcdesk installed
(not editable: an editable install without byte code measures the compiler). Large ledgers are made once, in --folder.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

from ledgers import make

HERE = Path(sys.executable).parent
SVCDESK = str(HERE / "svcdesk")
NOW = "2026-10-01T02:00:00+08:00"
_serial = count(time.time_ns())


def commands(small: Path, large: Path) -> dict[str, tuple[list[str], Path, float | None]]:
    """Name each command with its ledger and its bar."""
    add = ["expense", "add", "--engineer", "W01", "--category", "other", "--amount", "5", "--date", "2026-09-30"]
    return {
        "list of 20, csv": (["ticket", "list", "--limit", "20", "-f", "csv"], small, 1.25),
        "list of 20, plain": (["ticket", "list", "--limit", "20", "-f", "plain"], small, 1.25),
        "show, json": (["ticket", "show", "T1", "-f", "json"], small, 1.25),
        "list of 20, table": (["ticket", "list", "--limit", "20", "-f", "table"], small, 2.0),
        "expense add, small": ([*add, "--invoice"], small, 1.35),
        "expense add, large": ([*add, "--invoice"], large, None),
        "root --help": (["--help"], small, 1.6),
        "report monthly, csv, large": (["report", "monthly", "-f", "csv"], large, 1.35),
        "penalty check, month, large": (["penalty", "check", "--month", "2026-09", "-f", "csv"], large, 1.6),
    }


def run(args: list[str], ledger: Path) -> float:
    """Run one command and give its wall time in seconds."""
    env = {**os.environ, "SVCDESK_LEDGER": str(ledger), "SVCDESK_NOW": NOW, "SVCDESK_LANG": "en"}
    if args[-1:] == ["--invoice"]:
        args = [*args, f"B{next(_serial)}"]
    start = time.perf_counter()
    subprocess.run(args, env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return time.perf_counter() - start


def main() -> None:
    """Make the ledgers, run the rounds, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--tickets", type=int, nargs=2, default=(10_000, 1_000_000))
    parser.add_argument("--folder", type=Path, default=Path("/tmp/svcdesk-benchmarks"))
    given = parser.parse_args()
    given.folder.mkdir(exist_ok=True)
    small, large = (given.folder / f"{tickets}.db" for tickets in given.tickets)
    for path, tickets in zip((small, large), given.tickets, strict=True):
        if not path.exists():
            make(path, tickets, None)
    table = commands(small, large)
    times: dict[str, list[float]] = {name: [] for name in ["BASE", *table]}
    for round_ in range(given.rounds + 1):
        taken = {"BASE": run([sys.executable, "-c", "import typer, sqlite3"], small)}
        taken |= {name: run([SVCDESK, *args], ledger) for name, (args, ledger, _) in table.items()}
        if round_:  # the first warms up
            for name, seconds in taken.items():
                times[name].append(seconds)
    base = statistics.median(times["BASE"])
    print(f"| what | median ms | ratio | bar |\n|---|---|---|---|\n| BASE | {base * 1000:.1f} | 1.00 | |")
    for name, (_, _, bar) in table.items():
        median = statistics.median(times[name])
        print(f"| {name} | {median * 1000:.1f} | {median / base:.2f} | {bar or ''} |")
    adds = [statistics.median(times[f"expense add, {size}"]) for size in ("large", "small")]
    print(f"| expense add, large / small | | {adds[0] / adds[1]:.2f} | 1.1 |")


if __name__ == "__main__":
    main()
