"""The facts that the clauses are judged by, read from the ledger: each source by a period, or by one subject.

A period gives every fact whose finding could lie in it, and perhaps some more; the judge's own time decides.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from svcdesk.model import Record
from svcdesk.penalties import overdue, surely
from svcdesk.penalties.sources import Where, numbered, source, span, when, within
from svcdesk.periods import Period, between, day_of, instant, stored
from svcdesk.regulation import promises
from svcdesk.regulation.clock import answer_hours
from svcdesk.rules import AskedOf, Assignment, Decision, Misconduct, PhoneDay, Promised, Question, ReportDuty
from svcdesk.store import Ledger

# The codes of those against whom a complaint was decided: all whom it is about where nothing else was said.
AGAINST = """
    coalesce({complaint}.against, {complaint}.about,
      (SELECT json_array(o.code) FROM live_staff o WHERE o.id = {complaint}.about_id), '[]')"""


def assignments(ledger: Ledger, where: Where) -> Iterator[Assignment]:
    """Read the assignments, each with what its lateness and its call to the centre are judged by."""
    sql = f"""
        SELECT w.id, w.dispatch_id, d.ticket_id, e.code, w.due_at, w.departed_at, w.arrived_at, w.callback_at,
          w.left_at, w.returned_at, w.late_cause, w.note,
          (SELECT min(c.id) FROM live_complaint c WHERE c.ticket_id = d.ticket_id AND c.finding = 'upheld'
             AND c.cause = 'untimely' AND EXISTS
               (SELECT 1 FROM json_each({AGAINST.format(complaint="c")}) p WHERE p.value = e.code)),
          (SELECT json_group_array(json_object('appointed_at', a.at, 'previous', a.previous, 'entered_at', n.at))
             FROM (SELECT * FROM live_appointment WHERE ticket_id = d.ticket_id AND moved ORDER BY at, id) a
             JOIN entry n ON n.seq =
               (SELECT min(g.entry) FROM change g WHERE g."table" = 'appointment' AND g.row = a.id)
             WHERE n.at > a.previous AND n.command NOT LIKE 'import %')
        FROM live_crew w JOIN live_dispatch d ON d.id = w.dispatch_id JOIN live_staff e ON e.id = w.engineer_id
        WHERE {where[0]} AND d.status <> 'cancelled'
        ORDER BY w.id"""
    for row in ledger.con.execute(sql, where[1]):
        number, dispatch, ticket, code, *times, cause, note, complaint, late = row
        due, departed, arrived, callback, left, returned = map(when, times)
        yield Assignment(
            dispatch, ticket, code, due, departed, arrived, callback, left, returned, cause, note, complaint,
            tuple({name: instant(value) for name, value in entry.items()} for entry in json.loads(late)), number,
        )  # fmt: skip


def _assignments_in(_: Ledger, period: Period) -> Where:
    return f"{_TOUCHING.format('')} AND {_IN_QUESTION}", span(period)


def _every_assignment_in(_: Ledger, period: Period) -> Where:
    """Take in who came long before they were due: without that arrival they would be late when they were due."""
    back = span(period, timedelta(days=366))["start"]
    return _TOUCHING.format(_EARLY), {**span(period), "back": back}


_TOUCHING = """
    w.id IN (SELECT id FROM live_crew WHERE arrived_at >= :start AND arrived_at < :end
      UNION SELECT id FROM live_crew WHERE arrived_at IS NULL AND due_at >= :start AND due_at < :end
      UNION SELECT id FROM live_crew WHERE left_at >= :start AND left_at < :end
      UNION SELECT id FROM live_crew WHERE left_at IS NULL AND returned_at >= :start AND returned_at < :end{})"""
_EARLY = """
      UNION SELECT id FROM live_crew
        WHERE arrived_at >= :back AND arrived_at < :start AND due_at >= :start AND due_at < :end"""
# What can be a finding: most of a month's assignments cannot.
_IN_QUESTION = """
    (w.arrived_at > w.due_at OR (w.arrived_at IS NULL AND w.due_at IS NOT NULL) OR w.callback_at IS NULL
      OR w.callback_at > coalesce(w.left_at, w.returned_at))"""


def report_duties(ledger: Ledger, where: Where) -> Iterator[ReportDuty]:
    """Read the dispatches whose crew is back, each with the versions of its report."""
    sql = f"""
        SELECT d.id, d.kind, max(w.returned_at), r.id, s.code, r.filed_at, r.versions, r.fault_cause, r.solution,
          r.parts, r.no_parts, r.customer_opinion,
          (SELECT json_group_array(code) FROM (SELECT e.code FROM live_crew c JOIN live_staff e ON e.id = c.engineer_id
             WHERE c.dispatch_id = d.id ORDER BY c.id))
        FROM live_dispatch d JOIN live_crew w ON w.dispatch_id = d.id
        LEFT JOIN live_service_report r ON r.dispatch_id = d.id
        LEFT JOIN live_staff s ON s.id = r.filed_by
        WHERE {where[0]} AND d.status <> 'cancelled'
        GROUP BY d.id HAVING count(w.departed_at) = count(w.returned_at) AND max(w.returned_at) IS NOT NULL"""
    for row in ledger.con.execute(sql, where[1]):
        content = {
            "fault_cause": row[7],
            "solution": row[8],
            "parts": _listed(row[9]),
            "no_parts": row[10],
            "customer_opinion": row[11],
        }
        yield ReportDuty(
            row[0], row[1], tuple(json.loads(row[12])), instant(row[2]), row[3], row[4],
            tuple(versions_of(row[5], _listed(row[6]), content)) if row[3] else (),
        )  # fmt: skip


def reports_of_returns(ledger: Ledger, start: str, end: str) -> tuple[Counter[str], Iterator[ReportDuty]]:
    """Count by author the reports that are surely complete of the crews that were back in a time; read the others.

    A crew is back with its last. The ends of the time are stored instants.
    """
    values = {"start": start, "end": end, **surely.soonest(ledger.policy)}
    reports: dict[int, str | None] = dict(ledger.con.execute(_REPORTED, values))
    others = [number for number, author in reports.items() if author is None]
    complete = Counter(author for author in reports.values() if author is not None)
    return complete, report_duties(ledger, numbered("d.id")(ledger, sorted(others)))


_RETURNED = "d.id IN (SELECT dispatch_id FROM live_crew WHERE returned_at >= :start AND returned_at < :end)"
# From whoever was back last, as is whoever went alone: the author where the report is surely complete.
_REPORTED = f"""
    SELECT d.id, CASE WHEN {surely.complete("w.returned_at")} THEN s.code END
    FROM live_crew w JOIN live_dispatch d ON d.id = w.dispatch_id
    LEFT JOIN live_service_report r ON r.dispatch_id = d.id LEFT JOIN live_staff s ON s.id = r.filed_by
    WHERE w.returned_at >= :start AND w.returned_at < :end AND d.status <> 'cancelled'
      AND (w.departed_at IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM live_crew o WHERE o.dispatch_id = w.dispatch_id AND o.id <> w.id)
        OR (SELECT count(o.departed_at) = count(o.returned_at) AND max(o.returned_at) = w.returned_at
          FROM live_crew o WHERE o.dispatch_id = w.dispatch_id))"""


def versions_of(filed_at: str, earlier: list[Record], current: Record) -> Iterator[tuple[datetime, Record]]:
    """Return a report's contents with the time each began to stand; ``earlier`` carry the time they ended."""
    since = instant(filed_at)
    for version in earlier:
        yield since, version
        since = instant(version["until"])
    yield since, current


