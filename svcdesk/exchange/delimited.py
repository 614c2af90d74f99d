"""Delimited text: physical lines into rows, so that a stray quote costs the line it stands on and no other."""

import csv
import io
import re
from collections import Counter, deque
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from svcdesk.errors import BadInput, DeskError
from svcdesk.exchange.encodings import Opener, checked_encoding, find_encoding, with_mark
from svcdesk.exchange.rows import Raw, Row, Table, Tally

LARGEST_FIELD = 1_000_000  # characters
_LARGEST_LINE = 4_000_000
_DELIMITERS = (",", "\t", ";", "|")
_SAMPLE = 60  # lines looked at for the delimiter
_FAULTS = {"end of data": "csv_open", "expected after": "csv_quote", "field limit": "csv_long"}


def open_text(path: Path, opened: Opener, encoding: str | None, delimiter: str | None) -> Raw:
    """Open a text. Raises BadInput for one whose encoding is not what was told, or cannot be told."""
    named = encoding is not None
    codec = with_mark(checked_encoding(encoding), opened) if encoding else find_encoding(path, opened)
    csv.field_size_limit(LARGEST_FIELD)
    text = _Text(path, opened, codec, named)
    sign = delimiter or _delimiter(path, list(islice(text.lines(), _SAMPLE)))
    table = Table(partial(_records, text, sign))
    return Raw(codec, [table], codec == "utf-8-sig", sign)


class _Text(NamedTuple):
    path: Path
    opened: Opener
    codec: str
    named: bool

    def lines(self) -> Iterator[str]:
        """Read the physical lines. One longer than any register's is cut: its record is bad, and memory is bounded."""
        try:
            with io.TextIOWrapper(self.opened(), encoding=self.codec, newline="") as file:
                while line := file.readline(_LARGEST_LINE):
                    yield line
                    while len(line) == _LARGEST_LINE and line[-1] not in "\r\n":
                        line = file.readline(_LARGEST_LINE)
        except UnicodeError:
            key = "encoding_other" if self.named else "encoding"
            raise BadInput(key, path=self.path, encoding=self.codec.removesuffix("-sig")) from None


def _delimiter(path: Path, sample: list[str]) -> str:
    """Find what stands between the cells: what gives most lines one width, and of those the widest."""
    best, sign = (0, 0), "\t" if path.suffix.lower() in (".tsv", ".tab") else ","
    for each in dict.fromkeys((sign, *_DELIMITERS)):
        try:
            widths = Counter(len(cells) for cells in csv.reader(sample, delimiter=each) if len(cells) > 1)
        except csv.Error:
            continue
        for width, count in widths.items():
            if (count, width) > best:
                best, sign = (count, width), each
    return sign


class _Feed:
    """Hands lines to the CSV reader, remembers those of the record being read, and takes them back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self._back = lines, deque[str]()
        self.record: list[str] = []

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else next(self._lines)
        self.record.append(line)
        return line

    def keep_first(self) -> None:
        """Give all lines of the record but its first back, to be read again."""
        self._back.extendleft(reversed(self.record[1:]))
        del self.record[1:]


def _records(text: _Text, delimiter: str, tally: Tally) -> Iterator[Row]:
    """Read the rows of a text. A record that swallowed others is read again from its second line."""
    feed = _Feed(text.lines())
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    width, line = 0, 1
    while True:
        feed.record = []
        fault: DeskError | None = None
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            fault = _fault(error, line, len(feed.record))
        else:
            fault = _swallowed(feed.record, cells, width, delimiter, line)
        if fault:
            feed.keep_first()
            cells = feed.record[0].rstrip("\r\n").split(delimiter)
        elif len(feed.record[0]) >= _LARGEST_LINE:
            fault, cells = BadInput("csv_long", line=line, most=LARGEST_FIELD), [feed.record[0][:LARGEST_FIELD]]
        count = len(feed.record)
        tally.lines += count
        tally.inside += count - 1
        if fault or any(map(str.strip, cells)):
            width = width or (len(cells) if len(cells) > 1 else 0)
            yield Row(line, cells, fault)
        else:  # rows that are blank altogether are no rows
            tally.blank += 1
        line += count


def _fault(error: csv.Error, line: int, count: int) -> DeskError:
    """Say why a record cannot be read; only its first line is lost by it."""
    key = next((key for words, key in _FAULTS.items() if words in str(error)), "csv")
    return BadInput(key, line=line, last=line + count - 1, count=count, detail=str(error), most=LARGEST_FIELD)


def _swallowed(lines: list[str], cells: list[str], width: int, delimiter: str, line: int) -> DeskError | None:
    """Judge a record of several lines: a cell that goes on, rows that a stray quote swallowed, or neither for certain.

    Raises BadInput where it reads well either way: the lines inside look like rows, and so does the whole.
    """
    if len(lines) == 1 or not width:
        return None
    # The last line of a cell that goes on holds the rest of the row: where that cell is the first, it looks like one.
    # Where a later cell goes on as well, that is a line in the middle.
    behind = [other for other in lines[1:-1] if not _closes(other.split(delimiter)[0])]
    behind += [] if '"' in lines[-1].split(delimiter)[0] else lines[-1:]
    alike = any(_is_alike(lines[0], other, width, delimiter) for other in behind)
    last = line + len(lines) - 1
    if len(cells) > width or (len(cells) < width and alike):
        return BadInput("csv_quote", line=line, last=last, count=len(lines))
    if alike:
        raise BadInput("csv_swallowed", line=line, last=last, count=len(lines))
    return None


def _closes(cell: str) -> bool:
    """Return whether the text before a line's first delimiter ends a cell that an earlier line opened."""
    return '"' in cell and not cell.startswith('"')


def _is_alike(first: str, other: str, width: int, delimiter: str) -> bool:
    """Return whether a line inside a record looks like a row itself: as wide as rows are, and of their shape."""
    cells, model = other.rstrip("\r\n").split(delimiter), first.rstrip("\r\n").split(delimiter)
    if len(cells) != width:
        return False
    same = [_shape(cell) == _shape(like) for cell, like in zip(cells, model, strict=False)]
    return same[0] or sum(same) * 2 >= width


def _shape(cell: str) -> str:
    """Return the kind of text that a cell holds: A17 and B3 have the shape a9."""
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "9", cell.strip().strip('"')))
