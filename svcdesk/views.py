"""Records as JSON and CSV carry them: a register's stored columns written out, and what is worked out beside them."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING, Any

from svcdesk import words
from svcdesk.clock import answer_clock, answered_in_time, minutes_late
from svcdesk.errors import BadInput
from svcdesk.model import LETTERS, Record, yuan
from svcdesk.periods import Period, day_of, instant, local, month_of, stored
from svcdesk.policy import Case
from svcdesk.registers import BY_TABLE, CREW_COLUMNS, Column, Register
from svcdesk.store import Ledger

if TYPE_CHECKING:
    from svcdesk import claims

Write = Callable[[Any], Any]


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


def _writer(column: Column, ledger: Ledger, reveal: bool) -> Write | None:
    kind, _, rest = column.kind.partition(":")
    if kind == "personal":
        if rest == "wage":
            return (lambda v: None if v is None else yuan(v)) if reveal else (lambda v: None if v is None else "****")
        return None if reveal else (lambda v: mask(rest, v))
    if kind == "instant":
        zone, cache = ledger.zone, dict[str, str]()

        def write(value: str | None) -> str | None:
            if value is None:
                return None
            if value not in cache:
                if len(cache) > 10_000:
                    cache.clear()
                cache[value] = local(instant(value), zone)
            return cache[value]

        return write
    if kind == "id":
        letter = LETTERS[rest]
        return lambda v: None if v is None else f"{letter}{v}"
    if kind == "json":
        return lambda v: None if v is None else _with_offsets(loads(v), ledger.zone)
    return _PLAIN.get(kind)


def _with_offsets(value: Any, zone: tzinfo) -> Any:
    """Write the times of what happened step by step as all times are written."""
    for step in value if isinstance(value, list) else ():
        for name in ("at", "until"):
            if isinstance(step, dict) and name in step:
                step[name] = local(instant(step[name]), zone)
    return value


_PLAIN: dict[str, Write] = {
    "flag": lambda v: None if v is None else bool(v),
    "money": lambda v: None if v is None else yuan(v),
}


def loads(text: str) -> Any:
    import json

    return json.loads(text)


def columns_of(register: Register, *, detail: bool) -> list[Column]:
    """List the columns that people and scripts see, in order; ``detail`` for show and export."""
    return [column for column in register.columns if column.name[0] != "_" and (detail or not column.detail)]


_SHORT_PERIOD = 366  # days


class Selection:
    """Which records are asked for: SQL conditions with their values, an order and a limit."""

    def __init__(self) -> None:
        self.conditions: list[str] = ["r.undone_at IS NULL"]
        self.values: list[Any] = []
        self.order: str | None = None
        self.limit: int | None = None

    def where(self, condition: str, *values: Any) -> "Selection":
        """Add a condition."""
        self.conditions.append(condition)
        self.values.extend(values)
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
                "(r.id IN (SELECT dispatch_id FROM crew"
                " WHERE departed_at < ? AND (returned_at >= ? OR returned_at IS NULL) AND undone_at IS NULL)"
                " OR (r.sent_at >= ? AND r.sent_at < ?"
                " AND NOT EXISTS (SELECT 1 FROM crew x WHERE x.dispatch_id = r.id AND x.departed_at IS NOT NULL)))",
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
            if column in CREW_COLUMNS or column.name == "due":  # a crew stands together, where its first or last does
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
    rows = _rows(ledger, register, now, selection, detail or register.table == "dispatch", reveal)
    if register.table == "dispatch" and not flat:
        rows = gathered(rows, detail)
    elif register.table == "dispatch" and not detail:
        hidden = [column.name for column in register.columns if column.detail]
        rows = ({name: value for name, value in row.items() if name not in hidden} for row in rows)
    if selection.limit is not None:
        from itertools import chain, groupby, islice

        if register.table == "dispatch" and flat:  # so many dispatches, each with its whole crew
            crews = (crew for _, crew in groupby(rows, lambda row: row["id"]))
            return chain.from_iterable(islice(crews, selection.limit))
        rows = islice(rows, selection.limit)
    return rows


def _rows(
    ledger: Ledger, register: Register, now: datetime, selection: Selection, detail: bool, reveal: bool
) -> Iterator[Record]:
    columns = [column for column in register.columns if detail or not column.detail or column.name[0] == "_"]
    wanted = ", ".join(f"{column.sql or 'NULL'}" for column in columns)
    sql = (
        f"SELECT {wanted} FROM {register.source} WHERE {' AND '.join(selection.conditions)}"
        f" ORDER BY {selection.order or register.order}"
    )
    if selection.limit is not None and register.table != "dispatch":
        sql += f" LIMIT {selection.limit:d}"
    names = [column.name for column in columns]
    writers = [
        (place, write)
        for place, column in enumerate(columns)
        if column.sql and (write := _writer(column, ledger, reveal)) is not None
    ]
    derive = _DERIVED.get(register.table)
    case = Case(ledger.policy, now, ledger.zone) if derive else None
    hidden = [name for name in names if name[0] == "_"]
    cursor = ledger.con.execute(sql, selection.values)
    while chunk := cursor.fetchmany(2000):
        for row in chunk:
            values = list(row)
            for place, write in writers:
                values[place] = write(values[place])
            record = dict(zip(names, values, strict=True))
            if derive and case:
                derive(record, case, ledger)
                for name in hidden:
                    del record[name]
            yield record


def one(
    ledger: Ledger, table: str, record_id: int, now: datetime, *, reveal: bool = False, detail: bool = True
) -> Record:
    """Give one record, with all its details."""
    if table == "submission":
        from svcdesk import submissions

        return submissions.record_of(ledger.get(table, record_id), ledger)
    ledger.get(table, record_id)
    selection = Selection().where("r.id = ?", record_id)
    return next(records(ledger, BY_TABLE[table], now, selection, detail=detail, reveal=reveal))


def gathered(rows: Iterable[Record], detail: bool) -> Iterator[Record]:
    """Gather the rows of a dispatch, one an engineer, into its crew."""
    own = [column.name for column in CREW_COLUMNS if detail or not column.detail]
    drop = [] if detail else [column.name for column in BY_TABLE["dispatch"].columns if column.detail]
    current: Record | None = None
    for row in rows:
        member = {name: row.pop(name) for name in own}
        due = row["due"]
        for name in drop:
            row.pop(name, None)
        if current is not None and current["id"] == row["id"]:
            current["crew"].append(member)
            current["due"] = max(current["due"] or "", due or "") or None
        else:
            if current is not None:
                yield current
            current = {**row, "crew": [member]}
    if current is not None:
        yield current


# What is worked out beside the stored columns, by table.


def _ticket(record: Record, case: Case, _: Ledger) -> None:
    due = answer_clock(datetime.fromisoformat(record["received_at"]), case.policy, case.zone).due
    answered = record["answered_at"] and datetime.fromisoformat(record["answered_at"])
    record["answer_due"] = local(due, case.zone) if due else None
    record["answered_in_time"] = answered_in_time(due, answered, case.now)


def _dispatch(record: Record, case: Case, _: Ledger) -> None:
    due, departed, arrived, returned = (
        record[name] and datetime.fromisoformat(record[name])
        for name in ("due", "departed_at", "arrived_at", "returned_at")
    )
    record["late_minutes"] = minutes_late(due, arrived)
    if departed:
        last = day_of(returned or max(case.now, departed), case.zone)
        record["days"] = (last - day_of(departed, case.zone)).days + 1


def _service_report(record: Record, case: Case, _: Ledger) -> None:
    from svcdesk.rules import missing_fields

    least = case.value("report.min_chars", datetime.fromisoformat(record["filed_at"]))
    record["missing"] = missing_fields(record, record["_kind"], least)
    record["complete"] = not record["missing"]


def _expense(record: Record, case: Case, ledger: Ledger) -> None:
    from svcdesk import claims

    found = claims.problems(_claim(record, case, ledger), case.policy)
    record["problems"] = [
        {"code": problem.code, "message": words.say(f"problems.{problem.code}", **_readable(problem.values))}
        for problem in found
    ]


def _claim(record: Record, case: Case, ledger: Ledger) -> "claims.Claim":
    from svcdesk import claims

    def on(text: str | None) -> date | None:
        return day_of(instant(text), case.zone) if text else None

    trip = None
    if record["_trip_place"]:
        transit = tuple(loads(record["_transit"]))
        trip = claims.Trip(record["_trip_place"], on(record["_departed_at"]), on(record["_returned_at"]), transit)
    others = loads(record["_other_places"]) if record["_other_places"] else ()
    amount = record["amount"].replace(".", "")
    return claims.Claim(
        record["category"], int(amount), date.fromisoformat(record["date"]), record["from"], record["to"],
        record["place"], record["invoice"], record["_home"] or ledger.centre["home"], record["_role"], trip,
        tuple(claims.Trip(place, on(departed), on(returned)) for place, departed, returned in others),
        record["_earlier"],
    )  # fmt: skip


def _readable(values: dict[str, Any]) -> dict[str, Any]:
    told = {}
    for name, value in values.items():
        if isinstance(value, list):
            value = words.comma(value)
        elif name.endswith("_fen"):
            name, value = name.removesuffix("_fen"), yuan(value)
        elif value is None:
            value = words.say("labels.not_yet")
        told[name] = value
    return told


def _penalty(record: Record, case: Case, ledger: Ledger) -> None:
    from svcdesk.findings import derive, digest
    from svcdesk.rules import ARTICLES

    record["article"] = ARTICLES.get(record["clause"])
    record["month"] = month_of(datetime.fromisoformat(record["at"]), case.zone)
    amount = record["_amount_fen"]
    record["sanction"] = {"kind": record["_kind"], "amount": None if amount is None else yuan(amount)}
    finding = derive(ledger, case, {**record, "natural_key": record["_key"]})
    record["absorbed_by"] = finding.absorbed_by if finding else None
    record["facts_changed"] = digest(finding, case) != record["_facts"]


_DERIVED: dict[str, Callable[[Record, Case, Ledger], None]] = {
    "ticket": _ticket,
    "dispatch": _dispatch,
    "service_report": _service_report,
    "expense": _expense,
    "penalty": _penalty,
}
