"""Make a lake of a given number of rows, and measure what a question to it costs on each engine.

    python benchmarks/lakes.py make LAKE ROWS [--desk 10k]
    python benchmarks/lakes.py ask LAKE [--engine duckdb sqlite spark] [--master spark://…]

One ledger of benchmarks/ledgers.py (each ticket a row of eight tables) is made, and its feed stands under as many
centres' codes as the rows need: the figures of all are the same, which is how they are checked. ``ask`` prints wall,
CPU and the greatest memory of a month by centre, a year over all and the check of a month; of Spark's cluster it sees
the driver alone.
"""

import argparse
import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ledgers import make

from svcdesk.hq import feed
from svcdesk.store import open_ledger

NOW = "2026-10-05T02:00:00+08:00"
ASKED = {
    "month by centre": ["report", "--month", "2026-09", "--by", "centre"],
    "year": ["report", "--year", "2025"],
    "check of a month": ["check", "--month", "2026-09"],
}


def build(lake: Path, rows: int, desk: str) -> None:
    """Write one feed, set it up under many codes, and have them taken."""
    with tempfile.TemporaryDirectory(dir=lake.parent) as folder:
        ledger, first = Path(folder) / "desk.db", Path(folder) / "C000"
        make(ledger, desk)
        opened = open_ledger(ledger, write=True)
        opened.con.execute("UPDATE centre SET code = 'C000'")
        manifest = feed.write(opened, first)
        opened.close()
        each = sum(file["rows"] for file in manifest["files"])
        for number in range(1, max(1, round(rows / each))):
            _copy(first, Path(folder) / f"C{number:03d}", manifest)
        feeds = sorted(path for path in Path(folder).iterdir() if path.is_dir())
        print(f"{len(feeds)} centres of {each} rows")
        _run(["take", *map(str, feeds), "--into", str(lake)], "take")


def _copy(first: Path, folder: Path, manifest: dict) -> None:  # type: ignore[type-arg]
    """Put the feed under another code."""
    folder.mkdir()
    files = []
    for file in manifest["files"]:
        text = gzip.decompress((first / file["file"]).read_bytes())
        text = text.replace(b"\nC000,", f"\n{folder.name},".encode())
        (folder / file["file"]).write_bytes(gzip.compress(text, 1, mtime=0))
        files.append({**file, "sha256": hashlib.sha256(text).hexdigest()})
    told = {
        **manifest,
        "centre": folder.name,
        "origin": hashlib.sha256(folder.name.encode()).hexdigest(),
        "files": files,
    }
    (folder / feed.MANIFEST).write_text(json.dumps(told), encoding="utf-8")


def ask(lake: Path, engines: list[str], master: str | None) -> None:
    """Print a line for each question and engine; the first of an engine makes its Parquet where it is missing."""
    for engine in engines:
        more = ["--lake", str(lake), "--engine", engine, *(["--master", master] if master else [])]
        _run([*ASKED["month by centre"], *more, "-f", "json"], f"{engine}: first")
        for name, args in ASKED.items():
            _run([*args, *more, "-f", "json"], f"{engine}: {name}")


def _run(args: list[str], name: str) -> None:
    """Run one command and print what it cost."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "svcdesk", "hq", *args]
    child = subprocess.Popen(command, env={**os.environ, "SVCDESK_NOW": NOW}, stdout=subprocess.DEVNULL)
    cpu: dict[int, float] = {}
    most = 0
    while child.poll() is None:
        used = [_used(pid) for pid in _family(child.pid)]
        cpu |= {pid: seconds for pid, seconds, _ in used}
        most = max(most, sum(memory for *_, memory in used))
        time.sleep(0.05)
    if child.returncode:
        raise SystemExit(f"{name} failed")
    wall, seconds = time.perf_counter() - start, sum(cpu.values())
    print(f"| {name} | {wall:.1f} s | {seconds:.1f} s | {most / 1e6:.0f} MB |", flush=True)


def _family(pid: int) -> list[int]:
    """List a process and those below it, such as Spark's driver: what they use is not told to whoever waits."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    below = children.read_text().split() if children.exists() else []
    return [pid, *(each for child in below for each in _family(int(child)))]


def _used(pid: int) -> tuple[int, float, int]:
    """Return a process with the CPU seconds and the bytes of memory that it has used so far."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return pid, 0.0, 0
    ticks, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
    return pid, (int(fields[11]) + int(fields[12])) / ticks, int(fields[21]) * page


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("make", "ask"))
    parser.add_argument("lake", type=Path)
    parser.add_argument("rows", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--desk", default="10k")
    parser.add_argument("--engine", nargs="+", default=["duckdb"])
    parser.add_argument("--master")
    given = parser.parse_args()
    if given.what == "make":
        shutil.rmtree(given.lake, ignore_errors=True)
        build(given.lake, given.rows, given.desk)
    else:
        ask(given.lake, given.engine, given.master)
