"""Penalties: recorded once, decided by people, flagged when the facts change; and a long walk through every verb."""

import json
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from conftest import InProcess, open_ticket, send, travel, with_people
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from svcdesk.model import WORDS


def late(desk, *engineers, cause="personal"):
    """A repair at which the crew was late and left without calling HQ; two findings an engineer."""
    ticket = open_ticket(desk, at="2026-10-08 09:00", on_site_by="2026-10-09 10:00")
    desk.run("ticket", "answer", ticket, "--at", "2026-10-08 10:00")
    dispatch = send(desk, ticket, *(engineers or ("W03",)), at="2026-10-08 11:00")
    travel(desk, dispatch, depart="2026-10-09 07:00", arrive="2026-10-09 12:00")
    for engineer in engineers or ("W03",):
        desk.run("dispatch", "cause", dispatch, "--engineer", engineer, "--late-cause", cause)
    travel(desk, dispatch, leave="2026-10-09 18:00", return_="2026-10-09 21:00")
    return ticket, dispatch


def complain(desk, ticket, cause="untimely", about="W03", decide=True):
    complaint = desk.json(
        "complaint", "open", "--channel", "call", "--complainant", "周工", "--summary", "x",
        "--about", about, "--ticket", ticket,
    )["id"]  # fmt: skip
    desk.run("complaint", "assign", complaint, "--department", "技术支持部", "--by", "M01")
    desk.run("complaint", "investigate", complaint, "--note", "x")
    if decide:
        desk.run("complaint", "decide", complaint, "--finding", "upheld", "--cause", cause, "--by", "M01")
    return complaint


def record(desk, month="2026-10"):
    desk.run("penalty", "check", "--month", month, "--record")
    return {(p["clause"], p["engineer"]): p for p in desk.json("penalty", "list")}


def test_findings_are_recorded_once(desk):
    late(desk, "W01", "W03")
    first = record(desk)
    assert set(first) == {(c, e) for c in ("late_on_site", "no_callback") for e in ("W01", "W03")} | {
        ("incomplete_report", "W01")
    }
    assert record(desk) == first
    assert {p["status"] for p in first.values()} == {"proposed"}


def test_recording_answers_in_the_format_asked_for(desk):
    late(desk)
    done = desk.run("penalty", "check", "--month", "2026-10", "--record", "-f", "json")
    assert {finding["penalty"] for finding in json.loads(done.stdout)} == {"P1", "P2", "P3"}
    assert "P1" in done.stderr


def test_nothing_to_record_is_said_and_no_failure(desk):
    done = desk.run("penalty", "check", "--month", "2026-10", "--record", "-f", "json")
    assert json.loads(done.stdout) == []
    assert "nothing new" in done.stderr


def test_the_exit_code_asks_whether_anything_waits(desk):
    late(desk)
    desk.run("penalty", "check", "--month", "2026-10")
    desk.run("penalty", "check", "--month", "2026-10", "--exit-code", code=1)
    record(desk)
    desk.run("penalty", "check", "--month", "2026-10", "--exit-code", code=1)
    desk.run("penalty", "confirm", "P1", "P2", "P3")
    desk.run("penalty", "check", "--month", "2026-10", "--exit-code")


def test_a_check_without_a_period_covers_the_month_before_and_this_one(desk):
    for number, at in enumerate(("2026-08-31 23:59:59", "2026-09-01 00:00", "2026-10-20 09:00"), 1):
        desk.run("conduct", "record", f"W0{number}", "disobedience", "--note", "x", "--at", at)
    assert [f["subject"] for f in desk.json("penalty", "check")] == ["B2", "B3"]


