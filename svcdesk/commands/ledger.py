"""ledger: the file itself: what it holds, whether it is sound, what happened in it."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from svcdesk import journal, messages, schema
from svcdesk.columns import Column
from svcdesk.commands.context import Read
from svcdesk.commands.noun import Flag, Format, Noun, Text, Yes, one_of
from svcdesk.commands.prompts import confirm, may_ask
from svcdesk.commands.receipts import caution, entry_mark, formatted, receipt_line
from svcdesk.errors import BadInput, DeskError, NotFound, StorageError
from svcdesk.guards import check_file
from svcdesk.maintenance import anchors as anchor_lines
from svcdesk.maintenance import append_only as kept_copies
from svcdesk.maintenance import attachments, catalogue, redaction, signatures
from svcdesk.maintenance import backup as backups
from svcdesk.maintenance import doctor as surroundings
from svcdesk.maintenance import verify as checks
from svcdesk.maintenance.anchors import Anchor
from svcdesk.model import LETTERS, Record, bounded, named, number_of, table_of
from svcdesk.papers import mark
from svcdesk.periods import instant, local, read_age, short
from svcdesk.registers import changes
from svcdesk.render import tables
from svcdesk.session import current
from svcdesk.store import Ledger, open_ledger, version_of

noun = Noun("ledger")

File = Annotated[Path | None, typer.Option()]

_INFO = tuple(
    Column(name, kind={"at": "instant", "rehearsal": "flag"}.get(name, "text"))
    for name in (
        "path",
        "centre",
        "timezone",
        "home",
        "rehearsal",
        "version",
        "bytes",
        "entry",
        "hash",
        "at",
        "records",
        "sqlite",
    )
)


def _table_name(table: str) -> str:
    """Name what a table holds."""
    if words := messages.find(f"labels.row_{table}"):
        return words.format(name="").strip()
    return messages.word("record", table)


@noun.read("info")
def info(r: Read) -> None:
    newest = next(journal.newest(r.ledger.con, 1), None)
    counts = {table: r.ledger.count(f"live_{table}") for table in schema.tables()[1:]}
    row = {
        "path": str(r.ledger.path.absolute()),
        "centre": r.ledger.centre["name"],
        "timezone": r.ledger.centre["timezone"],
        "home": r.ledger.centre["home"],
        "rehearsal": r.ledger.rehearses,
        "version": version_of(r.ledger.con),
        "bytes": r.ledger.path.stat().st_size,
        "entry": newest.seq if newest else None,
        "hash": newest.hash if newest else None,
        "at": local(instant(newest.at), r.zone) if newest else None,
        "records": counts,
        "sqlite": sqlite3.sqlite_version,
    }
    if r.form not in ("json", "jsonl"):
        row["records"] = messages.comma(f"{_table_name(table)} {count}" for table, count in counts.items() if count)
    tables.record(row, _INFO, r.form, r.zone)


_FAULTS = (Column("kind"), Column("subject"), Column("entry", kind="int"), Column("detail"), Column("next"))


@noun.plain("verify")
def verify(full: Flag = False, anchors: File = None, allowed_signers: File = None, format: Format = None) -> None:
    given = anchor_lines.read(anchors) if anchors else ()
    if allowed_signers and not anchors:
        raise BadInput("usage_missing", name="--anchors", path="svcdesk ledger verify")
    ledger = current.open(as_found=True, suspect=True)
    form = format or "text"
    proofs = _proofs(ledger)
    known = given + tuple(Anchor(copy.seq, copy.hash) for copy in proofs)
    with _progress(ledger) as tick:
        faults = checks.verify(ledger, full=full, anchors=known, tick=tick)
    faults += _files(ledger) if full else []
    faults += checks.order(given)
    if allowed_signers:
        unsigned = signatures.unsigned(given, allowed_signers)
        faults += [checks.Fault("anchor_unsigned", f"#{seq}", seq) for seq in unsigned]
    if form != "text":
        tables.records((fault._asdict() | {"next": _next(fault)} for fault in faults), _FAULTS, form, current.zone)
    else:
        _tell(ledger, faults, full, given, proofs)
    if not checks.is_unreadable(faults):
        _remark(ledger)
    ledger.close()
    if checks.is_unreadable(faults):
        raise StorageError("damaged", path=current.path)
    if faults:
        raise typer.Exit(1)


def _files(ledger: Ledger) -> list[checks.Fault]:
    """Find the attachments whose file is missing or changed."""
    return [
        checks.Fault("attachment", named("attachment", row["id"]), None, messages.say(f"verify.file_{how}"))
        for row, how in attachments.damaged(ledger)
    ]


def _proofs(ledger: Ledger) -> list[catalogue.Copy]:
    """List the copies and anchors that were made of this very ledger, as the file beside it knows them."""
    if any(found.acts for found in ledger.strange):
        return []
    try:
        return catalogue.proofs(ledger.path, journal.origin(ledger.con))
    except sqlite3.Error:
        return []


def _remark(ledger: Ledger) -> None:
    """Say what is no fault, and somebody should ask about all the same."""
    if any(found.acts for found in ledger.strange):
        return
    if entries := checks.remarks(ledger.con):
        _warn("wall_back", entries=messages.comma(f"#{seq}" for seq in entries[:5]), n=len(entries))
    origin = journal.origin(ledger.con)
    for loss in catalogue.losses(ledger.path, origin):
        _warn("loss_accepted", at=short(instant(loss.at), ledger.zone), seq=loss.seq)
    if n := catalogue.of_others(ledger.path, origin):
        _warn("copies_of_other", path=catalogue.file_of(ledger.path), n=n)


def _tell(
    ledger: Ledger,
    faults: list[checks.Fault],
    full: bool,
    known: tuple[Anchor, ...],
    proofs: list[catalogue.Copy],
) -> None:
    for fault in faults:
        entry = f" [#{fault.entry}]" if fault.entry else ""
        what = messages.say(
            f"verify.{fault.kind}", subject=tables.disarm(fault.subject), detail=tables.disarm(fault.detail)
        )
        print(f"{what}{entry} → {_next(fault)}")
    checked = messages.say("verify.checked_full" if full else "verify.checked")
    if faults:
        broken = checks.first_broken(faults)
        mark = messages.say("verify.mark_broken_at" if broken else "verify.mark_broken", entry=broken)
        print(f"{mark}{messages.say('verify.broken', n=len(faults))} {checked}")
        print(f"hint: {messages.say('verify.next')}", file=sys.stderr)
    elif known:
        last = max(anchor.seq for anchor in known)
        mark = messages.say("verify.mark_anchored", entry=last)
        print(f"{mark}{messages.say('verify.anchored', n=len(known))} {checked}")
    else:
        print(f"{messages.say('verify.consistent', entry=entry_mark(ledger))} {checked}")
    if proofs and not faults:
        last = max(copy.seq for copy in proofs)
        print(f"{messages.say('verify.mark_anchored', entry=last)}{messages.say('verify.proven', n=len(proofs))}")


def _next(fault: checks.Fault) -> str:
    step = messages.find(f"verify.{fault.kind}_next") or messages.say("verify.next")
    return step.format(subject=tables.disarm(fault.subject), entry=fault.entry or 1)


@contextmanager
def _progress(ledger: Ledger) -> Iterator[checks.Tick]:
    """Show on a terminal how much of the journal is read."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=ledger.count("change"))
        yield lambda n: progress.advance(task, n)


