"""The regulation's part 4: every clause as one entry of ``CLAUSES``, judged by a pure function over facts.

A finding is derived anew each time, from facts in the ledger, by the policy in force when the fact happened. It carries
its evidence as data, so that both languages explain it from the same facts. No clock, no file, no database.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from svcdesk.model import Fen, Record
from svcdesk.periods import day_of, end_of_day, midnight, today
from svcdesk.regulation.clock import answer_clock, answer_key, answered_in_time, minutes_late
from svcdesk.regulation.occurrences import Course
from svcdesk.regulation.policy import Basis
from svcdesk.regulation.promises import late_days


class Finding(NamedTuple):
    """What a clause found. ``at`` is when its fact happened, ``key`` what it is about for good (its natural key)."""

    clause: str
    article: str
    engineer: str | None
    subject: str
    key: str
    at: datetime
    sanction: str
    amount_fen: int | None
    evidence: dict[str, Any]
    needs: str | None = None
    absorbed_by: str | None = None

    @property
    def is_recordable(self) -> bool:
        """Return whether --record makes a penalty of it: it has a sanction, is not absorbed and needs no cause.

        One that a late entry would defeat stands until somebody accepts that entry.
        """
        needs_cause = self.needs not in (None, "late_entry") or (self.sanction == "fine" and self.amount_fen is None)
        return self.sanction != "none" and not self.absorbed_by and not needs_cause


class Assignment(NamedTuple):
    """One engineer on one dispatch. ``untimely_complaint`` is a complaint about it, upheld as untimely."""

    dispatch: int
    ticket: int
    engineer: str
    due: datetime | None
    departed_at: datetime | None
    arrived_at: datetime | None
    callback_at: datetime | None
    left_at: datetime | None
    returned_at: datetime | None
    late_cause: str | None
    note: str | None
    untimely_complaint: int | None
    late_entries: tuple[dict[str, Any], ...] = ()
    id: int = 0


class ReportDuty(NamedTuple):
    """A dispatch whose crew is back, with its report; ``versions`` are (from, content), oldest first."""

    dispatch: int
    kind: str
    engineers: tuple[str, ...]
    returned_at: datetime
    report: int | None
    author: str | None
    versions: tuple[tuple[datetime, Record], ...]


class PhoneDay(NamedTuple):
    """The unexcused checks of one engineer on one centre day that found the phone off or refused.

    The earliest come first, but before them those that were fined already.
    """

    engineer: str
    day: date
    checks: tuple[tuple[int, datetime, str], ...]


class Decision(NamedTuple):
    """A complaint that was decided, or an expense found falsified: what was decided, by whom, about whom."""

    id: int
    engineer: str | None
    at: datetime
    by: str | None
    finding: str | None = None
    cause: str | None = None
    ticket: int | None = None
    sanction: str | None = None
    refer_legal: bool = False
    evidence: str | None = None
    amount_fen: int = 0


class Misconduct(NamedTuple):
    """A recorded piece of conduct."""

    id: int
    engineer: str
    at: datetime
    rule: str
    note: str


class AskedOf(NamedTuple):
    """A department that was asked about a quality problem: by when, in which round, and when it answered."""

    problem: int
    department: str
    number: int
    due: date
    answered_at: datetime | None


class Promised(NamedTuple):
    """A promise with the due that counts and how it ended, where it did."""

    id: int
    kind: str
    due: datetime
    kept_at: datetime | None
    dropped_at: datetime | None


class Question(NamedTuple):
    """A ticket as the answer clock sees it, from its receipt or from its nth reopening (``again``)."""

    ticket: int
    kind: str
    received_at: datetime
    answered_at: datetime | None
    cancelled_at: datetime | None
    again: int = 0


class Planned(NamedTuple):
    """A plan with how it went; ``engineer`` is who was named for it, ``target`` the customer or place it is for."""

    id: int
    kind: str
    title: str
    engineer: str | None
    course: Course
    target: str | None = None
    is_of_customer: bool = False


class Rectified(NamedTuple):
    """A rectification: the due day in force, and when it was closed or given up."""

    id: int
    owner: str | None
    due: date
    done_at: datetime | None
    closed_at: datetime | None


class Awaited(NamedTuple):
    """What a department was asked, and by which day it is to answer."""

    id: int
    department: str
    due: date
    answered_at: datetime | None


class Scored(NamedTuple):
    """A closed ticket with what its customer scored, (when, score) in order, and when it was followed up."""

    ticket: int
    closed_at: datetime
    scores: tuple[tuple[datetime, int], ...]
    followed_at: tuple[datetime, ...]


class Round(NamedTuple):
    """A round of a complaint: from its opening, or from when the complainant was not satisfied."""

    complaint: int
    number: int
    begun_at: datetime
    ended_at: datetime | None


def complaint_upheld(decision: Decision, _: Basis) -> Iterator[Finding]:
    """4.2: a complaint upheld for quarrel, solicitation, untimely service or repeat repair is a major demerit."""
    if decision.finding == "upheld" and decision.cause in _UPHELD_CAUSES and decision.engineer:
        subject = f"C{decision.id}"
        evidence = {
            "complaint": subject, "decided_at": decision.at, "decided_by": decision.by, "cause": decision.cause,
            "ticket": _id("T", decision.ticket),
        }  # fmt: skip
        yield Finding(
            "complaint_upheld", "4.2", decision.engineer, subject, subject, decision.at, "major_demerit", None, evidence
        )


_UPHELD_CAUSES = ("quarrel", "solicitation", "untimely", "repeat_repair")


def expense_falsified(decision: Decision, _: Basis) -> Iterator[Finding]:
    """4.3: a falsified expense is punished as somebody decided; referral to the law stands beside it."""
    if decision.sanction:
        subject = f"E{decision.id}"
        evidence = {
            "expense": subject, "amount": Fen(decision.amount_fen), "decided_at": decision.at,
            "decided_by": decision.by, "evidence": decision.evidence, "refer_legal": decision.refer_legal,
        }  # fmt: skip
        yield Finding(
            "expense_falsified",
            "4.3",
            decision.engineer,
            subject,
            subject,
            decision.at,
            decision.sanction,
            None,
            evidence,
        )


def no_callback(assignment: Assignment, basis: Basis) -> Iterator[Finding]:
    """4.4: whoever leaves without having called HQ before is fined; who never arrived ended no service."""
    left = assignment.left_at or assignment.returned_at
    if (
        left is None
        or assignment.arrived_at is None
        or (assignment.callback_at is not None and assignment.callback_at <= left)
    ):
        return
    evidence = {"dispatch": f"D{assignment.dispatch}", "left_at": left, "callback_at": assignment.callback_at}
    yield _fine("no_callback", "4.4", assignment.engineer, f"D{assignment.dispatch}", left, basis, evidence)


def late_on_site(assignment: Assignment, basis: Basis) -> Iterator[Finding]:
    """4.5: arriving after the due time, or not at all, for personal reasons; it waits for a cause not stated."""
    if assignment.due is None or assignment.late_cause not in (None, "personal"):
        return
    subject, at = f"D{assignment.dispatch}", assignment.arrived_at or assignment.due
    grace = timedelta(minutes=basis.value("late.grace_minutes", at))
    if (assignment.arrived_at or basis.now) <= assignment.due + grace:
        return
    evidence = {
        "dispatch": subject, "due": assignment.due, "arrived_at": assignment.arrived_at,
        "late_minutes": minutes_late(assignment.due, assignment.arrived_at), "cause": assignment.late_cause,
        "said": assignment.note,
    }  # fmt: skip
    if assignment.late_entries:
        evidence["appointments_entered_late"] = list(assignment.late_entries)
    finding = _fine("late_on_site", "4.5", assignment.engineer, subject, at, basis, evidence)
    if assignment.late_cause is None:
        finding = finding._replace(needs="late_cause", amount_fen=None)
    elif assignment.untimely_complaint and basis.value("same_fact", at) == "absorb":
        finding = finding._replace(absorbed_by=f"C{assignment.untimely_complaint}", amount_fen=None)
    yield finding


def report_deadline(returned: datetime, basis: Basis) -> datetime:
    """Return the first instant at which a report is overdue (4.6): midnight after the last day it may be filed on."""
    days = basis.value("report.due_days", returned)
    return midnight(day_of(returned, basis.zone) + timedelta(days=days + 1), basis.zone)


_FIELDS = ("fault_cause", "solution", "parts", "customer_opinion")
_NOT_REQUIRED = {"installation": ("fault_cause",)}
_BLANK = "-—–－―~/\\.。、，,;；:：·…*_ \t\u3000()（）"
DITTO = ("同上", "同前", "ditto", "as above", "same as above")


def is_entry(text: str | None, least: int = 1) -> bool:
    """Return whether a text is an entry: 无 and "none" are; blank, a dash or 同上 is not."""
    stripped = (text or "").strip()
    said = stripped.strip(_BLANK).lower()
    if not said or said in DITTO:
        return False
    return len(stripped) >= least or said in ("无", "none")


def missing_fields(report: Record, kind: str, least: int = 1) -> list[str]:
    """List what a service report lacks (4.6); ``parts`` are {name, quantity}, ``no_parts`` an explicit none."""
    has = {
        "fault_cause": is_entry(report["fault_cause"], least),
        "solution": is_entry(report["solution"], least),
        "parts": bool(report["no_parts"]) or any(is_entry(part["name"]) for part in report["parts"]),
        "customer_opinion": is_entry(report["customer_opinion"], least),
    }
    return [field for field in required_fields(kind) if not has[field]]


def required_fields(kind: str) -> list[str]:
    """List the entries that a report needs (4.6): all four, an installation's no fault cause."""
    return [field for field in _FIELDS if field not in _NOT_REQUIRED.get(kind, ())]


