"""Records as JSON and CSV carry them: a register's stored columns written out, and what is worked out beside them."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import Any

from svcdesk.columns import Column
from svcdesk.errors import BadInput
from svcdesk.model import LETTERS, Record, yuan
from svcdesk.periods import LocalHours, Period, stored, today
from svcdesk.registers import dated
from svcdesk.registers.computed import loads
from svcdesk.registers.declaring import Members, Register
from svcdesk.registers.index import register_of
from svcdesk.regulation.policy import Basis
from svcdesk.render.tables import csv_cell
from svcdesk.spool import let_go
from svcdesk.store import Ledger

Write = Callable[[Sequence[Any]], Sequence[Any]]


_A_WHOLE_NUMBER, _A_SHORT_NUMBER = 11, 7  # digits; of shorter ones even the last two would tell too much


def mask(kind: str, text: str | None) -> str | None:
    """Mask personal data: 13812345678 -> 138****5678, 王工 -> 王*, an address to its first three characters."""
    if not text:
        return text
    if kind == "phone":
        digits = text.strip()
        if len(digits) >= _A_WHOLE_NUMBER:
            return f"{digits[:3]}****{digits[-4:]}"
        return f"****{digits[-2:]}" if len(digits) >= _A_SHORT_NUMBER else "****"
    if kind == "score":
        return "*"
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
        for name in ("at", "until", "due"):
            if isinstance(step, dict) and str(step.get(name, ""))[-1:] == "Z":  # a due may be a date alone
                (step[name],) = hours.texts([step[name]])
    return value


def _json_cell(hours: LocalHours, text: str) -> str:
    return text if text in ("[]", "{}") else str(csv_cell(_json(hours, text)))


_SHORT_PERIOD = 366  # days
_FIRST_YEAR = 1970  # a period that begins then, or before, has no beginning


class Selection:
    """Which records are asked for: SQL conditions with their values, an order and a limit."""

    def __init__(self) -> None:
        self.conditions: list[str] = ["1"]
        self.values: list[Any] = []
        self.order: str | None = None
        self.limit: int | None = None
        self.paged = False
        self.held = False
        self.turned = False

    def where(self, condition: str, *values: Any) -> "Selection":
        """Add a condition."""
        self.conditions.append(condition)
        self.values.extend(values)
        return self

    def with_member(self, members: Members, column: Column, key: str) -> "Selection":
        """Keep the records that somebody named by a key is a member of, each with all its members."""
        named = "?"
        if column.refers:
            named = f"SELECT id FROM live_{column.refers} WHERE {register_of(column.refers).key_column} = ?"
        theirs = f"SELECT {members.parent} FROM live_{members.table} WHERE {column.stored} IN ({named})"
        return self.where(f"r.id IN ({theirs})", key)

    def listing(self, column: Column, value: str) -> "Selection":
        """Keep the records that name a value in a list."""
        return self.where(f"EXISTS (SELECT 1 FROM json_each({column.sql}) j WHERE j.value = ?)", value)

    def by_condition(self, register: Register) -> "Selection":
        """Keep SQLite from walking through all records for their order's sake: few meet the conditions."""
        self.order = self.order or f"+{register.order}"
        return self

    def in_pages(self) -> "Selection":
        """Read page after page by id, each in a read transaction of its own, so that no writer has to wait for all."""
        self.paged = True
        return self

    def in_a_snapshot(self) -> "Selection":
        """Read row by row while the snapshot is held that the caller holds anyway: nothing is kept of them."""
        self.held = True
        return self

    def during(self, register: Register, period: Period | None) -> "Selection":
        """Keep what counts in the period: by the register's own time, or by what it declares in its place."""
        if period is None:
            return self
        if (period.after - period.first).days <= _SHORT_PERIOD and not register.during:
            self.order = f"+{register.order}"  # else SQLite may walk all history in id order to save the sort
        begins = period.first.year > _FIRST_YEAR
        counts = register.during if begins else register.from_the_first
        counts = counts or f"{register.at} >= :start AND {register.at} < :end"
        if register.by_day:
            bounds = {":start": period.first.isoformat(), ":end": period.after.isoformat()}
        else:
            start = stored(period.start) if begins else ""
            bounds = {":start": start, ":end": stored(period.end)}
        values = [bounds[name] for name in re.findall(":start|:end", counts)]
        return self.where(re.sub(":start|:end", "?", counts), *values)

    def sorted_by(self, register: Register, name: str | None, *, reveal: bool = False) -> "Selection":
        """Sort by a column, a leading minus for the greatest first. Raises BadInput for one that cannot be.

        What is masked has no order either, unless it is revealed: the order would tell it.
        """
        if name:
            column = register.column(name.removeprefix("-"))
            masked = column is not None and column.kind.startswith("personal")
            if column is None or column.sql is None or column.name[0] == "_" or (masked and column.detail):
                raise BadInput("sort", text=name, names=_sortable(register, reveal))
            if masked and not reveal:
                raise BadInput("sort_masked", text=name)
            value, down = column.sql, name[0] == "-"
            if register.members and register.members.holds(column):  # they stand together, where the first or last does
                value = f"{'max' if down else 'min'}({value}) OVER (PARTITION BY r.id)"
            self.order = f"{value} {'DESC' if down else 'ASC'}, {register.order}"
        return self

    def follows_numbers(self, register: Register) -> bool:
        """Return whether the records come in the order of their numbers."""
        return (self.order or register.order).partition(",")[0] in ("r.id", "+r.id")

    def first(self, limit: int | None) -> "Selection":
        """Keep at most so many."""
        self.limit = limit
        return self

    def last(self, register: Register, limit: int) -> "Selection":
        """Keep so many of the newest, in the order of the list."""
        newest, comma, members = (self.order or register.order).partition(",")
        self.order, self.limit, self.turned = f"{newest} DESC{comma}{members}", limit, True
        return self


