"""Files that others read: they appear whole, with the rights they need, or not at all."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO

from svcdesk.durable import sync
from svcdesk.errors import StorageError, about
from svcdesk.later import later

if TYPE_CHECKING:
    import tempfile
else:
    tempfile = later("tempfile")  # brings random with it, which a report on stdout needs nothing of


@contextmanager
def opened(output: str | None, *, never: Path, private: bool = False) -> Iterator[TextIO]:
    """Open stdout, or a text file that appears whole or not at all, as ``whole_file`` does."""
    if output is None:
        yield sys.stdout
        return
    with (
        whole_file(output, never=never, private=private) as path,
        about(output),
        path.open("w", encoding="utf-8", newline="") as file,
    ):
        yield file


@contextmanager
def draft() -> Iterator[TextIO]:
    """Return a text file that nobody else can see and that is gone afterwards.

    What is read from the ledger goes here first: who reads the output may be slow, and must not hold up its writers.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as file:
        yield file


def scratch() -> AbstractContextManager[str]:
    """Return a folder for the parts of a file, gone afterwards."""
    return tempfile.TemporaryDirectory(prefix=".svcdesk-")


def send_on(held: TextIO, out: TextIO) -> None:
    """Copy a draft from its beginning; as bytes, where there are bytes below."""
    held.flush()
    below = getattr(out, "buffer", None)
    if below is None:
        held.seek(0)
        shutil.copyfileobj(held, out, _PIECE)
        return
    out.flush()
    held.buffer.seek(0)
    shutil.copyfileobj(held.buffer, below, _PIECE)


_PIECE = 1 << 20


@contextmanager
def whole_file(output: str | Path | None, *, never: Path, private: bool = False) -> Iterator[Path]:
    """Return the path of a file to write that becomes the output at the end, or never.

    It is made 0600 with O_EXCL and moved into place, so that no reader meets a half; ``private`` keeps it 0600, else it
    has the rights of the umask. Into a device, a pipe or stdout (None) it is copied at the end. Raises StorageError,
    also where the output is a file of the ledger ``never``.
    """
    given = Path(output) if output is not None else None
    is_device = given is not None and given.exists() and not (given.is_file() or given.is_dir())
    try:  # a device keeps its name: /dev/stdout is a link to what has none
        target = Path(os.path.realpath(given)) if given is not None and not is_device else given
    except OSError as error:
        raise StorageError("unreadable", path=output, detail=error) from None
    if target is not None and _is_of_ledger(target, never):
        raise StorageError("onto_ledger", path=target)
    try:
        handle, name = tempfile.mkstemp(dir=None if target is None or is_device else target.parent, prefix=".svcdesk-")
        os.close(handle)
    except OSError as error:
        raise StorageError("unreadable", path=output or tempfile.gettempdir(), detail=error) from None
    made = Path(name)
    try:
        yield made
        if target is None:
            _copy_into(made, sys.stdout.buffer)
        elif is_device:
            with about(target), target.open("wb") as device:
                _copy_into(made, device)
        else:
            if not private:
                made.chmod(0o666 & ~_umask())
            _move(made, target)
    finally:
        made.unlink(missing_ok=True)


def _is_of_ledger(target: Path, ledger: Path) -> bool:
    """Return whether a path is the ledger, or what SQLite keeps beside it."""
    real = ledger.resolve()
    if target in [real, *(real.with_name(real.name + ending) for ending in ("-journal", "-wal", "-shm"))]:
        return True
    return target.exists() and ledger.exists() and target.samefile(ledger)


def _copy_into(made: Path, out: BinaryIO) -> None:
    with made.open("rb") as file:
        shutil.copyfileobj(file, out)
    out.flush()


def _move(made: Path, target: Path) -> None:
    try:
        sync(made)
        made.replace(target)
    except OSError as error:
        raise StorageError("unreadable", path=target, detail=error) from None
    if hasattr(os, "O_DIRECTORY"):
        sync(target.parent, of=target)  # the rename itself must reach the disk


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
