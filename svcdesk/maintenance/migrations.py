"""Migrations: an older ledger is taken to this version once, after a copy of it was made and verified."""

import sqlite3
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from svcdesk import journal, schema
from svcdesk.errors import StorageError
from svcdesk.finder import index
from svcdesk.maintenance import backup, catalogue
from svcdesk.store import BUSY_SECONDS, Ledger, OlderLedger, connect, storage_error, version_of

_BYTES_A_SECOND = 10_000_000  # a copy is made and verified at five times this, measured


class Upgrade(NamedTuple):
    """What a migration did: from which version to which, and where the copy of the old ledger is."""

    theirs: int
    ours: int
    copy: Path


def migrate(path: Path, now: datetime) -> Upgrade | None:
    """Take an older ledger to this version; None where another process has done it meanwhile.

    The copy is made under the write lock, so that it is what was migrated and of eight processes one makes it. Raises
    StorageError: where the ledger or its folder cannot be written, OlderLedger.
    """
    theirs = 0
    try:
        ledger = Ledger(connect(path, write=True), path)
        try:
            ledger.patiently("BEGIN IMMEDIATE", max(BUSY_SECONDS, path.stat().st_size / _BYTES_A_SECOND))
            theirs = version_of(ledger.con)
            if theirs >= schema.VERSION:
                return None
            ledger.compare()
            ledger.refuse_strange(all_of_it=True)
            ledger.con.execute(f"PRAGMA user_version = {schema.VERSION}")  # fails where nothing can be written
            copy = _copied(path, theirs, now)
            for version in range(theirs + 1, schema.VERSION + 1):
                for statement in schema.statements(version):
                    ledger.con.execute(statement)
            index.rebuild(ledger.con)
            ledger.patiently("COMMIT")
        finally:
            ledger.close()  # what was not committed is rolled back
    except sqlite3.Error as error:
        raise _meant(storage_error(error, path), path, theirs) from error
    except StorageError as error:
        raise _meant(error, path, theirs) from error
    return Upgrade(theirs, schema.VERSION, copy)


def _meant(error: Exception, path: Path, theirs: int) -> Exception:
    """Say of a ledger that cannot be written that it must be upgraded, which is why anybody wanted to write."""
    unwritable = isinstance(error, StorageError) and error.key in ("readonly", "unreadable")
    return OlderLedger(path, theirs or _read_version(path)) if unwritable else error


def _read_version(path: Path) -> int:
    with path.open("rb") as file:
        return int.from_bytes(file.read(64)[60:64], "big")


def _copied(path: Path, version: int, now: datetime) -> Path:
    """Copy the ledger to a dated name beside it, verified as its own version."""
    ledger = Ledger(connect(path, write=False), path)
    try:
        stamp = f"{path.name}.v{version}-{now.astimezone(ledger.zone):%Y%m%d-%H%M%S}"
        names = (path.with_name(f"{stamp}{again}.backup") for again in ("", *(f"-{n}" for n in range(2, 1000))))
        to = next(name for name in names if not name.exists())
        catalogue.remember(path, "upgrade", backup.copy(ledger, to), to, now, journal.origin(ledger.con))
        return to
    finally:
        ledger.close()
