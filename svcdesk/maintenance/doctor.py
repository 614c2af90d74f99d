"""What stands around a ledger that could harm it: permissions, file system, leftovers, room, versions, old copies."""

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, NamedTuple

from svcdesk import journal
from svcdesk.errors import DeskError
from svcdesk.maintenance import append_only, attachments, catalogue
from svcdesk.maintenance.catalogue import Copy
from svcdesk.periods import instant
from svcdesk.registers import policy_watch
from svcdesk.schema import comparison
from svcdesk.store import Ledger, open_ledger

_LEAST_ROOM = 3  # times the ledger's size: a backup and its rollback journal beside it
_LEAST_BYTES = 50_000_000
_NETWORK = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "sshfs", "fuse.sshfs", "afs", "ceph", "glusterfs", "webdav")
_WAL_RACE = ((3, 7, 0), (3, 51, 2))  # the versions in which a WAL reset may lose a commit
_OLDEST_SQLITE = (3, 37, 0)
_COPY_DAYS, _ANCHOR_DAYS = 7, 35  # after which a copy, an anchor is old, where the ledger has gone on
_PART_HOURS = 1  # no copy takes that long


class Advice(NamedTuple):
    """One thing to mend: the key of its words and what fills them."""

    kind: str
    values: dict[str, Any]


class Kept(NamedTuple):
    """The newest verified copy that is still there, and the newest anchor."""

    copy: Copy | None = None
    anchor: Copy | None = None
    zone: tzinfo = UTC


def examine(path: Path, now: datetime) -> tuple[list[Advice], Kept]:
    """List what could harm the ledger, without writing to it; and what is kept of it elsewhere."""
    found = [advice for check in _CHECKS for advice in check(path)]
    try:
        ledger = open_ledger(path, as_found=True)
    except DeskError:
        return found, Kept()  # why it does not open is what verify tells
    try:
        kept = _kept(ledger)
        return [*found, *_copies(ledger, kept, now), *_policy(ledger), *_analyzed(ledger)], kept
    except sqlite3.Error:
        return found, Kept()
    finally:
        ledger.close()


def _analyzed(ledger: Ledger) -> Iterator[Advice]:
    found = ledger.con.execute("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name GLOB 'sqlite_stat*'")
    if names := [row[1] for row in found if comparison.is_of_analyze(row)]:
        yield Advice("analyzed", {"names": names})


def _kept(ledger: Ledger) -> Kept:
    known = catalogue.known(ledger)
    there = [line for line in known if line.kind != "anchor" and line.path.is_file()]
    anchors = [line for line in known if line.kind == "anchor"]
    copy, anchor = (max(lines, key=lambda line: line.seq, default=None) for lines in (there, anchors))
    return Kept(copy, anchor, ledger.zone)


def _copies(ledger: Ledger, kept: Kept, now: datetime) -> Iterator[Advice]:
    last, began = ledger.value("SELECT max(seq) FROM entry"), ledger.value("SELECT min(at) FROM entry")
    if failed := catalogue.last_failure(ledger.path):
        yield Advice("copy_failed", {"at": instant(failed)})
    if kept.copy is None:
        if began and now - instant(began) > timedelta(days=1):
            yield Advice("no_copy", {"path": ledger.path})
    elif kept.copy.seq < last and (days := days_since(kept.copy, now)) > _COPY_DAYS:
        yield Advice("copy_old", {"path": kept.copy.path, "days": days, "n": last - kept.copy.seq})
    if kept.anchor and kept.anchor.seq < last and (days := days_since(kept.anchor, now)) > _ANCHOR_DAYS:
        yield Advice("anchor_old", {"path": kept.anchor.path, "days": days, "seq": kept.anchor.seq})
    for copy in catalogue.proofs(ledger.path, journal.origin(ledger.con)):
        if not catalogue.stands(ledger, copy):
            yield Advice("copy_ahead", {"path": copy.path, "seq": copy.seq})
    yield from _kept_for_good(ledger)
    for path in dict.fromkeys(line.path for line in catalogue.known(ledger) if line.path.is_file()):
        if (mode := stat.S_IMODE(path.stat().st_mode)) & 0o077:
            yield Advice("readable", {"path": path, "mode": f"{mode:04o}"})
    for part in _parts([ledger.path.resolve(), *(line.path for line in catalogue.known(ledger))]):
        if now.timestamp() - part.stat().st_mtime > _PART_HOURS * 3600:
            yield Advice("part_left", {"path": part})


