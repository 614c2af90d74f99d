"""A feed read again before it is taken: its manifest, its files, their sums, and what their rows refer to."""

import csv
import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from svcdesk.errors import BadInput, StorageError
from svcdesk.guards import given_text
from svcdesk.hq.facts import COLUMNS, FACTS, FORMAT
from svcdesk.hq.feed import MANIFEST
from svcdesk.model import CENTRE_CODE, Record

_NEEDED = (
    "schema", "centre", "name", "timezone", "origin", "begun", "entry", "hash", "at", "masked", "files",
)  # fmt: skip
_MOST = 1 << 34  # bytes that a file may unpack to: more is no feed
_LONGEST_LINE = 1 << 22  # bytes; ten megabytes may unpack to ten gigabytes without an end of line

# Which id a column holds, by its table.
_REFERENCES = {
    table: {field.name: field.refers for field in fact.fields if field.refers} for table, fact in FACTS.items()
}


class Feed(NamedTuple):
    """A feed that was read and agrees with itself."""

    folder: Path
    manifest: Record

    @property
    def centre(self) -> str:
        """The centre's code."""
        return str(self.manifest["centre"])


def read(folder: Path) -> Feed:
    """Read a feed through. Raises BadInput for one that does not agree with itself, StorageError for a newer one."""
    manifest = read_manifest(folder)
    known: dict[str, set[int]] = {}
    for file in _in_order(manifest["files"]):
        known[file["table"]] = _read_file(folder, manifest["centre"], file, known)
    return Feed(folder, manifest)


def read_manifest(folder: Path) -> Record:
    """Read a feed's manifest. Raises BadInput, or StorageError where a newer program wrote it."""
    try:
        manifest = json.loads(given_text(folder / MANIFEST))
    except BadInput as error:
        raise BadInput("feed_manifest", path=folder, detail=error.values.get("detail", error.key)) from None
    except (ValueError, RecursionError) as error:
        raise BadInput("feed_manifest", path=folder, detail=error) from None
    if not isinstance(manifest, dict) or not isinstance(manifest.get("format"), int):
        raise BadInput("feed_spoilt", path=folder, file=MANIFEST, what="format")
    if manifest["format"] > FORMAT:
        raise StorageError("feed_newer", path=folder, theirs=manifest["format"], ours=FORMAT)
    lacking = [name for name in _NEEDED if name not in manifest]
    if lacking or not re.fullmatch(CENTRE_CODE, str(manifest["centre"]), re.ASCII):
        raise BadInput("feed_spoilt", path=folder, file=MANIFEST, what=", ".join(lacking) or "centre")
    files = manifest["files"]
    if not isinstance(files, list) or not all(isinstance(file, dict) for file in files):
        raise BadInput("feed_spoilt", path=folder, file=MANIFEST, what="files")
    return manifest


def _in_order(files: list[Record]) -> list[Record]:
    """Put the tables in the order in which they refer to each other. Raises BadInput for one that is not known."""
    named = {file.get("table"): file for file in files}
    for name, file in named.items():
        if name not in COLUMNS or file.get("file") != f"{name}.csv.gz":
            raise BadInput("feed_table", text=name)
    if len(named) != len(files) or named.keys() != COLUMNS.keys():
        raise BadInput("feed_table", text=", ".join(sorted(COLUMNS.keys() - named.keys())))
    return [named[name] for name in COLUMNS]


def _read_file(folder: Path, centre: str, file: Record, known: dict[str, set[int]]) -> set[int]:
    """Read one file through, and return its ids. Raises BadInput where anything about it does not agree."""
    path = folder / file["file"]
    counted = _Counted(path, file, centre, known)
    try:
        if not path.is_file():  # a pipe that nobody writes would be waited for
            raise FileNotFoundError(path)
        with gzip.open(path) as packed:
            reader = csv.reader(counted.lines(packed))
            counted.head(next(reader, []))
            for row in reader:
                counted.row(row)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise BadInput("feed_spoilt", path=folder, file=file["file"], what=type(error).__name__) from None
    counted.finish()
    return counted.ids


class _Counted:
    """What is counted of a file while it is read, to be held against the manifest."""

    def __init__(self, path: Path, file: Record, centre: str, known: dict[str, set[int]]) -> None:
        self.path, self.file, self.centre, self.known = path, file, centre, known
        self.ids: set[int] = set()
        self.rows, self.bytes, self.last = 0, 0, -(1 << 62)
        self.digest = hashlib.sha256()
        self.references: list[tuple[int, str]] = []
        self.own: list[tuple[int, int]] = []  # rows that refer to their own table, which may come later

    def lines(self, packed: Any) -> Iterator[str]:
        """Return the lines, hashing them as they pass."""
        for line in iter(lambda: packed.readline(_LONGEST_LINE), b""):
            self.bytes += len(line)
            if self.bytes > _MOST or len(line) == _LONGEST_LINE:
                self.refuse("size")
            self.digest.update(line)
            yield line.decode("utf-8")

    def head(self, names: Sequence[str]) -> None:
        """Hold the heading against the manifest and what this program knows."""
        kinds = dict(COLUMNS[self.file["table"]])
        if list(names) != self.file["columns"] or names[:2] != ["centre", "id"] or not set(names) <= kinds.keys():
            self.refuse("columns")
        places = {name: place for place, name in enumerate(names)}
        refers = _REFERENCES.get(self.file["table"], {})
        self.numbers = [place for name, place in places.items() if kinds[name]]
        self.references = [(place, refers[name]) for name, place in places.items() if refers.get(name)]
        self.sums = {places[name]: 0 for name in self.file["sums"] if name in places}
        self.width = len(names)

    def row(self, row: Sequence[str]) -> None:
        """Count a row: its centre, its number, its sums, and that what it refers to is there."""
        if len(row) != self.width or row[0] != self.centre:
            self.refuse("centre")
        try:
            number = int(row[1])
            for place in self.numbers:
                if row[place]:
                    int(row[place])
            for place in self.sums:
                self.sums[place] += int(row[place] or 0)
        except ValueError:
            self.refuse("numbers")
        if number <= self.last:
            self.refuse("order")
        self.last = number
        self.ids.add(number)
        self.rows += 1
        for place, table in self.references:
            self._refer(int(row[place] or 0), table)

    def _refer(self, number: int, table: str) -> None:
        if not number:
            return
        if table == self.file["table"] or table not in self.known:
            self.own.append((number, self.rows))
        elif number not in self.known[table]:
            self.refuse("references")

    def finish(self) -> None:
        """Hold what was counted against the manifest."""
        names = self.file["columns"]
        if self.rows != self.file["rows"]:
            self.refuse("rows")
        if {names[place]: total for place, total in self.sums.items()} != self.file["sums"]:
            self.refuse("sums")
        if any(number not in self.ids for number, _ in self.own):
            self.refuse("references")
        if self.digest.hexdigest() != self.file["sha256"]:
            self.refuse("sha256")

    def refuse(self, what: str) -> None:
        """Refuse the feed."""
        raise BadInput("feed_spoilt", path=self.path.parent, file=self.path.name, what=what)