def _listed(text: str | None) -> list[Any]:
    return json.loads(text) if text and text != "[]" else []


def _report_duties_in(ledger: Ledger, period: Period) -> Where:
    """Leave out what is surely complete: a report in time for whoever was back first is so for the crew."""
    _, values = _every_report_duty_in(ledger, period)
    return _IN_DOUBT, {**values, **surely.soonest(ledger.policy)}


_IN_DOUBT = f"""
    d.id IN (SELECT w.dispatch_id FROM live_crew w JOIN live_dispatch d ON d.id = w.dispatch_id
      LEFT JOIN live_service_report r ON r.dispatch_id = d.id
      WHERE w.returned_at >= :start AND w.returned_at < :end AND {surely.complete("w.returned_at")} IS NOT TRUE)"""


def _every_report_duty_in(ledger: Ledger, period: Period) -> Where:
    back = timedelta(days=max(ledger.policy.every("report.due_days")) + 2)
    return _RETURNED, span(period, back)


def phone_days(ledger: Ledger, where: Where) -> Iterator[PhoneDay]:
    """Read the unexcused checks that found nobody, gathered by engineer and centre day."""
    sql = f"""
        SELECT r.id, e.code, r.at, r.result, NOT EXISTS (SELECT 1 FROM live_penalty p WHERE p.engineer_id = e.id
            AND p.clause = 'phone_unreachable' AND p.natural_key = 'H' || r.id) AS free
        FROM live_phone_check r JOIN live_staff e ON e.id = r.engineer_id
        WHERE {where[0]} AND r.result <> 'answered' AND r.excused IS NULL
        ORDER BY e.code, r.at, r.id"""
    checks = ((code, instant(at), check, *more) for check, code, at, *more in ledger.con.execute(sql, where[1]))
    for (code, day), found in groupby(checks, lambda check: (check[0], day_of(check[1], ledger.zone))):
        # The earliest first, whatever was logged first; but what was fined already is that day's fine.
        ranked = sorted((free, at, check, result) for _, at, check, result, free in found)
        yield PhoneDay(code, day, tuple((check, at, result) for _, at, check, result in ranked))


