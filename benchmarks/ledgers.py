"""Make the ledgers of the benchmarks, in bulk through the store, so that they verify like any other.

    python benchmarks/ledgers.py FILE NAME

A NAME is one of LEDGERS: 10k, 100k and 1m tickets over ten years; 500x1, 500x10 and 500x100 with every month fixed at
500 tickets and so many years behind it; ``live``, a desk in the middle of its work, an entry a command.
"""

import argparse
import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from svcdesk import schema
from svcdesk.periods import stored
from svcdesk.schema import comparison
from svcdesk.store import Ledger, create, open_ledger

AFTER = datetime(2026, 9, 30, 16, tzinfo=UTC)  # the end of September 2026 in Shanghai
CITIES = ("北京", "上海", "南京", "西安", "唐山", "武汉", "成都", "广州")
_CHUNK = 20_000
_TEN_YEARS = timedelta(days=3652)
_MONTH = timedelta(days=30.44)

# How many tickets each ledger holds, and over what time before AFTER.
LEDGERS: dict[str, tuple[int, timedelta]] = {
    "10k": (10_000, _TEN_YEARS),
    "100k": (100_000, _TEN_YEARS),
    "1m": (1_000_000, _TEN_YEARS),
    "500x1": (6_000, 12 * _MONTH),
    "500x10": (60_000, 120 * _MONTH),
    "500x100": (600_000, 1200 * _MONTH),
    "live": (10_000, _TEN_YEARS),
}


def ready(path: Path, name: str) -> None:
    """Make a ledger where there is none, or none of this schema that was finished."""
    if path.exists() and not _is_whole(path):
        path.unlink()
    if not path.exists():
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        subprocess.run([sys.executable, __file__, str(part), name], check=True)  # its memory is not to count as ours
        part.rename(path)


def _is_whole(path: Path) -> bool:
    con = sqlite3.connect(path)
    try:
        version = con.execute("PRAGMA user_version").fetchone()[0]
        return bool(version == schema.VERSION and not comparison.differences(con, version))
    finally:
        con.close()


def make(path: Path, name: str) -> None:
    """Write a ledger."""
    tickets, span = LEDGERS[name]
    chance, first = random.Random(20261001), AFTER - span
    ledger = _begun(path, first)
    for start in range(1, tickets + 1, _CHUNK):
        numbers = range(start, min(start + _CHUNK, tickets + 1))
        rows = [_case(chance, number, first + span * (number / (tickets + 1))) for number in numbers]
        if name == "live":
            _live(ledger, chance, rows)
        else:
            _bulk(ledger, rows)
    ledger.close()


def _begun(path: Path, first: datetime) -> Ledger:
    """Make a ledger with people in it, open for writing."""
    create(path)
    ledger = open_ledger(path, write=True)
    ledger.con.execute("PRAGMA synchronous = OFF")
    with ledger.command(at=first, actor="benchmark", command="init"):
        _people(ledger)
    return ledger


def _people(ledger: Ledger) -> None:
    ledger.insert("centre", id=1, name="北方客服支撑中心", timezone="Asia/Shanghai", home="北京")
    ledger.insert(
        "policy", key="backup.daily", value="off", from_on="2000-01-01", reason="nothing is measured beside it",
        set_at=AFTER,
    )  # fmt: skip
    for n in range(1, 41):
        person = {
            "code": f"W{n:02d}",
            "name": f"工程师{n}",
            "role": "engineer",
            "home": CITIES[n % 8],
            "wage_fen": 800_000,
        }
        ledger.insert("staff", **ledger.apart("staff", person))
    for n in range(1, 501):
        person = ledger.keep_personal(f"联系人{n}", f"138{n:08d}", f"{CITIES[n % 8]}市中心路 {n} 号")
        ledger.insert("customer", name=f"客户{n:03d}", region="华北", city=CITIES[n % 8], **person)
    for n in range(1, 101):
        ledger.insert("contract", no=f"HT-{n:03d}", customer_id=n, includes_installation=n % 3 == 0)


