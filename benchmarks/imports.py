"""Measure an import: its CPU against ``executemany`` of the same rows, its peak memory, how long others had to wait.

    python benchmarks/imports.py [--rows 100000 1000000] [--rounds 3] [--folder FOLDER] [--shuffled]

``executemany`` is a process of its own that reads the same register with the csv module and writes its rows by the same
pragmas in one transaction: into their table alone, or into all that an import writes (customers, tickets, the journal's
images, the index of words), with nothing looked up, checked, hashed or read again. Another writer tries for the lock
every two milliseconds all the while; its longest wait counts.
"""

import argparse
import csv
import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from beside import beside_another
from measure import Taken, run

from svcdesk.finder import index
from svcdesk.store import connect

RULES = """[options]
new_customers = true
[columns]
reference = "no"
received_at = "time"
customer = "who"
summary = "text"
product = "product"
closed_at = "closed"
[defaults]
kind = "repair"
channel = "call"
"""
_JUMP = 7919  # a prime: the next row of another customer, the next but one of a third
_WITH = [sys.executable, __file__]


class Made(NamedTuple):
    """What one import took, and the longest wait of another writer, in seconds."""

    taken: Taken
    waited: float


def register(path: Path, rows: int, in_order: bool) -> None:
    """Write a register of so many tickets of 500 customers over ten years, in the order in which they came, or not."""
    with path.open("w", encoding="utf-8") as out:
        out.write("no,time,who,text,product,closed\n")
        for n in range(rows):
            place = n if in_order else n * _JUMP % rows
            at = datetime(2016, 1, 1) + timedelta(days=3650) * (place / rows)
            over = at + timedelta(hours=n * _JUMP % 58 + 2)
            out.write(f"A{n},{at:%Y-%m-%d %H:%M},客户{n * _JUMP % 500:03d},主轴过热报警 {n},CNC{n % 7}")
            out.write(f",{over:%Y-%m-%d %H:%M}\n")


def imported(folder: Path, file: Path) -> Made:
    """Import a register into a fresh ledger beside another writer."""
    _fresh(folder)
    return _taken_in(folder, file)


def updated(folder: Path, file: Path) -> Made:
    """Change in every record what was imported last, by a register that names another product in each row."""
    changed = folder / "changed.csv"
    # Line by line: the peak of a child begins with ours.
    with file.open(encoding="utf-8") as old, changed.open("w", encoding="utf-8") as new:
        new.writelines(line.replace(",CNC", ",DNC") for line in old)
    return _taken_in(folder, changed, "--update", "--yes")


def _taken_in(folder: Path, file: Path, *options: str) -> Made:
    ledger, rules = folder / "ledger.db", folder / "rules.toml"
    args = [sys.executable, "-m", "svcdesk", "import", "tickets", str(file), "--rules", str(rules), *options]
    return Made(*beside_another(ledger, lambda: run(args, ledger)))


def _fresh(folder: Path) -> Path:
    ledger, made = folder / "ledger.db", folder / "empty.db"
    if not made.exists():
        run([sys.executable, "-m", "svcdesk", "init", "--centre", "北方", "--home", "北京"], made)
    shutil.copy(made, ledger)
    return ledger


def executemany(folder: Path, file: Path, everything: bool) -> Taken:
    """Write the same rows by executemany, in a process of its own."""
    ledger = _fresh(folder)
    return run([*_WITH, "--write", str(ledger), str(file), "all" if everything else "rows"])


