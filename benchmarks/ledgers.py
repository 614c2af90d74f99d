"""Make a ledger of a given size for the benchmarks: tickets spread over ten years, a dispatch and two expenses each.

    python benchmarks/ledgers.py FILE TICKETS [--last-month N]

``--last-month`` fixes how many of the tickets lie in the last month (2026-09), so that the same month can be measured
with more or less history behind it.
"""

import argparse
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from svcdesk import journal
from svcdesk.periods import stored
from svcdesk.store import create, open_ledger

FIRST = datetime(2016, 10, 1, tzinfo=UTC)
LAST_MONTH = datetime(2026, 8, 31, 16, tzinfo=UTC)  # September 2026 in Shanghai
AFTER = datetime(2026, 9, 30, 16, tzinfo=UTC)
CITIES = ("北京", "上海", "南京", "西安", "唐山", "武汉", "成都", "广州")


def make(path: Path, tickets: int, last_month: int | None) -> None:
    """Write the ledger: one entry for the centre, one for all the rest."""
    chance = random.Random(20261001)
    create(path)
    ledger = open_ledger(path, write=True)
    with ledger.command(at=FIRST, actor="benchmark", command="init"):
        ledger.insert("centre", id=1, name="北方客服支撑中心", timezone="Asia/Shanghai", home="北京")
        for n in range(1, 41):
            ledger.insert("staff", code=f"W{n:02d}", name=f"工程师{n}", role="engineer", home=CITIES[n % 8])
        for n in range(1, 501):
            ledger.insert("customer", name=f"客户{n:03d}", region="华北", city=CITIES[n % 8])
        for n in range(1, 101):
            ledger.insert("contract", no=f"HT-{n:03d}", customer_id=n, includes_installation=n % 3 == 0)
    con = ledger.con
    con.execute("PRAGMA synchronous = OFF")
    con.execute("BEGIN IMMEDIATE")
    for start in range(0, tickets, 20_000):
        _chunk(con, chance, range(start + 1, min(start + 20_000, tickets) + 1), tickets, last_month)
    _journal(con)
    con.execute("COMMIT")
    ledger.close()


def _received(number: int, tickets: int, last_month: int | None) -> datetime:
    """Spread the tickets evenly; with ``last_month`` so many in the last month and the rest before it."""
    if last_month is None:
        return FIRST + (AFTER - FIRST) * (number / (tickets + 1))
    before = tickets - last_month
    if number <= before:
        return FIRST + (LAST_MONTH - FIRST) * (number / (before + 1))
    return LAST_MONTH + (AFTER - LAST_MONTH) * ((number - before) / (last_month + 1))


def _chunk(con, chance, numbers, tickets, last_month):  # type: ignore[no-untyped-def]
    hours = lambda n: timedelta(hours=n)  # noqa: E731
    ticket, dispatch, crew, report, survey, contact, expense = [], [], [], [], [], [], []
    for number in numbers:
        at = _received(number, tickets, last_month).replace(microsecond=0)
        customer, engineer = chance.randrange(1, 501), chance.randrange(1, 41)
        kind = "installation" if number % 5 == 0 else "repair"
        contract = customer if customer <= 100 else None
        answer = at + hours(chance.choice((1, 2, 3, 4, 6, 8, 12, 20, 22, 30)))
        leave = answer + hours(chance.randrange(1, 30))
        arrive = leave + hours(chance.randrange(3, 12))
        back = arrive + hours(chance.randrange(4, 60))
        times = [stored(time) for time in (at, answer, leave, arrive, back, back + hours(4))]
        late = "transport" if number % 11 == 0 else "personal" if number % 97 == 0 else None
        due = stored(arrive - hours(1)) if late else stored(arrive + hours(1))
        place = chance.choice(CITIES)
        ticket.append(
            (
                number,
                customer,
                kind,
                "call",
                f"故障 {number}",
                "closed",
                contract,
                times[0],
                times[1],
                due,
                times[5],
                times[5],
            )
        )
        contact.append((number, times[0], customer, "call", f"故障 {number}", number))
        dispatch.append(
            (number, number, "installation" if kind == "installation" else "service", place, times[1], due, "returned")
        )
        crew.append(
            (
                number,
                number,
                engineer,
                due,
                times[2],
                times[3],
                times[4] if number % 50 else None,
                times[4],
                times[4],
                late,
            )
        )
        report.append(
            (number, number, engineer, times[4], "部件老化", "更换", number % 37 > 0, "满意" if number % 40 else None)
        )
        survey.append((number, number, times[4], chance.randrange(3, 6)))
        excluded = kind == "installation" and contract is not None and contract % 3 == 0
        line = "installation" if kind == "installation" else "dispatch"
        day = (arrive + hours(8)).date().isoformat()
        for n, (category, amount) in enumerate((("fare", 12_000), ("lodging", 26_000))):
            amount += chance.randrange(9_000)
            ends = (CITIES[engineer % 8], place, None) if category == "fare" else (None, None, place)
            invoice = f"F{number:08d}{n}"
            expense.append((engineer, category, amount, day, number, *ends, invoice, "approved", line, excluded))
    for table, columns, rows in (
        ("ticket", "id, customer_id, kind, channel, summary, status, contract_id, received_at, answered_at, on_site_by,"
         " closed_at, first_closed_at", ticket),
        ("contact", "id, at, customer_id, channel, summary, ticket_id", contact),
        ("dispatch", "id, ticket_id, kind, place, sent_at, due_at, status", dispatch),
        ("crew", "id, dispatch_id, engineer_id, due_at, departed_at, arrived_at, callback_at, left_at, returned_at,"
         " late_cause", crew),
        ("service_report", "id, dispatch_id, filed_by, filed_at, fault_cause, solution, no_parts,"
         " customer_opinion", report),
        ("survey", "id, ticket_id, at, score", survey),
        ("expense", "engineer_id, category, amount_fen, spent_on, dispatch_id, from_city, to_city, place, invoice,"
         " status, line, excluded",
         expense),
    ):  # fmt: skip
        marks = ", ".join("?" * len(rows[0]))
        con.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)


def _journal(con) -> None:  # type: ignore[no-untyped-def]
    """Journal all that was written as one entry, as an import does."""
    seq, prev = journal.last(con)
    head = (seq + 1, stored(AFTER), "benchmark", "import", None, None, None)
    con.execute("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*head, prev, "0" * 64))
    offset = 0
    for table in ("ticket", "contact", "dispatch", "crew", "service_report", "survey", "expense"):
        image = journal.image_sql(table, con)
        con.execute(f"INSERT INTO change SELECT ?, ? + id, ?, id, {image} FROM {table}", (seq + 1, offset, table))
        offset += con.execute(f"SELECT max(id) FROM {table}").fetchone()[0]
    changes = con.execute('SELECT "table", row, after FROM change WHERE entry = ? ORDER BY n', (seq + 1,))
    con.execute("DROP TRIGGER entry_keep_update")
    con.execute("UPDATE entry SET hash = ? WHERE seq = ?", (journal.seal(head, changes, prev), seq + 1))
    append_only = "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
    con.execute(f"CREATE TRIGGER entry_keep_update BEFORE UPDATE ON entry {append_only}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("tickets", type=int)
    parser.add_argument("--last-month", type=int)
    given = parser.parse_args()
    make(given.file, given.tickets, given.last_month)
