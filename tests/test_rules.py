"""The clauses, one by one, from both sides of every edge. No database, no file, no clock."""

from datetime import date, timedelta

import pytest
from conftest import at, basis_at
from hypothesis import given
from hypothesis import strategies as st

from svcdesk import rules
from svcdesk.model import Fen
from svcdesk.regulation.occurrences import Event, Plan, course
from svcdesk.rules import (
    ARTICLES,
    CLAUSES,
    AskedOf,
    Assignment,
    Decision,
    Misconduct,
    PhoneDay,
    Promised,
    Question,
    ReportDuty,
    answer_overdue,
    commissioning_overdue,
    complaint_upheld,
    disobedience,
    expense_falsified,
    incomplete_report,
    is_entry,
    late_on_site,
    missing_fields,
    no_callback,
    phone_unreachable,
    promise_overdue,
    quality_overdue,
    report_deadline,
)

LATER = "2027-06-01 12:00"


def only(findings):
    """The one finding there is, or None."""
    found = list(findings)
    assert len(found) <= 1
    return found[0] if found else None


def test_the_clauses_are_those_of_the_regulation():
    assert ARTICLES == {
        "complaint_upheld": "4.2", "expense_falsified": "4.3", "no_callback": "4.4", "late_on_site": "4.5",
        "incomplete_report": "4.6", "phone_unreachable": "4.7", "disobedience": "4.8", "answer_overdue": "3.4",
        "misconduct": "S4 7.2",
        "visit_overdue": "2.4", "inspection_overdue": "S1 18", "rectification_overdue": "S1 18",
        "follow_up_overdue": "S7 1.6", "suggestion_unanswered": "S7(2) 3", "complaint_overdue": "S5 1.3",
        "commissioning_overdue": "2.3", "promise_overdue": "3.4", "quality_overdue": "3.8",
    }  # fmt: skip
    assert len({clause.id for clause in CLAUSES}) == len(CLAUSES) == len(ARTICLES)


# 4.2


COMPLAINT = Decision(7, "W03", at("2026-10-16 10:00"), "M01", finding="upheld", cause="quarrel", ticket=2)


@pytest.mark.parametrize(
    ("finding", "cause", "found"),
    [
        ("upheld", "quarrel", True),
        ("upheld", "solicitation", True),
        ("upheld", "untimely", True),
        ("upheld", "repeat_repair", True),
        ("upheld", "other", False),
        ("upheld", None, False),
        ("partly", "quarrel", False),
        ("partly", "other", False),
        ("not_upheld", None, False),
        ("unverifiable", None, False),
    ],
)
def test_complaint_upheld(finding, cause, found):
    verdict = only(complaint_upheld(COMPLAINT._replace(finding=finding, cause=cause), basis_at(LATER)))
    assert (verdict is not None) is found
    if verdict:
        assert (verdict.sanction, verdict.amount_fen, verdict.engineer) == ("major_demerit", None, "W03")
        assert (verdict.subject, verdict.key, verdict.at) == ("C7", "C7", COMPLAINT.at)
        assert verdict.is_recordable


@pytest.mark.parametrize(("ticket", "named"), [(2, "T2"), (None, None)])
def test_a_complaint_names_its_ticket_as_evidence(ticket, named):
    assert only(complaint_upheld(COMPLAINT._replace(ticket=ticket), basis_at(LATER))).evidence["ticket"] == named


def test_a_complaint_about_nobody_is_no_finding():
    assert only(complaint_upheld(COMPLAINT._replace(engineer=None), basis_at(LATER))) is None


# 4.3


@pytest.mark.parametrize("sanction", ["demerit", "major_demerit", "dismissal"])
@pytest.mark.parametrize("refer_legal", [True, False])
def test_expense_falsified(sanction, refer_legal):
    fraud = Decision(
        9, "W03", at("2026-10-20 09:00"), "M01",
        sanction=sanction, refer_legal=refer_legal, evidence="伪造", amount_fen=13950,
    )  # fmt: skip
    verdict = only(expense_falsified(fraud, basis_at(LATER)))
    assert (verdict.sanction, verdict.amount_fen, verdict.subject) == (sanction, None, "E9")
    assert verdict.evidence["refer_legal"] is refer_legal
    assert verdict.evidence["amount"] == Fen(13950)


