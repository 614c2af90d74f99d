"""Compare what a ledger's file declares with what was shipped for its version: nothing in it acts that is not ours."""

import re
import sqlite3
from typing import NamedTuple

from svcdesk import schema
from svcdesk.hashes import sha256

_OBJECTS = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
# An index that SQLite makes for a key has no SQL; ANALYZE leaves tables of figures.
# Patterns are compiled when first used: a ledger as it should be needs none of them.
_FIGURES = r"CREATE TABLE (sqlite_stat\d)\([a-z,]+\)"
_ACTS = r"(?i)\bAS\b|\bVIRTUAL\b|\bDEFAULT\s*\("  # what a table may do when it is read

Object = tuple[str, str, str, str | None]


class Difference(NamedTuple):
    """An object that is missing, added or changed. ``acts``: reading the ledger might run what somebody else wrote."""

    how: str
    name: str
    acts: bool


def objects(con: sqlite3.Connection) -> list[Object]:
    """List what a file declares, but for what SQLite itself adds."""
    return [row for row in con.execute(_OBJECTS).fetchall() if not (_is_automatic(row) or is_of_analyze(row))]


def _is_automatic(row: Object) -> bool:
    return row[0] == "index" and row[3] is None and row[1].startswith("sqlite_autoindex_")


def is_of_analyze(row: Object) -> bool:
    """Return whether an object is a table of figures that an ANALYZE left: harmless, and no part of a ledger."""
    if row[0] != "table" or not row[1].startswith("sqlite_stat"):
        return False
    shape = re.fullmatch(_FIGURES, row[3] or "")
    return shape is not None and row[:3] == ("table", shape[1], shape[1])


def digest(found: list[Object]) -> str:
    """Hash what a file declares."""
    return str(sha256(repr(found).encode("utf-8", "surrogatepass")).hexdigest())


def differences(con: sqlite3.Connection, version: int) -> list[Difference]:
    """List in what a ledger differs from one of its version; none where nobody else changed it."""
    found = objects(con)
    if digest(found) == schema.DIGESTS.get(version):
        return []
    ours, theirs = ({tuple(row[:2]): row for row in side} for side in (shipped(version), found))
    return [
        _difference(" ".join(name), ours.get(name), theirs.get(name))
        for name in sorted(ours.keys() | theirs.keys())
        if ours.get(name) != theirs.get(name)
    ]


def _difference(name: str, ours: Object | None, theirs: Object | None) -> Difference:
    if ours is None:
        return Difference("added", name, acts=False)
    if theirs is None:
        return Difference("missing", name, acts=ours[0] in ("table", "view"))
    acts = ours[0] == "view" or (ours[0] == "table" and re.search(_ACTS, theirs[3] or "") is not None)
    return Difference("changed", name, acts)


def shipped(version: int) -> list[Object]:
    """List what a ledger of a version declares that this SQLite makes afresh."""
    fresh = sqlite3.connect(":memory:")
    try:
        for each in range(1, version + 1):
            fresh.executescript(schema.script(each))
        return objects(fresh)
    finally:
        fresh.close()