def incomplete_report(duty: ReportDuty, basis: Basis) -> Iterator[Finding]:
    """4.6: a report that was incomplete, or not filed, at its deadline; judged as it stood then."""
    deadline = report_deadline(duty.returned_at, basis)
    if basis.now < deadline:
        return
    at = deadline - timedelta(seconds=1)
    stood = [content for since, content in duty.versions if since < deadline]
    dispatch = f"D{duty.dispatch}"
    if stood:
        missing = missing_fields(stood[-1], duty.kind, basis.value("report.min_chars", at))
        subject, engineer = f"R{duty.report}", duty.author
    else:
        missing, subject, engineer = required_fields(duty.kind), dispatch, duty.engineers[0]
    if missing:
        evidence = {
            "dispatch": dispatch, "returned_at": duty.returned_at, "deadline": at, "filed": bool(stood),
            "missing": missing, "days": basis.cited("report.due_days", duty.returned_at),
        }  # fmt: skip
        if not stood:
            evidence["reading"] = "not_filed"
        yield _fine("incomplete_report", "4.6", engineer, subject, at, basis, evidence)._replace(key=dispatch)


def phone_unreachable(day: PhoneDay, basis: Basis) -> Iterator[Finding]:
    """4.7: phone off or call refused within the hours, not excused; so many times a person a day at most."""
    counted = 0
    for check, at, result in day.checks:
        there = at.astimezone(basis.zone)
        minutes = there.hour * 60 + there.minute
        inside = basis.value("phone.from", at) <= minutes < basis.value("phone.until", at)
        if not inside or counted >= basis.value("phone.max_per_day", at):
            continue
        counted += 1
        subject = f"H{check}"
        yield _fine("phone_unreachable", "4.7", day.engineer, subject, at, basis, {"check": subject, "result": result})


