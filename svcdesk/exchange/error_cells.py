"""Cells of .xls and .ods workbooks that hold an error, such as #DIV/0!: the reader of both hands them on as blank ones.

Each is found by itself in the file, so that a row which lacks a value for such a reason is a bad one.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO
from xml.etree.ElementTree import ParseError, iterparse
from zipfile import BadZipFile, ZipFile

Found = dict[tuple[str, int], tuple[str, str]]  # by sheet and line: the first such cell of the row, and its text

_TEXTS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_FORMULA, _BOUND_SHEET, _BOOL_OR_ERROR = 0x0006, 0x0085, 0x0205
_END = 0xFFFFFFFA  # of sectors: from here on the numbers mean something else
_TABLE, _OFFICE = (
    "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}",
    "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}",
)
_EXTENDED = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"


def in_ods(file: BinaryIO) -> Found:
    """Find the cells of an .ods workbook that hold an error."""
    found: Found = {}
    sheet, line, place = "", 0, 0
    try:
        with ZipFile(file) as packed, packed.open("content.xml") as content:
            for event, element in iterparse(content, ("start", "end")):
                name = element.tag.removeprefix(_TABLE)
                if event == "start" and name == "table":
                    sheet, line = element.get(f"{_TABLE}name", ""), 0
                elif event == "start" and name == "table-row":
                    line, place = line + 1, 0
                elif event == "end" and name in ("table-cell", "covered-table-cell"):
                    if element.get(f"{_EXTENDED}value-type") == "error":
                        found.setdefault((sheet, line), (f"{_letters(place)}{line}", "".join(element.itertext())))
                    place += int(element.get(f"{_TABLE}number-columns-repeated", "1"))
                elif event == "end" and name == "table-row":
                    line += int(element.get(f"{_TABLE}number-rows-repeated", "1")) - 1
                    element.clear()
    except (ParseError, BadZipFile, KeyError, ValueError):
        return found  # whoever reads the cells says what is wrong with the file
    return found


def in_xls(file: BinaryIO) -> Found:
    """Find the cells of an .xls workbook that hold an error."""
    try:
        stream = _workbook(file.read())
        sheets = {
            struct.unpack_from("<I", data)[0]: _sheet_name(data)
            for _, kind, data in _records(stream, 0)
            if kind == _BOUND_SHEET
        }
        return {key: cell for start, name in sheets.items() for key, cell in _errors(stream, start, name)}
    except (struct.error, IndexError, StopIteration):
        return {}  # whoever reads the cells says what is wrong with the file


def _workbook(data: bytes) -> bytes:
    """Return the stream of an OLE file that holds its workbook."""
    size, small_size = 1 << struct.unpack_from("<H", data, 30)[0], 1 << struct.unpack_from("<H", data, 32)[0]
    directory, cutoff, small_start = (struct.unpack_from("<I", data, at)[0] for at in (48, 56, 60))
    heads = [number for number in struct.unpack_from("<109I", data, 76) if number < _END]
    table = b"".join(data[size * (number + 1) : size * (number + 2)] for number in heads)
    follows = struct.unpack(f"<{len(table) // 4}I", table)

    def chained(start: int) -> bytes:
        parts: list[bytes] = []
        while start < _END and len(parts) <= len(follows):
            parts.append(data[size * (start + 1) : size * (start + 2)])
            start = follows[start]
        return b"".join(parts)

    entries = chained(directory)
    named = {}
    for at in range(0, len(entries), 128):
        length = struct.unpack_from("<H", entries, at + 64)[0]
        name = entries[at : at + max(length - 2, 0)].decode("utf-16-le", "replace")
        named[name] = struct.unpack_from("<II", entries, at + 116)
    start, length = next(named[name] for name in ("Workbook", "Book") if name in named)
    if length >= cutoff:
        return chained(start)[:length]
    little, links = chained(named["Root Entry"][0]), chained(small_start)
    parts: list[bytes] = []
    while start < _END and len(parts) <= len(links):
        parts.append(little[small_size * start : small_size * (start + 1)])
        start = struct.unpack_from("<I", links, 4 * start)[0]
    return b"".join(parts)[:length]


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, bytes]]:
    """Give the records from a place on up to the end of what begins there: place, kind, data."""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield at, kind, stream[at + 4 : at + 4 + length]
        if kind == 0x000A:
            return
        at += 4 + length


def _sheet_name(data: bytes) -> str:
    count, wide = data[6], data[7] & 1
    return data[8 : 8 + count * (1 + wide)].decode("utf-16-le" if wide else "latin-1", "replace")


def _errors(stream: bytes, start: int, sheet: str) -> Iterator[tuple[tuple[str, int], tuple[str, str]]]:
    seen: set[int] = set()
    for _, kind, data in _records(stream, start):
        code = None
        if kind == _BOOL_OR_ERROR and data[7] == 1:
            code = data[6]
        elif kind == _FORMULA and data[12:14] == b"\xff\xff" and data[6] == 2:
            code = data[8]
        if code is None:
            continue
        row, column = struct.unpack_from("<HH", data)
        if row not in seen:
            seen.add(row)
            yield (sheet, row + 1), (f"{_letters(column)}{row + 1}", _TEXTS.get(code, "#ERR"))


def _letters(place: int) -> str:
    """Name a column as a spreadsheet does: 0 is A, 26 is AA."""
    name, number = "", place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
