"""Rows that are all read before the first is used: who prints them may wait at a pager, and no writer with them."""

import marshal
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

from svcdesk.later import later

if TYPE_CHECKING:
    import tempfile
else:
    tempfile = later("tempfile")  # brings random with it, which no short list needs

_IN_MEMORY = 16  # blocks; what is more goes to a file that nobody else can see and that is gone afterwards

Rows = list[tuple[Any, ...]]


def let_go(blocks: Iterable[Rows]) -> Iterator[Rows]:
    """Read all blocks of rows, which ends the read transaction, and give them one by one."""
    coming = iter(blocks)
    held = list(islice(coming, _IN_MEMORY))
    further = next(coming, None)
    if further is None:
        yield from held
        return
    with tempfile.TemporaryFile(prefix=".svcdesk-") as file:
        marshal.dump(further, file)
        for rows in coming:
            marshal.dump(rows, file)
        file.seek(0)
        yield from held
        yield from _kept(file)


def _kept(file: BinaryIO) -> Iterator[Rows]:
    while True:
        try:
            yield marshal.load(file)
        except EOFError:
            return