def disobedience(act: Misconduct, basis: Basis) -> Iterator[Finding]:
    """4.8: not following the centre's unified command."""
    if act.rule == "disobedience":
        subject = f"B{act.id}"
        yield _fine("disobedience", "4.8", act.engineer, subject, act.at, basis, {"conduct": subject, "note": act.note})


# The article that each rule of conduct stands in: S1 to S9 are the nine samples of the regulation, S9 the core. What
# stands here and is no matter of part 4 is misconduct, but for hygiene: that is put right, not punished.
CONDUCT_ARTICLES = {
    "disobedience": "4.8", "quarrel": "4.2", "solicitation": "4.2", "confidentiality": "S1 7", "off_post": "S1 10",
    "swapped_post": "S1 10", "substituted": "S1 10", "unrelated_activity": "S1 11", "evasion": "S4 5.1",
    "conflict": "S4 5.3", "discourtesy": "S4 6.1", "discrimination": "S4 6.2", "dress": "S4 3.1-3.2",
    "dangerous_goods": "S4 4.2", "hygiene": "S4 4.1", "privacy": "S4 6.3", "absence": "S1 9",
}  # fmt: skip
_NO_MISCONDUCT = ("disobedience", "quarrel", "solicitation", "confidentiality", "hygiene")


def misconduct(act: Misconduct, _: Basis) -> Iterator[Finding]:
    """S4 7.2: conduct against a rule; no article says what it costs, so somebody proposes the measure."""
    if act.rule in CONDUCT_ARTICLES and act.rule not in _NO_MISCONDUCT:
        subject = f"B{act.id}"
        evidence = {
            "conduct": subject, "rule": act.rule, "rule_article": CONDUCT_ARTICLES[act.rule], "note": act.note,
        }  # fmt: skip
        yield Finding(
            "misconduct", "S4 7.2", act.engineer, subject, subject, act.at, "open", None, evidence, needs="sanction"
        )