_MOST_CHANGES = 5  # rows of an entry that people are told of; an import writes thousands

_LOG = (
    Column("entry", kind="int", brief=True),
    Column("at", kind="instant", brief=True),
    Column("actor", brief=True),
    Column("command", brief=True),
    Column("note", brief=True),
    Column("changes", kind="json", brief=True),
    Column("undoes", kind="int"),
    Column("hash"),
    Column("wall", kind="instant"),
    Column("rehearsal", kind="flag"),
    Column("uid", kind="int"),
    Column("host"),
)


@noun.read("log")
def log(r: Read, record: Text = None, limit: Annotated[int, typer.Option(min=1)] = 20) -> None:
    limit = min(limit, sys.maxsize)
    only = _named(r.ledger, record) if record is not None else None
    rows = (_logged(r, entry, only) for entry in journal.newest(r.ledger.con, limit, only))
    tables.records(rows, _LOG, r.form, r.zone)


def _named(ledger: Ledger, text: str) -> tuple[str, int]:
    """Find the row of an id, even of a record that was taken back: its history stays. Raises BadInput or NotFound."""
    table = table_of(text)
    if table is None:
        raise BadInput("id", text=text, letter="T")
    number = number_of(table, text)
    if not ledger.ever_held(table, number):
        raise NotFound("record", table=table, id=f"{LETTERS[table]}{number}")
    return table, number