def _sortable(register: Register, reveal: bool) -> list[str]:
    """Name the columns that a register's list is sorted by."""
    return [
        column.name
        for column in register.columns
        if column.sql and column.name[0] != "_"
        if not column.kind.startswith("personal") or (reveal and not column.detail)
    ]


def records(
    ledger: Ledger,
    register: Register,
    now: datetime,
    selection: Selection | None = None,
    *,
    detail: bool = False,
    reveal: bool = False,
    flat: bool = False,
    as_kept: bool = False,
) -> Iterator[Record]:
    """Stream a register's records. Each gathers its members, unless ``flat`` asks for a row each.

    What may hold from a date on is as it is today, unless ``as_kept`` asks for what stands in the row.
    """
    selection = selection or Selection()
    columns = register.seen(detail=detail)
    names = [column.name for column in columns]
    blocks = _blocks(ledger, register, columns, now, selection, reveal)
    rows: Iterator[Record] = (
        dict(zip(names, row, strict=True)) for block in blocks for row in zip(*block, strict=True)
    )
    if register.dated and not as_kept:
        rows = dated.shown(ledger, rows, today(now, ledger.zone), reveal=reveal)
    if register.members and not flat:
        rows = gathered(rows, register.members, columns)
    if selection.limit is not None:
        if register.members and flat:  # so many records, each with all its members
            whole = (members for _, members in groupby(rows, lambda row: row["id"]))
            rows = chain.from_iterable(islice(whole, selection.limit))
        else:
            rows = islice(rows, selection.limit)
    return _turned(rows, names[0]) if selection.turned else rows


def _turned(rows: Iterable[Record], key: str) -> Iterator[Record]:
    """Turn the order of records round; the members of one stay in theirs."""
    kept = [list(members) for _, members in groupby(rows, itemgetter(key))]
    return chain.from_iterable(reversed(kept))


def cells(
    ledger: Ledger, register: Register, now: datetime, selection: Selection, *, reveal: bool = False
) -> Iterator[list[Sequence[Any]]]:
    """Stream a register in full as blocks of CSV cells, column by column; a row a member where a record has those."""
    columns = register.seen(detail=True)
    return _blocks(ledger, register, columns, now, selection, reveal, cells=True)


def blocks(
    ledger: Ledger, register: Register, now: datetime, selection: Selection, *, reveal: bool = False
) -> Iterator[list[Sequence[Any]]]:
    """Stream a register as lists show it, in blocks of columns; a row a member where a record has those."""
    return _blocks(ledger, register, register.seen(detail=False), now, selection, reveal)