def write(ledger: Path, file: Path, everything: bool) -> None:
    """Write a register's rows by executemany in one transaction."""
    con = connect(ledger, write=True)
    con.execute("BEGIN IMMEDIATE")
    con.execute("PRAGMA defer_foreign_keys = ON")
    known: dict[str, int] = {}
    for table, rows in _chunks(_tickets(file, known), known):
        names = list(rows[0])
        marks = ", ".join("?" * len(names))
        values = [tuple(row.values()) for row in rows]
        con.executemany(f'INSERT INTO "{table}" ({", ".join(names)}) VALUES ({marks})', values)
        if everything:
            first = con.execute("SELECT coalesce(max(n), 0) FROM change WHERE entry = 2").fetchone()[0] + 1
            images = (
                (2, n, table, row["id"], json.dumps(row, ensure_ascii=False)) for n, row in enumerate(rows, first)
            )
            con.executemany("INSERT INTO change VALUES (?, ?, ?, ?, ?)", images)
            if table == "ticket":
                words = ((row["id"] * 8, index.ready("ticket", row)) for row in rows)
                con.executemany("INSERT INTO search_word (rowid, words) VALUES (?, ?)", words)
    if everything:
        con.execute(
            "INSERT INTO entry (seq, at, actor, command, prev, hash)"
            " SELECT 2, at, actor, 'import', hash, hash || '2' FROM entry WHERE seq = 1"
        )
    con.execute("COMMIT")


def _tickets(file: Path, known: dict[str, int]) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8", newline="") as opened:
        for number, (no, at, who, text, product, closed) in enumerate(csv.reader(opened)):
            if number:
                yield {
                    "id": number, "customer_id": known.setdefault(who, len(known) + 1), "kind": "repair",
                    "channel": "call", "summary": text, "status": "closed", "product": product,
                    "received_at": f"{at[:10]}T{at[11:]}:00Z", "closed_at": f"{closed[:10]}T{closed[11:]}:00Z",
                    "first_closed_at": f"{closed[:10]}T{closed[11:]}:00Z", "reference": no,
                }  # fmt: skip


def _chunks(tickets: Iterator[dict[str, Any]], known: dict[str, int]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    chunk = []
    for ticket in tickets:
        chunk.append(ticket)
        if len(chunk) == 10_000:
            yield "ticket", chunk
            chunk = []
    if chunk:
        yield "ticket", chunk
    yield "customer", [{"id": number, "name": name} for name, number in known.items()]


def measure(folder: Path, rows: int, rounds: int, in_order: bool) -> Iterator[str]:
    """Measure imports of so many rows in alternating rounds; give the lines of the table."""
    (folder / "rules.toml").write_text(RULES, encoding="utf-8")
    file = folder / f"{rows}.csv"
    if not file.exists():
        register(file, rows, in_order)
    made: list[Made] = []
    changed: list[Made] = []
    others: dict[str, list[Taken]] = {"their table": [], "all that an import writes": []}
    for _ in range(rounds):
        made.append(imported(folder, file))
        changed.append(updated(folder, file))
        for name, taken in others.items():
            taken.append(executemany(folder, file, name != "their table"))
    yield _line(f"import of {rows:,} rows", [one.taken for one in made], [one.waited for one in made])
    yield _line(f"`--update` of all {rows:,} rows", [one.taken for one in changed], [one.waited for one in changed])
    for name, taken in others.items():
        ratio = statistics.median(mine.taken.cpu / theirs.cpu for mine, theirs in zip(made, taken, strict=True))
        yield _line(f"`executemany` of {rows:,} rows into {name}", taken) + f" {ratio:.2f} |"


def _line(what: str, taken: list[Taken], waits: list[float] | None = None) -> str:
    def middle(of: Callable[[Taken], float]) -> float:
        return statistics.median(map(of, taken))

    waited = f"{statistics.median(waits):.2f}" if waits else ""
    sizes = f"{middle(lambda one: one.wall):.1f} | {middle(lambda one: one.cpu):.1f} | {max(t.peak for t in taken):.0f}"
    return f"| {what} | {sizes} | {waited} |" + (" |" if waits else "")


def main() -> None:
    """Make the registers, run the rounds, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="*", default=[100_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--shuffled", action="store_true", help="rows in no order of time")
    parser.add_argument("--write", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.write:
        ledger, file, what = given.write
        write(Path(ledger), Path(file), what == "all")
        return
    with tempfile.TemporaryDirectory(prefix="svcdesk-imports-", dir=given.folder) as made:
        print(
            "| what | s | CPU s | peak MB | another writer waits, s | import / this, CPU |\n|---|---|---|---|---|---|"
        )
        for rows in given.rows:
            for line in measure(Path(made), rows, given.rounds, not given.shuffled):
                print(line, flush=True)


if __name__ == "__main__":
    main()
