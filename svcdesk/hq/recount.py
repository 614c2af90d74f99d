"""The recount: questions put to an engine that holds the feeds, and its answers as figures by their names.

A figure is named as a hand-in names it (lines.dispatch.cost, service.surveys) and is an integer: a count, fen, or
hundredths of a score.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any, Literal, NamedTuple

from svcdesk.hq import engines, working
from svcdesk.hq.engines import Engine, TooLarge
from svcdesk.hq.facts import COLUMNS, FIRST_DAY
from svcdesk.hq.feed import day_number, day_of_number
from svcdesk.hq.lakes import Centre
from svcdesk.hq.spans import Span
from svcdesk.periods import today
from svcdesk.regulation.policy import Policy

By = Literal["all", "centre", "region", "product"]
Figures = dict[str, int]


class Ask(NamedTuple):
    """A question: about which period, grouped by what, over which centres."""

    span: Span
    by: By
    centres: tuple[str, ...]


_ASKED = (("ask", True), ("by_what", False), ("centre", False), ("first_day", True), ("after_day", True))
_CALENDAR = (("day", True),)
_READING = (("centre", False), ("today", True), ("as_of", True))
_WORKING = (("centre", False), *((name, True) for name in ("opens", "closes", "next_opens", "before_seconds")))

# What the text reads of the feeds.
TABLES = (
    "staff", "customer", "contract", "ticket", "dispatch", "crew", "survey", "complaint", "contact", "expense",
    "policy", "handed_in", "later_entry",
)  # fmt: skip

TRAVELLING = ("installation", "dispatch")
LINES = (*TRAVELLING, "material", "transport")
_COUNTS = ("contacts", "tickets_opened", "withdrawn", "answered_in_time", "answered_late", "unanswered", "closed",
           "surveys")  # fmt: skip


def text() -> Iterator[str]:
    """Yield the statements of the recount's text."""
    lines = (files(__package__) / "recount.sql").read_text(encoding="utf-8").splitlines()
    whole = "\n".join(line for line in lines if not line.startswith("--"))
    return (statement for part in whole.split(";") if (statement := part.strip()))


@contextmanager
def opened(centres: Sequence[Centre], as_of: datetime, engine: engines.Name, master: str | None) -> Iterator["Recount"]:
    """Hold an engine with the feeds of the centres loaded."""
    started = engines.started(engine, master)
    try:
        yield Recount(started, centres, as_of)
    finally:
        started.close()


class Recount:
    """The feeds of some centres in an engine."""

    def __init__(self, engine: Engine, centres: Sequence[Centre], as_of: datetime) -> None:
        self.engine, self.centres, self.as_of = engine, centres, as_of
        for table in TABLES:
            engine.facts(table, COLUMNS[table], [_source(centre, table) for centre in centres])
        seconds = int(as_of.timestamp())
        rows = [(centre.code, day_number(today(as_of, centre.zone)), seconds) for centre in centres]
        engine.small("reading", _READING, rows)
        self._is_defined = False

    def ask(self, asks: Sequence[Ask]) -> None:
        """Put questions in place; the views of the text then answer them by their places."""
        first = min(ask.span.first for ask in asks)
        after = max(ask.span.after for ask in asks)
        rows = [
            (place, ask.by, code, ask.span.first_day, ask.span.after_day)
            for place, ask in enumerate(asks)
            for code in ask.centres
        ]
        self.engine.small("asked", _ASKED, rows)
        self.engine.small("calendar", _CALENDAR, [(day,) for day in range(day_number(first), day_number(after))])
        self.engine.small("working", _WORKING, self._working(first, after))
        if not self._is_defined:
            for statement in text():
                self.engine.define(statement)
            self._is_defined = True

    def _working(self, first: Any, after: Any) -> list[tuple[Any, ...]]:
        """Return the working hours of the centres that answer by them."""
        found = self.engine.rows("SELECT DISTINCT centre FROM policy WHERE policy_value = 'working' ORDER BY centre")
        codes = {code for (code,) in found}
        return [
            (centre.code, *row)
            for centre in self.centres
            if centre.code in codes
            for row in working.hours(first - timedelta(days=1), after, centre.zone, self._policy_of(centre.code))
        ]

    def _policy_of(self, code: str) -> Policy:
        """Return a centre's policy as its feed has it, as far as working hours depend on it."""
        query = f"SELECT policy_key, policy_value, from_day FROM policy WHERE centre = '{code}' ORDER BY id"
        return Policy(
            (key, value, day_of_number(day))
            for key, value, day in self.engine.rows(query)
            if day > FIRST_DAY and key.startswith(("work.", "answer.calendar"))
        )

    def view(self, name: str) -> list[dict[str, Any]]:
        """Read a view or a table whole, in the order of its columns."""
        columns = _VIEWS[name]
        listed = ", ".join(columns)
        rows = self.engine.rows(f"SELECT {listed} FROM {name} ORDER BY {listed}")
        return [dict(zip(columns, row, strict=True)) for row in rows]

    def figures(self, asks: Sequence[Ask]) -> dict[tuple[int, str], Figures]:
        """Answer questions: the figures of every group, by the question's place and the group's name.

        Where the whole does not fit into the engine, it is asked year by year.
        """
        try:
            self.ask(asks)
            return self._figures()
        except TooLarge:
            years = sorted({ask.span.first.year for ask in asks})
            if len(years) < 2:
                raise
        found: dict[tuple[int, str], Figures] = {}
        for year in years:
            places = [place for place, ask in enumerate(asks) if ask.span.first.year == year]
            part = self.figures([asks[place] for place in places])
            found |= {(places[place], group): figures for (place, group), figures in part.items()}
        return found

    def _figures(self) -> dict[tuple[int, str], Figures]:
        found: dict[tuple[int, str], Figures] = {}
        for name, read in _READERS.items():
            for row in self.view(name):
                group = found.setdefault((row["ask"], row["grp"]), nothing())
                group.update(read(row))
        for group in found.values():
            _finish(group)
        return found