# 4.4


LEFT = at("2026-10-13 18:00")
ASSIGNMENT = Assignment(
    2, 2, "W03", at("2026-10-12 09:00"), at("2026-10-12 06:00"), at("2026-10-12 09:00"), LEFT, LEFT,
    at("2026-10-13 21:00"), None, None, None,
)  # fmt: skip
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("callback_at", "left_at", "returned_at", "found"),
    [
        (LEFT - SECOND, LEFT, None, False),
        (LEFT, LEFT, None, False),  # at the very second of leaving
        (LEFT + SECOND, LEFT, None, True),
        (None, LEFT, None, True),
        (None, None, LEFT, True),  # returned without leaving recorded
        (LEFT, None, LEFT, False),
        (LEFT + SECOND, None, LEFT, True),
        (LEFT + SECOND, LEFT, LEFT + SECOND, True),  # before the return, but after leaving
        (None, None, None, False),  # still there
        (LEFT, None, None, False),
    ],
)
def test_no_callback(callback_at, left_at, returned_at, found):
    assignment = ASSIGNMENT._replace(callback_at=callback_at, left_at=left_at, returned_at=returned_at)
    verdict = only(no_callback(assignment, basis_at(LATER)))
    assert (verdict is not None) is found
    if verdict:
        assert (verdict.amount_fen, verdict.at, verdict.subject, verdict.engineer) == (5000, LEFT, "D2", "W03")


# 4.5


DUE = ASSIGNMENT.due


