"""Records as JSON and CSV carry them: a register's stored columns written out, and what is worked out beside them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import chain, groupby, islice
from typing import Any

from svcdesk.columns import Column
from svcdesk.errors import BadInput
from svcdesk.model import LETTERS, Record, yuan
from svcdesk.periods import LocalHours, Period, stored
from svcdesk.registers.computed import DERIVATIONS, loads
from svcdesk.registers.declarations import ASSIGNMENT_COLUMNS, BY_TABLE, Register
from svcdesk.regulation.policy import Basis
from svcdesk.render.tables import csv_cell
from svcdesk.store import Ledger

Write = Callable[[Sequence[Any]], Sequence[Any]]


def mask(kind: str, text: str | None) -> str | None:
    """Mask personal data: 13812345678 -> 138****5678, 王工 -> 王*, an address to its first three characters."""
    if not text:
        return text
    if kind == "phone":
        digits = text.strip()
        return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 9 else "****"
    if kind == "address":
        return f"{text[:3]}****"
    return f"{text[0]}*"


def _writer(column: Column, hours: LocalHours, reveal: bool, cells: bool) -> Write:
    """Make the function that writes the stored values of a column; where nothing is stored, nothing is written."""
    kind, _, rest = column.kind.partition(":")
    if kind == "personal":
        if rest == "wage":
            return _each(yuan if reveal else lambda _: "****")
        return _as_it_is if reveal else _each(partial(mask, rest))
    if kind == "instant":
        return hours.texts
    if kind == "id":
        letter = LETTERS[rest]
        return _each(lambda number: f"{letter}{number}")
    if kind == "flag":
        return _each(_FLAGS.__getitem__ if cells else bool)
    if kind == "money":
        return _each(yuan)
    if kind == "json":
        return _each(partial(_json_cell if cells else _json, hours))
    return _as_it_is


def _as_it_is(values: Sequence[Any]) -> Sequence[Any]:
    return values


def _each(write: Callable[[Any], Any]) -> Write:
    """Make a writer of columns from one of values."""

    def written(values: Sequence[Any]) -> Sequence[Any]:
        missing = values.count(None)
        if missing == len(values):
            return values
        return [None if value is None else write(value) for value in values] if missing else [*map(write, values)]

    return written


_FLAGS = {0: "false", 1: "true"}


def _json(hours: LocalHours, text: str) -> Any:
    """Read what is stored as JSON; the times of what happened step by step are written as all times are."""
    value = loads(text)
    for step in value if isinstance(value, list) else ():
        for name in ("at", "until"):
            if isinstance(step, dict) and name in step:
                (step[name],) = hours.texts([step[name]])
    return value


def _json_cell(hours: LocalHours, text: str) -> str:
    return text if text in ("[]", "{}") else str(csv_cell(_json(hours, text)))


def columns_of(register: Register, *, detail: bool) -> list[Column]:
    """List the columns that people and scripts see, in order; ``detail`` for show and export."""
    return [column for column in register.columns if column.name[0] != "_" and (detail or not column.detail)]


_SHORT_PERIOD = 366  # days


class Selection:
    """Which records are asked for: SQL conditions with their values, an order and a limit."""

    def __init__(self) -> None:
        self.conditions: list[str] = ["1"]
        self.values: list[Any] = []
        self.order: str | None = None
        self.limit: int | None = None
        self.paged = False

    def where(self, condition: str, *values: Any) -> "Selection":
        """Add a condition."""
        self.conditions.append(condition)
        self.values.extend(values)
        return self

    def in_pages(self) -> "Selection":
        """Read page after page by id, each in a read transaction of its own, so that no writer has to wait for all."""
        self.paged = True
        return self

    def during(self, register: Register, period: Period | None) -> "Selection":
        """Keep what counts in the period: by the register's own time; a dispatch by any day of its trip."""
        if period is None:
            return self
        if (period.after - period.first).days <= _SHORT_PERIOD and register.table != "dispatch":
            self.order = f"+{register.order}"  # else SQLite may walk all history in id order to save the sort
        start, end = stored(period.start) if period.first.year > 1970 else "", stored(period.end)
        if register.table == "dispatch":
            return self.where(
                "(r.id IN (SELECT dispatch_id FROM live_crew"
                " WHERE departed_at < ? AND (returned_at >= ? OR returned_at IS NULL))"
                " OR (r.sent_at >= ? AND r.sent_at < ?"
                " AND NOT EXISTS (SELECT 1 FROM live_crew x WHERE x.dispatch_id = r.id"
                " AND x.departed_at IS NOT NULL)))",
                end, start, start, end,
            )  # fmt: skip
        if register.table == "expense":
            return self.where("r.spent_on >= ? AND r.spent_on < ?", period.first.isoformat(), period.after.isoformat())
        return self.where(f"{register.at} >= ? AND {register.at} < ?", start, end)

    def sorted_by(self, register: Register, name: str | None) -> "Selection":
        """Sort by a column, a leading minus for the greatest first. Raises BadInput for one that cannot be."""
        if name:
            column = register.column(name.removeprefix("-"))
            if column is None or column.sql is None or column.name[0] == "_":
                names = [c.name for c in register.columns if c.sql and c.name[0] != "_"]
                raise BadInput("sort", text=name, names=names)
            value, down = column.sql, name[0] == "-"
            if (
                column in ASSIGNMENT_COLUMNS or column.name == "due"
            ):  # a crew stands together, where its first or last does
                value = f"{'max' if down else 'min'}({value}) OVER (PARTITION BY r.id)"
            self.order = f"{value} {'DESC' if down else 'ASC'}, {register.order}"
        return self

    def first(self, limit: int | None) -> "Selection":
        """Keep at most so many."""
        self.limit = limit
        return self


