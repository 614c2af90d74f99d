"""The facts that due things are judged by: plans, rectifications, suggestions, follow-ups, rounds of complaints."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from typing import get_args

from svcdesk.model import ComplaintStatus
from svcdesk.penalties.fulfilled import FULFILLED, course_of
from svcdesk.penalties.sources import NOTHING, Source, Where, numbered, rows, source, span, when
from svcdesk.periods import Period, instant, stored
from svcdesk.rules import Awaited, Planned, Rectified, Round, Scored
from svcdesk.store import Ledger


def plans(ledger: Ledger, where: Where) -> Iterator[Planned]:
    """Read the plans, each with how it went."""
    sql = f"""
        SELECT r.id, r.kind, r.title, s.code, coalesce(c.name, r.region, r.area, r.department),
          r.customer_id IS NOT NULL, r.every, r.from_on, r.anchor, r.steps, r.ended_at, {FULFILLED}
        FROM live_plan r LEFT JOIN live_staff s ON s.id = r.by_id LEFT JOIN live_customer c ON c.id = r.customer_id
        WHERE {{where}} ORDER BY r.id"""
    for number, kind, title, code, target, is_customers, *facts in rows(ledger, sql, where):
        course = course_of(*facts, zone=ledger.zone)
        yield Planned(number, kind, title, code, course, target, bool(is_customers))


def _plans_in(_: Ledger, period: Period) -> Where:
    """Leave out what ended before the period, and what began after it."""
    values = {"start": stored(period.start) if period.start.year > 1970 else "", "after": period.after.isoformat()}
    return "r.from_on <= :after AND (r.ended_at IS NULL OR r.ended_at >= :start)", values


def rectifications(ledger: Ledger, where: Where) -> Iterator[Rectified]:
    """Read the rectifications: the due day in force, and when it was closed or given up.

    One that another register closed without saying when is none: what is not told is no lateness.
    """
    sql = """
        SELECT r.id, s.code, r.due_on, r.done_at, coalesce(r.verified_at, r.cancelled_at)
        FROM live_rectification r LEFT JOIN live_staff s ON s.id = r.owner_id
        WHERE {where} AND (r.status <> 'closed' OR r.verified_at IS NOT NULL) ORDER BY r.id"""
    for number, owner, due, done, closed in rows(ledger, sql, where):
        yield Rectified(number, owner, date.fromisoformat(due), when(done), when(closed))


def suggestions(ledger: Ledger, where: Where) -> Iterator[Awaited]:
    """Read the suggestions that were sent to a department."""
    sql = """
        SELECT r.id, r.department, r.due_on, r.answered_at FROM live_suggestion r
        WHERE {where} AND r.sent_at IS NOT NULL AND r.due_on IS NOT NULL ORDER BY r.id"""
    for number, department, due, answered in rows(ledger, sql, where):
        yield Awaited(number, department, date.fromisoformat(due), when(answered))


def _due_in(_: Ledger, period: Period) -> Where:
    days = {"first": period.first.isoformat(), "after": period.after.isoformat()}
    return "r.due_on >= :first AND r.due_on < :after", days


def scores(ledger: Ledger, where: Where) -> Iterator[Scored]:
    """Read the closed tickets with what their customers scored, and when each was followed up."""
    sql = """
        SELECT t.id, t.closed_at, s.at, s.score,
          (SELECT json_group_array(v.at) FROM live_visit v WHERE v.ticket_id = t.id)
        FROM live_survey s JOIN live_ticket t ON t.id = s.ticket_id
        WHERE {where} AND t.closed_at IS NOT NULL ORDER BY t.id, s.at, s.id"""
    found_rows = rows(ledger, sql, where)
    for (ticket, closed, visits), found in groupby(found_rows, lambda row: (row[0], row[1], row[4])):
        given = tuple((instant(at), score) for _, _, at, score, _ in found)
        yield Scored(ticket, instant(closed), given, tuple(map(instant, json.loads(visits))))


def _scores_in(ledger: Ledger, period: Period) -> Where:
    days = [days for days in ledger.policy.every("followup.days") if days is not None]
    if not days:
        return NOTHING
    return "s.at >= :start AND s.at < :end", span(period, timedelta(days=max(days) + _LONG))


def rounds(ledger: Ledger, where: Where) -> Iterator[Round]:
    """Read the rounds of complaints: each begins where an unsatisfied complainant ended the one before."""
    sql = "SELECT r.id, r.at, r.status, r.steps FROM live_complaint r WHERE {where} ORDER BY r.id"
    for number, at, status, steps in rows(ledger, sql, where):
        begun, count = at, 1
        for step in json.loads(steps):
            if step["step"] == "close" or (step["step"] == "feedback" and step.get("satisfied") is False):
                yield Round(number, count, instant(begun), instant(step["at"]))
                begun, count = step["at"], count + 1
        if status != "closed":
            yield Round(number, count, instant(begun), None)


def _rounds_in(ledger: Ledger, period: Period) -> Where:
    days = [days for days in ledger.policy.every("complaint.days") if days is not None]
    if not days:
        return NOTHING
    recent = "SELECT id FROM live_complaint WHERE at >= :start AND at < :end"
    still = f"SELECT id FROM live_complaint WHERE status IN {_GOES_ON}"
    return f"r.id IN ({recent} UNION {still})", span(period, timedelta(days=max(days) + _LONG))


_GOES_ON = tuple(status for status in get_args(ComplaintStatus) if status != "closed")
_LONG = 366  # days that a ticket may stay open after its survey, or a complaint in its rounds

SOURCES: dict[str, Source] = {
    "plans": source(plans, _plans_in, numbered("r.id")),
    "rectifications": source(rectifications, _due_in, numbered("r.id")),
    "suggestions": source(suggestions, _due_in, numbered("r.id")),
    "scores": source(scores, _scores_in, numbered("t.id")),
    "rounds": source(rounds, _rounds_in, numbered("r.id")),
}