def count(ledger: Ledger, register: Register, selection: Selection) -> int:
    """Count the records that meet a selection's conditions."""
    source, conditions = _least_source(register, selection.conditions), " AND ".join(selection.conditions)
    return int(ledger.value(f"SELECT count(*) FROM {source} WHERE {conditions}", selection.values))


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
    derivation = register.derivation
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
            given = [raw[place[name]] for name in derivation.needs]
            results = work(*given) if derivation.many else map(work, *given)
            block = dict(zip(derivation.gives, zip(*results, strict=True), strict=True))
        for name, write in writers.items():
            block[name] = write(raw[place[name]])
        written = [(column, block.get(column.name, nothing)) for column in columns]
        if cells:
            yield [part for column, values in written for part in _as_cells(column, values)]
        else:
            yield [values for _, values in written]


def _pages(ledger: Ledger, register: Register, wanted: str, selection: Selection) -> Iterator[list[tuple[Any, ...]]]:
    """Read the rows as they are stored, some at a time; no lock is held while somebody else works with them."""
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
    given: Sequence[Any] = selection.values
    if selection.limit is not None and selection.follows_numbers(register):
        sql, given = f"SELECT {wanted} FROM {register.source} WHERE {_CHOSEN}", [_first(ledger, register, selection)]
    elif selection.limit is not None and not register.members:
        order += f" LIMIT {selection.limit:d}"
    cursor = ledger.con.execute(f"{sql} ORDER BY {order}", given)
    if selection.limit is not None and register.members:
        yield from let_go(_of_the_first(cursor, selection.limit))
    else:
        found = iter(lambda: cursor.fetchmany(_BLOCK), [])
        yield from found if selection.held else let_go(found)


_CHOSEN = "r.id IN (SELECT value FROM json_each(?))"
_NEAR = 4000  # of the lowest numbers, among which a list looks before it looks among all


def _first(ledger: Ledger, register: Register, selection: Selection) -> str:
    """Return as JSON the numbers of the first records: most lists find them among the lowest there are.

    Only numbers are sorted: what else a list shows is read of those alone.
    """
    asked = selection.conditions
    source = _least_source(register, asked)
    by_number = [_by_no_index(condition) for condition in asked]
    found: list[tuple[int]] = []
    order = (selection.order or register.order).partition(",")[0]
    narrowed = any(condition.strip(" (\n").startswith("r.id IN") for condition in asked)
    for conditions in (" AND ".join([*by_number, f"r.id <= {_NEAR}"]), " AND ".join(by_number if narrowed else asked)):
        if len(found) < (selection.limit or 0):
            sql = f"SELECT r.id FROM {source} WHERE {conditions} ORDER BY {order} LIMIT {selection.limit}"
            found = ledger.con.execute(sql, selection.values).fetchall()
    return f"[{', '.join(str(number) for (number,) in found)}]"


def _least_source(register: Register, conditions: Sequence[str]) -> str:
    """Return what rows are chosen from: the register's table alone where the conditions ask about nothing else.

    A record with members is one row there.
    """
    joined = re.findall(r"\bJOIN\s+\S+\s+(\w+)\b", register.source)
    own = not any(re.search(rf"\b{alias}\.", condition) for alias in joined for condition in conditions)
    return f'"live_{register.table}" r' if own else register.source


def _by_no_index(condition: str) -> str:
    """Keep SQLite from the index of a condition's column: a plus before it does."""
    return condition if "SELECT" in condition else re.sub(r"\b(?!r\.id\b)([a-z]\.)", r"+\1", condition)


def _of_the_first(rows: Iterable[tuple[Any, ...]], limit: int) -> Iterator[list[tuple[Any, ...]]]:
    """Return in blocks the rows of the first records; each row begins with its record's id. The rest is never read."""
    kept = (row for _, members in islice(groupby(rows, itemgetter(0)), limit) for row in members)
    return iter(lambda: [*islice(kept, _BLOCK)], [])


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
    return next(records(ledger, register_of(table), now, selection, detail=detail, reveal=reveal))


def gathered(rows: Iterable[Record], members: Members, columns: Sequence[Column]) -> Iterator[Record]:
    """Gather the rows of a record, one a member, into its list of members."""
    own = [column.name for column in members.columns if column in columns]
    current: Record | None = None
    for row in rows:
        who, *rest = own
        latest = {name: row[name] for name in members.latest}
        member = {who: row.pop(who), **latest, **{name: row.pop(name) for name in rest}}
        if current is not None and current["id"] == row["id"]:
            current[members.name].append(member)
            for name in members.latest:
                current[name] = max(current[name] or "", row[name] or "") or None
        else:
            if current is not None:
                yield current
            current = {**row, members.name: [] if members.optional and member[who] is None else [member]}
    if current is not None:
        yield current