def records(
    ledger: Ledger,
    register: Register,
    now: datetime,
    selection: Selection | None = None,
    *,
    detail: bool = False,
    reveal: bool = False,
    flat: bool = False,
) -> Iterator[Record]:
    """Stream a register's records. A dispatch gathers its crew, unless ``flat`` asks for a row an engineer."""
    selection = selection or Selection()
    columns = columns_of(register, detail=detail)
    names = [column.name for column in columns]
    blocks = _blocks(ledger, register, columns, now, selection, reveal)
    rows: Iterator[Record] = (
        dict(zip(names, row, strict=True)) for block in blocks for row in zip(*block, strict=True)
    )
    if register.table == "dispatch" and not flat:
        rows = gathered(rows, detail)
    if selection.limit is not None:
        if register.table == "dispatch" and flat:  # so many dispatches, each with its whole crew
            crews = (crew for _, crew in groupby(rows, lambda row: row["id"]))
            return chain.from_iterable(islice(crews, selection.limit))
        rows = islice(rows, selection.limit)
    return rows


def cells(
    ledger: Ledger, register: Register, now: datetime, selection: Selection, *, reveal: bool = False
) -> Iterator[list[Sequence[Any]]]:
    """Stream a register in full as blocks of CSV cells, column by column; a row an engineer of a dispatch."""
    columns = columns_of(register, detail=True)
    return _blocks(ledger, register, columns, now, selection, reveal, cells=True)


_BLOCK = 250  # records written at a time, column by column


def _blocks(
    ledger: Ledger,
    register: Register,
    columns: list[Column],
    now: datetime,
    selection: Selection,
    reveal: bool,
    *,
    cells: bool = False,
) -> Iterator[list[Sequence[Any]]]:
    """Read blocks of rows and give each as its columns, written as records carry them or as CSV cells."""
    hours = LocalHours(ledger.zone)
    derivation = DERIVATIONS.get(register.table)
    needs = [column for column in register.columns if derivation and column.name in derivation.needs]
    read = [column for column in register.columns if column.sql and (column in columns or column in needs)]
    place = {column.name: number for number, column in enumerate(read)}
    pages = _pages(ledger, register, ", ".join(str(column.sql) for column in read), selection)
    work = derivation.make(Basis(ledger.policy, now, ledger.zone), ledger, hours) if derivation else None
    writers = {column.name: _writer(column, hours, reveal, cells) for column in columns if column.sql}
    for rows in pages:
        raw = list(zip(*rows, strict=True))
        nothing = (None,) * len(rows)
        block: dict[str, Sequence[Any]] = {}
        if derivation and work:
            told = map(work, *(raw[place[name]] for name in derivation.needs))
            block = dict(zip(derivation.gives, zip(*told, strict=True), strict=True))
        for name, write in writers.items():
            block[name] = write(raw[place[name]])
        written = [(column, block.get(column.name, nothing)) for column in columns]
        if cells:
            yield [part for column, values in written for part in _as_cells(column, values)]
        else:
            yield [values for _, values in written]


def _pages(ledger: Ledger, register: Register, wanted: str, selection: Selection) -> Iterator[list[tuple[Any, ...]]]:
    """Read the rows as they are stored, some at a time."""
    conditions, order = " AND ".join(selection.conditions), selection.order or register.order
    sql = f"SELECT {wanted} FROM {register.source} WHERE {conditions}"
    if selection.paged and selection.order is None and selection.limit is None:
        last, page = (
            -1,
            f'SELECT max(id) FROM (SELECT id FROM "live_{register.table}" WHERE id > ? ORDER BY id LIMIT {_BLOCK})',
        )
        while (final := ledger.value(page, (last,))) is not None:
            values = (*selection.values, last, final)
            if rows := ledger.con.execute(f"{sql} AND r.id > ? AND r.id <= ? ORDER BY {order}", values).fetchall():
                yield rows
            last = final
        return
    limit = f" LIMIT {selection.limit:d}" if selection.limit is not None and register.table != "dispatch" else ""
    cursor = ledger.con.execute(f"{sql} ORDER BY {order}{limit}", selection.values)
    while rows := cursor.fetchmany(_BLOCK):
        yield rows


def _as_cells(column: Column, values: Sequence[Any]) -> list[Sequence[Any]]:
    """Return a column as cells: a nested one as one column a key."""
    if column.keys:
        return [[value[key] if value else None for value in values] for key in column.keys]
    return [[*map(csv_cell, values)] if column.sql is None and column.kind in ("flag", "json") else values]


def one(
    ledger: Ledger, table: str, record_id: int, now: datetime, *, reveal: bool = False, detail: bool = True
) -> Record:
    """Return one record, with all its details."""
    ledger.get(table, record_id)
    selection = Selection().where("r.id = ?", record_id)
    return next(records(ledger, BY_TABLE[table], now, selection, detail=detail, reveal=reveal))


def gathered(rows: Iterable[Record], detail: bool) -> Iterator[Record]:
    """Gather the rows of a dispatch, one an engineer, into its crew."""
    own = [column.name for column in ASSIGNMENT_COLUMNS if detail or not column.detail]
    current: Record | None = None
    for row in rows:
        member = {name: row.pop(name) for name in own}
        due = row["due"]
        if current is not None and current["id"] == row["id"]:
            current["crew"].append(member)
            current["due"] = max(current["due"] or "", due or "") or None
        else:
            if current is not None:
                yield current
            current = {**row, "crew": [member]}
    if current is not None:
        yield current
