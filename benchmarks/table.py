"""Print the speed table: every bar as a ratio measured in one run, in CPU and wall time, with quartiles and peaks.

    python benchmarks/table.py [--rounds 15] [--only TEXT] [--sizes 10k live] [--check] [--wide 1.5] [--json]

Run it from an environment with svcdesk installed; an editable install without byte code measures the compiler. BASE is
``python -c "import typer, sqlite3"`` in that environment. Ledgers are made once, in --folder; one that is incomplete or
of another schema is made anew. --check exits with 1 where a bar is missed; --wide widens the bars for a noisy machine.
"""

import argparse
import json
import os
import platform
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import NamedTuple

import peers
from ledgers import LEDGERS, ready
from measure import BASE, Measured, Taken, against, rounds, run

SVCDESK = str(Path(sys.executable).parent / "svcdesk")
_serial = count(time.time_ns())


class Bar(NamedTuple):
    """One line of the table: a command on a ledger, what it is held against (BASE, or another line), and the bar."""

    what: str
    args: str
    ledger: str
    most: float | None
    yardstick: str = "BASE"


_ADD = "expense add --engineer W01 --category other --amount 5 --date 2026-09-30 --invoice {serial}"
_MONTH = "report monthly --month 2026-09"
_LISTS = (
    "ticket", "dispatch", "expense", "contact", "survey", "service-report", "complaint", "penalty", "customer", "staff",
    "phone-check", "conduct", "contract",
)  # fmt: skip


def bars() -> Iterator[Bar]:
    """List every line of the table, those of small ledgers first."""
    for size in ("10k", "1m"):
        for noun in _LISTS:
            yield Bar(f"{noun} list of 20, csv, {size}", f"{noun} list --limit 20 -f csv", size, 1.15)
        for form in ("plain", "json"):
            yield Bar(f"ticket list of 20, {form}, {size}", f"ticket list --limit 20 -f {form}", size, 1.15)
        yield Bar(f"ticket list --overdue, {size}", "ticket list --overdue --limit 20 -f csv", size, 1.15)
        yield Bar(f"ticket list of a month, {size}", "ticket list --month 2026-09 --limit 20 -f csv", size, 1.15)
        yield Bar(f"dispatch list of a month, {size}", "dispatch list --month 2026-09 --limit 20 -f csv", size, 1.15)
        yield Bar(f"ticket show, json, {size}", "ticket show T1 -f json", size, 1.15)
        yield Bar(f"dispatch show, json, {size}", "dispatch show D1 -f json", size, 1.15)
        yield Bar(f"ticket list of 20, table, {size}", "ticket list --limit 20 -f table", size, 1.75)
        yield Bar(f"expense add, {size}", _ADD, size, 1.25)
    yield Bar("expense add, 1m / 10k", "", "", 1.05, "expense add, 1m / expense add, 10k")
    for what in ("", "ticket ", "ticket open "):
        yield Bar(f"{what}--help", f"{what}--help", "10k", 1.10)
    yield Bar("completion of an id, 1m", "complete:ticket show T99", "1m", 1.25)
    yield Bar("completion of a customer, 1m", "complete:ticket list --customer 客户0", "1m", 1.25)
    yield Bar("search of a text, 1m", "search 故障 -f csv", "1m", 2.0)
    yield Bar("status, live desk", "status -f json", "live", None)
    yield Bar("status, 1m", "status -f json", "1m", 2.0)
    yield Bar("penalty check, 500 a month", "penalty check --month 2026-09 -f csv", "500x10", 1.5)
    yield Bar("penalty check, 8,500 a month", "penalty check --month 2026-09 -f csv", "1m", 3.0)
    for history in (1, 10, 100):
        yield Bar(f"report monthly csv, 500 a month, {history}x history", f"{_MONTH} -f csv", f"500x{history}", 1.25)
    yield Bar(
        "report monthly csv, 100x / 1x history", "", "", 1.05,
        "report monthly csv, 500 a month, 100x history / report monthly csv, 500 a month, 1x history",
    )  # fmt: skip
    for form, most in (("csv", 1.5), ("plain", 5.0), ("json", 5.0), ("html", 12.0), ("xlsx", 60.0)):
        output = " -o {folder}/month.xlsx" if form == "xlsx" else ""
        yield Bar(f"report monthly {form}, 8,500 a month", f"{_MONTH} -f {form}{output}", "1m", most)
    yield Bar("report projects csv, 8,500 a month", "report projects --month 2026-09 -f csv", "1m", 3.0)
    yield Bar("report staff csv, 8,500 a month", "report staff --month 2026-09 -f csv", "1m", 4.0)
    for table, most in (("tickets", 2.2), ("expenses", 2.5)):
        equal = f"sqlite3: the equal select of {table}, 1m"
        yield Bar(equal, f"sqlite3:{table}", "1m", None)
        yield Bar(f"export {table}, 1m", f"export {table} -f csv", "1m", most, equal)
    yield Bar("ledger verify, 1m", "ledger verify", "1m", None)
    for name, what in peers.PEERS.items():
        yield Bar(f"{what.tool}: {what.told}", f"peer:{name}", "10k", None)