def _logged(r: Read, entry: journal.Entry, only: tuple[str, int] | None) -> Record:
    """Tell an entry: what each row was, and what it became."""
    found = (c for c in changes.changes(r.ledger, entry.seq) if only is None or (c.table, c.row) == only)
    formatted: list[Any]
    if r.form in ("table", "plain", "markdown"):
        formatted = [changes.sentence(r.ledger, change, entry.command) for change in islice(found, _MOST_CHANGES)]
        if left := sum(1 for _ in found):
            formatted.append(messages.say("labels.more_changes", n=left))
    else:
        formatted = [
            {
                "record": named(change.table, change.row),
                "changed": {name: list(pair) for name, pair in change.fields.items()},
            }
            for change in found
        ]
    return {
        "entry": entry.seq,
        "at": local(instant(entry.at), r.zone),
        "actor": entry.actor,
        "command": entry.command,
        "note": entry.note,
        "changes": formatted,
        "undoes": entry.undoes,
        "hash": entry.hash,
        "wall": local(instant(entry.wall), r.zone) if entry.wall else None,
        "rehearsal": bool(entry.rehearsal),
        "uid": entry.uid,
        "host": entry.host,
    }


@noun.plain("backup")
def backup(file: Annotated[Path | None, typer.Argument()] = None, append_only: File = None) -> None:
    one_of(("FILE", file is not None), ("--append-only", append_only is not None))
    ledger = current.open(as_found=True)
    if append_only:
        file, newest = kept_copies.keep(ledger, append_only)
    else:
        assert file is not None
        newest = backups.copy(ledger, file, with_files=True)
    _remember(ledger, "kept" if append_only else "backup", newest, file)
    print(messages.say("receipts.backed_up", path=file, entry=_mark(newest)))
    ledger.close()


def _remember(ledger: Ledger, kind: str, newest: Anchor, where: Path) -> None:
    now = current.now(ledger.zone)
    catalogue.remember(ledger.path, kind, newest, where, now, journal.origin(ledger.con))


@noun.plain("restore")
def restore(
    file: Annotated[Path, typer.Argument()],
    to: Annotated[Path, typer.Option()],
    anchors: File = None,
    accept_loss: Annotated[int | None, typer.Option(min=0)] = None,
) -> None:
    known = anchor_lines.read(anchors) if anchors else ()
    source = _opened_backup(file)
    origin = journal.origin(source.con)
    known += tuple(Anchor(copy.seq, copy.hash) for copy in catalogue.proofs(current.path, origin))
    lost = _lost(source, known)
    backups.check_loss(source, lost, accept_loss)
    newest = backups.copy(source, to, known, with_files=True)
    print(messages.say("receipts.restored", path=to, entry=_mark(newest)))
    if lost:
        for where in (current.path, to):  # the copy may take the ledger's place, with what is beside it
            catalogue.remember(where, "loss", newest, file, current.now(source.zone), origin)
        _warn("entries_lost", n=len(lost), first=lost[0], last=lost[-1])
    source.close()


def _opened_backup(file: Path) -> Ledger:
    try:
        return open_ledger(file, as_found=True)
    except StorageError as error:
        if error.key in ("no_ledger", "not_a_ledger"):
            raise StorageError(f"restore_{error.key}", path=file) from None
        raise


def _lost(source: Ledger, known: tuple[Anchor, ...]) -> list[int]:
    """Compare with the current ledger where it still opens; a restore is for when it does not."""
    try:
        ledger = open_ledger(current.path, as_found=True)
    except DeskError:
        return backups.lost_entries(source, None, known)
    try:
        return backups.lost_entries(source, ledger, known)
    except sqlite3.DatabaseError:
        return backups.lost_entries(source, None, known)
    finally:
        ledger.close()