@pytest.mark.parametrize(
    ("seconds", "grace", "found"),
    [
        (-1, "0", False),
        (0, "0", False),
        (1, "0", True),
        (900, "15", False),
        (901, "15", True),
        (86400, "1440", False),
    ],
)
def test_late_by_a_second(seconds, grace, found):
    assignment = ASSIGNMENT._replace(arrived_at=DUE + timedelta(seconds=seconds), late_cause="personal")
    basis = basis_at(LATER, ("late.grace_minutes", grace, date(2026, 1, 1)))
    verdict = only(late_on_site(assignment, basis))
    assert (verdict is not None) is found
    if verdict:
        assert (verdict.amount_fen, verdict.needs, verdict.is_recordable) == (5000, None, True)
        assert (verdict.at, verdict.evidence["late_minutes"]) == (assignment.arrived_at, -(-seconds // 60))


@pytest.mark.parametrize(
    ("cause", "found", "amount", "needs"),
    [
        (None, True, None, "late_cause"),
        ("personal", True, 5000, None),
        ("transport", False, None, None),
        ("weather", False, None, None),
        ("customer", False, None, None),
        ("company", False, None, None),
        ("other", False, None, None),
    ],
)
@pytest.mark.parametrize("arrived_at", [DUE + SECOND, None])
def test_the_cause_of_being_late(cause, found, amount, needs, arrived_at):
    assignment = ASSIGNMENT._replace(arrived_at=arrived_at, late_cause=cause)
    verdict = only(late_on_site(assignment, basis_at(LATER)))
    assert (verdict is not None) is found
    if verdict:
        assert (verdict.amount_fen, verdict.needs) == (amount, needs)
        assert verdict.is_recordable is (needs is None)
        assert verdict.at == (arrived_at or DUE)


@pytest.mark.parametrize(("now", "found"), [("2026-10-12 09:00:00", False), ("2026-10-12 09:00:01", True)])
def test_not_arrived_and_the_due_time_passed(now, found):
    assignment = ASSIGNMENT._replace(arrived_at=None, callback_at=None, left_at=None, returned_at=None)
    verdict = only(late_on_site(assignment, basis_at(now)))
    assert (verdict is not None) is found
    if verdict:
        assert (verdict.at, verdict.evidence["late_minutes"], verdict.needs) == (DUE, None, "late_cause")


def test_not_arrived_within_the_grace():
    assignment = ASSIGNMENT._replace(arrived_at=None)
    grace = ("late.grace_minutes", "15", date(2026, 1, 1))
    assert only(late_on_site(assignment, basis_at("2026-10-12 09:15:00", grace))) is None
    assert only(late_on_site(assignment, basis_at("2026-10-12 09:15:01", grace))) is not None


def test_without_a_due_time_nobody_is_late():
    assignment = ASSIGNMENT._replace(due=None, arrived_at=at("2026-12-31 09:00"), late_cause="personal")
    assert only(late_on_site(assignment, basis_at(LATER))) is None
    assert only(late_on_site(assignment._replace(arrived_at=None), basis_at(LATER))) is None


@pytest.mark.parametrize(
    ("complaint", "same_fact", "cause", "absorbed_by", "amount"),
    [
        (None, "absorb", "personal", None, 5000),
        (3, "absorb", "personal", "C3", None),
        (3, "cumulate", "personal", None, 5000),
        (3, "absorb", None, None, None),  # still waits for its cause
    ],
)
def test_one_fact_is_punished_once(complaint, same_fact, cause, absorbed_by, amount):
    assignment = ASSIGNMENT._replace(arrived_at=DUE + SECOND, late_cause=cause, untimely_complaint=complaint)
    verdict = only(late_on_site(assignment, basis_at(LATER, ("same_fact", same_fact, date(2026, 1, 1)))))
    assert (verdict.absorbed_by, verdict.amount_fen) == (absorbed_by, amount)
    assert verdict.is_recordable is (amount is not None)


def test_whether_one_fact_adds_up_is_judged_by_the_day_of_the_arrival():
    assignment = ASSIGNMENT._replace(arrived_at=at("2026-10-12 23:59:59"), late_cause="personal", untimely_complaint=3)
    basis = basis_at(LATER, ("same_fact", "cumulate", date(2026, 10, 13)))
    assert only(late_on_site(assignment, basis)).absorbed_by == "C3"
    assert only(late_on_site(assignment._replace(arrived_at=at("2026-10-13 00:00")), basis)).absorbed_by is None


def test_two_engineers_are_judged_each():
    late = ASSIGNMENT._replace(arrived_at=DUE + SECOND, late_cause="personal", callback_at=None)
    punctual = ASSIGNMENT._replace(engineer="W02")
    basis = basis_at(LATER)
    found = [
        f for assignment in (late, punctual) for judge in (no_callback, late_on_site) for f in judge(assignment, basis)
    ]
    assert [(f.clause, f.engineer) for f in found] == [("no_callback", "W03"), ("late_on_site", "W03")]


def test_an_appointment_entered_late_stands_in_the_evidence():
    entry = {"appointed_at": DUE, "previous": DUE, "entered_at": DUE + SECOND}
    late = ASSIGNMENT._replace(arrived_at=DUE + SECOND, late_cause="personal")
    assert "appointments_entered_late" not in only(late_on_site(late, basis_at(LATER))).evidence
    told = only(late_on_site(late._replace(late_entries=(entry,)), basis_at(LATER))).evidence
    assert told["appointments_entered_late"] == [entry]


# 4.6


WHOLE = {"fault_cause": "冷却泵堵塞", "solution": "清洗", "parts": [], "no_parts": 1, "customer_opinion": "满意"}
RETURNED = at("2026-10-12 12:00")
DUTY = ReportDuty(2, "service", ("W01", "W02"), RETURNED, 4, "W02", ((at("2026-10-12 15:00"), WHOLE),))


@pytest.mark.parametrize(
    ("returned", "last_second"),
    [
        ("2026-10-12 00:00:00", "2026-10-15 23:59:59"),
        ("2026-10-12 23:59:59", "2026-10-15 23:59:59"),
        ("2026-10-29 10:00:00", "2026-11-01 23:59:59"),  # over a month's end
        ("2026-12-30 10:00:00", "2027-01-02 23:59:59"),  # over a year's end
        ("2024-02-26 10:00:00", "2024-02-29 23:59:59"),  # a leap February
        ("2024-02-27 10:00:00", "2024-03-01 23:59:59"),
        ("2026-02-26 10:00:00", "2026-03-01 23:59:59"),
    ],
)
def test_the_end_of_the_third_day_after_the_return(returned, last_second):
    basis = basis_at(LATER)
    assert report_deadline(at(returned), basis) == at(last_second) + SECOND
    unfiled = DUTY._replace(returned_at=at(returned), report=None, author=None, versions=())
    assert only(incomplete_report(unfiled, basis_at(last_second))) is None
    verdict = only(incomplete_report(unfiled, basis._replace(now=at(last_second) + SECOND)))
    assert verdict.at == at(last_second)


@pytest.mark.parametrize(
    ("days", "last_second"), [("0", "2026-10-12 23:59:59"), ("1", "2026-10-13 23:59:59"), ("60", "2026-12-11 23:59:59")]
)
def test_the_days_are_policy(days, last_second):
    basis = basis_at(LATER, ("report.due_days", days, date(2026, 10, 12)))
    assert report_deadline(RETURNED, basis) == at(last_second) + SECOND
    assert report_deadline(RETURNED - timedelta(days=1), basis) == at("2026-10-15 00:00")


@pytest.mark.parametrize(
    ("filed", "content", "subject", "engineer", "missing"),
    [
        ("2026-10-15 23:59:59", WHOLE, None, None, None),
        ("2026-10-16 00:00:00", WHOLE, "D2", "W01", 4),  # whole, but too late: not filed by then
        ("2026-10-12 15:00:00", {**WHOLE, "customer_opinion": None}, "R4", "W02", 1),
        ("2026-10-15 23:59:59", {**WHOLE, "no_parts": 0, "solution": ""}, "R4", "W02", 2),
    ],
)
def test_a_report_at_its_deadline(filed, content, subject, engineer, missing):
    verdict = only(incomplete_report(DUTY._replace(versions=((at(filed), content),)), basis_at(LATER)))
    assert (verdict and verdict.subject, verdict and verdict.engineer) == (subject, engineer)
    if verdict:
        assert (verdict.amount_fen, verdict.key, len(verdict.evidence["missing"])) == (2000, "D2", missing)
        assert (verdict.evidence.get("reading") == "not_filed") is (subject == "D2")


def test_a_report_never_filed_falls_on_the_first_engineer_and_is_marked_as_a_reading():
    verdict = only(incomplete_report(DUTY._replace(report=None, author=None, versions=()), basis_at(LATER)))
    assert (verdict.subject, verdict.key, verdict.engineer) == ("D2", "D2", "W01")
    assert verdict.evidence["reading"] == "not_filed"


@pytest.mark.parametrize(
    ("amended", "found"), [("2026-10-15 23:59:59", False), ("2026-10-16 00:00:00", True), ("2026-10-20 09:00", True)]
)
def test_a_report_completed_before_its_deadline_is_no_finding(amended, found):
    lacking = {**WHOLE, "solution": "同上"}
    duty = DUTY._replace(versions=((at("2026-10-12 15:00"), lacking), (at(amended), WHOLE)))
    assert (only(incomplete_report(duty, basis_at(LATER))) is not None) is found


def test_a_report_spoilt_before_its_deadline_is_a_finding():
    spoilt = {**WHOLE, "solution": "-"}
    duty = DUTY._replace(versions=((at("2026-10-12 15:00"), WHOLE), (at("2026-10-13 09:00"), spoilt)))
    assert only(incomplete_report(duty, basis_at(LATER))).evidence["missing"] == ["solution"]


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("无", True),
        (" 无 ", True),
        ("none", True),
        ("None", True),
        ("冷却泵堵塞", True),
        ("0", True),
        ("A-7", True),
        ("OK", True),
        ("同上一次的滤网不同", True),
        (None, False),
        ("", False),
        ("   ", False),
        ("\u3000", False),
        ("\n\t", False),
        ("-", False),
        ("—", False),
        ("——", False),
        ("－", False),
        ("–", False),
        (" - ", False),
        ("/", False),
        ("同上", False),
        (" 同上 ", False),
        ("同上。", False),
        ("（同上）", False),
        ("…", False),
        ("无。", True),
        ("2.5", True),
        ("ditto", False),
    ],
)
def test_what_is_an_entry(text, entry):
    assert is_entry(text) is entry
    for field in ("fault_cause", "solution", "customer_opinion"):
        assert missing_fields({**WHOLE, field: text}, "service") == ([] if entry else [field])