def _phone_days_of(ledger: Ledger, checks: Sequence[int]) -> Where:
    """Ask for every check of the days on which these were."""
    sql = "SELECT engineer_id, at FROM live_phone_check WHERE id IN (SELECT value FROM json_each(?))"
    found = ledger.con.execute(sql, (json.dumps(checks),)).fetchall()
    days = {(engineer, day_of(instant(at), ledger.zone)) for engineer, at in found}
    around = ((engineer, between(day, day + timedelta(days=1), ledger.zone)) for engineer, day in sorted(days))
    spans = [(engineer, stored(period.start), stored(period.end)) for engineer, period in around]
    return _ON_THESE_DAYS, {"days": json.dumps(spans)}


_ON_THESE_DAYS = """
    r.id IN (SELECT c.id FROM json_each(:days) j CROSS JOIN live_phone_check c
      ON c.engineer_id = json_extract(j.value, '$[0]')
      AND c.at >= json_extract(j.value, '$[1]') AND c.at < json_extract(j.value, '$[2]'))"""


def conduct(ledger: Ledger, where: Where) -> Iterator[Misconduct]:
    """Read the recorded conduct."""
    sql = f"""
        SELECT r.id, e.code, r.at, r.rule, r.note FROM live_conduct r JOIN live_staff e ON e.id = r.engineer_id
        WHERE {where[0]} ORDER BY r.id"""
    for check, code, at, rule, note in ledger.con.execute(sql, where[1]):
        yield Misconduct(check, code, instant(at), rule, note)


def complaints(ledger: Ledger, where: Where) -> Iterator[Decision]:
    """Read the decided complaints, once for each person against whom they were decided."""
    sql = f"""
        SELECT r.id, {AGAINST.format(complaint="r")}, r.decided_at, r.decided_by, r.finding, r.cause, r.ticket_id
        FROM live_complaint r WHERE {where[0]} AND r.decided_at IS NOT NULL ORDER BY r.id"""
    for number, against, decided_at, by, finding, cause, ticket in ledger.con.execute(sql, where[1]):
        for code in json.loads(against) or [None]:
            yield Decision(number, code, instant(decided_at), by, finding=finding, cause=cause, ticket=ticket)


def frauds(ledger: Ledger, where: Where) -> Iterator[Decision]:
    """Read the expenses that were found falsified."""
    sql = f"""
        SELECT r.id, e.code, r.falsified_at, r.falsified_by, r.sanction, r.refer_legal, r.evidence, r.amount_fen
        FROM live_expense r JOIN live_staff e ON e.id = r.engineer_id
        WHERE {where[0]} AND r.falsified_at IS NOT NULL ORDER BY r.id"""
    for row in ledger.con.execute(sql, where[1]):
        yield Decision(
            row[0], row[1], instant(row[2]), row[3],
            sanction=row[4], refer_legal=bool(row[5]), evidence=row[6], amount_fen=row[7],
        )  # fmt: skip


