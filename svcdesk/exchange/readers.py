"""Registers that somebody else keeps, opened strictly: what kind of file it is, and which of its rows are records."""

from pathlib import Path

from svcdesk.errors import BadInput
from svcdesk.exchange import delimited, dialect, workbooks
from svcdesk.exchange.dialect import PLAIN, Dialect
from svcdesk.exchange.encodings import Opener
from svcdesk.exchange.rows import Raw, Row, Source
from svcdesk.exchange.sources import opener
from svcdesk.model import LIVE

ADDED = dialect.ADDED
_PACKED, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_HTML = (b"<!doctype", b"<html", b"<table", b"<head", b"<body", b"<?xml", b"<meta")


def open_source(path: Path, using: Dialect = PLAIN) -> Source:
    """Open a register by its dialect. Raises BadInput for what cannot be read as one."""
    return dialect.read(path, open_raw(path, using), using)


def open_raw(path: Path, using: Dialect = PLAIN) -> Raw:
    """Open a file as the tables that lie in it. Raises BadInput."""
    try:
        opened = opener(path)
        kind = _kind(path, opened)
        if kind == "xlsx":
            return workbooks.open_xlsx(path, opened)
        if kind == "old":
            return workbooks.open_old(path, opened)
        if kind == "html" and not using.encoding:
            raise BadInput("file_html", path=path)
        return delimited.open_text(path, opened, using.encoding, using.delimiter)
    except OSError as error:
        raise BadInput("file", path=path, detail=error) from None


def _kind(path: Path, opened: Opener) -> str | None:
    """Name what a file is by its first bytes, whatever it is called; None for what may be plain text."""
    with opened() as file:
        head = file.read(512)
    if head.startswith(_PACKED):
        return "old" if b"opendocument" in head or path.suffix.lower() == ".ods" else "xlsx"
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return "old" if head.startswith(_OLD) else "xlsx"
    if head.startswith(_OLD):
        return "old"
    return "html" if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_HTML) else None


def disarmed(text: str) -> str:
    """Take off the apostrophe with which an export for spreadsheets disarmed a text."""
    return text[1:] if text[:1] == "'" and text[1:2] in LIVE else text


def as_given(row: Row, width: int, delimiter: str = ",") -> list[str]:
    """Return a row's original cells, as many as there are headings; what a delimiter split off stays joined on."""
    cells = row.cells[:width] if row.fault is None else row.cells
    if len(cells) > width:
        return [*cells[: width - 1], delimiter.join(cells[width - 1 :])]
    return cells + [""] * (width - len(cells))
