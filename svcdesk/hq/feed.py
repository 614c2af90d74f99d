"""The feed of a centre: the whole ledger as headquarters may see it, one gzipped CSV a table and a manifest.

The same state of a ledger gives the same bytes. The SHA-256 of a file is that of its text, so that another compressor
does not change it.
"""

import csv
import gzip
import hashlib
import hmac
import io
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, BinaryIO, cast
from unicodedata import normalize

from svcdesk import periods, reports, schema
from svcdesk.durable import sync
from svcdesk.errors import BadInput, Refused, StorageError
from svcdesk.guards import given_bytes
from svcdesk.hq.facts import COLUMNS, FACTS, FIRST_DAY, FORMAT, POLICY_KEYS, Fact
from svcdesk.model import Record
from svcdesk.month.drift import entries_since
from svcdesk.periods import LocalHours, instant
from svcdesk.regulation.policy import KEYS
from svcdesk.store import Ledger

MANIFEST = "manifest.json"
_EPOCH = date(1970, 1, 1).toordinal()
_CONTROL = re.compile("[\x00-\x1f\x7f\u0085\u2028\u2029]")
_LEAST_KEY = 16  # bytes


def day_number(day: date) -> int:
    """Return a date as the number of days since 1970-01-01."""
    return day.toordinal() - _EPOCH


def day_of_number(number: int) -> date:
    """Return the date of a day number."""
    return date.fromordinal(number + _EPOCH)


def seconds(text: str) -> int:
    """Return a stored instant as UTC seconds."""
    return int(instant(text).timestamp())


def comparable(name: str) -> str:
    """Write a name as it is compared between centres: without blanks, width and case."""
    return "".join(normalize("NFKC", name).split()).casefold()


def read_key(path: Path) -> bytes:
    """Read the key that masks customers. Raises BadInput for one that could be guessed."""
    key = given_bytes(path).strip()
    if len(key) < _LEAST_KEY:
        raise BadInput("mask_key", path=path, least=_LEAST_KEY)
    return key


def write(ledger: Ledger, folder: Path, key: bytes | None = None) -> Record:
    """Write the ledger's feed into a folder, in the place of an earlier feed, and return its manifest.

    With a key, customers are sent as keyed hashes. Raises Refused where the centre has no code, BadInput where the
    folder holds something else, StorageError.
    """
    code = ledger.value("SELECT code FROM live_centre")
    if code is None:
        raise Refused("no_centre_code")
    if folder.exists() and not _is_ours(folder):
        raise BadInput("feed_folder", path=folder)
    part = folder.absolute().with_name(f".{folder.absolute().name}.{os.urandom(4).hex()}.part")
    try:
        part.mkdir(mode=0o700)
        with reports.snapshot(ledger):
            manifest = _write_files(ledger, part, code, key)
        _swap(part, folder)
    except OSError as error:
        raise StorageError("unreadable", path=folder, detail=error) from None
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return manifest


def _is_ours(folder: Path) -> bool:
    return folder.is_dir() and not folder.is_symlink() and ((folder / MANIFEST).is_file() or not any(folder.iterdir()))


def _swap(part: Path, folder: Path) -> None:
    """Put the folder in its place whole; an earlier feed stays until then."""
    old = part.with_suffix(".old")
    if folder.exists():
        folder.replace(old)
    part.replace(folder)
    shutil.rmtree(old, ignore_errors=True)
    sync(folder.absolute().parent)


