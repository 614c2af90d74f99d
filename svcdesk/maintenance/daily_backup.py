"""The copy of the day: after the first write of a day, once its receipt is out, in a process that nobody waits for."""

import os
import re
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from svcdesk import journal, schema
from svcdesk.errors import DeskError, StorageError
from svcdesk.maintenance import catalogue
from svcdesk.maintenance.anchors import Anchor
from svcdesk.store import Ledger, open_ledger

_DAY = r"\d{4}-\d\d-\d\d"
_ROOM = 1.2  # times the ledger's size that must be free: the copy, and what the desk writes meanwhile


class Plan(NamedTuple):
    """Where today's copy of a ledger goes, and how many are kept."""

    ledger: Path
    to: Path
    keep: int
    origin: str  # the hash of the first entry: what makes a copy a copy of this ledger


def folder_of(ledger: Ledger, on: date) -> Path:
    """Name the folder of the dated copies: the policy's, read from the ledger's own, else one beside the ledger."""
    real = ledger.path.resolve()
    named = ledger.policy.at("backup.folder", on).value
    return real.parent / Path(named).expanduser() if named else beside(real)


def beside(ledger: Path) -> Path:
    """Name the folder beside a ledger in which its dated copies are kept where the policy names none."""
    return ledger.with_name(f"{ledger.name}.backups")


def start(path: Path, now: datetime) -> None:
    """Start today's copy of a ledger and leave it to itself; the day is that of ``now``'s own zone.

    Raises StorageError where it plainly cannot be made.
    """
    plan = _plan(path, now)
    if plan is None:
        return
    if not hasattr(os, "fork"):  # Windows: the receipt is out, and the copy's name is what cannot be made twice
        plan.to.parent.mkdir(exist_ok=True)
        make(plan, now)
        return
    lock = _lock(plan.to.parent)
    if lock is None:
        return  # another command's copy is under way
    try:
        if catalogue.settled(path, now) or _is_there(plan, now):  # once more, for what was done before the lock
            return
        size, free = plan.ledger.stat().st_size, shutil.disk_usage(plan.to.parent).free
        if free < size * _ROOM:
            raise StorageError("full", path=plan.to.parent)
        _detached(lambda: make(plan, now), lock)
    finally:
        os.close(lock)


def _plan(path: Path, now: datetime) -> Plan | None:
    ledger = open_ledger(path)
    try:
        on = now.astimezone(ledger.zone).date()
        if ledger.policy.at("backup.daily", on).value == "off":
            return None
        real = path.resolve()
        to = folder_of(ledger, on) / f"{real.stem}-{on}.db"
        return Plan(real, to, ledger.policy.at("backup.keep", on).value, journal.origin(ledger.con) or "")
    finally:
        ledger.close()


def _lock(folder: Path) -> int | None:
    """Make the folder if need be and hold it until this process ends; None where another one does."""
    import fcntl

    try:
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)  # not its parents: a disk that is not mounted is not replaced by a folder
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        descriptor = fcntl.fcntl(opened, fcntl.F_DUPFD_CLOEXEC, 3)  # clear of the streams, which may be closed
        os.close(opened)
    except OSError as error:
        raise StorageError("unreadable", path=folder, detail=error) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _is_there(plan: Plan, now: datetime) -> bool:
    """Return whether today's copy stands already. Raises StorageError where something else has its name."""
    if not os.path.lexists(plan.to):
        return False
    if catalogue.origin_of(plan.to) != plan.origin:
        raise StorageError("copy_name_taken", path=plan.to)
    from svcdesk.maintenance import backup

    ledger = open_ledger(plan.to, as_found=True)
    catalogue.remember(plan.ledger, "daily", backup.newest_of(ledger), plan.to, now, plan.origin)
    ledger.close()
    return True


def _detached(work: Callable[[], None], lock: int) -> None:
    """Do it in a child that holds nothing of ours but the lock: no terminal, no pipe that a reader waits at."""
    if os.fork():
        return
    try:
        os.setsid()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        os.closerange(3, lock)
        os.closerange(lock + 1, 65_536)
        work()
    finally:
        os._exit(0)


def make(plan: Plan, now: datetime) -> None:
    """Make today's copy, remember it, and remove those of this ledger that are more than are kept."""
    from svcdesk.maintenance import backup

    try:
        _remove_parts(plan)
        ledger = open_ledger(plan.ledger)
        try:
            newest = backup.copy(ledger, plan.to, _proofs(plan, ledger), unhurried=True)
        finally:
            ledger.close()
        catalogue.remember(plan.ledger, "daily", newest, plan.to, now, plan.origin)
        _remove_old(plan)
    except (DeskError, OSError, sqlite3.Error):
        catalogue.fail(plan.ledger, now)


def _proofs(plan: Plan, ledger: Ledger) -> tuple[Anchor, ...]:
    """List what the ledger must still hold: copies of one whose tail was cut would thin the good ones."""
    last = journal.last(ledger.con)[0]
    found = catalogue.proofs(plan.ledger, plan.origin)
    if any(copy.seq > last for copy in found):
        raise StorageError("damaged", path=plan.ledger)
    return tuple(Anchor(copy.seq, copy.hash) for copy in found)


def dated(folder: Path, ledger: Path) -> list[Path]:
    """List the files of a folder that are named as the dated copies of a ledger, oldest first."""
    shape = re.compile(rf"{re.escape(ledger.stem)}-{_DAY}\.db")
    with suppress(OSError):
        return sorted(path for path in folder.iterdir() if shape.fullmatch(path.name) and not path.is_symlink())
    return []


def _remove_old(plan: Plan) -> None:
    """Keep the newest; what is not a copy of this very ledger is not touched, whatever its name."""
    others = [path for path in dated(plan.to.parent, plan.ledger) if path != plan.to]
    ours = [path for path in others if catalogue.origin_of(path) == plan.origin]
    for path in ours[: max(0, len(ours) - plan.keep + 1)]:
        path.unlink()


def _remove_parts(plan: Plan) -> None:
    """Remove what a copy that was killed left behind: under the lock nobody is writing one."""
    shape = re.compile(rf"\.{re.escape(plan.ledger.stem)}-{_DAY}\.db\.[0-9a-f]{{8}}\.part(-journal)?")
    for path in plan.to.parent.iterdir():
        if shape.fullmatch(path.name) and stat.S_ISREG(path.lstat().st_mode):  # a pipe would be waited for, for ever
            with path.open("rb") as file:
                head = file.read(72)
            ours = int.from_bytes(head[68:72], "big") == schema.APPLICATION_ID
            if not head or ours or path.name.endswith("-journal"):
                path.unlink()