@pytest.mark.parametrize("decision", ["waive", "confirm", "overturn", "settle"])
def test_a_decision_survives_every_later_check(desk, decision):
    late(desk)
    fine = record(desk)["late_on_site", "W03"]["id"]
    if decision == "waive":
        desk.run("penalty", "waive", fine, "--reason", "x")
    else:
        desk.run("penalty", "confirm", fine)
    if decision == "overturn":
        desk.run("penalty", "appeal", fine, "--reason", "x")
        desk.run("penalty", "decide", fine, "--overturn", "--reason", "x")
    if decision == "settle":
        desk.run("penalty", "settle", fine)
    status = {"waive": "waived", "confirm": "confirmed", "overturn": "overturned", "settle": "settled"}[decision]
    before = desk.json("penalty", "show", fine)
    record(desk)
    assert desk.json("penalty", "show", fine) == before
    (finding,) = desk.findings("late_on_site")
    assert (finding["status"], finding["penalty"]) == (status, fine)
    counted = desk.json("report", "monthly", "--month", "2026-10")["penalties"]["fines"]
    assert counted == ("70.00" if status in ("waived", "overturned") else "120.00")


def test_who_decided_and_when_is_kept(desk):
    late(desk)
    fine = record(desk)["late_on_site", "W03"]["id"]
    desk.run("penalty", "confirm", fine, "--by", "M01", "--at", "2026-10-19 10:00", "--reason", "查实")
    shown = desk.json("penalty", "show", fine)
    assert (shown["decided_by"], shown["decided_at"], shown["reason"]) == ("M01", "2026-10-19T10:00:00+08:00", "查实")
    desk.run("penalty", "appeal", fine, "--reason", "x", "--at", "2026-10-19 09:59:59", code=2)
    desk.run("penalty", "appeal", fine, "--reason", " ", code=2)
    desk.run("penalty", "appeal", fine, "--reason", "堵车", "--by", "W03")
    steps = desk.json("penalty", "show", fine)["history"]
    assert [(step["step"], step["by"]) for step in steps] == [("confirm", "M01"), ("appeal", "W03")]


# Facts that change after the recording


def changed_cause(desk, ticket, dispatch):
    desk.run("dispatch", "cause", dispatch, "--engineer", "W03", "--late-cause", "transport")


def complaint_upheld_later(desk, ticket, dispatch):
    complain(desk, ticket)


def new_policy(desk, ticket, dispatch):
    desk.run("policy", "set", "late_on_site.fine", "60", "--from", "2026-10-01", "--reason", "x")


@pytest.mark.parametrize("change", [changed_cause, complaint_upheld_later, new_policy])
def test_a_fine_whose_facts_changed_is_flagged_and_not_settled_until_somebody_decides(desk, change):
    ticket, dispatch = late(desk)
    fine = record(desk)["late_on_site", "W03"]["id"]
    desk.run("penalty", "confirm", fine)
    assert desk.json("penalty", "show", fine)["facts_changed"] is False
    change(desk, ticket, dispatch)
    shown = desk.json("penalty", "show", fine)
    assert (shown["facts_changed"], shown["status"], shown["sanction"]["amount"]) == (True, "confirmed", "50.00")
    desk.run("penalty", "settle", fine, code=3)
    record(desk)
    assert desk.json("penalty", "show", fine)["facts_changed"] is True
    desk.run("penalty", "confirm", fine)
    assert desk.json("penalty", "show", fine)["facts_changed"] is False
    desk.run("penalty", "settle", fine)


def test_a_confirmation_said_twice_is_refused(desk):
    late(desk)
    fine = record(desk)["late_on_site", "W03"]["id"]
    desk.run("penalty", "confirm", fine)
    desk.run("penalty", "confirm", fine, code=3)


def test_a_complaint_upheld_first_absorbs_the_fine(desk):
    ticket, _ = late(desk)
    complaint = complain(desk, ticket)
    (finding,) = desk.findings("late_on_site")
    assert (finding["absorbed_by"], finding["sanction"]["amount"]) == (complaint, None)
    assert ("late_on_site", "W03") not in record(desk)
    desk.run("policy", "set", "same_fact", "cumulate", "--from", "2026-01-01", "--reason", "x")
    (finding,) = desk.findings("late_on_site")
    assert (finding["absorbed_by"], finding["sanction"]["amount"]) == (None, "50.00")


@pytest.mark.parametrize(
    ("cause", "about"), [("quarrel", "W03"), ("repeat_repair", "W03"), ("other", "W03"), ("untimely", "W02")]
)
def test_another_complaint_absorbs_nothing(desk, cause, about):
    ticket, _ = late(desk)
    complain(desk, ticket, cause, about)
    (finding,) = desk.findings("late_on_site")
    assert (finding["absorbed_by"], finding["sanction"]["amount"]) == (None, "50.00")