def _write_files(ledger: Ledger, folder: Path, code: str, key: bytes | None) -> Record:
    _define(ledger, key)
    files = [_write_table(folder, code, name, *_rows(ledger, name)) for name in COLUMNS]
    first, newest = (
        ledger.one(f"SELECT seq, hash, at FROM entry ORDER BY seq {order} LIMIT 1") for order in ("ASC", "DESC")
    )
    assert first is not None and newest is not None
    manifest = {
        "format": FORMAT,
        "schema": schema.VERSION,
        "centre": code,
        "name": ledger.centre["name"],
        "timezone": ledger.centre["timezone"],
        "origin": first["hash"],
        "begun": seconds(first["at"]),
        "entry": newest["seq"],
        "hash": newest["hash"],
        "at": seconds(newest["at"]),
        "masked": key is not None,
        "files": files,
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    _put(folder / MANIFEST, text.encode())
    return manifest


def _define(ledger: Ledger, key: bytes | None) -> None:
    """Give SQLite the functions that the allow-list reads with."""
    hours = LocalHours(ledger.zone)

    def masked(name: str) -> str:
        assert key is not None
        return hmac.new(key, comparable(name).encode(), "sha256").hexdigest()

    functions = {
        "centre_day": lambda text: day_number(hours.day(text)),
        "day_number": lambda text: day_number(date.fromisoformat(text)),
        "customer_name": masked if key else str,
        "customer_key": masked if key else comparable,
        "invoice_key": comparable,
    }
    for name, function in functions.items():
        ledger.con.create_function(name, 1, _of_something(function), deterministic=True)


def _of_something(function: Any) -> Any:
    return lambda value: None if value is None or value == "" else function(value)


def _rows(ledger: Ledger, name: str) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
    """Return a table's columns without the centre, and its rows."""
    if name in FACTS:
        return _facts(ledger, FACTS[name])
    return [column for column, _ in COLUMNS[name][1:]], _KEPT[name](ledger)


def _facts(ledger: Ledger, fact: Fact) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
    wanted = ", ".join(field.sql for field in fact.fields)
    return [field.name for field in fact.fields], ledger.con.execute(
        f"SELECT {wanted} FROM live_{fact.table} r ORDER BY r.id"
    )


def _policy(ledger: Ledger) -> Iterator[Sequence[Any]]:
    """Return the first value of every key that counts, then those set since."""
    first = {name: key.first for name, key in KEYS.items()}
    names = sorted(name for name in first if name.startswith(POLICY_KEYS))
    for place, name in enumerate(names):
        yield place - len(names), name, first[name], _whole(first[name]), FIRST_DAY
    rows = ledger.con.execute('SELECT id, "key", value, from_on FROM live_policy ORDER BY id')
    for number, name, value, since in rows:
        if name.startswith(POLICY_KEYS):
            yield number, name, value, _whole(value), day_number(date.fromisoformat(since))


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def _handed_in(ledger: Ledger) -> Iterator[Sequence[Any]]:
    """Return the frozen figures of every month that was handed in and stands: fen, counts, hundredths of a score."""
    number = 0
    for row in _standing(ledger):
        for figure, value in flat(json.loads(row["figures"])["figures"]):
            number += 1
            yield number, row["id"], row["month"], figure, value


def _later(ledger: Ledger) -> Iterator[Sequence[Any]]:
    """Return the entries that changed what a month counts after it was handed in."""
    number = 0
    for row in _standing(ledger):
        period = periods.month_from(date.fromisoformat(f"{row['month']}-01"), ledger.zone)
        for entry in entries_since(ledger, "monthly", period):
            number += 1
            yield number, row["id"], row["month"], entry["entry"], seconds(entry["at"])


def _standing(ledger: Ledger) -> list[Record]:
    sql = "SELECT id, month, figures FROM live_submission WHERE report = 'monthly' ORDER BY id"
    return ledger.rows(sql)


_KEPT = {"policy": _policy, "handed_in": _handed_in, "later_entry": _later}


def flat(figures: Record) -> Iterator[tuple[str, int]]:
    """Write a month's figures as names and integers: lines.dispatch.cost in fen, service.mean_score in hundredths."""
    for line in figures["lines"]:
        for name, value in line.items():
            if name != "line" and value is not None:
                yield f"lines.{line['line']}.{name}", integer(value)
    yield "pending_cost", integer(figures["pending_cost"])
    for name, value in figures["service"].items():
        if value is not None:
            yield f"service.{name}", integer(value)


def integer(value: Any) -> int:
    """Return a count as it is, and what has two decimals in hundredths."""
    if isinstance(value, int):
        return value
    return int((Decimal(str(value)) * 100).quantize(Decimal(1), ROUND_HALF_UP))


def _write_table(folder: Path, code: str, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Record:
    """Write one table, and say of it what whoever takes it can count again."""
    file = f"{name}.csv.gz"
    money = [place for place, column in enumerate(columns) if column.endswith("_fen")]
    digest, count, sums = hashlib.sha256(), 0, dict.fromkeys(money, 0)
    with (
        _created(folder / file) as raw,
        gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed,
        io.TextIOWrapper(cast(BinaryIO, _Digesting(packed, digest)), encoding="utf-8", newline="") as out,
    ):
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["centre", *columns])
        for row in rows:
            writer.writerow([code, *(_cell(value) for value in row)])
            count += 1
            for place in money:
                sums[place] += row[place] or 0
    return {
        "table": name,
        "file": file,
        "columns": ["centre", *columns],
        "rows": count,
        "sums": {columns[place]: total for place, total in sums.items()},
        "sha256": digest.hexdigest(),
    }


def _cell(value: Any) -> Any:
    """A row stays on one line: readers of large files split them there."""
    return _CONTROL.sub(" ", value) if isinstance(value, str) else value


class _Digesting(io.BufferedIOBase):
    """Writes on, and hashes what it writes."""

    def __init__(self, below: Any, digest: Any) -> None:
        self._below, self._digest = below, digest

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._digest.update(data)
        return int(self._below.write(data))


def _created(path: Path) -> Any:
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")


def _put(path: Path, data: bytes) -> None:
    with _created(path) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
