"""Where the bytes of a register come from: a file, standard input, or what gzip has packed; read more than once."""

import gzip
import io
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, cast

from svcdesk.errors import BadInput
from svcdesk.exchange.encodings import Opener

_GZIP = b"\x1f\x8b"
_MOST_UNPACKED = 4 << 30  # bytes that a packed register may have
_COPY = 1 << 20


def opener(path: Path) -> Opener:
    """Return what opens a register anew, unpacked. Raises BadInput for what is no file; OSError passes."""
    if str(path) == "-":
        opened = _spooled(cast(BinaryIO, getattr(sys.stdin, "buffer", sys.stdin)))
    elif not (path.is_file() or path.is_dir()) and path.exists():
        raise BadInput("no_file", path=path)
    else:
        opened = cast(Opener, partial(path.open, "rb"))
    with opened() as file:
        packed = file.read(2) == _GZIP
    return partial(_unpacked, path, opened) if packed else opened


def _unpacked(path: Path, opened: Opener) -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(_Bounded(path, gzip.GzipFile(fileobj=opened()))))


class _Bounded(io.RawIOBase):
    """What gzip unpacks, to a bound, and with its own complaints as ours."""

    def __init__(self, path: Path, packed: gzip.GzipFile) -> None:
        self._path, self._packed, self._left = path, packed, _MOST_UNPACKED

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._packed.seek(offset, whence)

    def readinto(self, buffer: Any) -> int:
        try:
            piece = self._packed.read(len(buffer))
        except (EOFError, gzip.BadGzipFile, OSError) as error:
            raise BadInput("file_gzip", path=self._path) from error
        self._left -= len(piece)
        if self._left < 0:
            raise BadInput("file_large", path=self._path, size=_MOST_UNPACKED >> 30)
        buffer[: len(piece)] = piece
        return len(piece)


def _spooled(stream: BinaryIO) -> Opener:
    """Keep what a stream gives in a file that has no name, so that it can be read more than once."""
    held = tempfile.TemporaryFile("w+b")  # noqa: SIM115 - open as long as the register is read
    while piece := stream.read(_COPY):
        held.write(piece)
    held.flush()
    return lambda: cast(BinaryIO, io.BufferedReader(_View(held)))


class _View(io.RawIOBase):
    """A place of its own in a file that several read."""

    def __init__(self, held: Any) -> None:
        self._held, self._at = held, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence == io.SEEK_END:
            offset += self._held.seek(0, io.SEEK_END)
        self._at = offset + (self._at if whence == io.SEEK_CUR else 0)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        self._held.seek(self._at)
        count = self._held.readinto(buffer)
        self._at += count
        return int(count)