def test_a_complaint_on_another_ticket_absorbs_nothing(desk):
    late(desk)
    complain(desk, open_ticket(desk))
    (finding,) = desk.findings("late_on_site")
    assert finding["absorbed_by"] is None


def test_a_second_round_that_does_not_uphold_takes_the_ground_away(desk):
    ticket, _ = late(desk)
    complaint = complain(desk, ticket, "quarrel")
    demerit = record(desk)["complaint_upheld", "W03"]["id"]
    desk.run("complaint", "remedy", complaint, "--note", "x")
    desk.run("complaint", "feedback", complaint, "--unsatisfied")
    desk.run("complaint", "investigate", complaint, "--note", "x")
    desk.run("complaint", "decide", complaint, "--finding", "not_upheld")
    assert desk.findings("complaint_upheld") == []
    assert desk.json("penalty", "show", demerit)["facts_changed"] is True


def test_a_phone_check_logged_later_for_an_earlier_hour_adds_no_second_fine_a_day(desk):
    desk.run("phone-check", "log", "W02", "--result", "refused", "--at", "2026-10-15 15:00")
    first = record(desk)
    desk.run("phone-check", "log", "W02", "--result", "off", "--at", "2026-10-15 10:00")
    assert record(desk) == first
    assert [(p["subject"], p["facts_changed"]) for p in first.values()] == [("H1", False)]


def test_the_earliest_check_of_a_day_is_fined_whatever_was_logged_first(desk):
    desk.run("phone-check", "log", "W02", "--result", "refused", "--at", "2026-10-15 15:00")
    desk.run("phone-check", "log", "W02", "--result", "off", "--at", "2026-10-15 10:00")
    desk.run("phone-check", "log", "W02", "--result", "off", "--at", "2026-10-15 07:59")
    assert [finding["subject"] for finding in desk.findings("phone_unreachable")] == ["H2"]


def test_clauses_with_several_sanctions_are_summed_by_clause(desk):
    for sanction in ("demerit", "dismissal", "demerit"):
        expense = desk.json(
            "expense", "add", "--engineer", "W03", "--category", "other", "--amount", "5", "--date", "2026-10-01",
            "--invoice", f"X{sanction}",
        )["id"]  # fmt: skip
        desk.run("expense", "falsified", expense, "--sanction", sanction, "--evidence", "x")
    desk.run("conduct", "record", "W03", "disobedience", "--note", "x")
    record(desk)
    penalties = desk.json("report", "monthly", "--month", "2026-10")["penalties"]
    assert (penalties["demerit"], penalties["dismissal"], penalties["fines"]) == (2, 1, "100.00")
    assert {clause: row["count"] for clause, row in penalties["by_clause"].items()} == {
        "expense_falsified": 3,
        "disobedience": 1,
    }


def test_only_a_phone_fine_is_withheld_from_the_allowance(desk):
    desk.run("phone-check", "log", "W02", "--result", "off", "--at", "2026-10-15 10:00")
    desk.run("conduct", "record", "W02", "disobedience", "--note", "x")
    recorded = record(desk)
    phone, conduct = (recorded[clause, "W02"]["id"] for clause in ("phone_unreachable", "disobedience"))
    desk.run("penalty", "confirm", phone, conduct)
    desk.run("penalty", "settle", conduct, "--via", "allowance", code=3)
    desk.run("penalty", "settle", phone, "--via", "allowance")
    assert desk.json("penalty", "show", phone)["via"] == "allowance"


def test_several_are_settled_together_or_not_at_all(desk):
    ticket, dispatch = late(desk)
    recorded = record(desk)
    fine, other = (recorded[clause, "W03"]["id"] for clause in ("late_on_site", "no_callback"))
    desk.run("penalty", "confirm", fine, other)
    changed_cause(desk, ticket, dispatch)
    desk.run("penalty", "settle", other, fine, code=3)
    assert desk.json("penalty", "show", other)["status"] == "confirmed"