@pytest.mark.parametrize(
    ("text", "least", "entry"),
    [
        ("修好了", 3, True),
        ("修好", 3, False),
        (" 修好 ", 3, False),
        ("无", 3, True),
        ("无。", 3, True),
        ("none", 5, True),
    ],
)
def test_the_least_length_of_an_entry_is_policy(text, least, entry):
    assert is_entry(text, least) is entry


@pytest.mark.parametrize(
    ("parts", "no_parts", "missing"),
    [
        ([{"name": "滤网", "quantity": 1}], 0, False),
        ([], 1, False),
        ([], 0, True),
        ([{"name": "-", "quantity": 1}], 0, True),
        ([{"name": "-", "quantity": 1}, {"name": "滤网", "quantity": 1}], 0, False),
        ([{"name": "无", "quantity": 1}], 0, False),
    ],
)
def test_replaced_parts_or_an_explicit_none(parts, no_parts, missing):
    report = {**WHOLE, "parts": parts, "no_parts": no_parts}
    assert missing_fields(report, "service") == (["parts"] if missing else [])


def test_an_installation_needs_no_fault_cause():
    report = {**WHOLE, "fault_cause": None}
    assert missing_fields(report, "installation") == []
    assert missing_fields(report, "service") == ["fault_cause"]
    blank = dict.fromkeys(WHOLE) | {"parts": []}
    assert missing_fields(blank, "installation") == ["solution", "parts", "customer_opinion"]