def answer_overdue(question: Question, basis: Basis) -> Iterator[Finding]:
    """3.4: not answered by the due time. It names nobody and punishes nobody."""
    due = answer_clock(question.received_at, basis.policy, basis.zone, question.kind).due
    withdrawn = due and not question.answered_at and question.cancelled_at and question.cancelled_at <= due
    if due is None or withdrawn or answered_in_time(due, question.answered_at, basis.now) is not False:
        return
    ticket = f"T{question.ticket}"
    subject = f"{ticket}@{question.again}" if question.again else ticket
    key = answer_key(question.kind, basis.policy, day_of(question.received_at, basis.zone))
    evidence = {
        "ticket": ticket, "reopened_at" if question.again else "received_at": question.received_at, "answer_due": due,
        "answered_at": question.answered_at, "late_minutes": minutes_late(due, question.answered_at),
        "policy": basis.cited(key, question.received_at),
    }  # fmt: skip
    yield Finding("answer_overdue", "3.4", None, subject, subject, due, "none", None, evidence)


def visit_overdue(plan: Planned, basis: Basis) -> Iterator[Finding]:
    """2.4: a planned visit that was not made by the end of its day."""
    if plan.kind == "visit":
        yield from _overdue_occurrences("visit_overdue", "2.4", plan, basis)


def inspection_overdue(plan: Planned, basis: Basis) -> Iterator[Finding]:
    """S1 18: a planned inspection that was not made by the end of its day."""
    if plan.kind == "inspection":
        yield from _overdue_occurrences("inspection_overdue", "S1 18", plan, basis)


def _overdue_occurrences(clause: str, article: str, plan: Planned, basis: Basis) -> Iterator[Finding]:
    """One finding an occurrence, which stays when it was done late; dates that pass meanwhile make none."""
    for occurrence in plan.course.every():
        if occurrence.is_late(today(basis.now, basis.zone)):
            at, subject = end_of_day(occurrence.judged_by, basis.zone), f"PL{plan.id}@{occurrence.judged_by}"
            evidence = {
                "plan": f"PL{plan.id}", "title": plan.title, "deadline": at, "done_on": occurrence.done_on,
                "done_by": occurrence.record,
            }  # fmt: skip
            yield Finding(clause, article, plan.engineer, subject, subject, at, "none", None, evidence)