def history(path: Path, tickets: int, months: int) -> None:
    """Write a small ledger of so many tickets in the months before AFTER; but of the last year, no matter is open."""
    chance, span = random.Random(20261001), months * _MONTH
    ledger = _begun(path, AFTER - span)
    cases = [_case(chance, number, AFTER - span * (1 - number / (tickets + 1))) for number in range(1, tickets + 1)]
    _bulk(ledger, cases)
    with ledger.command(at=AFTER, actor="benchmark", command="import complaints"):
        for case in cases[::5]:
            is_new = case["ticket"][0]["received_at"] >= stored(AFTER - 12 * _MONTH)
            ledger.insert("complaint", **_complaint(ledger, case) | ({} if is_new else _decided(case)))
            ledger.insert("penalty", **_penalty(case) | ({} if is_new else {"status": "settled"}))
            ledger.insert("appointment", **_appointment(case))
    ledger.close()


Rows = dict[str, list[dict[str, Any]]]


def _case(chance: random.Random, number: int, received: datetime) -> Rows:
    """Make one ticket with all that hangs on it, whole seconds apart, every row with its id."""
    at = received.replace(microsecond=0)
    customer, engineer = chance.randrange(1, 501), chance.randrange(1, 41)
    installation = number % 5 == 0
    contract = customer if customer <= 100 else None
    answer = at + timedelta(hours=chance.choice((1, 2, 3, 4, 6, 8, 12, 20, 22, 30)))
    leave = answer + timedelta(hours=chance.randrange(1, 30))
    arrive = leave + timedelta(hours=chance.randrange(3, 12))
    back = arrive + timedelta(hours=chance.randrange(4, 60))
    late = "transport" if number % 11 == 0 else "personal" if number % 97 == 0 else None
    due = arrive + timedelta(hours=-1 if late else 1)
    place = chance.choice(CITIES)
    closed = stored(back + timedelta(hours=4))
    return {
        "ticket": [{
            "id": number, "customer_id": customer, "kind": "installation" if installation else "repair",
            "channel": "call", "summary": f"故障 {number}", "status": "closed", "contract_id": contract,
            "product": f"CNC{number % 7}", "received_at": stored(at), "answered_at": stored(answer),
            "replied_at": stored(answer), "on_site_by": stored(due), "closed_at": closed, "first_closed_at": closed,
        }],
        "contact": [{
            "id": number, "at": stored(at), "customer_id": customer, "channel": "call", "summary": f"故障 {number}",
            "ticket_id": number,
        }],
        "dispatch": [{
            "id": number, "ticket_id": number, "kind": "installation" if installation else "service", "place": place,
            "sent_at": stored(answer), "due_at": stored(due), "own_due_at": stored(due), "status": "returned",
        }],
        "crew": [{
            "id": number, "dispatch_id": number, "engineer_id": engineer, "due_at": stored(due),
            "departed_at": stored(leave), "arrived_at": stored(arrive),
            "callback_at": stored(back) if number % 50 else None, "left_at": stored(back), "returned_at": stored(back),
            "late_cause": late,
        }],
        "service_report": [{
            "id": number, "dispatch_id": number, "filed_by": engineer, "filed_at": stored(back),
            "fault_cause": "部件老化", "solution": "更换", "no_parts": int(number % 37 > 0),
            "customer_opinion": "满意" if number % 40 else None,
        }],
        "survey": [{"id": number, "ticket_id": number, "at": stored(back), "score": chance.randrange(3, 6)}],
        "expense": list(_expenses(chance, number, engineer, place, arrive, installation, contract)),
    }  # fmt: skip


