"""What a ledger knows of its copies: a private file beside it, a line for each verified copy and each anchor written.

The file is a convenience: nobody's work fails where it cannot be written, and a line counts only as far as the chain
bears it out.
"""

import os
import re
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from svcdesk import journal
from svcdesk.errors import DeskError
from svcdesk.periods import stored
from svcdesk.store import Ledger, open_ledger

if TYPE_CHECKING:  # every command that writes loads this room, and few of them more
    from svcdesk.maintenance.anchors import Anchor

KINDS = ("backup", "daily", "upgrade", "anchor", "kept", "loss", "failed")

_TAIL = 8192  # bytes: the lines of some weeks, so that a daily command need not read the years before
_SEQ = r"[0-9]{1,12}"
_SHORT = 12  # characters of a hash
_AGAIN = timedelta(hours=1)  # after which a copy that failed is tried again


class Copy(NamedTuple):
    """A verified copy or an anchor: when it was written, as what, up to which entry, and where.

    ``origin`` is the head of the ledger's first hash; lines of earlier versions have none.
    """

    at: str
    kind: str
    seq: int
    hash: str
    path: Path
    origin: str = ""


def file_of(ledger: Path) -> Path:
    """Name the file that knows a ledger's copies."""
    real = ledger.resolve()
    return real.with_name(f"{real.name}.copies")


def remember(ledger: Path, kind: str, newest: "Anchor", path: Path, now: datetime, origin: str | None = None) -> None:
    """Add the line of a copy or an anchor, if the file can be written; ``origin`` is the ledger's first hash.

    A line of the kind ``loss`` is of a restore: from there on the entries after ``newest`` are no longer looked for.
    """
    whose = f"@{origin[:_SHORT]}" if origin else ""
    _add(ledger, f"{stored(now)} {kind} {newest.seq} {newest.hash}{whose} {path.resolve()}")


def fail(ledger: Path, now: datetime) -> None:
    """Remember that the copy of the day could not be made."""
    _add(ledger, f"{stored(now)} failed 0 - {ledger}")


def _add(ledger: Path, line: str) -> None:
    if "\n" in line:
        return
    try:
        descriptor = os.open(file_of(ledger), os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        try:
            os.write(descriptor, os.fsencode(f"{line}\n"))
        finally:
            os.close(descriptor)
    except OSError:
        return


def lines(ledger: Path, last: int | None = None) -> list[Copy]:
    """Read the lines, oldest first, or those among the last bytes of the file. What is no line is passed over."""
    try:
        with file_of(ledger).open("rb") as file:
            if last is not None:
                file.seek(max(0, os.fstat(file.fileno()).st_size - last))
            text = os.fsdecode(file.read())
    except OSError:
        return []
    found = []
    for line in text.splitlines():
        at, kind, seq, sealed, path, *_ = [*line.split(" ", 4), "", "", "", "", ""]
        if kind in KINDS and re.fullmatch(_SEQ, seq) and path:
            found.append(Copy(at, kind, int(seq), *sealed.partition("@")[:1], Path(path), sealed.partition("@")[2]))
    return found


def settled(ledger: Path, now: datetime) -> bool:
    """Return whether today's copy was made, or failed so lately that it is not tried again."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    since, until, lately = stored(midnight), stored(midnight + timedelta(days=1)), stored(now - _AGAIN)
    return any(
        since <= copy.at < until and (copy.kind == "daily" or (copy.kind == "failed" and copy.at > lately))
        for copy in reversed(lines(ledger, _TAIL))
    )


def last_failure(ledger: Path) -> str | None:
    """Return when the copy of the day failed, unless one was made since."""
    daily = [copy for copy in lines(ledger, _TAIL) if copy.kind in ("daily", "failed")]
    return daily[-1].at if daily and daily[-1].kind == "failed" else None


def known(ledger: Ledger) -> list[Copy]:
    """List the copies and anchors whose entry stands in this ledger's chain, oldest first."""
    return [copy for copy in lines(ledger.path) if copy.kind in _COPIES and stands(ledger, copy)]


_COPIES = ("backup", "daily", "upgrade", "anchor", "kept")


def stands(ledger: Ledger, copy: Copy) -> bool:
    """Return whether the entry of a copy or an anchor stands in this ledger's chain."""
    return bool(ledger.value("SELECT hash FROM entry WHERE seq = ?", (copy.seq,)) == copy.hash)


def proofs(path: Path, origin: str | None) -> list[Copy]:
    """List the copies and anchors that a ledger with this first hash had, beside the file at a path, oldest first.

    Their entries must stand in it, unless a restore was told to accept their loss.
    """
    found: list[Copy] = []
    for copy in lines(path):
        if copy.kind == "loss" and _is_of(copy, origin):
            found = [one for one in found if one.seq <= copy.seq]
        elif copy.kind in _COPIES and _is_of(copy, origin):
            found.append(copy)
    return found


def losses(path: Path, origin: str | None) -> list[Copy]:
    """List the restores that were told to accept a loss."""
    return [copy for copy in lines(path) if copy.kind == "loss" and _is_of(copy, origin)]


def of_others(path: Path, origin: str | None) -> int:
    """Count the lines of another ledger: of one that stood here before, or of this one before all was hashed anew."""
    return sum(bool(copy.origin) and not _is_of(copy, origin) for copy in lines(path))


def _is_of(copy: Copy, origin: str | None) -> bool:
    """Return whether a line is of a ledger; one of an earlier version where the copy that it names still is."""
    return bool(origin) and (copy.origin == str(origin)[:_SHORT] if copy.origin else origin_of(copy.path) == origin)


def origin_of(path: Path) -> str | None:
    """Return the first hash of a ledger's file; None for what is no ledger that can be read."""
    try:
        ledger = open_ledger(path, as_found=True)
        try:
            return journal.origin(ledger.con)
        finally:
            ledger.close()
    except (DeskError, sqlite3.Error):
        return None