# The equal select: the same joins, and times written in centre time.
_AT = "strftime('%Y-%m-%dT%H:%M:%S+08:00', {0}, '+8 hours')"
_EQUAL = {
    "tickets": "SELECT 'T' || r.id, c.name, r.kind, r.channel, r.summary, r.status, k.no, r.product, r.serial, "
    + ", ".join(_AT.format(f"r.{name}") for name in ("received_at", "answered_at", "on_site_by", "closed_at"))
    + ", " + _AT.format("r.first_closed_at") + ", " + _AT.format("datetime(r.received_at, '+24 hours')")
    + ", r.reopen_count, r.repeat_of, s.code, r.answered_by, r.resolution, r.notes FROM ticket r"
    " JOIN customer c ON c.id = r.customer_id LEFT JOIN contract k ON k.id = r.contract_id"
    " LEFT JOIN staff s ON s.id = r.taken_by ORDER BY r.id",
    "expenses": "SELECT 'E' || r.id, e.code, r.category, printf('%.2f', r.amount_fen / 100.0), r.spent_on,"
    " 'D' || r.dispatch_id, r.ticket_id, r.from_city, r.to_city, r.place, r.invoice, r.status, r.line, r.excluded,"
    " d.place, d.transit, w.departed_at, w.returned_at,"
    " (SELECT min(x.id) FROM expense x WHERE replace(x.invoice, ' ', '') = replace(r.invoice, ' ', '') COLLATE NOCASE"
    "  AND x.id < r.id) FROM expense r JOIN staff e ON e.id = r.engineer_id"
    " LEFT JOIN dispatch d ON d.id = r.dispatch_id"
    " LEFT JOIN crew w ON w.dispatch_id = r.dispatch_id AND w.engineer_id = r.engineer_id ORDER BY r.id",
}  # fmt: skip


def command(bar: Bar, folder: Path) -> Callable[[], Taken]:
    """Return what runs a line's command once."""
    ledger = folder / f"{bar.ledger}.db"
    kind, _, rest = bar.args.partition(":")
    if kind == "sqlite3":
        return lambda: run(["sqlite3", "-csv", str(ledger), _EQUAL[rest]])
    if kind == "complete":
        return lambda: _completed(rest, ledger)

    if kind == "peer":
        return lambda: peers.run(rest, folder)

    def once() -> Taken:
        args = bar.args.format(serial=f"B{next(_serial)}", folder=folder).split()
        by_the_real_clock = {"SVCDESK_NOW": ""} if "add" in args else {}  # no ledger but a rehearsal's takes another
        return run([SVCDESK, *args], ledger, by_the_real_clock)

    return once


def _completed(typed: str, ledger: Path) -> Taken:
    """Ask for completions as bash does."""
    asked = {"COMP_WORDS": f"svcdesk {typed}", "COMP_CWORD": str(typed.count(" ") + 1)}
    return run([SVCDESK], ledger, {"_SVCDESK_COMPLETE": "complete_bash", **asked})


