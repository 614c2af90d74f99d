"""What is worked out beside the stored columns of a register, a row at a time, from the values as they are stored."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, get_args

from svcdesk import messages
from svcdesk.model import TicketKind, yuan
from svcdesk.periods import LocalHours, day_of, instant, local, month_of, stored
from svcdesk.registers.dated import value_on
from svcdesk.regulation.clock import answer_clock, answered_in_time, minutes_late
from svcdesk.regulation.policy import Basis
from svcdesk.store import Ledger

if TYPE_CHECKING:
    from svcdesk.regulation import expense_rules

Work = Callable[..., Any]


class _Dues(dict[str, tuple[str, str, str]]):
    """When answers are due to a kind's tickets received in a UTC hour: the due hour in UTC, its ends in centre time.

    ("", "", "") where that is no whole number of hours later, as on the working clock.
    """

    def __init__(self, basis: Basis, hours: LocalHours, kind: str) -> None:
        super().__init__()
        self._basis, self._hours, self._kind = basis, hours, kind
        self._waits: dict[str, timedelta | None] = {}

    def __missing__(self, hour: str) -> tuple[str, str, str]:
        if len(self) >= LocalHours.KEPT:
            self.clear()
        found = "", "", ""
        day = self._hours[hour][0][:10]
        wait = self._wait(day, hour) if day else None
        if wait is not None:
            due = (datetime.fromisoformat(f"{hour}:00:00") + wait).isoformat()[:13]
            lead, tail = self._hours[due]
            if tail:
                found = due, lead, tail
        self[hour] = found
        return found

    def _wait(self, day: str, hour: str) -> timedelta | None:
        """Return how long an answer to a ticket of a centre date may take, on the natural clock."""
        if day not in self._waits:
            clock = answer_clock(instant(f"{hour}:00:00Z"), self._basis.policy, self._basis.zone, self._kind)
            self._waits[day] = timedelta(hours=clock.hours) if clock.reading == "natural" else None
        return self._waits[day]


def ticket(basis: Basis, _: Ledger, hours: LocalHours) -> Work:
    """Work out when an answer is due to a ticket, and whether it came in time; the same since it was reopened."""
    dues = {kind: _Dues(basis, hours, kind) for kind in get_args(TicketKind)}
    now = stored(basis.now)

    def clock(kind: str, received: str, answered: str | None) -> tuple[str | None, bool | None]:
        due_hour, lead, tail = dues[kind][received[:13]]
        if tail:
            due = due_hour + received[13:]
            in_time = answered <= due if answered else False if now > due else None
            return lead + received[13:19] + tail, in_time
        at = answer_clock(instant(received), basis.policy, basis.zone, kind).due
        in_time = answered_in_time(at, instant(answered) if answered else None, basis.now)
        return local(at, basis.zone) if at else None, in_time

    def again(kind: str, reopenings: str) -> list[dict[str, Any]]:
        found = []
        for reopened, answered in loads(reopenings):
            due, in_time = clock(kind, reopened, answered)
            at, answer = hours.texts([reopened, answered])
            found.append({"reopened_at": at, "due": due, "answered_at": answer, "in_time": in_time})
        return found

    def work(
        received: str, answered: str | None, kind: str, cancelled: str | None, reopenings: str
    ) -> tuple[str | None, bool | None, list[dict[str, Any]]]:
        due, in_time = clock(kind, received, answered)
        if cancelled and not answered and in_time is False and clock(kind, received, cancelled)[1]:
            in_time = None  # withdrawn before an answer was due
        return due, in_time, again(kind, reopenings) if reopenings != "[]" else []

    return work


def assignment(basis: Basis, _: Ledger, hours: LocalHours) -> Work:
    """Work out how late an engineer came and how many days the assignment took."""
    today = basis.now

    def work(due: str | None, departed: str | None, arrived: str | None, returned: str | None) -> tuple[Any, ...]:
        late = days = None
        if due and arrived:
            late = minutes_late(instant(due), instant(arrived)) if arrived > due else 0
        if departed:
            back = hours.day(returned) if returned else day_of(max(today, instant(departed)), basis.zone)
            days = (back - hours.day(departed)).days + 1
        return late, days

    return work


def service_report(basis: Basis, _: Ledger, hours: LocalHours) -> Work:
    """Work out whether a report is complete, and what it lacks."""
    from svcdesk.rules import missing_fields

    def work(filed: str, cause: str, solution: str, parts: str, none: int, opinion: str, kind: str) -> tuple[Any, ...]:
        report = {
            "fault_cause": cause, "solution": solution, "parts": loads(parts), "no_parts": none,
            "customer_opinion": opinion,
        }  # fmt: skip
        missing = missing_fields(report, kind, basis.policy.at("report.min_chars", hours.day(filed)).value)
        return not missing, missing

    return work


def expense(basis: Basis, ledger: Ledger, hours: LocalHours) -> Work:
    """Work out what is wrong with an expense."""
    from svcdesk.regulation import expense_rules

    home_of_centre = ledger.centre["home"]
    dated = {person for (person,) in ledger.con.execute("SELECT DISTINCT staff_id FROM live_staff_value")}
    limits: dict[tuple[str, str, str], int | None] = {}

    def lived(person: int, day: date, home: str | None) -> str | None:
        city: str | None = value_on(ledger, person, "home", day, home) if person in dated else home
        return city or home_of_centre

    def post(person: int, day: date, role: str) -> str:
        return str(value_on(ledger, person, "role", day, role)) if person in dated else role

    def on(text: str | None) -> date | None:
        return hours.day(text) if text else None

    def others(engineer: int, dispatch: int | None, spent: date) -> Iterator[expense_rules.Assignment]:
        near = ((spent - _NEAR).isoformat(), (spent + _NEAR).isoformat())
        for place, departed, returned in ledger.con.execute(_OTHER_TRIPS, (engineer, dispatch, *near)):
            yield expense_rules.Assignment(place, on(departed), on(returned))

    def centre_day(text: str | None) -> str | None:
        if not text:
            return None
        return hours[text[:13]][0][:10] or hours.day(text).isoformat()

    def most(category: str, role: str, spent: str) -> int | None:
        key = category, role, spent
        if key not in limits:
            limits[key] = expense_rules.limit_of(category, role, date.fromisoformat(spent), basis.policy)[0]
        return limits[key]

    def work(
        amount: int, category: str, spent: str, start: str | None, end: str | None, place: str | None,
        invoice: str | None, engineer: int, dispatch: int | None, home: str | None, role: str, went: str | None,
        transit: str | None, cancelled: int, departed: str | None, returned: str | None, earlier: int | None,
        refund_of: int | None,
    ) -> tuple[list[dict[str, str]]]:  # fmt: skip
        if engineer not in dated:  # else a judge is asked where they lived and what they were then
            as_stored = expense_rules.StoredClaim(
                category, spent, start, end, place, invoice, home or home_of_centre, went, centre_day(departed),
                centre_day(returned), cancelled, earlier,
            )  # fmt: skip
            if expense_rules.is_surely_right(as_stored):
                limit = most(category, role, spent)
                if limit is None or amount <= limit:
                    return ([],)
        assignment = None
        if went:
            stops = tuple(loads(transit or "[]"))
            assignment = expense_rules.Assignment(went, on(departed), on(returned), stops, bool(cancelled))
        day = date.fromisoformat(spent)
        elsewhere = others(engineer, dispatch, day)
        claim = expense_rules.Claim(
            category, amount, day, start, end, place, invoice, lived(engineer, day, home), post(engineer, day, role),
            assignment, elsewhere, earlier, refund_of is not None,
        )  # fmt: skip
        return ([
            {"code": found.code, "message": _message(found)} for found in expense_rules.problems(claim, basis.policy)
        ],)  # fmt: skip

    return work


# Journeys further off than this, in UTC, are not within a day in any zone.
_NEAR = timedelta(days=3)
_OTHER_TRIPS = """
    SELECT o.place, w.departed_at, w.returned_at FROM live_crew w JOIN live_dispatch o ON o.id = w.dispatch_id
    WHERE w.engineer_id = ? AND w.dispatch_id IS NOT ?
      AND coalesce(w.returned_at, '9') >= ? AND w.departed_at < ? AND o.status <> 'cancelled'"""


def _message(problem: "expense_rules.Problem") -> str:
    never = problem.code == "outside_trip" and problem.values["departed"] is None
    key = "problems.cancelled_trip" if never else f"problems.{problem.code}"
    return messages.Sentence(lambda: messages.say(key, **_readable(problem.values)))


def _readable(values: dict[str, Any]) -> dict[str, Any]:
    readable = {}
    for name, value in values.items():
        if isinstance(value, list):
            value = messages.comma(value)
        elif value is None:
            value = messages.say("labels.not_yet")
        elif name == "key":
            value = messages.find(f"policy.{value}") or messages.say("policy.role_limit")
        readable[name] = value
    return readable


def plan(basis: Basis, _: Ledger, __: LocalHours) -> Work:
    """Work out of a plan when it is due next, when it was last done, whether it goes on, and how it went (2.4)."""
    from svcdesk.penalties.fulfilled import course_of

    now = day_of(basis.now, basis.zone)

    def iso(day: date | None) -> str | None:
        return day.isoformat() if day else None

    def work(every: str, begun: str, anchor: str, steps: str, ended: str | None, fulfilled: str) -> tuple[Any, ...]:
        course = course_of(every, begun, anchor, steps, ended, fulfilled, zone=basis.zone)
        occurrences = [
            {
                "due": iso(one.judged_by), "done_on": iso(one.done_on), "dropped_on": iso(one.dropped_on),
                "record": one.record, "late": one.is_late(now),
            }
            for one in course.every()
        ]  # fmt: skip
        due = iso(course.open.due) if course.open else None
        return due, iso(course.last_done), "open" if course.open else "ended", occurrences

    return work


def penalty(basis: Basis, ledger: Ledger, _: LocalHours) -> Work:
    """Work out what penalties are for as the facts stand now, and whether they changed since: many at once."""
    from svcdesk.penalties.findings import judged_anew
    from svcdesk.rules import ARTICLES

    def work(*columns: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        names = ("clause", "engineer", "at", "kind", "amount", "natural_key", "facts")
        rows = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
        for row, (finding, changed) in zip(rows, judged_anew(ledger, basis, rows), strict=True):
            sanction = {"kind": row["kind"], "amount": None if row["amount"] is None else yuan(row["amount"])}
            month = month_of(instant(row["at"]), basis.zone)
            absorbed = finding.absorbed_by if finding else None
            yield ARTICLES.get(row["clause"]), month, sanction, absorbed, changed

    return work


def conduct(*_: Any) -> Work:
    """Name the article that a rule of conduct stands in."""
    from svcdesk.rules import CONDUCT_ARTICLES

    return lambda rule: (CONDUCT_ARTICLES.get(rule),)


def loads(text: str) -> Any:
    """Read a stored list or object."""
    if text == "[]":
        return []
    import json

    return json.loads(text)
