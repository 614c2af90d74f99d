"""A rectification and a plan through whatever commands a desk may type, legal and illegal, beside a model of each."""

import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from conftest import InProcess, with_people
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

OWNER, OTHERS = "W01", ("M01", "W02")
PEOPLE = st.sampled_from([OWNER, *OTHERS])
DAYS = st.integers(-3, 20)


class Life(RuleBasedStateMachine):
    """What the two share: a desk of their own, a clock, and commands that must end in a receipt or one clear line."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.desk = InProcess(Path(self.folder.name))
        self.desk.ledger.write_bytes(with_people())
        self.clock = datetime.fromisoformat("2026-10-20T09:00:00+08:00")

    def teardown(self):
        self.desk.now = self.clock.isoformat()
        assert "CONSISTENT" in self.desk.run("ledger", "verify").stdout
        self.folder.cleanup()

    @property
    def today(self):
        return self.clock.date()

    def tell(self, *args):
        """Type a command; return whether it was taken."""
        self.clock += timedelta(minutes=1)
        self.desk.now = self.clock.isoformat()
        done = self.desk.finished([str(arg) for arg in args])
        assert done.returncode in (0, 2, 3), (args, done)
        assert "Traceback" not in done.stderr
        return done.returncode == 0

    def look(self, *args):
        self.desk.now = self.clock.isoformat()
        return self.desk.json(*args)

    def on_the_board(self, subject):
        return [line for line in self.look("status") if line["subject"] == subject]

    def found(self, clause):
        years = range(2026, self.clock.year + 1)
        checked = (row for year in years for row in self.look("penalty", "check", "--year", str(year)))
        return [row["subject"] for row in checked if row["clause"] == clause]

    @rule(hours=st.integers(1, 100))
    def time_passes(self, hours):
        self.clock += timedelta(hours=hours)


class Rectification(Life):
    """Open, done, verified by another or not, extended, given up: the model keeps every due day and each round."""

    @initialize(ahead=st.integers(0, 10))
    def begin(self, ahead):
        self.due = self.today + timedelta(days=ahead)
        self.dues, self.status, self.round = [self.due], "open", 1
        assert self.tell("rectify", "open", "--summary", "x", "--owner", OWNER, "--due", self.due)

    @rule()
    def is_done(self):
        taken = self.tell("rectify", "done", "RC1", "--note", "x")
        assert taken is (self.status == "open")
        self.status = "done" if taken else self.status

    @rule(by=PEOPLE, passed=st.booleans(), actor=st.one_of(st.none(), PEOPLE))
    def is_verified(self, by, passed, actor):
        verdict = "--passed" if passed else "--failed"
        who = ["--actor", actor] if actor else []
        taken = self.tell(*who, "rectify", "verify", "RC1", verdict, "--by", by)
        assert taken is (self.status == "done" and OWNER not in (by, actor))
        if taken:
            self.status, self.round = ("closed", self.round) if passed else ("open", self.round + 1)

    @rule(days=DAYS, by=PEOPLE)
    def is_extended(self, days, by):
        to = self.today + timedelta(days=days)
        taken = self.tell("rectify", "extend", "RC1", "--due", to, "--reason", "x", "--by", by)
        assert taken is (self.status == "open" and days >= 0 and by != OWNER)
        if taken:
            self.dues.append(to)
            self.due = to if self.today <= self.due else self.due  # said once the old day was over, it comes too late

    @rule(by=PEOPLE)
    def is_given_up(self, by):
        taken = self.tell("rectify", "cancel", "RC1", "--reason", "x", "--by", by)
        assert taken is (self.status in ("open", "done") and by != OWNER)
        self.status = "cancelled" if taken else self.status

    @rule()
    def a_step_is_taken_back(self):
        before = self.look("rectify", "show", "RC1")
        if self.status == "open" and self.tell("rectify", "done", "RC1", "--note", "x"):
            assert self.tell("undo", "--yes")
        assert self.look("rectify", "show", "RC1") == before

    @invariant()
    def it_stands_as_the_model_says(self):
        if not hasattr(self, "due"):
            return
        shown = self.look("rectify", "show", "RC1")
        assert (shown["status"], shown["round"], shown["due"]) == (self.status, self.round, self.due.isoformat())
        assert [one["due"] for one in shown["dues"]] == [day.isoformat() for day in self.dues]
        assert len(self.on_the_board("RC1")) == (self.status in ("open", "done"))
        late = self.found("rectification_overdue")
        if self.status in ("open", "done"):
            assert late == (["RC1"] if self.today > self.due else [])


class Visits(Life):
    """A plan of visits: whatever is made, left out or moved, one occurrence is open, and the board has it once."""

    @initialize(anchor=st.sampled_from(["done", "calendar"]), back=st.integers(0, 70))
    def begin(self, anchor, back):
        since = self.today - timedelta(days=back)
        assert self.tell("plan", "add", "--kind", "visit", "--title", "x", "--every", "1m", "--from", since,
                         "--customer", "江南机床", "--anchor", anchor, "--by", OWNER)  # fmt: skip
        self.fulfilled, self.is_ended = 0, False

    @rule(way=st.sampled_from(["on_site", "call"]))
    def one_is_made(self, way):
        assert self.tell("visit", "make", "--customer", "江南机床", "--by", "W02", "--way", way, "--plan", "PL1",
                         "--summary", "x") is not self.is_ended  # fmt: skip
        self.fulfilled += not self.is_ended

    @rule()
    def one_is_left_out(self):
        assert self.tell("plan", "skip", "PL1", "--reason", "x") is not self.is_ended
        self.fulfilled += not self.is_ended

    @rule(days=DAYS)
    def it_is_moved(self, days):
        self.tell("plan", "move", "PL1", "--due", self.today + timedelta(days=days), "--reason", "x")

    @rule(sure=st.integers(0, 9))
    def it_ends(self, sure):
        if sure == 0:
            assert self.tell("plan", "end", "PL1") is not self.is_ended
            self.is_ended = True

    @invariant()
    def exactly_one_is_open(self):
        if not hasattr(self, "fulfilled"):
            return
        shown = self.look("plan", "show", "PL1")
        assert shown["status"] == ("ended" if self.is_ended else "open")
        assert (shown["due"] is None) is self.is_ended
        waiting = [line for line in self.look("status", "--all") if line["subject"].startswith("PL1")]
        assert len(waiting) <= 1
        if not self.is_ended and date.fromisoformat(shown["due"]) < self.today:
            assert len(waiting) == 1
        late = self.found("visit_overdue")
        assert len(late) == len(set(late)) <= self.fulfilled + 1  # nothing piles up while it lies


def of(machine, examples, steps):
    case = machine.TestCase
    case.settings = settings(max_examples=examples, stateful_step_count=steps, deadline=None)
    return case


TestRectification = of(Rectification, 6, 12)
TestVisits = of(Visits, 6, 12)


@pytest.mark.slow
class TestManyRectifications(of(type("ManyRectifications", (Rectification,), {}), 200, 40)):
    pass


@pytest.mark.slow
class TestManyVisits(of(type("ManyVisits", (Visits,), {}), 200, 40)):
    pass