@pytest.mark.parametrize(("engineer", "said"), [("W03", "exceed 20 %"), ("W02", "no wage is recorded"), ("W01", None)])
def test_the_wage_warns_and_does_not_block(desk, engineer, said):
    late(desk, engineer)
    fine = record(desk)["late_on_site", engineer]["id"]
    done = desk.run("penalty", "confirm", fine)
    assert (said in done.stderr) if said else (done.stderr == "")
    assert desk.json("penalty", "show", fine)["status"] == "confirmed"


def test_the_minimum_wage_warns(desk):
    late(desk, "W01")
    desk.run("policy", "set", "wage.minimum", "7950.00", "--from", "2026-01-01", "--reason", "x")
    recorded = record(desk)
    exact = desk.run("penalty", "confirm", recorded["late_on_site", "W01"]["id"])
    assert exact.stderr == ""
    assert "minimum wage" in desk.run("penalty", "confirm", recorded["no_callback", "W01"]["id"]).stderr


def test_what_needs_a_cause_is_not_recorded(desk):
    ticket = open_ticket(desk, at="2026-10-08 09:00", on_site_by="2026-10-09 10:00")
    send(desk, ticket, "W03", at="2026-10-08 11:00")
    assert [f["needs"] for f in desk.findings("late_on_site")] == ["late_cause"]
    assert record(desk) == {}


def test_an_overdue_answer_punishes_nobody(desk):
    open_ticket(desk, at="2026-10-08 09:00")
    (finding,) = desk.findings("answer_overdue")
    assert (finding["engineer"], finding["sanction"], finding["month"]) == (
        None, {"kind": "none", "amount": None}, "2026-10",
    )  # fmt: skip
    assert record(desk) == {}


# A long walk


STATUSES = {kind: set(WORDS[f"{kind}_status"]) for kind in ("ticket", "dispatch", "complaint", "expense", "penalty")}
CODES = st.sampled_from(["W01", "W02", "W03"])
NUMBERS = st.integers(1, 4)
HOURS = st.sampled_from(["-0m", "-1h", "-26h", "-5d", "-2d"])
CAUSES = st.sampled_from(WORDS["late_cause"])