def _parts(ledgers: Iterable[Path]) -> list[Path]:
    """List what was cut short beside ledgers and copies: of these, and of the files that were attached."""
    ledgers = list(ledgers)
    found = {part for path in ledgers for part in path.parent.glob(".*.????????.part")}
    return sorted(found | {part for path in ledgers for part in attachments.folder(path).glob("*/.*.part")})


def _policy(ledger: Ledger) -> Iterator[Advice]:
    """Tell of values that reach back and of backups made weaker; a ledger not upgraded yet tells of none."""
    if ledger.value("SELECT 1 FROM sqlite_master WHERE name = 'live_accepted_entry'") is None:
        return
    for doubt in policy_watch.doubts(ledger):
        yield Advice(f"policy_{doubt.step}", doubt._asdict())


def _kept_for_good(ledger: Ledger) -> Iterator[Advice]:
    """Compare the copies that are never thinned with their names, and with what the ledger knows of them."""
    lines = [line for line in catalogue.lines(ledger.path) if line.kind == "kept"]
    for line in lines:
        if not line.path.is_file():
            yield Advice("kept_gone", {"path": line.path, "seq": line.seq})
    for folder in dict.fromkeys(line.path.parent for line in lines):
        for path in append_only.changed(folder):
            yield Advice("kept_changed", {"path": path})


def days_since(line: Copy, now: datetime) -> int:
    """Count the days since a copy or an anchor was written."""
    return max(0, (now - instant(line.at)).days)


def _permissions(path: Path) -> Iterator[Advice]:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        yield Advice("readable", {"path": path, "mode": f"{mode:04o}"})
    if not os.access(path, os.W_OK):
        yield Advice("not_writable", {"path": path})


def _folder(path: Path) -> Iterator[Advice]:
    folder = path.absolute().parent
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o022 and not mode & stat.S_ISVTX:
        yield Advice("folder_open", {"path": folder, "mode": f"{mode:04o}"})
    if not os.access(folder, os.W_OK):
        yield Advice("folder_not_writable", {"path": folder})


def _leftovers(path: Path) -> Iterator[Advice]:
    for ending in ("-journal", "-wal", "-shm"):
        beside = path.with_name(path.name + ending)
        if beside.exists():
            yield Advice("journal_left" if ending == "-journal" else "wal_left", {"path": beside})


def _mode(path: Path) -> Iterator[Advice]:
    with path.open("rb") as file:
        versions = file.read(20)[18:20]
    if versions == b"\x02\x02":
        racy = _WAL_RACE[0] <= sqlite3.sqlite_version_info <= _WAL_RACE[1]
        yield Advice("wal_race" if racy else "wal", {"path": path, "version": sqlite3.sqlite_version})


def _room(path: Path) -> Iterator[Advice]:
    free, needed = shutil.disk_usage(path.absolute().parent).free, path.stat().st_size * _LEAST_ROOM
    if free < max(needed, _LEAST_BYTES):
        yield Advice("room", {"path": path, "free": free // 1_000_000, "size": path.stat().st_size // 1_000_000})


def _file_system(path: Path) -> Iterator[Advice]:
    kind = file_system(path)
    if kind in _NETWORK:
        yield Advice("network", {"path": path, "kind": kind})


def file_system(path: Path, mounts: Path = Path("/proc/mounts")) -> str | None:
    """Name the kind of file system a file lies on, where the system tells."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    where, best, kind = path.resolve(), Path("/"), None
    for line in lines:
        _, point, name, *_ = line.split(" ")
        mount = Path(point.encode().decode("unicode_escape", "replace"))
        if where.is_relative_to(mount) and len(mount.parts) >= len(best.parts):
            best, kind = mount, name
    return kind


def _versions(_: Path) -> Iterator[Advice]:
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        yield Advice("sqlite_old", {"version": sqlite3.sqlite_version})


_CHECKS: tuple[Callable[[Path], Iterator[Advice]], ...] = (
    _permissions,
    _folder,
    _file_system,
    _leftovers,
    _mode,
    _room,
    _versions,
)