def _expenses(
    chance: random.Random, number: int, engineer: int, place: str, arrive: datetime, installation: bool,
    contract: int | None,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    home = CITIES[engineer % 8]
    for n, (category, amount) in enumerate((("fare", 12_000), ("lodging", 26_000))):
        fare = category == "fare"
        yield {
            "id": 2 * number - 1 + n, "engineer_id": engineer, "category": category,
            "amount_fen": amount + chance.randrange(9_000),
            "spent_on": (arrive + timedelta(hours=8)).date().isoformat(), "dispatch_id": number,
            "from_city": home if fare else None, "to_city": place if fare else None,
            "place": None if fare else place, "invoice": f"F{number:08d}{n}", "status": "approved",
            "line": "installation" if installation else "dispatch",
            "excluded": int(installation and contract is not None and contract % 3 == 0),
        }  # fmt: skip


def _bulk(ledger: Ledger, cases: list[Rows]) -> None:
    """Write many tickets as one import would: one entry for all of them."""
    with ledger.command(at=AFTER, actor="benchmark", command="import tickets"):
        for table in cases[0]:
            rows = [row for case in cases for row in case[table]]
            ledger.insert_many(table, list(rows[0]), [list(row.values()) for row in rows])


_OPEN_SHARE = 33  # one of so many tickets is still open


def _live(ledger: Ledger, chance: random.Random, cases: list[Rows]) -> None:
    """Write tickets as a desk does, an entry a step; one in thirty-three is not over yet."""
    for case in cases:
        number = case["ticket"][0]["id"]
        is_open = number % _OPEN_SHARE == 0
        _step(ledger, "ticket open", {"ticket": [_opened(case["ticket"][0])], "contact": case["contact"]})
        if number % 4 == 0:
            _step(ledger, "ticket appoint", {"appointment": [_appointment(case)]})
        _step(ledger, "dispatch send", {"dispatch": [_sent(case, is_open)], "crew": list(_crew(case, number, is_open))})
        if is_open:
            continue
        _step(ledger, "service-report file", {"service_report": [_with_parts(case["service_report"][0])]})
        for expense in case["expense"]:
            _step(ledger, "expense add", {"expense": [expense | {"status": chance.choice(("approved", "submitted"))}]})
        if number % 40 == 0:
            _step(ledger, "complaint open", {"complaint": [_complaint(ledger, case)]})
        if number % 50 == 0:
            _step(ledger, "penalty check", {"penalty": [_penalty(case)]})
        _step(ledger, "survey add", {"survey": case["survey"]})
        with ledger.command(at=AFTER, actor="benchmark", command="ticket close"):
            ledger.update("ticket", number, **{name: case["ticket"][0][name] for name in _CLOSED})


_CLOSED = ("status", "answered_at", "replied_at", "closed_at", "first_closed_at")


def _step(ledger: Ledger, command: str, rows: Rows) -> None:
    with ledger.command(at=AFTER, actor="benchmark", command=command):
        for table, made in rows.items():
            for row in made:
                ledger.insert(table, **row)


def _opened(ticket: dict[str, Any]) -> dict[str, Any]:
    return ticket | dict.fromkeys(_CLOSED) | {"status": "open"}


def _appointment(case: Rows) -> dict[str, Any]:
    ticket = case["ticket"][0]
    return {
        "ticket_id": ticket["id"], "at": ticket["received_at"], "on_site_by": ticket["on_site_by"],
        "asked_by": "customer", "moved": 1,
    }  # fmt: skip


def _sent(case: Rows, is_open: bool) -> dict[str, Any]:
    return case["dispatch"][0] | ({"status": "travelling"} if is_open else {})


def _crew(case: Rows, number: int, is_open: bool) -> Iterator[dict[str, Any]]:
    (one,) = case["crew"]
    nothing = dict.fromkeys(("arrived_at", "callback_at", "left_at", "returned_at")) if is_open else {}
    yield {name: value for name, value in (one | nothing).items() if name != "id"}
    if number % 3 == 0:
        other = one["engineer_id"] % 40 + 1
        yield {name: value for name, value in (one | nothing | {"engineer_id": other}).items() if name != "id"}


def _with_parts(report: dict[str, Any]) -> dict[str, Any]:
    return report | {"no_parts": 0, "parts": [{"name": "滤网", "quantity": 1}]} if report["id"] % 2 else report


def _complaint(ledger: Ledger, case: Rows) -> dict[str, Any]:
    ticket = case["ticket"][0]
    return {
        "at": case["survey"][0]["at"], "channel": "call", "summary": "到得太晚", "ticket_id": ticket["id"],
        "status": "registered", "steps": [], **ledger.keep_personal(f"投诉人{ticket['id']}"),
    }  # fmt: skip


def _decided(case: Rows) -> dict[str, Any]:
    at = case["survey"][0]["at"]
    return {
        "status": "closed", "decided_at": at, "decided_by": "M01", "finding": "unverifiable",
    }  # fmt: skip


def _penalty(case: Rows) -> dict[str, Any]:
    one = case["crew"][0]
    subject = f"D{one['dispatch_id']}"
    return {
        "clause": "no_callback", "subject": subject, "natural_key": subject, "engineer_id": one["engineer_id"],
        "at": one["left_at"], "sanction": "fine", "amount_fen": 5000, "evidence": "{}", "facts": "",
        "status": "proposed",
    }  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("name", choices=LEDGERS)
    given = parser.parse_args()
    make(given.file, given.name)