def test_an_installations_report_never_filed_lacks_no_fault_cause_either():
    unfiled = DUTY._replace(kind="installation", report=None, author=None, versions=())
    verdict = only(incomplete_report(unfiled, basis_at(LATER)))
    assert verdict.evidence["missing"] == ["solution", "parts", "customer_opinion"]


# 4.7


def phone_day(*times, result="off"):
    """The checks of one engineer on 15 October 2026, numbered from 1."""
    checks = tuple((n, at(f"2026-10-15 {time}"), result) for n, time in enumerate(times, 1))
    return PhoneDay("W02", date(2026, 10, 15), checks)


@pytest.mark.parametrize(
    ("time", "found"),
    [
        ("00:00:00", False),
        ("07:59:59", False),
        ("08:00:00", True),
        ("12:30:00", True),
        ("21:59:59", True),
        ("22:00:00", False),
        ("23:59:59", False),
    ],
)
@pytest.mark.parametrize("result", ["off", "refused"])
def test_the_hours_of_the_phone(time, found, result):
    verdict = only(phone_unreachable(phone_day(time, result=result), basis_at(LATER)))
    assert (verdict is not None) is found
    if verdict:
        assert (verdict.amount_fen, verdict.subject, verdict.evidence["result"]) == (1000, "H1", result)


@pytest.mark.parametrize(("time", "found"), [("06:59:59", False), ("07:00:00", True), ("23:59:59", True)])
def test_the_hours_are_policy(time, found):
    basis = basis_at(LATER, ("phone.from", "07:00", date(2026, 10, 1)), ("phone.until", "24:00", date(2026, 10, 1)))
    assert (only(phone_unreachable(phone_day(time), basis)) is not None) is found


@pytest.mark.parametrize(("time", "found"), [("09:14:59", False), ("09:15:00", True), ("09:20:00", True)])
def test_the_hours_count_minutes_too(time, found):
    basis = basis_at(LATER, ("phone.from", "09:15", date(2026, 10, 1)))
    assert (only(phone_unreachable(phone_day(time), basis)) is not None) is found


@pytest.mark.parametrize(
    ("most", "subjects"), [("1", ["H2"]), ("2", ["H2", "H3"]), ("3", ["H2", "H3", "H4"]), ("24", ["H2", "H3", "H4"])]
)
def test_so_many_times_a_day_and_those_outside_the_hours_do_not_count(most, subjects):
    day = phone_day("07:00", "09:00", "10:00", "21:00", "22:30")
    basis = basis_at(LATER, ("phone.max_per_day", most, date(2026, 1, 1)))
    assert [finding.subject for finding in phone_unreachable(day, basis)] == subjects


def test_another_day_counts_anew():
    days = [phone_day("09:00"), PhoneDay("W02", date(2026, 10, 16), ((2, at("2026-10-16 09:00"), "off"),))]
    assert [f.subject for day in days for f in phone_unreachable(day, basis_at(LATER))] == ["H1", "H2"]


# 4.8