class Walk(RuleBasedStateMachine):
    """Legal and illegal commands in any order. Whatever happens, no bug, no odd state, nothing recorded twice."""

    @initialize()
    def begin(self):
        self.folder = tempfile.TemporaryDirectory()
        self.desk = InProcess(Path(self.folder.name))
        self.desk.ledger.write_bytes(with_people())
        self.clock = datetime.fromisoformat("2026-10-20T09:00:00+08:00")
        self.changed = True
        self.tell("ticket", "open", "--customer", "江南机床", "--kind", "repair", "--channel", "call",
                  "--summary", "x", "--at", "-5d", "--on-site-by", "2026-10-19 10:00")  # fmt: skip
        self.tell("dispatch", "send", "T1", "--engineer", "W01", "--engineer", "W03", "--place", "南京", "--at", "-4d")

    def teardown(self):
        if hasattr(self, "folder"):
            self.folder.cleanup()

    def tell(self, *args):
        self.desk.now = self.clock.isoformat()
        done = self.desk.finished([str(arg) for arg in args])
        assert done.returncode in (0, 2, 3, 4), (args, done)
        assert "Traceback" not in done.stderr
        assert (done.returncode == 0) is not done.stderr.startswith("error: "), (args, done)
        self.changed = self.changed or done.returncode == 0
        return done

    def look(self, *args):
        self.desk.now = self.clock.isoformat()
        return self.desk.json(*args)

    @rule(hours=st.integers(1, 60))
    def time_passes(self, hours):
        self.clock += timedelta(hours=hours)
        self.changed = True

    @rule(kind=st.sampled_from(["repair", "installation"]), at=HOURS, ahead=st.sampled_from([None, 5, 30]))
    def open_ticket(self, kind, at, ahead):
        when = [] if ahead is None else ["--on-site-by", (self.clock + timedelta(hours=ahead)).isoformat()]
        self.tell("ticket", "open", "--customer", "江南机床", "--kind", kind, "--channel", "call", "--summary", "x",
                  "--at", at, *when)  # fmt: skip

    @rule(
        verb=st.sampled_from(
            ["answer", "hold", "resume", "close", "reopen", "cancel", "escalate", "settle-escalation"]
        ),
        number=NUMBERS, at=HOURS,
    )  # fmt: skip
    def ticket(self, verb, number, at):
        more = {
            "hold": ["--reason", "x"], "close": ["--resolution", "x", "--no-survey", "x"], "reopen": ["--reason", "x"],
            "cancel": ["--reason", "x"], "escalate": ["--to", "hq"], "settle-escalation": ["--note", "x"],
        }  # fmt: skip
        self.tell("ticket", verb, f"T{number}", "--at", at, *more.get(verb, []))

    @rule(number=NUMBERS, asked_by=st.sampled_from(["customer", "us"]), ahead=st.integers(1, 40), at=HOURS)
    def appoint(self, number, asked_by, ahead, at):
        when = (self.clock + timedelta(hours=ahead)).isoformat()
        self.tell("ticket", "appoint", f"T{number}", "--on-site-by", when, "--asked-by", asked_by, "--at", at)

    @rule(number=NUMBERS, crew=st.lists(CODES, min_size=1, max_size=2), at=HOURS)
    def send(self, number, crew, at):
        named = [part for code in crew for part in ("--engineer", code)]
        self.tell("dispatch", "send", f"T{number}", *named, "--place", "南京", "--at", at)

    @rule(
        verb=st.sampled_from(["depart", "arrive", "callback", "leave", "return"]), number=NUMBERS, at=HOURS,
        one=st.one_of(st.none(), CODES),
    )  # fmt: skip
    def step(self, verb, number, at, one):
        self.tell("dispatch", verb, f"D{number}", "--at", at, *(["--engineer", one] if one else []))

    @rule(number=NUMBERS, hours=st.integers(1, 9), called=st.booleans(), cause=st.one_of(st.none(), CAUSES))
    def whole_trip(self, number, hours, called, cause):
        for verb in ["depart", "arrive", *(["callback"] if called else []), "leave", "return"]:
            self.tell("dispatch", verb, f"D{number}", *(["--late-cause", cause] if cause and verb == "arrive" else []))
            self.clock += timedelta(hours=hours)

    @rule(number=NUMBERS, code=CODES, cause=CAUSES)
    def cause(self, number, code, cause):
        self.tell("dispatch", "cause", f"D{number}", "--engineer", code, "--late-cause", cause)

    @rule(number=NUMBERS)
    def cancel_dispatch(self, number):
        self.tell("dispatch", "cancel", f"D{number}", "--reason", "x")

    @rule(number=NUMBERS, opinion=st.sampled_from(["满意", "无", "同上", ""]), by=CODES, again=st.booleans())
    def report(self, number, opinion, by, again):
        verb, named = ("amend", f"R{number}") if again else ("file", f"D{number}")
        self.tell("service-report", verb, named, "--fault-cause", "x", "--solution", "x", "--no-parts",
                  "--customer-opinion", opinion, "--by", by)  # fmt: skip

    @rule(number=NUMBERS, about=st.one_of(st.none(), CODES))
    def complain(self, number, about):
        self.tell("complaint", "open", "--channel", "call", "--complainant", "周工", "--summary", "x",
                  "--ticket", f"T{number}", *(["--about", about] if about else []))  # fmt: skip

    @rule(
        verb=st.sampled_from(["assign", "investigate", "remedy", "feedback", "close"]), number=NUMBERS,
        satisfied=st.booleans(), by=st.sampled_from(["M01", "W03"]),
    )  # fmt: skip
    def complaint(self, verb, number, satisfied, by):
        more = {
            "assign": ["--department", "x", "--by", by], "investigate": ["--note", "x", "--by", by],
            "remedy": ["--note", "x"], "feedback": ["--satisfied" if satisfied else "--unsatisfied"],
        }  # fmt: skip
        self.tell("complaint", verb, f"C{number}", *more.get(verb, []))

    @rule(
        number=NUMBERS, finding=st.sampled_from(WORDS["complaint_finding"]),
        cause=st.one_of(st.none(), st.sampled_from(WORDS["complaint_cause"])),
    )  # fmt: skip
    def decide(self, number, finding, cause):
        self.tell("complaint", "decide", f"C{number}", "--finding", finding, *(["--cause", cause] if cause else []))

    @rule(number=NUMBERS)
    def uphold_as_untimely(self, number):
        named = f"C{number}"
        self.tell("complaint", "assign", named, "--department", "x", "--by", "M01")
        self.tell("complaint", "investigate", named, "--note", "x")
        self.tell("complaint", "decide", named, "--finding", "upheld", "--cause", "untimely")

    @rule(code=CODES, result=st.sampled_from(WORDS["phone_result"]), at=HOURS)
    def phone(self, code, result, at):
        self.tell("phone-check", "log", code, "--result", result, "--at", at)

    @rule(code=CODES, rule=st.sampled_from(["disobedience", "other"]))
    def conduct(self, code, rule):
        self.tell("conduct", "record", code, rule, "--note", "x")

    @rule(code=CODES, category=st.sampled_from(WORDS["category"]), number=st.one_of(st.none(), NUMBERS))
    def expense(self, code, category, number):
        whose = ["--dispatch", f"D{number}"] if number else []
        self.tell("expense", "add", "--engineer", code, "--category", category, "--amount", "12.50", "--date", "today",
                  "--invoice", f"F{number}", *whose)  # fmt: skip

    @rule(verb=st.sampled_from(["approve", "override", "reject", "reimburse", "falsified"]), number=NUMBERS)
    def decide_expense(self, verb, number):
        more = {
            "override": ["--override", "x"], "reject": ["--reason", "x"],
            "falsified": ["--sanction", "demerit", "--evidence", "x"],
        }  # fmt: skip
        self.tell("expense", "approve" if verb == "override" else verb, f"E{number}", *more.get(verb, []))

    @rule()
    def record(self):
        self.tell("penalty", "check", "--record")

    @rule(verb=st.sampled_from(["confirm", "waive", "appeal", "settle", "uphold", "overturn"]), number=NUMBERS)
    def decide_penalty(self, verb, number):
        before = self.desk.finished(["penalty", "show", f"P{number}", "-f", "json"])
        decide = {"uphold": ["decide", "--uphold"], "overturn": ["decide", "--overturn"]}
        name, *more = decide.get(verb, [verb])
        reason = [] if verb == "settle" else ["--reason", "x"]
        done = self.tell("penalty", name, f"P{number}", *more, *reason)
        if verb == "settle" and done.returncode == 0:
            assert json.loads(before.stdout)["facts_changed"] is False

    @rule()
    def undo(self):
        self.tell("undo", "--yes")

    @invariant()
    def what_must_hold(self):
        if not getattr(self, "changed", False):
            return
        self.changed = False
        first, again = self.look("penalty", "check"), self.look("penalty", "check")
        assert first == again
        penalties = self.look("penalty", "list")
        shown = [self.look("penalty", "show", penalty["id"]) for penalty in penalties]
        keys = [(penalty["clause"], penalty["natural_key"], penalty["engineer"]) for penalty in shown]
        assert len(keys) == len(set(keys))
        for finding in first:
            recorded = next((p for p in penalties if p["id"] == finding["penalty"]), None)
            assert finding["status"] == (recorded["status"] if recorded else "new")
            fine = finding["sanction"]["kind"] == "fine" and not finding["needs"] and not finding["absorbed_by"]
            assert (finding["sanction"]["amount"] is not None) is fine
        for kind, statuses in STATUSES.items():
            assert {row["status"] for row in self.look(kind, "list")} <= statuses
        report = self.look("report", "monthly", "--month", "this")
        cost = {line["line"]: round(float(line["cost"]) * 100) for line in report["lines"]}
        excluded = round(float(report["lines"][-1]["excluded"]) * 100)
        assert cost.pop("total") == sum(cost.values()) - excluded


TestWalk = Walk.TestCase
TestWalk.settings = settings(
    max_examples=6, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
