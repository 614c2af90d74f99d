"""What is looked at before SQLite is: whoever may write beside a ledger must not have files read or deleted through it.

SQLite trusts what stands beside its file: it rolls a journal back, and deletes what a journal's last bytes name.
"""

import os
import stat
from pathlib import Path

from svcdesk import schema
from svcdesk.errors import BadInput, StorageError

_HEAD = 100  # bytes of an SQLite file's head
_ROLLBACK = b"\x01\x01"  # the head's two format versions of a file that is written with a rollback journal
_JOURNAL_END = bytes.fromhex("d9d505f920a163d7")  # the last bytes of a journal that names a super-journal
_LONGEST_LIST = 16_000_000  # bytes of LEDGER.copies: a line a day is a hundred a year
_LONGEST_GIVEN = 16_000_000  # bytes of a file that somebody names to be read in one piece


def check_file(path: Path) -> None:
    """Make sure that the path is a ledger that this version can read, and that what stands beside it is harmless.

    Nothing is opened as a database. Raises StorageError.
    """
    try:
        kind = path.stat()
    except FileNotFoundError:
        raise StorageError("no_ledger", path=path) from None
    except OSError as error:
        raise StorageError("unreadable", path=path, detail=error) from None
    if not stat.S_ISREG(kind.st_mode):
        raise StorageError("not_a_ledger", path=path)
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise StorageError("unreadable", path=path, detail=error) from None
    check_head(head, path)
    check_beside(path, kind.st_uid)


def check_head(head: bytes, path: Path) -> None:
    """Read the first bytes of a ledger. Raises StorageError for what is none, is newer than us, or was set to WAL."""
    ours = int.from_bytes(head[68:72], "big") == schema.APPLICATION_ID
    if len(head) < _HEAD or not head.startswith(b"SQLite format 3\0") or not ours:
        raise StorageError("not_a_ledger", path=path)
    refuse_unknown(int.from_bytes(head[60:64], "big"), path)
    if head[18:20] != _ROLLBACK:
        raise StorageError("wal", path=path)


def refuse_unknown(version: int, path: Path) -> None:
    """Refuse a ledger of a version that this program does not know. Raises StorageError."""
    if version > schema.VERSION:
        raise StorageError("newer", path=path, theirs=version, ours=schema.VERSION)
    if version < 1:
        raise StorageError("not_a_ledger", path=path)


def check_beside(path: Path, owner: int) -> None:
    """Refuse what may stand beside a ledger that SQLite or we would trust and no svcdesk wrote. Raises StorageError."""
    real = os.path.realpath(path)
    if _lies_there(f"{real}-journal", owner) and _names_others(f"{real}-journal"):
        raise StorageError("beside", path=f"{real}-journal")
    for ending in ("-wal", "-shm"):  # a ledger is never written in WAL mode, and SQLite would read it all the same
        if os.path.lexists(real + ending):
            raise StorageError("beside", path=real + ending)
    if _lies_there(f"{real}.copies", owner) and os.lstat(f"{real}.copies").st_size > _LONGEST_LIST:
        raise StorageError("beside", path=f"{real}.copies")


def _lies_there(path: str, owner: int) -> bool:
    """Return whether a plain file stands there. Raises StorageError for what is no plain file, or somebody else's."""
    try:
        kind = os.lstat(path)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StorageError("unreadable", path=path, detail=error) from None
    known = (owner, *((os.getuid(), 0) if hasattr(os, "getuid") else ()))
    if not stat.S_ISREG(kind.st_mode) or kind.st_nlink > 1 or kind.st_uid not in known:
        raise StorageError("beside", path=path)
    return True


def _names_others(journal: str) -> bool:
    """Return whether a journal names a super-journal: ours never do, and SQLite deletes the file that is named."""
    try:
        with open(journal, "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - len(_JOURNAL_END)))
            return file.read() == _JOURNAL_END
    except FileNotFoundError:  # its writer has just finished
        return False
    except OSError as error:
        raise StorageError("unreadable", path=journal, detail=error) from None


def given_text(path: Path, most: int = _LONGEST_GIVEN) -> str:
    """Read a text file that somebody named. Raises BadInput for a device, a pipe, too long a file, or no UTF-8."""
    try:
        return given_bytes(path, most).decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput("file", path=path, detail=error) from None


def given_bytes(path: Path, most: int = _LONGEST_GIVEN) -> bytes:
    """Read a file that somebody named. Raises BadInput for a device, a pipe, or too long a file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
        with os.fdopen(descriptor, "rb") as file:
            kind = os.fstat(descriptor)
            if not stat.S_ISREG(kind.st_mode):
                raise BadInput("not_a_file", path=path)
            if kind.st_size > most:
                raise BadInput("file_long", path=path, most=most // 1_000_000)
            return file.read(most)
    except OSError as error:
        raise BadInput("file", path=path, detail=error) from None