@pytest.mark.parametrize(
    ("rule", "found"),
    [("disobedience", True), ("quarrel", False), ("solicitation", False), ("confidentiality", False), ("other", False)],
)
def test_only_disobedience_is_fined(rule, found):
    verdict = only(disobedience(Misconduct(3, "W03", at("2026-10-18 10:00"), rule, "拒绝改派"), basis_at(LATER)))
    assert (verdict is not None) is found
    if verdict:
        assert (verdict.amount_fen, verdict.subject, verdict.at) == (10000, "B3", at("2026-10-18 10:00"))


# 3.4


RECEIVED = at("2026-10-09 17:00")


@pytest.mark.parametrize(
    ("answered", "now", "found"),
    [
        ("2026-10-10 17:00:00", LATER, False),
        ("2026-10-10 17:00:01", LATER, True),
        (None, "2026-10-10 17:00:00", False),
        (None, "2026-10-10 17:00:01", True),
    ],
)
def test_answer_overdue(answered, now, found):
    verdict = only(answer_overdue(Question(2, "repair", RECEIVED, answered and at(answered), None), basis_at(now)))
    assert (verdict is not None) is found
    if verdict:
        assert (verdict.sanction, verdict.engineer, verdict.amount_fen) == ("none", None, None)
        assert (verdict.at, verdict.subject) == (at("2026-10-10 17:00"), "T2")
        assert not verdict.is_recordable


@pytest.mark.parametrize(
    ("cancelled", "found"),
    [("2026-10-09 18:00:00", False), ("2026-10-10 17:00:00", False), ("2026-10-10 17:00:01", True)],
)
def test_a_ticket_cancelled_before_its_answer_was_due_owes_none(cancelled, found):
    question = Question(2, "repair", RECEIVED, None, at(cancelled))
    assert (only(answer_overdue(question, basis_at(LATER))) is not None) is found


def test_no_answer_is_overdue_where_the_calendar_is_unknown():
    basis = basis_at("2027-12-01 09:00", ("answer.clock", "working", date(2026, 1, 1)))
    assert only(answer_overdue(Question(2, "repair", at("2027-03-01 09:00"), None, None), basis)) is None
    assert only(answer_overdue(Question(2, "repair", at("2026-03-02 09:00"), None, None), basis)) is not None


# 2.3, 3.4: promises


@pytest.mark.parametrize(
    ("kept", "dropped", "now", "found"),
    [
        (None, None, "2026-10-10 23:59:59", False),
        (None, None, "2026-10-11 00:00:00", True),
        ("2026-10-10 23:59:59", None, LATER, False),
        ("2026-10-11 00:00:00", None, LATER, True),
        (None, "2026-10-10 23:59:59", LATER, False),
        (None, "2026-10-11 00:00:00", LATER, True),
    ],
)
@pytest.mark.parametrize("kind", ["commissioning", "user_training", "other"])
def test_a_promise_overdue(kind, kept, dropped, now, found):
    due = at("2026-10-10 23:59:59")
    promise = Promised(3, kind, due, kept and at(kept), dropped and at(dropped))
    judges = {promise_overdue: kind == "other", commissioning_overdue: kind != "other"}
    for judge, is_its_kind in judges.items():
        verdict = only(judge(promise, basis_at(now)))
        assert (verdict is not None) is (found and is_its_kind)
        if verdict:
            assert (verdict.sanction, verdict.engineer, verdict.at, verdict.subject) == ("none", None, due, "PM3")
            assert not verdict.is_recordable


# 3.8: quality problems


