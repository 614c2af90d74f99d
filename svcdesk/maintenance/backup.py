"""Backups: a copy counts once it was opened and verified, never takes an existing file's place, and leaves no part."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from svcdesk import journal
from svcdesk.durable import sync
from svcdesk.errors import DeskError, Refused, StorageError, about
from svcdesk.maintenance import attachments
from svcdesk.maintenance.anchors import Anchor
from svcdesk.maintenance.verify import is_unreadable, verify
from svcdesk.store import BUSY_SECONDS, Ledger, connect, open_ledger, storage_error

_STEP = 2500  # pages: a writer waits for ten megabytes, not for all of a large ledger
_PAUSE = 0.005  # seconds for which the copy steps back from a writer
_RESTARTS = 3
_AT_ONCE = 50_000_000  # bytes that are copied while a writer waits: a fifth of a second
_QUIET = (0, 5, 15, 40, 60, 120, 120, 120, 120)  # seconds between the tries of who is unhurried: ten minutes


def copy(
    ledger: Ledger, to: Path, known: tuple[Anchor, ...] = (), *, unhurried: bool = False, with_files: bool = False
) -> Anchor:
    """Copy a ledger, beside whoever writes to it, to a path where no file stands; return the copy's newest entry.

    ``unhurried`` waits for a quiet moment rather than have a writer wait for all of a large ledger. ``with_files`` has
    what is attached stand beside the copy before that has its name. Raises StorageError where the copy does not verify,
    lacks an anchor that is not newer, or names a file that is missing or was changed.
    """
    with _new_file(to) as part:
        target, descriptor = connect(part, write=True), os.open(part, os.O_RDONLY)

        def flush() -> None:
            with about(to):
                os.fsync(descriptor)

        try:
            target.execute("PRAGMA synchronous = OFF")  # else SQLite syncs all of it in the last step, and writers wait
            _transfer(ledger, target, flush, unhurried)
        except sqlite3.Error as error:
            raise storage_error(error, to) from error
        finally:
            target.close()
            os.close(descriptor)
        newest = _verified(part, ledger.path, known)
        if with_files:
            take_files_along(part, ledger.path, to)
        return newest


def take_files_along(copied: Path, source: Path, to: Path) -> None:
    """Have the files that a copy names stand beside the name that it is to have. Raises StorageError."""
    made = open_ledger(copied, as_found=True)
    try:
        attachments.take_along(made, source, to)
    finally:
        made.close()


class _Overtaken(Exception):
    """Writers keep starting the copy over."""


def _transfer(ledger: Ledger, target: sqlite3.Connection, flush: Callable[[], None], unhurried: bool) -> None:
    """Copy in large steps, between which a writer can commit; in one where writers start it over again and again.

    Each step reaches the disk before the next: a writer's own sync would wait for gigabytes of the copy. Raises
    StorageError where no moment was quiet enough for who is unhurried.
    """
    is_small = ledger.path.stat().st_size <= _AT_ONCE
    for pause in _QUIET if unhurried and not is_small else (0,):
        time.sleep(pause)
        try:
            _in_steps(ledger, target, flush)
            return
        except _Overtaken:
            continue
    if unhurried and not is_small:
        raise StorageError("busy", path=ledger.path, seconds=sum(_QUIET))
    ledger.con.backup(target)


def _in_steps(ledger: Ledger, target: sqlite3.Connection, flush: Callable[[], None]) -> None:
    left, overtaken, moved = 0, 0, time.monotonic()

    def watch(_: int, remaining: int, __: int) -> None:
        nonlocal left, overtaken, moved
        if remaining != left:
            flush()
            moved = time.monotonic()
        elif time.monotonic() - moved > BUSY_SECONDS:
            raise StorageError("busy", path=ledger.path, seconds=int(BUSY_SECONDS))
        overtaken += remaining > left > 0
        if overtaken > _RESTARTS:
            raise _Overtaken
        left = remaining

    ledger.con.backup(target, pages=_STEP, progress=watch, sleep=_PAUSE)


def check_loss(source: Ledger, lost: list[int], accepted: int | None) -> None:
    """Refuse to lose entries unless exactly so many were accepted."""
    if lost and accepted != len(lost):
        raise Refused("restore_loses", path=source.path, n=len(lost), first=lost[0], last=lost[-1])


def lost_entries(source: Ledger, current: Ledger | None, known: tuple[Anchor, ...]) -> list[int]:
    """Number the entries newer than a backup's newest, as far as the current ledger and the anchors tell."""
    last = max((anchor.seq for anchor in known), default=0)
    if current is not None and _same_origin(source, current):
        last = max(last, journal.last(current.con)[0])
    return list(range(newest_of(source).seq + 1, last + 1))


def _same_origin(one: Ledger, other: Ledger) -> bool:
    return journal.origin(one.con) == journal.origin(other.con)


def newest_of(ledger: Ledger) -> Anchor:
    """Return the ledger's newest entry as an anchor. Raises StorageError where it has none."""
    found = ledger.con.execute("SELECT seq, hash, at FROM entry ORDER BY seq DESC LIMIT 1").fetchone()
    if found is None:
        raise StorageError("damaged", path=ledger.path)
    return Anchor(*found)


def _verified(part: Path, shown: Path, known: tuple[Anchor, ...]) -> Anchor:
    """Open and verify a copy; return its newest entry. Raises StorageError where what was copied is not sound."""
    try:
        ledger = open_ledger(part, as_found=True)
    except DeskError as error:
        raise StorageError(error.key, **{**error.values, "path": shown}) from error
    try:
        newest = newest_of(ledger)
        faults = verify(ledger, anchors=tuple(anchor for anchor in known if anchor.seq <= newest.seq))
        if is_unreadable(faults):
            raise StorageError("damaged", path=shown)
        if faults:
            raise StorageError("backup_broken", path=shown, n=len(faults))
        return newest
    finally:
        ledger.close()


@contextmanager
def _new_file(to: Path) -> Iterator[Path]:
    """Hold a private file beside the target; what was written there takes the name at the end, or is gone."""
    if os.path.lexists(to):
        raise StorageError("exists", path=to)
    part = to.with_name(f".{to.name}.{os.urandom(4).hex()}.part")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except OSError as error:
        raise StorageError("unreadable", path=to, detail=error) from None
    try:
        yield part
        sync(part)
        _name(part, to)
        sync(to.absolute().parent)
    finally:
        for left in (part, part.with_name(f"{part.name}-journal")):
            left.unlink(missing_ok=True)


def _name(part: Path, to: Path) -> None:
    """Return the file its name in one step that fails where a file stands already; a rename would write over it."""
    try:
        os.link(part, to)
    except FileExistsError:
        raise StorageError("exists", path=to) from None
    except OSError:  # a file system without hard links: the empty file is what cannot be made twice
        try:
            os.close(os.open(to, os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            raise StorageError("exists", path=to) from None
        os.replace(part, to)