def _source(centre: Centre, table: str) -> engines.Source:
    file = next(file for file in centre.manifest["files"] if file["table"] == table)
    return centre.folder / file["file"], file["columns"]


_GROUPED = ("ask", "grp")
_VIEWS: dict[str, tuple[str, ...]] = {
    "cost": (*_GROUPED, *LINES, "excluded", "pending"),
    "travel": (*_GROUPED, "line", "persons", "trips", "days"),
    "contacts": (*_GROUPED, "contacts"),
    "received": (
        *_GROUPED, "tickets_opened", "withdrawn", "answered_in_time", "answered_late", "unanswered",
    ),
    "closed": (*_GROUPED, "closed"),
    "surveyed": (*_GROUPED, "surveys", "score"),
    "quality_median": (*_GROUPED, "numerator", "middles", "denominator"),
    **{
        f"quality_{name}": (*_GROUPED, "numerator", "denominator")
        for name in ("answers", "arrivals", "fixes", "repeats", "surveys")
    },
    "quality_complaints": (*_GROUPED, "made", "numerator", "denominator"),
    "person_travel": ("ask", "person", "centre", "code", "company_no", "trips", "days"),
    "duplicate_invoice": (
        "first_centre", "first_id", "centre", "id", "invoice", "amount_fen", "spent_day", "first_amount_fen",
        "first_day",
    ),
    "served_customer": ("name_key", "centre", "name", "tickets", "amount_fen"),
    "wrong_flag": ("centre", "day", "kind", "id", "line", "stored_line", "excluded", "stored_excluded"),
    "handed_in": ("centre", "month", "figure", "number"),
    "later_entry": ("centre", "month", "entry"),
}  # fmt: skip


def _of_cost(row: dict[str, Any]) -> Figures:
    costs = {f"lines.{line}.cost": row[line] for line in LINES}
    return {**costs, "lines.total.excluded": row["excluded"], "pending_cost": row["pending"]}


def _of_travel(row: dict[str, Any]) -> Figures:
    return {f"lines.{row['line']}.{name}": row[name] for name in ("persons", "trips", "days")}


def _of_service(row: dict[str, Any]) -> Figures:
    return {f"service.{name}": value for name, value in row.items() if name not in _GROUPED}


_READERS = {
    "cost": _of_cost, "travel": _of_travel, "contacts": _of_service, "received": _of_service, "closed": _of_service,
    "surveyed": _of_service,
}  # fmt: skip


def nothing() -> Figures:
    """Return the figures of a group in which nothing happened."""
    return {
        **{f"lines.{line}.{name}": 0 for line in TRAVELLING for name in ("persons", "trips", "days")},
        **{f"lines.{line}.cost": 0 for line in LINES},
        "lines.total.cost": 0,
        "lines.total.excluded": 0,
        "pending_cost": 0,
        **{f"service.{name}": 0 for name in _COUNTS},
    }


def _finish(group: Figures) -> None:
    """Add what follows from the rest: the total, and the mean score where there is one."""
    group["lines.total.cost"] = sum(group[f"lines.{line}.cost"] for line in LINES) - group["lines.total.excluded"]
    score = group.pop("service.score", 0)
    if count := group["service.surveys"]:
        group["service.mean_score"] = half_up(100 * score, count)


def half_up(numerator: int, denominator: int) -> int:
    """Divide integers, a half rounded up."""
    return (2 * numerator + denominator) // (2 * denominator)


def since_epoch(seconds: int) -> datetime:
    """Return UTC seconds as an instant."""
    return datetime.fromtimestamp(seconds, UTC)