@noun.read("check-paper")
def check_paper(r: Read, text: Annotated[str, typer.Argument()]) -> None:
    found = mark.changes_since(r.ledger, text)
    if found is None:
        print(messages.say("labels.paper_unknown", text=tables.disarm(text)))
        raise typer.Exit(1)
    record, later = found
    print(messages.say("labels.paper_changed" if later else "labels.paper_unchanged", record=record, n=len(later)))
    for entry in later:
        at = short(instant(entry.at), r.zone)
        print(f"#{entry.seq} {at} {tables.disarm(entry.actor)} {tables.disarm(entry.command)}")


@noun.plain("reindex")
def reindex() -> None:
    ledger = current.open(write=True)
    ledger.reindex()
    print(messages.say("receipts.reindexed", path=ledger.path))
    ledger.close()


@noun.plain("anchor")
def anchor(to: Annotated[Path, typer.Option()], sign: File = None) -> None:
    ledger = current.open(as_found=True)
    newest = backups.newest_of(ledger)
    if sign:
        newest = newest._replace(signature=signatures.sign(newest, sign))
    anchor_lines.append(to, newest)
    _remember(ledger, "anchor", newest, to)
    print(messages.say("receipts.anchored", path=to, entry=_mark(newest)))
    ledger.close()


def _mark(newest: Anchor) -> str:
    return f"#{newest.seq} {newest.hash[:12]}"


def _warn(key: str, **values: Any) -> None:
    caution(messages.say(f"warnings.{key}", **values))


@noun.plain("redact")
def redact(
    reason: Annotated[str, typer.Option()],
    customer: Annotated[str | None, typer.Argument()] = None,
    staff: Text = None,
    yes: Yes = False,
) -> None:
    one_of(("CUSTOMER", customer is not None), ("--staff", staff is not None))
    if not reason.strip():
        raise BadInput("empty", name="reason")
    bounded("reason", reason)
    name, is_staff = staff or customer or "", staff is not None
    ledger = current.open(write=True)
    texts = redaction.erased_texts(ledger, _rows_to_erase(ledger, name, is_staff))
    for text in texts:
        if text in reason:
            raise BadInput("redact_reason", text=text)
    confirm(messages.say("labels.redact_question", name=tables.disarm(name)), yes)
    rows, kept = _erase(ledger, name, is_staff, reason.strip())
    attachments.unlink(ledger, kept)
    print(receipt_line("redacted", ledger, name=name, n=len(rows)))
    if standing := redaction.standing(ledger, texts):
        _warn("text_stands", records=messages.comma(standing), n=len(standing))
    if entries := redaction.kept_by_images(ledger, rows):
        _warn("images_keep", entries=messages.comma(f"#{seq}" for seq in entries), n=len(entries))
    _name_copies(ledger, rows)
    ledger.close()


def _rows_to_erase(ledger: Ledger, name: str, is_staff: bool) -> list[tuple[str, int]]:
    return redaction.rows_of_staff(ledger, name) if is_staff else redaction.concerned(ledger, name)


def _erase(ledger: Ledger, name: str, is_staff: bool, reason: str) -> tuple[list[tuple[str, int]], list[Record]]:
    """Erase in one entry; return the rows, and the attachments whose files are still to go."""
    now, kept = current.now(ledger.zone), list[Record]()
    with ledger.command(at=now, actor=current.actor, command=journal.REDACTION, note=reason):
        rows = _rows_to_erase(ledger, name, is_staff)  # read again: somebody may have written while the question stood
        if is_staff:
            redaction.erase_staff(ledger, rows, now)
            return rows, kept
        for table, row in rows:
            ledger.forget(table, row)
        kept = attachments.of_customer(ledger, name)
        for file in kept:
            ledger.update("attachment", file["id"], erased_at=now)
    return rows, kept


def _name_copies(ledger: Ledger, rows: list[tuple[str, int]]) -> None:
    """Name the copies that still hold what was erased: they are their owner's to delete."""
    if holding := redaction.copies_holding(ledger, rows):
        _warn("copies_hold", n=len(holding), paths=tables.disarm(messages.comma(holding)))