def rectification_overdue(rectified: Rectified, basis: Basis) -> Iterator[Finding]:
    """S1 18, S3 10: not closed by the end of the due day in force; it names the owner, if that is a person."""
    deadline = end_of_day(rectified.due, basis.zone)
    if (rectified.closed_at or basis.now) <= deadline:
        return
    subject = f"RC{rectified.id}"
    evidence = {
        "rectification": subject, "deadline": deadline, "done_at": rectified.done_at, "closed_at": rectified.closed_at,
    }  # fmt: skip
    yield Finding(
        "rectification_overdue", "S1 18", rectified.owner, subject, f"{subject}@{rectified.due}", deadline, "none",
        None, evidence,
    )  # fmt: skip


def suggestion_unanswered(asked: Awaited, basis: Basis) -> Iterator[Finding]:
    """S7(2) 3: a department has not answered a suggestion by the end of its due day."""
    deadline = end_of_day(asked.due, basis.zone)
    if (asked.answered_at or basis.now) > deadline:
        subject = f"SG{asked.id}"
        evidence = {
            "suggestion": subject, "department": asked.department, "deadline": deadline,
            "answered_at": asked.answered_at,
        }  # fmt: skip
        yield Finding("suggestion_unanswered", "S7(2) 3", None, subject, subject, deadline, "none", None, evidence)


def follow_up_overdue(scored: Scored, basis: Basis) -> Iterator[Finding]:
    """S7 1.6: a closed ticket with a low score that nobody followed up within the days of the policy."""
    due = follow_up_due(scored, basis)
    if due is None:
        return
    followed = min((at for at in scored.followed_at if at >= due.at), default=None)
    if (followed or basis.now) <= due.deadline:
        return
    subject = f"T{scored.ticket}"
    evidence = {
        "ticket": subject, "score": due.score, "deadline": due.deadline, "followed_at": followed,
        "policy": basis.cited("followup.days", due.since),
    }  # fmt: skip
    yield Finding("follow_up_overdue", "S7 1.6", None, subject, subject, due.deadline, "none", None, evidence)


class FollowUp(NamedTuple):
    """A follow-up that is due: for which score, given when, from when the days count, and until when."""

    score: int
    at: datetime
    since: datetime
    deadline: datetime


def follow_up_due(scored: Scored, basis: Basis) -> FollowUp | None:
    """Return until when a ticket is to be followed up; None where the policy or the score asks for none."""
    for at, score in scored.scores:
        since = max(at, scored.closed_at)
        days = basis.value("followup.days", since)
        if days is not None and score <= basis.value("followup.score", since):
            deadline = end_of_day(day_of(since, basis.zone) + timedelta(days=days), basis.zone)
            return FollowUp(score, at, since, deadline)
    return None


def complaint_overdue(asked: Round, basis: Basis) -> Iterator[Finding]:
    """S5 1.3: a complaint, or a further round of it, that was not closed within the days of the policy."""
    deadline = complaint_deadline(asked, basis)
    if deadline is None or (asked.ended_at or basis.now) <= deadline:
        return
    subject = f"C{asked.complaint}"
    evidence = {
        "complaint": subject, "round": asked.number, "deadline": deadline, "closed_at": asked.ended_at,
        "policy": basis.cited("complaint.days", asked.begun_at),
    }  # fmt: skip
    key = f"{subject}@{asked.number}"
    yield Finding("complaint_overdue", "S5 1.3", None, subject, key, deadline, "none", None, evidence)


def complaint_deadline(asked: Round, basis: Basis) -> datetime | None:
    """Return by when a round of a complaint is to be closed; None where the policy sets no days."""
    days = basis.value("complaint.days", asked.begun_at)
    if days is None:
        return None
    return end_of_day(day_of(asked.begun_at, basis.zone) + timedelta(days=days), basis.zone)


def quality_overdue(asked: AskedOf, basis: Basis) -> Iterator[Finding]:
    """3.8: a department has not answered about a quality problem by the end of its due day. It names nobody."""
    deadline = end_of_day(asked.due, basis.zone)
    if (asked.answered_at or basis.now) <= deadline:
        return
    subject, again = f"QP{asked.problem}", f"@{asked.number}" if asked.number > 1 else ""
    evidence = {
        "problem": subject, "department": asked.department, "deadline": deadline, "answered_at": asked.answered_at,
    }  # fmt: skip
    key = f"{subject}/{asked.department}{again}"
    yield Finding("quality_overdue", "3.8", None, subject, key, deadline, "none", None, evidence)