@pytest.mark.parametrize(
    ("answered", "now", "found"),
    [
        (None, "2026-11-05 23:59:59", False), (None, "2026-11-06 00:00:00", True),
        ("2026-11-05 23:59:59", LATER, False), ("2026-11-06 00:00:00", LATER, True),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("number", "key"), [(1, "QP4/制造部"), (2, "QP4/制造部@2")])
def test_a_department_that_has_not_answered(answered, now, found, number, key):
    asked = AskedOf(4, "制造部", number, date(2026, 11, 5), answered and at(answered))
    verdict = only(quality_overdue(asked, basis_at(now)))
    assert (verdict is not None) is found
    if verdict:
        assert (verdict.sanction, verdict.engineer, verdict.subject, verdict.key) == ("none", None, "QP4", key)
        assert verdict.at == at("2026-11-05 23:59:59")


# Policy by date


FINED = [
    ("no_callback", lambda when: only(no_callback(ASSIGNMENT._replace(callback_at=None, left_at=when), case_of()))),
    (
        "late_on_site",
        lambda when: only(late_on_site(ASSIGNMENT._replace(arrived_at=when, late_cause="personal"), case_of())),
    ),
    ("phone_unreachable", lambda when: only(phone_unreachable(PhoneDay("W", when, ((1, when, "off"),)), case_of()))),
    ("disobedience", lambda when: only(disobedience(Misconduct(1, "W", when, "disobedience", "x"), case_of()))),
]


def case_of():
    """A basis by which every fine is 7.77 from 1 November 2026 on, and phones are always on duty."""
    since = date(2026, 11, 1)
    fines = [(f"{clause}.fine", "7.77", since) for clause, _ in FINED]
    always = [("phone.from", "00:00", date(2026, 1, 1)), ("phone.until", "24:00", date(2026, 1, 1))]
    return basis_at(LATER, *fines, *always)


@pytest.mark.parametrize(("clause", "judge"), FINED, ids=[clause for clause, _ in FINED])
def test_a_fact_is_judged_by_the_policy_in_force_when_it_happened(clause, judge):
    before, after = judge(at("2026-10-31 23:59:59")), judge(at("2026-11-01 00:00:00"))
    assert (before.amount_fen, after.amount_fen) == (basis_at(LATER).value(f"{clause}.fine", before.at), 777)
    assert before.evidence["policy"]["from"] is None
    assert after.evidence["policy"] == {"key": f"{clause}.fine", "value": "7.77", "from": "2026-11-01"}


def test_the_grace_is_that_of_the_day_of_the_arrival():
    """The fact of 4.5 is the arrival, where there was one."""
    basis = basis_at(LATER, ("late.grace_minutes", "30", date(2026, 11, 1)))
    due = at("2026-10-31 23:50")
    late = ASSIGNMENT._replace(due=due, late_cause="personal")
    assert only(late_on_site(late._replace(arrived_at=at("2026-10-31 23:59:59")), basis)) is not None
    assert only(late_on_site(late._replace(arrived_at=at("2026-11-01 00:20:00")), basis)) is None
    assert only(late_on_site(late._replace(arrived_at=at("2026-11-01 00:20:01")), basis)) is not None


def test_the_fine_for_a_report_is_that_of_its_deadline():
    def fine(returned):
        basis = basis_at(LATER, ("incomplete_report.fine", "30.00", date(2026, 11, 1)))
        unfiled = DUTY._replace(returned_at=at(returned), versions=())
        return only(incomplete_report(unfiled, basis)).amount_fen

    assert (fine("2026-10-28 23:59"), fine("2026-10-29 00:00")) == (2000, 3000)


@given(
    st.integers(-3 * 86400, 3 * 86400),
    st.sampled_from([None, "personal", "transport", "weather", "customer", "company", "other"]),
    st.integers(0, 1440),
)
def test_whoever_is_late_and_only_they_are_found(seconds, cause, grace):
    assignment = ASSIGNMENT._replace(arrived_at=DUE + timedelta(seconds=seconds), late_cause=cause)
    verdict = only(late_on_site(assignment, basis_at(LATER, ("late.grace_minutes", str(grace), date(2026, 1, 1)))))
    assert (verdict is not None) is (seconds > grace * 60 and cause in (None, "personal"))


# What is due: both sides of the last second of each day


def planned(kind="visit", since="2026-07-10", done=None):
    events = [Event(at(f"{done} 12:00"), "done", date.fromisoformat(done), record="VS1")] if done else []
    return rules.Planned(1, kind, "走访", "W01", course(Plan("3m", date.fromisoformat(since)), events))


@pytest.mark.parametrize(
    ("clause", "kind", "done", "now", "found"),
    [
        ("visit_overdue", "visit", None, "2026-10-10 23:59:59", []),
        ("visit_overdue", "visit", None, "2026-10-11 00:00:00", ["PL1@2026-10-10"]),
        ("visit_overdue", "visit", "2026-10-10", "2026-12-01 00:00:00", []),
        ("visit_overdue", "visit", "2026-10-11", "2026-12-01 00:00:00", ["PL1@2026-10-10"]),
        ("visit_overdue", "visit", "2026-10-11", "2027-02-01 00:00:00", ["PL1@2026-10-10", "PL1@2027-01-11"]),
        ("visit_overdue", "inspection", None, "2026-12-01 00:00:00", []),
        ("inspection_overdue", "inspection", None, "2026-12-01 00:00:00", ["PL1@2026-10-10"]),
        ("inspection_overdue", "visit", None, "2026-12-01 00:00:00", []),
        ("visit_overdue", "training", None, "2026-12-01 00:00:00", []),
    ],
)
def test_a_planned_occurrence_is_overdue_once_its_day_has_ended(clause, kind, done, now, found):
    judge = next(one.judge for one in CLAUSES if one.id == clause)
    findings = list(judge(planned(kind, done=done), basis_at(now)))
    assert [finding.subject for finding in findings] == found
    assert all(
        (finding.sanction, finding.engineer, finding.is_recordable) == ("none", "W01", False) for finding in findings
    )


@pytest.mark.parametrize(
    ("closed", "now", "overdue"),
    [
        (None, "2026-10-10 23:59:59", False), (None, "2026-10-11 00:00:00", True),
        ("2026-10-10 23:59:59", "2026-12-01 00:00:00", False), ("2026-10-11 00:00:00", "2026-12-01 00:00:00", True),
    ],
)  # fmt: skip
def test_what_a_day_ends(closed, now, overdue):
    day, ended = date(2026, 10, 10), at(closed) if closed else None
    mended = rules.rectification_overdue(rules.Rectified(2, "A01", day, None, ended), basis_at(now))
    answered = rules.suggestion_unanswered(rules.Awaited(3, "技术中心", day, ended), basis_at(now))
    found = [(finding.subject, finding.key, finding.engineer) for finding in (*mended, *answered)]
    assert found == ([("RC2", "RC2@2026-10-10", "A01"), ("SG3", "SG3", None)] if overdue else [])


ASKED = ("followup.days", "3", date(2020, 1, 1)), ("complaint.days", "5", date(2020, 1, 1))


@pytest.mark.parametrize(
    ("score", "followed", "now", "policy", "found"),
    [
        (2, None, "2026-10-13 23:59:59", ASKED, False), (2, None, "2026-10-14 00:00:00", ASKED, True),
        (2, "2026-10-13 23:59:59", "2026-12-01 00:00:00", ASKED, False),
        (2, "2026-10-14 00:00:00", "2026-12-01 00:00:00", ASKED, True),
        (2, "2026-10-09 08:00:00", "2026-12-01 00:00:00", ASKED, True),  # before the score was given
        (3, None, "2026-12-01 00:00:00", ASKED, False), (2, None, "2026-12-01 00:00:00", (), False),
    ],
)  # fmt: skip
def test_a_low_score_is_followed_up_within_the_days_of_the_policy(score, followed, now, policy, found):
    scores = ((at("2026-10-09 10:00"), score),)
    scored = rules.Scored(1, at("2026-10-10 09:00"), scores, (at(followed),) if followed else ())
    findings = list(rules.follow_up_overdue(scored, basis_at(now, *policy)))
    assert [finding.subject for finding in findings] == (["T1"] if found else [])


@pytest.mark.parametrize(
    ("ended", "now", "policy", "found"),
    [
        (None, "2026-10-14 23:59:59", ASKED, False), (None, "2026-10-15 00:00:00", ASKED, True),
        ("2026-10-14 23:59:59", "2026-12-01 00:00:00", ASKED, False),
        ("2026-10-15 00:00:00", "2026-12-01 00:00:00", ASKED, True), (None, "2026-12-01 00:00:00", (), False),
    ],
)  # fmt: skip
def test_a_round_of_a_complaint_is_closed_within_the_days_of_the_policy(ended, now, policy, found):
    asked = rules.Round(7, 2, at("2026-10-09 10:00"), at(ended) if ended else None)
    findings = list(rules.complaint_overdue(asked, basis_at(now, *policy)))
    assert [(finding.subject, finding.key) for finding in findings] == ([("C7", "C7@2")] if found else [])