_DORMANT = (
    Column("customer", brief=True),
    Column("record", brief=True),
    Column("last_activity", kind="instant", brief=True),
    Column("rows", kind="int", brief=True),
)


@noun.plain("retention")
def retention(
    older_than: Annotated[str, typer.Option()], reason: Text = None, yes: Yes = False, format: Format = None
) -> None:
    if reason is not None and not reason.strip():
        raise BadInput("empty", name="reason")
    ledger, form = current.open(), tables.chosen(format)
    before = read_age(older_than, current.now(ledger.zone), ledger.zone)
    found = redaction.dormant(ledger, before)
    tables.records([_dormant(one, ledger) for one in found], _DORMANT, form, ledger.zone)
    ledger.close()
    if not found:
        return
    if not yes and not may_ask():
        print(messages.say("labels.only_proposed"), file=sys.stderr)
        return
    confirm(messages.say("labels.retention_question", n=len(found)), yes)
    _erase_dormant({one.who for one in found}, before, reason or f"--older-than {older_than}", form)


def _dormant(one: redaction.Dormant, ledger: Ledger) -> Record:
    last = local(one.last, ledger.zone)
    return {"customer": one.customer, "record": one.record, "last_activity": last, "rows": len(one.rows)}


def _erase_dormant(proposed: set[str | redaction.Row], before: datetime, reason: str, form: str) -> None:
    """Erase what was proposed and still is: somebody may have called while the question stood."""
    ledger = current.open(write=True)
    now = current.now(ledger.zone)
    with ledger.command(at=now, actor=current.actor, command=journal.RETENTION, note=reason.strip()):
        found = [one for one in redaction.dormant(ledger, before) if one.who in proposed]
        rows = list(dict.fromkeys(row for one in found for row in redaction.rows_of(ledger, one)))
        for table, row in rows:
            ledger.forget(table, row)
    out = sys.stdout if form in ("table", "plain", "markdown") else sys.stderr
    print(receipt_line("retention", ledger, n=len(found), rows=len(rows), before=before), file=out)
    _name_copies(ledger, rows)
    ledger.close()


_ADVICE = (Column("kind"), Column("what"))


@noun.plain("doctor")
def doctor(anchors: File = None, exit_code: Flag = False, format: Format = None) -> None:
    amiss = _before_opening()
    now = current.now()
    found, kept = surroundings.examine(current.path, now)
    current.zone = kept.zone
    if anchors:
        found += _behind(anchor_lines.read(anchors))
    found += amiss
    lines = [
        {"kind": advice.kind, "what": messages.say(f"doctor.{advice.kind}", **formatted(advice.values))}
        for advice in found
    ]
    if format:
        tables.records(iter(lines), _ADVICE, format, current.zone)
    else:
        for line in lines:
            print(line["what"])
        for kind, kept_line in (("copy", kept.copy), ("anchor", kept.anchor)):
            print(_kept(kind, kept_line, now))
        print(messages.say("doctor.found" if lines else "doctor.well", n=len(lines), path=current.path))
    if lines and exit_code:
        raise typer.Exit(1)


def _before_opening() -> list[surroundings.Advice]:
    """Make sure that there is a ledger; what keeps it from being opened is advice. Raises StorageError."""
    try:
        check_file(current.path)
    except StorageError as error:
        if error.key not in ("beside", "wal"):
            raise
        return [surroundings.Advice("beside", error.values)] if error.key == "beside" else []
    return []


def _kept(kind: str, line: catalogue.Copy | None, now: datetime) -> str:
    if line is None:
        return messages.say(f"doctor.{kind}_none")
    at, days = short(instant(line.at), current.zone), surroundings.days_since(line, now)
    return tables.disarm(messages.say(f"doctor.{kind}_known", at=at, days=days, seq=line.seq, path=line.path))


def _behind(known: tuple[Anchor, ...]) -> list[surroundings.Advice]:
    ledger = current.open(as_found=True)
    last = max(anchor.seq for anchor in known)
    n = journal.last(ledger.con)[0] - last
    ledger.close()
    return [surroundings.Advice("anchor_behind", {"n": n, "seq": last})] if n > 0 else []
