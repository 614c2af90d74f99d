"""Anchors: lines of entry number, hash and time, kept in a file elsewhere, that a later ledger must still contain."""

import re
from pathlib import Path
from typing import NamedTuple

from svcdesk.durable import sync
from svcdesk.errors import BadInput, StorageError, about
from svcdesk.guards import given_text

_LINE = r"#?(\d{1,12})\s+([0-9a-f]{12,64})(?:\s+(\S+?)(?:\s+sig:([A-Za-z0-9+/=]+))?)?"


class Anchor(NamedTuple):
    """An entry that the ledger once had. ``hash`` may be the short one that receipts carry."""

    seq: int
    hash: str
    at: str = ""
    signature: str = ""  # OpenSSH's, of the three before


def read(path: Path) -> tuple[Anchor, ...]:
    """Read an anchors file. Raises BadInput where it cannot be read, holds a bad line or holds no anchor."""
    found = []
    for number, line in enumerate(given_text(path).splitlines(), 1):
        if line.strip():
            shape = re.fullmatch(_LINE, line.strip(), re.ASCII)
            if not shape:
                raise BadInput("anchor", line=number)
            found.append(Anchor(int(shape[1]), shape[2], shape[3] or "", shape[4] or ""))
    if not found:
        raise BadInput("anchors_empty", path=path)
    return tuple(found)


def append(path: Path, anchor: Anchor) -> None:
    """Add an anchor's line to the file, made 0600 where there is none, and wait until it is on the disk."""
    import os

    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NONBLOCK", 0)
    with about(path), os.fdopen(os.open(path, flags, 0o600), "r+b") as file:
        if file.read(16) == b"SQLite format 3\0":
            raise StorageError("onto_ledger", path=path)
        end = file.seek(0, os.SEEK_END)
        torn = end > 0 and os.pread(file.fileno(), 1, end - 1) != b"\n"  # a last line that was cut short stays apart
        signed = f" sig:{anchor.signature}" if anchor.signature else ""
        file.write(b"\n" * torn + f"{anchor.seq} {anchor.hash} {anchor.at}{signed}\n".encode())
        file.flush()
        os.fsync(file.fileno())
        if not end:
            sync(path.absolute().parent)  # else a power cut takes the name of the file
