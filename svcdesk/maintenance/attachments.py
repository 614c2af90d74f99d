"""Attachments: files kept beside the ledger under the SHA-256 of what they hold; the journal has size, name, hash."""

import os
import shutil
from collections.abc import Iterator
from hashlib import file_digest
from pathlib import Path

from svcdesk.durable import sync
from svcdesk.errors import BadInput, NotFound, StorageError, about
from svcdesk.model import Record, named
from svcdesk.store import Ledger, version_of

_SINCE = 3  # the version of the ledger
_LIVE = "SELECT * FROM live_attachment WHERE {} ORDER BY id"


def folder(ledger_path: Path) -> Path:
    """Return where the files of a ledger are."""
    return ledger_path.with_name(f"{ledger_path.name}.files")


def place(ledger_path: Path, sha256: str) -> Path:
    """Return where a file stands, by its hash."""
    return folder(ledger_path) / sha256[:2] / sha256


def keep(ledger_path: Path, file: Path) -> tuple[str, int]:
    """Copy a file beside the ledger, synced before any row names it; return its SHA-256 and size. Raises BadInput."""
    if not file.is_file() or file.is_symlink():
        raise BadInput("not_a_file", path=file)
    try:
        digest = digest_of(file)
        size = file.stat().st_size
    except OSError as error:
        raise BadInput("file", path=file, detail=error) from None
    _copy(file, place(ledger_path, digest), digest)
    return digest, size


def digest_of(file: Path) -> str:
    """Return the SHA-256 of a file."""
    with file.open("rb") as content:
        return file_digest(content, "sha256").hexdigest()


def _copy(file: Path, to: Path, digest: str) -> None:
    """Copy a file to its place, private, whole or not at all. Raises StorageError."""
    if not _damage(to, digest):
        return
    with about(to):
        for made in (to.parent.parent, to.parent):
            made.mkdir(mode=0o700, exist_ok=True)
        part = to.with_name(f".{to.name}.part")
        part.unlink(missing_ok=True)
        try:
            private = os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
            with file.open("rb") as content, os.fdopen(private, "wb") as out:
                shutil.copyfileobj(content, out)
                out.flush()
                os.fsync(out.fileno())
            part.replace(to)
            for made in (to.parent, to.parent.parent, to.parent.parent.parent):
                sync(made)  # else a power cut takes the name of what a row already names
        finally:
            part.unlink(missing_ok=True)


def of_record(ledger: Ledger, record: str | None) -> list[Record]:
    """List the attachments that stand, of one record where named."""
    return ledger.rows(_LIVE.format("record = ?1 OR ?1 IS NULL"), (record,))


def stored_file(ledger: Ledger, number: int) -> tuple[Record, Path]:
    """Return an attachment with its file, checked against its hash. Raises NotFound or StorageError."""
    found = ledger.one(_LIVE.format("id = ?"), (number,))
    if found is None:
        raise NotFound("record", table="attachment", id=str(number))
    return found, _sound(found, ledger.path)


def _sound(row: Record, ledger_path: Path) -> Path:
    """Return an attachment's file beside a ledger, checked against its hash. Raises StorageError."""
    path = place(ledger_path, row["sha256"])
    if _damage(path, row["sha256"]):
        raise StorageError("attachment_lost", path=path, id=row["id"])
    return path


def _damage(path: Path, digest: str) -> str | None:
    """Say what is wrong with a file that is kept by its hash: missing, changed or nothing."""
    if not path.is_file():
        return "missing"
    return None if digest_of(path) == digest else "changed"


def damaged(ledger: Ledger) -> Iterator[tuple[Record, str]]:
    """Find the attachments whose file is missing or changed; those that were erased are none."""
    if version_of(ledger.con) < _SINCE:
        return
    for row in ledger.rows(_LIVE.format("erased_at IS NULL")):
        if how := _damage(place(ledger.path, row["sha256"]), row["sha256"]):
            yield row, how


def take_along(copy: Ledger, source: Path, to: Path) -> None:
    """Have the files that a copy names stand beside ``to`` too. Raises StorageError for one that is not what it was."""
    if version_of(copy.con) < _SINCE:
        return
    for row in copy.rows(_LIVE.format("erased_at IS NULL")):
        _copy(_sound(row, source), place(to, row["sha256"]), row["sha256"])


# The records that are a customer's, as the ids that attachments name.
_THEIRS = """
    WITH theirs AS (SELECT id FROM customer WHERE name = :name),
      asked AS (SELECT id FROM ticket WHERE customer_id IN theirs),
      sent AS (SELECT id FROM dispatch WHERE ticket_id IN asked)
    SELECT 'ticket', id FROM asked UNION ALL SELECT 'dispatch', id FROM sent
    UNION ALL SELECT 'service_report', id FROM service_report WHERE dispatch_id IN sent
    UNION ALL SELECT 'survey', id FROM survey WHERE ticket_id IN asked
    UNION ALL SELECT 'complaint', id FROM complaint WHERE ticket_id IN asked
    UNION ALL SELECT 'contact', id FROM contact WHERE customer_id IN theirs"""


def of_customer(ledger: Ledger, customer: str) -> list[Record]:
    """List the attachments of a customer's records, those too that were taken back."""
    records = {named(*row) for row in ledger.con.execute(_THEIRS, {"name": customer.strip()})}
    return [row for row in ledger.every("attachment") if row["record"] in records and row["erased_at"] is None]


def unlink(ledger: Ledger, rows: list[Record]) -> None:
    """Take files away that were erased, but for one that another attachment still names."""
    kept = {row["sha256"] for row in ledger.rows(_LIVE.format("erased_at IS NULL"))}
    for row in rows:
        if row["sha256"] not in kept:
            place(ledger.path, row["sha256"]).unlink(missing_ok=True)