def commissioning_overdue(promise: Promised, basis: Basis) -> Iterator[Finding]:
    """2.3: commissioning or the users' training not done by the contract's time. It names nobody."""
    if promise.kind != "other":
        yield from _broken("commissioning_overdue", "2.3", promise, basis)


def promise_overdue(promise: Promised, basis: Basis) -> Iterator[Finding]:
    """3.4: what was promised not kept by its due. It names nobody."""
    if promise.kind == "other":
        yield from _broken("promise_overdue", "3.4", promise, basis)


def _broken(clause: str, article: str, promise: Promised, basis: Basis) -> Iterator[Finding]:
    ended = promise.kept_at or promise.dropped_at or basis.now
    if ended <= promise.due:
        return
    subject = f"PM{promise.id}"
    evidence = {
        "promise": subject, "due": promise.due, "kept_at": promise.kept_at, "dropped_at": promise.dropped_at,
        "late_days": late_days(promise.due, ended),
    }  # fmt: skip
    yield Finding(clause, article, None, subject, subject, promise.due, "none", None, evidence)


def is_repeat(received: datetime, earlier_closed: datetime | None, basis: Basis) -> bool:
    """3.6: the same repair again is a repeat up to the end of the policy's window after the earlier one closed."""
    if earlier_closed is None:
        return True
    return received <= earlier_closed + timedelta(days=basis.value("repeat.window_days", earlier_closed))


class Clause(NamedTuple):
    """One clause: its id, its article, the facts it is judged by (facts.SOURCES), and the judge."""

    id: str
    article: str
    facts: str
    judge: Callable[[Any, Basis], Iterator[Finding]]


# Read from top to bottom like the regulation. Adding a clause is one entry here, its facts, and its test.
CLAUSES = (
    Clause("complaint_upheld", "4.2", "complaints", complaint_upheld),
    Clause("expense_falsified", "4.3", "frauds", expense_falsified),
    Clause("no_callback", "4.4", "assignments", no_callback),
    Clause("late_on_site", "4.5", "assignments", late_on_site),
    Clause("incomplete_report", "4.6", "report_duties", incomplete_report),
    Clause("phone_unreachable", "4.7", "phone_days", phone_unreachable),
    Clause("disobedience", "4.8", "conduct", disobedience),
    Clause("misconduct", "S4 7.2", "conduct", misconduct),
    Clause("answer_overdue", "3.4", "questions", answer_overdue),
    Clause("visit_overdue", "2.4", "plans", visit_overdue),
    Clause("inspection_overdue", "S1 18", "plans", inspection_overdue),
    Clause("rectification_overdue", "S1 18", "rectifications", rectification_overdue),
    Clause("follow_up_overdue", "S7 1.6", "scores", follow_up_overdue),
    Clause("suggestion_unanswered", "S7(2) 3", "suggestions", suggestion_unanswered),
    Clause("complaint_overdue", "S5 1.3", "rounds", complaint_overdue),
    Clause("commissioning_overdue", "2.3", "promises", commissioning_overdue),
    Clause("promise_overdue", "3.4", "promises", promise_overdue),
    Clause("quality_overdue", "3.8", "problems", quality_overdue),
)
ARTICLES = {clause.id: clause.article for clause in CLAUSES}


def _fine(
    clause: str, article: str, engineer: str | None, subject: str, at: datetime, basis: Basis, evidence: dict[str, Any]
) -> Finding:
    """Make a finding whose sanction is the clause's fine in force at the time."""
    key = f"{clause}.fine"
    evidence = {**evidence, "policy": basis.cited(key, at)}
    return Finding(clause, article, engineer, subject, subject, at, "fine", basis.value(key, at), evidence)


def _id(letter: str, number: int | None) -> str | None:
    return f"{letter}{number}" if number is not None else None