def questions(ledger: Ledger, where: Where) -> Iterator[Question]:
    """Read the tickets and their reopenings: what the answer clock runs for."""
    for sql, at, asked in ((_ASKED, "t.received_at", "t"), (_ASKED_AGAIN, "r.at", "r")):
        found = f"{sql} WHERE {where[0].format(at=at, asked=asked)} ORDER BY {asked}.id"
        for ticket, kind, since, answered, cancelled, again in ledger.con.execute(found, where[1]):
            yield Question(ticket, kind, instant(since), when(answered), when(cancelled), again)


_ASKED = "SELECT t.id, t.kind, t.received_at, t.answered_at, t.cancelled_at, 0 FROM live_ticket t"
_ASKED_AGAIN = """
    SELECT t.id, t.kind, r.at, r.answered_at, t.cancelled_at,
      (SELECT count(*) FROM live_reopening o WHERE o.ticket_id = r.ticket_id AND (o.at, o.id) <= (r.at, r.id))
    FROM live_reopening r JOIN live_ticket t ON t.id = r.ticket_id"""


def promised(ledger: Ledger, where: Where) -> Iterator[Promised]:
    """Read the promises, each with the due that counts."""
    sql = f"""
        SELECT r.id, r.kind, r.at, r.first_due, r.moves, r.kept_at, r.dropped_at FROM live_promise r
        WHERE {where[0]} ORDER BY r.id"""
    for number, kind, at, first, moves, kept, dropped in ledger.con.execute(sql, where[1]):
        due = promises.in_force(promises.dues(at, first, _listed(moves), kept or dropped))
        yield Promised(number, kind, instant(due), when(kept), when(dropped))


def _perhaps_broken(_: Ledger, __: Period) -> Where:
    """Leave out what was kept by its first due; where that was moved, every due may lie in any period."""
    return "(r.kept_at IS NULL OR r.kept_at > r.first_due OR r.moves <> '[]')", {}


def problems(ledger: Ledger, where: Where) -> Iterator[AskedOf]:
    """Read what each department was asked about quality problems, the rounds before a failed verification too."""
    sql = f"""
        SELECT w.problem_id, w.department, w.due_on, w.answered_at, w.earlier FROM live_problem_department w
        JOIN live_problem r ON r.id = w.problem_id WHERE {where[0]} ORDER BY w.id"""
    for number, department, due, answered, earlier in ledger.con.execute(sql, where[1]):
        rounds = [*((one["due"], one["at"]) for one in _listed(earlier)), (due, answered)]
        for count, (until, at) in enumerate(rounds, 1):
            yield AskedOf(number, department, count, date.fromisoformat(until), when(at))


def _asked_in(_: Ledger, period: Period) -> Where:
    days = {"first": period.first.isoformat(), "after": period.after.isoformat()}
    return "(w.due_on >= :first AND w.due_on < :after OR w.earlier IS NOT NULL)", days


def longest_wait(ledger: Ledger) -> timedelta:
    """Return the longest time that any policy ever let pass between receipt and answer, holidays included."""
    hours = max(answer_hours(ledger.policy))
    if "working" in ledger.policy.every("answer.clock"):
        return timedelta(days=hours // 7 * 2 + 30)
    return timedelta(hours=hours)


def _questions_in(ledger: Ledger, period: Period) -> Where:
    """Leave out what was answered within the shortest time that any policy ever set."""
    every, values = _every_question_in(ledger, period)
    return f"{every} AND ({_ANSWERED}) IS NOT TRUE", {**values, **surely.shortest(ledger.policy)}


def _every_question_in(ledger: Ledger, period: Period) -> Where:
    return "{at} >= :start AND {at} < :end", span(period, longest_wait(ledger))


_ANSWERED = surely.answered("{asked}", "{at}")


SOURCES = {
    "complaints": source(complaints, within("r.decided_at"), numbered("r.id")),
    "frauds": source(frauds, within("r.falsified_at"), numbered("r.id")),
    "assignments": source(assignments, _assignments_in, numbered("w.dispatch_id"), _every_assignment_in),
    "report_duties": source(report_duties, _report_duties_in, numbered("d.id"), _every_report_duty_in),
    "phone_days": source(phone_days, within("r.at"), _phone_days_of),
    "conduct": source(conduct, within("r.at"), numbered("r.id")),
    "problems": source(problems, _asked_in, numbered("r.id")),
    "promises": source(promised, _perhaps_broken, numbered("r.id")),
    "questions": source(questions, _questions_in, numbered("t.id"), _every_question_in),
    **overdue.SOURCES,
}