def measured(chosen: list[Bar], folder: Path, number: int) -> dict[str, Measured | str]:
    """Measure every line in one run; of a command that fails, what it said."""
    commands: dict[str, Callable[[], Taken]] = {"BASE": lambda: run(BASE)}
    found: dict[str, Measured | str] = {}
    for bar in chosen:
        if not bar.args:
            continue
        try:
            command(bar, folder)()
            commands[bar.what] = command(bar, folder)
        except (RuntimeError, FileNotFoundError) as error:
            found[bar.what] = str(error).strip().splitlines()[-1]
    taken = rounds(commands, number)
    for bar in chosen:
        own, _, other = bar.yardstick.partition(" / ") if " / " in bar.yardstick else (bar.what, "", bar.yardstick)
        if own in taken and other in taken:
            found[bar.what] = against(taken[own], taken[other])
    return found


def verdict(bar: Bar, value: Measured | str | None, wide: float) -> str:
    """Say whether a bar is met."""
    if bar.most is None or not isinstance(value, Measured):
        return ""
    return "met" if value.cpu <= bar.most * wide else "**missed**"


def lines(chosen: list[Bar], found: dict[str, Measured | str], wide: float) -> Iterator[str]:
    """Write the table as markdown."""
    yield "| what | CPU ratio (quartiles) | wall ratio | ms | peak MB | bar | |"
    yield "|---|---|---|---|---|---|---|"
    for bar in chosen:
        value = found.get(bar.what, "not measured")
        if isinstance(value, str):
            yield f"| {bar.what} | {value} | | | | {bar.most or ''} | |"
            continue
        ratio = f"{value.cpu:.2f} ({value.low:.2f}-{value.high:.2f})"
        sizes = f"{value.wall:.2f} | {value.milliseconds:.0f} | {value.peak:.0f}"
        yield f"| {bar.what} | {ratio} | {sizes} | {bar.most or ''} | {verdict(bar, value, wide)} |"


def versions() -> str:
    """Name what was measured on what: commit, versions and machine."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("typer", "rich", "sqlite-utils", "XlsxWriter"))
    commit = os.popen(f"git -C {Path(__file__).parent} rev-parse --short HEAD 2>/dev/null").read().strip() or "?"
    return (
        f"svcdesk {version('svcdesk')} at {commit}, Python {platform.python_version()},"
        f" SQLite {sqlite3.sqlite_version}, {packages}; {platform.machine()}, {os.cpu_count()} cores"
    )


def main() -> int:
    """Make the ledgers, run the rounds, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="", help="lines that contain this text, and what they are held against")
    parser.add_argument("--check", action="store_true", help="exit with 1 where a bar is missed")
    parser.add_argument("--wide", type=float, default=1.0, help="widen every bar by this factor")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--sizes", nargs="*", default=list(LEDGERS), help="which ledgers to use")
    parser.add_argument("--folder", type=Path, default=Path("/tmp/svcdesk-benchmarks"))
    given = parser.parse_args()
    given.folder.mkdir(exist_ok=True)
    possible = {bar.what for bar in bars() if bar.ledger in given.sizes} | {"BASE"}
    asked = [bar for bar in bars() if given.only in bar.what and (not bar.ledger or bar.what in possible)]
    named = [bar for bar in asked if possible.issuperset(bar.yardstick.split(" / "))]
    needed = {part for bar in named for part in bar.yardstick.split(" / ")}
    chosen = [bar for bar in bars() if bar in named or bar.what in needed]
    for name in sorted({bar.ledger for bar in chosen if bar.ledger}):
        ready(given.folder / f"{name}.db", name)
    found = measured(chosen, given.folder, given.rounds)
    if given.json:
        told = {what: value._asdict() if isinstance(value, Measured) else value for what, value in found.items()}
        print(json.dumps({"versions": versions(), "lines": told}, ensure_ascii=False, indent=2))
    else:
        print(f"{versions()}\n")
        print("\n".join(lines(chosen, found, given.wide)))
    shutil.rmtree(given.folder / "out", ignore_errors=True)
    missed = [bar.what for bar in chosen if verdict(bar, found.get(bar.what), given.wide) == "**missed**"]
    return int(given.check and bool(missed))


if __name__ == "__main__":
    sys.exit(main())
