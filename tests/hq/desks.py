"""Random desks for headquarters: written straight into a ledger, so that thirty of them take seconds."""

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from svcdesk.hq import feed, intake, lakes, recount, spans
from svcdesk.regulation.expense_rules import line_of
from svcdesk.store import create, open_ledger

ZONES = (
    "Asia/Shanghai", "America/New_York", "Europe/London", "Asia/Kolkata", "Pacific/Auckland", "America/St_Johns",
)  # fmt: skip
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MONTH = "2026-10"
_START = datetime(2026, 9, 15, tzinfo=UTC)
_HOURS = 55 * 24
_OUTSIDE = ("material", "freight")
_CATEGORIES = ("fare", "lodging", "allowance", "local", "other", *_OUTSIDE)
_POLICY = (
    ("survey.of", "all"),
    ("answer.hours", "8"), ("answer.clock", "working"), ("late.grace_minutes", "30"), ("answer.hours.repair", "3"),
    ("answer.calendar", "none"), ("work.from", "08:30"), ("work.until", "18:00"), ("repeat.window_days", "5"),
)  # fmt: skip
_STATUSES = ("submitted", "approved", "rejected", "reimbursed", "falsified")


def random_desk(path, seed, zone, code="BJ01", tickets=12):
    """Make a ledger whose rows are of one seed: some weeks about October, with clocks that change where they do."""
    chance = random.Random(seed)
    create(path)
    ledger = open_ledger(path, write=True)
    with ledger.command(at=_START - timedelta(days=30), actor="test", command="init"):
        ledger.insert("centre", id=1, name="中心", timezone=zone, home="北京", code=code)
    with ledger.command(at=NOW, actor="test", command="import"):
        _fill(ledger, chance, tickets)
    ledger.close()
    return path


def _fill(ledger, chance, tickets):
    for n in range(1, 5):
        number = f"G{n}" if n % 2 else None
        ledger.insert("staff", code=f"W{n:02d}", name=f"工程师{n}", role="engineer", company_no=number)
    for n, region in enumerate(("华北", "华东", None), 1):
        ledger.insert("customer", name=f"客户{n}", region=region)
    ledger.insert("contract", no="HT-1", customer_id=1, includes_installation=1)
    ledger.insert("contract", no="HT-2", customer_id=2, includes_installation=0)
    for key, value in _POLICY:
        if chance.random() < 0.5:
            since = date(2026, 9, 20) + timedelta(days=chance.randrange(40))
            ledger.insert("policy", key=key, value=value, from_on=since, reason="x", set_at=NOW)
    for number in range(1, tickets + 1):
        _ticket(ledger, chance, number)


def _ticket(ledger, chance, number):
    received = _moment(chance)
    answered = _later(chance, received, 60) if chance.random() < 0.8 else None
    closed = _later(chance, answered, 400) if answered and chance.random() < 0.7 else None
    first = _between(chance, answered, closed) if closed else None
    cancelled = None if answered or chance.random() < 0.5 else _later(chance, received, 60)
    kind = chance.choice(("repair", "repair", "installation", "installation", "training", "consultation"))
    contract = chance.choice((None, 1, 1, 2))
    status = "closed" if closed else "cancelled" if cancelled else "answered" if answered else "open"
    ledger.insert(
        "ticket", id=number, customer_id=chance.randrange(1, 4), kind=kind, channel="call", summary="某事", status=status,
        contract_id=contract, product=chance.choice((None, "甲型", "乙型, \"新\"")),
        received_at=received, answered_at=answered, closed_at=closed, first_closed_at=first, cancelled_at=cancelled,
        reopen_count=int(first != closed), repeat_of=chance.randrange(1, number) if number > 3 and chance.random() < 0.3 else None,
    )  # fmt: skip
    ledger.insert("contact", at=received, customer_id=1, channel="call", summary="某事", ticket_id=number)
    for _ in range(chance.randrange(3)):
        _dispatch(ledger, chance, number, kind, contract, received)
    _claims(ledger, chance, kind, contract, ticket_id=number)
    if chance.random() < 0.5:
        ledger.insert("survey", ticket_id=number, at=_later(chance, received, 500), score=chance.randrange(1, 6))
    if chance.random() < 0.3:
        decided = _later(chance, received, 300)
        finding = chance.choice(("upheld", "not_upheld"))
        ledger.insert("complaint", at=received, channel="call", ticket_id=number, summary="投诉", status="decided",
                      finding=finding, decided_at=decided)  # fmt: skip


