"""Rectifications: what is wrong is put right by a day, and looked at by somebody else (S1 15, 18; S3 10)."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from svcdesk.desk.act import Act, Receipt
from svcdesk.desk.entitled import not_own
from svcdesk.desk.steps import Taken
from svcdesk.errors import BadInput, Refused
from svcdesk.model import Record, named, table_of
from svcdesk.periods import day_of, stored
from svcdesk.regulation.dues import day_in_force

_ARTICLE = "S1 18"


class Fault(NamedTuple):
    """What is to be put right: what, by whom or by which department, by which day, how grave."""

    summary: str
    due: date
    owner: str | None = None
    department: str | None = None
    level: str | None = None
    measure: str | None = None
    source: str | None = None


def open_(act: Act, fault: Fault) -> Receipt:
    """Open a rectification. Raises BadInput or NotFound."""
    number = make(act, fault, act.at())
    return Receipt("rectification_opened", "rectification", number, {"due": fault.due, "summary": fault.summary})


def make(act: Act, fault: Fault, at: datetime) -> int:
    """Write a rectification; return its number. Raises BadInput or NotFound."""
    if (fault.owner is None) == (fault.department is None):
        raise BadInput("one_of", names=["--owner", "--department"])
    if fault.due < day_of(at, act.zone):
        raise BadInput("due_before", due=fault.due, day=day_of(at, act.zone))
    return act.ledger.insert(
        "rectification", opened_at=at, source=_source(act, fault.source), summary=fault.summary,
        owner_id=act.staff_id(fault.owner), department=fault.department, level=fault.level, measure=fault.measure,
        due_on=fault.due, dues=[_due(act, fault.due, at)], status="open", by=act.by, steps=[],
    )  # fmt: skip


def _source(act: Act, text: str | None) -> str | None:
    """Name the record that it comes from by its id. Raises BadInput or NotFound."""
    if not text:
        return None
    table = table_of(text)
    if table is None:
        raise BadInput("id", text=text, letter="")
    return named(table, act.ledger.named(table, text)["id"])


def _due(act: Act, due: date, at: datetime, reason: str | None = None) -> Record:
    entry = {"at": stored(at), "due": due.isoformat(), "by": act.by, "reason": reason}
    return {name: value for name, value in entry.items() if value is not None}


def extend(act: Act, text: str, due: date, reason: str) -> Receipt:
    """Set another due day, as somebody other than the owner grants it; it counts only if the old day has not ended.

    Every due day is kept. Raises Refused.
    """
    taken = Taken(act, "rectification", text, "extend", "opened_at")
    not_the_owner(act, taken.record)
    if due < day_of(taken.at, act.zone):
        raise BadInput("due_before", due=due, day=day_of(taken.at, act.zone))
    dues = [*json.loads(taken.record["dues"]), _due(act, due, taken.at, reason)]
    force = day_in_force(dues, act.zone)
    taken.take({"due_on": force, "dues": dues}, due=due.isoformat(), reason=reason)
    late = taken.record["due_on"] < day_of(taken.at, act.zone).isoformat()
    key = "rectification_extended_late" if late else "rectification_extended"
    return taken.receipt(key, due=due, before=taken.record["due_on"])


def verify(act: Act, text: str, *, passed: bool) -> Receipt:
    """Record what somebody other than the owner saw: put right, or another round begins. Raises Refused."""
    taken = Taken(act, "rectification", text, "verify", "opened_at")
    not_the_owner(act, taken.record)
    if passed:
        taken.take({"status": "closed", "verified_at": taken.at, "verified_by": act.by}, passed=True)
        return taken.receipt("rectification_closed")
    round_ = taken.record["round"] + 1
    taken.take({"status": "open", "done_at": None, "round": round_}, passed=False)
    return taken.receipt("rectification_again", round=round_, due=taken.record["due_on"])


def cancel(act: Act, text: str, reason: str) -> Receipt:
    """Give a rectification up, as somebody other than its owner decides. Raises Refused."""
    taken = Taken(act, "rectification", text, "cancel", "opened_at")
    not_the_owner(act, taken.record)
    taken.take({"status": "cancelled", "cancelled_at": taken.at}, reason=reason)
    return taken.receipt("rectification_cancelled")


def not_the_owner(act: Act, record: Record) -> None:
    """Refuse the owner of a rectification: somebody else says when it is due and whether it is done. Raises Refused."""
    if record["owner_id"] is not None:
        not_own(act, f"RC{record['id']}", [act.ledger.get("staff", record["owner_id"])["code"]], _ARTICLE)


def gate(act: Act, source: str) -> None:
    """Say, or under policy rectify.gate = refuse insist, that a source closes once its rectifications are."""
    check = act.basis.value("rectify.gate", act.now)
    left = list(_left(act, source)) if check != "off" else []
    if left and check == "refuse":
        raise Refused("rectifications_left", id=source, left=left, article=_ARTICLE)
    if left:
        act.warn("rectifications_left", id=source, left=left)


def _left(act: Act, source: str) -> Iterator[str]:
    sql = "SELECT id FROM live_rectification WHERE source = ? AND status IN ('open', 'done') ORDER BY id"
    return (f"RC{row['id']}" for row in act.ledger.rows(sql, (source,)))
