"""What SQL calls surely well: the judge, who is not asked about it, finds nothing in it, by whatever policy."""

import json
import sqlite3
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from svcdesk.model import TicketKind
from svcdesk.penalties import facts, findings, surely
from svcdesk.periods import read_month, stored
from svcdesk.regulation.clock import answer_clock, answered_in_time
from svcdesk.regulation.policy import Basis, Policy
from svcdesk.rules import DITTO, Question, ReportDuty, answer_overdue, incomplete_report, missing_fields
from svcdesk.store import open_ledger

CON = sqlite3.connect(":memory:")
ZONES = st.sampled_from([ZoneInfo(name) for name in ("Asia/Shanghai", "America/New_York", "Australia/Lord_Howe")])
DAYS = st.dates(date(2026, 2, 20), date(2026, 11, 20))
INSTANTS = st.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 10)).map(
    lambda at: at.replace(tzinfo=UTC, microsecond=0)
)
LATER = st.one_of(st.integers(-3600, 400_000), st.sampled_from([0, 86_400, 7200])).map(lambda n: timedelta(seconds=n))
WORDS = st.sampled_from(
    ["", " ", "-", "——", "无", "none", "更换滤网", "更换滤网。", "x", "12", "  修好", "修好 \u3000", "。。", "a\x00b"]
)
TEXTS = st.one_of(
    st.none(), WORDS, st.text(max_size=8),
    st.sampled_from(DITTO).flatmap(lambda word: st.sampled_from([word, word.upper(), f"{word}。", f" {word}", f"{word}事"])),
)  # fmt: skip


def policy(*keys):
    """Policies with some values of the keys, from some days on: (key, strategy of texts)."""
    rows = [st.tuples(st.just(key), texts, DAYS) for key, texts in keys]
    return st.lists(st.one_of(rows), max_size=4).map(Policy)


def holds(condition, tables, values):
    """Evaluate a condition over one row of each table: {alias: {column: value}}."""
    selects, given = [], dict(values)
    for alias, row in tables.items():
        columns = ", ".join(f":{alias}_{name} AS {name}" for name in row)
        selects.append(f"(SELECT {columns}) {alias}")
        given |= {f"{alias}_{name}": value for name, value in row.items()}
    return bool(CON.execute(f"SELECT ({condition}) IS TRUE FROM {', '.join(selects)}", given).fetchone()[0])


PARTS = st.lists(st.builds(lambda name: {"name": name or "", "quantity": 1}, TEXTS), max_size=2)
REPORTS = st.fixed_dictionaries(
    {
        "fault_cause": TEXTS, "solution": TEXTS, "customer_opinion": TEXTS, "parts": PARTS,
        "no_parts": st.integers(0, 1),
    }
)  # fmt: skip
WHOLE = {"fault_cause": "部件老化", "solution": "更换", "customer_opinion": "满意", "parts": [], "no_parts": 1}
REPORT_POLICIES = policy(
    ("report.due_days", st.integers(0, 4).map(str)), ("report.min_chars", st.integers(1, 4).map(str))
)


@given(REPORTS, INSTANTS, LATER, st.sampled_from(["installation", "service"]), REPORT_POLICIES, ZONES)
@example(WHOLE, datetime(2026, 3, 7, 20, tzinfo=UTC), timedelta(days=2), "service", Policy(), ZoneInfo("Asia/Shanghai"))
def test_a_report_that_is_surely_complete_is_no_finding(report, returned, later, kind, rows, zone):
    filed = returned + later
    row = {**report, "parts": json.dumps(report["parts"]), "versions": "[]", "filed_at": stored(filed)}
    if holds(surely.complete("w.returned_at"), {"r": row, "d": {"kind": kind}, "w": {"returned_at": stored(returned)}},
             surely.soonest(rows)):  # fmt: skip
        duty = ReportDuty(1, kind, ("W01",), returned, 1, "W01", ((filed, report),))
        assert list(incomplete_report(duty, Basis(rows, datetime(2027, 6, 1, tzinfo=UTC), zone))) == []


@given(REPORTS, st.sampled_from(["installation", "service"]), st.integers(1, 4))
@example(WHOLE, "service", 1)
def test_a_report_that_surely_has_its_entries_lacks_none(report, kind, least):
    row = {**report, "parts": json.dumps(report["parts"])}
    if holds(surely.entered(), {"r": row, "d": {"kind": kind}}, {"signs": least}):
        assert missing_fields(report, kind, least) == []


def test_a_whole_report_filed_in_time_is_surely_complete():
    row = {**WHOLE, "parts": "[]", "versions": "[]", "filed_at": "2026-10-08T09:00:00Z"}
    tables = {"r": row, "d": {"kind": "service"}, "w": {"returned_at": "2026-10-07T09:00:00Z"}}
    assert holds(surely.complete("w.returned_at"), tables, surely.soonest(Policy()))
    for name, value in (
        ("solution", "同上"),
        ("no_parts", 0),
        ("filed_at", "2026-10-12T09:00:00Z"),
        ("versions", "[1]"),
    ):
        assert not holds(
            surely.complete("w.returned_at"), {**tables, "r": row | {name: value}}, surely.soonest(Policy())
        )


KINDS = TicketKind.__args__
ANSWER_POLICIES = policy(
    ("answer.hours", st.integers(1, 60).map(str)), ("answer.hours.visit", st.integers(1, 60).map(str)),
    ("answer.clock", st.sampled_from(["natural", "working"])),
)  # fmt: skip


@given(INSTANTS, LATER, st.sampled_from(KINDS), ANSWER_POLICIES, ZONES)
def test_what_is_surely_answered_is_no_finding(received, later, kind, rows, zone):
    answered = received + abs(later)
    row = {"received_at": stored(received), "answered_at": stored(answered)}
    basis = Basis(rows, datetime(2027, 6, 1, tzinfo=UTC), zone)
    if holds(surely.answered("t", "t.received_at"), {"t": row}, surely.shortest(rows)):
        assert list(answer_overdue(Question(1, kind, received, answered, None), basis)) == []
        if rows.every("answer.clock") == ["natural"]:
            assert answered_in_time(answer_clock(received, rows, zone, kind).due, answered, basis.now) is True


@pytest.mark.parametrize("month", ["2026-08", "2026-09", "2026-10"])
def test_the_check_of_a_rehearsed_desk_finds_the_same_among_all_facts(rehearsed, month, monkeypatch):
    ledger = open_ledger(rehearsed.ledger)
    basis = Basis(ledger.policy, datetime(2026, 12, 1, tzinfo=UTC), ledger.zone)
    period = read_month(month, basis.now, ledger.zone)
    found = findings.check(ledger, basis, period)
    every = {name: source._replace(during=source.every) for name, source in facts.SOURCES.items()}
    monkeypatch.setattr(findings, "SOURCES", every)
    assert findings.check(ledger, basis, period) == found
    ledger.close()
