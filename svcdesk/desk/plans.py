"""Plans: what is to be done again and again. Which occurrence is open follows from the facts that are kept (2.4)."""

from datetime import date, datetime
from typing import NamedTuple

from svcdesk.desk.act import Act, Receipt, Word, several
from svcdesk.desk.steps import Taken
from svcdesk.errors import BadInput, Refused
from svcdesk.model import Record
from svcdesk.penalties.fulfilled import FULFILLED, course_of
from svcdesk.periods import day_of
from svcdesk.regulation.occurrences import Occurrence, read_every
from svcdesk.regulation.states import allow
from svcdesk.store import Ledger

_DONE_BY_HAND = ("training", "review")  # what no other record fulfils


class Wanted(NamedTuple):
    """A plan as it was typed: what, how often, counted from which day, by whom."""

    kind: str
    title: str
    every: str | None
    since: date
    anchor: str = "done"
    by: str | None = None


class Target(NamedTuple):
    """What a plan is for: one of them at most. ``key_customers`` stands for each of these."""

    customer: str | None = None
    region: str | None = None
    area: str | None = None
    department: str | None = None
    key_customers: bool = False

    def named(self) -> list[str]:
        """List by its option what was given."""
        return [f"--{name.replace('_', '-')}" for name, value in self._asdict().items() if value]


def add(act: Act, wanted: Wanted, target: Target) -> Receipt:
    """Make a plan; for key customers one each that has none yet. Raises BadInput, NotFound or Refused."""
    if len(target.named()) > 1:
        raise BadInput("one_target", names=target.named())
    at, every = act.at(), read_every(wanted.every or _usual(act, wanted, target))
    common = {
        "at": at, "kind": wanted.kind, "title": wanted.title, "every": every, "from_on": wanted.since,
        "anchor": wanted.anchor, "by_id": act.staff_id(wanted.by), "note": act.note, "steps": [],
    }  # fmt: skip
    if target.key_customers:
        customers = act.ledger.rows(_KEY_WITHOUT_PLAN, (wanted.kind,))
        if not customers:
            raise Refused("no_key_customer", article="2.4")
        made = [act.ledger.insert("plan", **common, customer_id=row["id"], for_key=True) for row in customers]
        return several("plans_added", "plan", made, n=len(made))
    number = act.ledger.insert(
        "plan", **common, customer_id=act.ledger.customer(target.customer)["id"] if target.customer else None,
        region=target.region, area=target.area, department=target.department,
    )  # fmt: skip
    return Receipt("plan_added", "plan", number, {"due": _open(act, number).due})


_KEY_WITHOUT_PLAN = """
    SELECT c.id FROM live_customer c WHERE c.key = 1 AND NOT EXISTS
      (SELECT 1 FROM live_plan p WHERE p.customer_id = c.id AND p.for_key AND p.kind = ? AND p.ended_at IS NULL)
    ORDER BY c.id"""


def _usual(act: Act, wanted: Wanted, target: Target) -> str:
    """Return how often the policy has key customers and regions visited (2.4). Raises BadInput for anything else."""
    key = "visit.key_months" if target.key_customers else "visit.region_months" if target.region else ""
    if wanted.kind != "visit" or not key:
        raise BadInput("every_missing")
    return f"{act.basis.value(key, act.now)}m"


def course(ledger: Ledger, plan: int) -> tuple[Record, Occurrence | None]:
    """Load a plan with its ``status``, and its open occurrence. Raises NotFound."""
    row = ledger.get("plan", plan)
    fulfilled = ledger.value(f"SELECT {FULFILLED} FROM live_plan r WHERE r.id = ?", (plan,))
    every, begun, anchor, steps, ended = (row[name] for name in ("every", "from_on", "anchor", "steps", "ended_at"))
    found = course_of(every, begun, anchor, steps, ended, fulfilled, zone=ledger.zone).open
    return {**row, "status": "open" if found else "ended"}, found


def _open(act: Act, plan: int) -> Occurrence:
    found = course(act.ledger, plan)[1]
    assert found is not None
    return found


class _Step(Taken):
    """A step of a plan that goes on, with its open occurrence."""

    def __init__(self, act: Act, text: str, verb: str) -> None:
        super().__init__(act, "plan", text, verb)

    def _found(self, record: Record) -> Record:
        whole, self._open = course(self.act.ledger, record["id"])
        return whole

    @property
    def open(self) -> Occurrence:
        """The occurrence that is open: the state of a plan that goes on has one."""
        assert self._open is not None
        return self._open

    def leads(self, key: str, reason: str | None, **further: str) -> Receipt:
        """Record the step, and tell when the plan is due next."""
        self.take({}, reason=reason, **further)
        now = course(self.act.ledger, self.id)[1]
        days = {"before": self.open.due, "due": now.due if now else None}
        return self.receipt(key if now else "plan_over", **days)


def skip(act: Act, text: str, reason: str) -> Receipt:
    """Leave the open occurrence out; one whose day had passed stays late."""
    return _Step(act, text, "skip").leads("plan_skipped", reason)


def move(act: Act, text: str, due: date, reason: str) -> Receipt:
    """Move the open occurrence to another day; once its own day has passed, that excuses nothing."""
    step = _Step(act, text, "move")
    if due < day_of(step.at, act.zone):
        raise BadInput("due_before", due=due, day=day_of(step.at, act.zone))
    late = day_of(step.at, act.zone) > step.open.judged_by
    return step.leads("plan_moved_late" if late else "plan_moved", reason, to=due.isoformat())


def done(act: Act, text: str, note: str) -> Receipt:
    """Record that what no other record fulfils was done: a training, a review. Raises Refused for anything else."""
    step = _Step(act, text, "done")
    if step.record["kind"] not in _DONE_BY_HAND:
        command = f"svcdesk {step.record['kind']} make --plan PL{step.record['id']}"
        raise Refused("plan_by_record", id=f"PL{step.record['id']}", command=command, article="2.4")
    return step.leads("plan_done", note)


def end(act: Act, text: str) -> Receipt:
    """End a plan."""
    step = _Step(act, text, "end")
    act.ledger.update("plan", step.record["id"], ended_at=step.at)
    return Receipt("plan_ended", "plan", step.record["id"])


def of_record(act: Act, text: str | None, kind: str) -> Record | None:
    """Return the plan that a visit or inspection fulfils. Raises BadInput for another kind, Refused once ended."""
    if not text:
        return None
    plan, _ = course(act.ledger, act.ledger.named("plan", text)["id"])
    if plan["kind"] != kind:
        raise BadInput("plan_of_kind", id=f"PL{plan['id']}", of=Word("plan_kind", plan["kind"]))
    allow("plan", plan, kind)
    return plan


def follow_key(ledger: Ledger, customer: int, now: datetime) -> None:
    """End the plans that a customer had as a key customer, once it is none any more."""
    if ledger.get("customer", customer)["key"]:
        return
    sql = "SELECT id FROM live_plan WHERE customer_id = ? AND for_key AND ended_at IS NULL"
    for row in ledger.rows(sql, (customer,)):
        ledger.update("plan", row["id"], ended_at=now)