def _dispatch(ledger, chance, ticket, kind, contract, received):
    sent = _later(chance, received, 20)
    sort = "installation" if kind == "installation" else "service"
    made = ledger.insert("dispatch", ticket_id=ticket, kind=sort, place="南京", sent_at=sent, status="travelling")
    for engineer in chance.sample(range(1, 5), chance.randrange(1, 3)):
        departed = _later(chance, sent, 100) if chance.random() < 0.85 else None
        arrived = _later(chance, departed, 30) if departed and chance.random() < 0.8 else None
        returned = _later(chance, arrived, 24 * 12) if arrived and chance.random() < 0.8 else None
        due = _later(chance, sent, 120) if chance.random() < 0.7 else None
        ledger.insert("crew", dispatch_id=made, engineer_id=engineer, due_at=due, departed_at=departed,
                      arrived_at=arrived, returned_at=returned)  # fmt: skip
    _claims(ledger, chance, kind, contract, dispatch_id=made)


def _claims(ledger, chance, kind, contract, **of):
    for _ in range(chance.randrange(3)):
        category = chance.choice(_CATEGORIES)
        line = line_of(category, kind == "installation")
        day = (_START + timedelta(hours=chance.randrange(_HOURS))).date()
        status = chance.choice(_STATUSES)
        claim = ledger.insert(
            "expense", engineer_id=1, category=category, amount_fen=chance.randrange(1, 10**7), spent_on=day,
            status=status, line=line, excluded=int(line == "installation" and contract == 1),
            invoice=f"F {chance.randrange(1000)}", **of,
        )  # fmt: skip
        if chance.random() < 0.2:
            ledger.insert(
                "expense", engineer_id=1, category=category, amount_fen=-1, spent_on=day, status=status, line=line,
                excluded=int(line == "installation" and contract == 1), refund_of=claim, **of,
            )  # fmt: skip


def _moment(chance):
    """A time to the minute; some on the hour, for that is where days begin."""
    minutes = chance.choice((0, chance.randrange(60)))
    return _START + timedelta(hours=chance.randrange(_HOURS), minutes=minutes)


def _later(chance, moment, hours):
    return min(NOW, moment + timedelta(hours=chance.randrange(hours), minutes=chance.choice((0, 1, 59))))


def _between(chance, low, high):
    return low if chance.random() < 0.2 else high


def sent(path, folder, key=None):
    """Write a ledger's feed into a folder and read it again as headquarters does."""
    ledger = open_ledger(path)
    try:
        feed.write(ledger, folder, key)
    finally:
        ledger.close()
    return intake.read(folder)


def lake_of(folder, *feeds, now=NOW):
    """Take feeds into a lake."""
    lakes.take(folder, feeds, now)
    return lakes.opened(folder)


def figures(lake, engine="sqlite", by="centre", month=MONTH, now=NOW, master=None):
    """Recount a month: the figures of each group."""
    span = spans.month(month)
    with recount.opened(lake.centres, now, engine, master) as counted:
        ask = recount.Ask(span, by, tuple(centre.code for centre in lake.centres))
        return {group: told for (_, group), told in counted.figures([ask]).items()}


def opened(path):
    """Open a ledger to read, with its zone."""
    ledger = open_ledger(path)
    return ledger, ZoneInfo(ledger.centre["timezone"])
