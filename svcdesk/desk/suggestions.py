"""Suggestions: what somebody would have otherwise, sent to a department, answered, and told back (S7 1.5)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from svcdesk.desk.act import Act, Receipt
from svcdesk.desk.steps import Taken
from svcdesk.errors import BadInput
from svcdesk.model import Record, named, table_of
from svcdesk.periods import Period, day_of, stored
from svcdesk.store import Ledger


def check(act: Act, row: Record) -> None:
    """Insist on who suggested it, and on a record that it came from. Raises BadInput or NotFound."""
    if (row.get("customer_id") is None) == (row.get("person_id") is None):
        raise BadInput("one_of", names=["--customer", "--person"])
    if text := row.get("source"):
        table = table_of(text)
        if table is None:
            raise BadInput("id", text=text, letter="")
        row["source"] = named(table, act.ledger.named(table, text)["id"])
    row["steps"] = []


def send(act: Act, taken: Taken, values: Record) -> None:
    """Set by when a department is to answer, where nobody did. Raises BadInput for a day that has passed."""
    day = day_of(taken.at, act.zone)
    usual = day + timedelta(days=act.basis.value("suggestion.due_days", taken.at))
    values["due_on"] = values.get("due_on") or usual
    if values["due_on"] < day:
        raise BadInput("due_before", due=values["due_on"], day=day)


def answer(act: Act, text: str, answer: str) -> Receipt:
    """Record what a department answered; whoever declines says why. Raises BadInput."""
    taken = Taken(act, "suggestion", text, "answer")
    if answer == "declined" and not (act.note or "").strip():
        raise BadInput("declined_why", id=f"SG{taken.id}")
    taken.take({"status": "answered", "answer": answer, "answered_at": taken.at}, answer=answer)
    return taken.receipt("suggestion_answered", answer=answer)


class Heard(NamedTuple):
    """What a customer said in a report or a survey that no suggestion was made from."""

    record: str
    at: str
    customer: str
    text: str


def gathered(ledger: Ledger, period: Period) -> Iterator[Heard]:
    """List the opinions of reports and the comments of surveys of a period that no suggestion was made from."""
    span = {"start": stored(period.start), "end": stored(period.end)}
    for record, at, customer, text in ledger.con.execute(_HEARD, span).fetchall():
        yield Heard(record, at, customer, text)


_HEARD = """
    SELECT h.record, h.at, c.name, h.said FROM (
      SELECT 'R' || r.id AS record, r.filed_at AS at, t.customer_id, r.customer_opinion AS said
      FROM live_service_report r JOIN live_dispatch d ON d.id = r.dispatch_id JOIN live_ticket t ON t.id = d.ticket_id
      WHERE r.filed_at >= :start AND r.filed_at < :end AND r.customer_opinion <> ''
      UNION ALL
      SELECT 'S' || s.id, s.at, t.customer_id, s.comment
      FROM live_survey s JOIN live_ticket t ON t.id = s.ticket_id
      WHERE s.at >= :start AND s.at < :end AND s.comment <> '') h
    JOIN live_customer c ON c.id = h.customer_id
    WHERE NOT EXISTS (SELECT 1 FROM live_suggestion g WHERE g.source = h.record) ORDER BY h.at, h.record"""
