"""ledger: the file itself: what it holds, whether it is sound, what happened in it."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from svcdesk import journal, schema, show, words
from svcdesk import verify as checks
from svcdesk.commands.base import Flag, Format, Noun, Read, Text, entry_mark
from svcdesk.errors import BadInput
from svcdesk.model import LETTERS, Record, number_of
from svcdesk.periods import instant, local
from svcdesk.registers import Column
from svcdesk.session import current
from svcdesk.store import Ledger

noun = Noun("ledger")

_INFO = tuple(
    Column(name, kind="instant" if name == "at" else "text")
    for name in ("path", "centre", "timezone", "home", "version", "bytes", "entry", "hash", "at", "records", "sqlite")
)


@noun.read("info")
def info(r: Read) -> None:
    newest = r.ledger.one("SELECT seq, hash, at FROM entry ORDER BY seq DESC LIMIT 1") or {}
    counts = {
        table: r.ledger.value(f'SELECT count(*) FROM "{table}" WHERE undone_at IS NULL') for table in checks.TABLES[1:]
    }
    row = {
        "path": str(r.ledger.path.absolute()),
        "centre": r.ledger.centre["name"],
        "timezone": r.ledger.centre["timezone"],
        "home": r.ledger.centre["home"],
        "version": schema.VERSION,
        "bytes": r.ledger.path.stat().st_size,
        "entry": newest.get("seq"),
        "hash": newest.get("hash"),
        "at": local(instant(newest["at"]), r.zone) if newest else None,
        "records": counts,
        "sqlite": sqlite3.sqlite_version,
    }
    if r.form not in ("json", "jsonl"):
        row["records"] = words.comma(f"{table} {count}" for table, count in counts.items() if count)
    show.record(row, _INFO, r.form, r.zone)


_FAULTS = (Column("kind"), Column("subject"), Column("entry", kind="int"), Column("detail"))


@noun.plain("verify")
def verify(full: Flag = False, format: Format = None) -> None:
    ledger = current.open()
    form = format or "text"
    with _progress(ledger) as tick:
        faults = checks.verify(ledger, full=full, tick=tick)
    if form != "text":
        show.records((fault._asdict() for fault in faults), _FAULTS, form, ledger.zone)
    else:
        _tell(ledger, faults, full)
    ledger.close()
    if faults:
        raise typer.Exit(1)


def _tell(ledger: Ledger, faults: list[checks.Fault], full: bool) -> None:
    for fault in faults:
        entry = f" #{fault.entry}" if fault.entry else ""
        what = words.say(f"verify.{fault.kind}", subject=fault.subject, detail=show.disarm(fault.detail))
        print(f"{what}{entry}")
    checked = words.say("verify.checked_full" if full else "verify.checked")
    if faults:
        entries = [fault.entry for fault in faults if fault.entry]
        where = f" at entry {min(entries)}" if entries else ""
        print(f"BROKEN{where}: {words.say('verify.broken', n=len(faults))} {checked}")
        print(f"hint: {words.say('verify.next')}", file=sys.stderr)
    else:
        print(f"CONSISTENT: {words.say('verify.consistent', entry=entry_mark(ledger))} {checked}")


@contextmanager
def _progress(ledger: Ledger) -> Iterator[checks.Tick]:
    """Show on a terminal how much of the journal is read."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        total = ledger.value("SELECT count(*) FROM change")
        task = progress.add_task("", total=total)
        yield lambda n: progress.advance(task, n)


_LOG = (
    Column("entry", kind="int", brief=True),
    Column("at", kind="instant", brief=True),
    Column("actor", brief=True),
    Column("command", brief=True),
    Column("note", brief=True),
    Column("changes", kind="json", brief=True),
    Column("undoes", kind="int"),
    Column("hash"),
)


@noun.read("log")
def log(r: Read, record: Text = None, limit: Annotated[int, typer.Option(min=1)] = 20) -> None:
    sql, values = "SELECT * FROM entry ORDER BY seq DESC LIMIT ?", [limit]
    only: tuple[str, int] | None = None
    if record is not None:
        only = _named(r.ledger, record)
        sql = (
            'SELECT * FROM entry WHERE seq IN (SELECT entry FROM change WHERE "table" = ? AND row = ?)'
            " ORDER BY seq DESC LIMIT ?"
        )
        values = [*only, limit]  # type: ignore[list-item]
    entries = [journal.Entry(*row) for row in r.ledger.con.execute(sql, values)]
    rows = [_logged(r, entry, only) for entry in reversed(entries)]
    show.records(rows, _LOG, r.form, r.zone)


def _named(ledger: Ledger, text: str) -> tuple[str, int]:
    for table, letter in LETTERS.items():
        if text[:1].upper() == letter:
            number = number_of(table, text)
            ledger.get(table, number)
            return table, number
    raise BadInput("id", text=text, letter="T")


def _logged(r: Read, entry: journal.Entry, only: tuple[str, int] | None) -> Record:
    """Tell an entry: what each row was, and what it became."""
    import json

    changes: list[Any] = []
    for table, row, after in journal.changes_of(r.ledger.con, entry.seq):
        if only and (table, row) != only:
            continue
        was = journal.before(r.ledger.con, table, row, entry.seq) or {}
        now = json.loads(after)
        names = [name for name in dict.fromkeys([*was, *now]) if was.get(name) != now.get(name)]
        told = {name: [was.get(name), now.get(name)] for name in names if name not in ("id", "personal_hash")}
        changes.append({"record": checks.named(table, row), "changed": told})
    if r.form in ("table", "plain", "markdown"):
        changes = [f"{change['record']}: {_told(change['changed'])}" for change in changes]
    return {
        "entry": entry.seq,
        "at": local(instant(entry.at), r.zone),
        "actor": entry.actor,
        "command": entry.command,
        "note": entry.note,
        "changes": changes,
        "undoes": entry.undoes,
        "hash": entry.hash,
    }


def _told(changed: dict[str, list[Any]]) -> str:
    return ", ".join(
        f"{words.find(f'columns.{name}') or name} {'' if was is None else f'{was} '}→ {'-' if now is None else now}"
        for name, (was, now) in changed.items()
    )
