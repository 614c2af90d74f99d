"""The month worked out a second time, from the exported files alone: none of the package's own code stands in it."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from conftest import InProcess, hire, new_ledger
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FILES = ("contracts", "tickets", "dispatches", "expenses")
MONTH = "2026-10"
OWN_LINES = {"material": "material", "freight": "transport"}


# The recount


def recount(files, month, now, zone):
    """Work out the five lines and the pending cost of a month as part 5 of the regulation has them."""
    year, number = map(int, month.split("-"))
    first = date(year, number, 1)
    last = date(year + number // 12, number % 12 + 1, 1) - timedelta(days=1)
    kinds = {ticket["id"]: ticket["kind"] for ticket in files["tickets"]}
    contracts = {ticket["id"]: ticket["contract"] for ticket in files["tickets"]}
    included = {contract["no"] for contract in files["contracts"] if contract["includes_installation"] == "true"}
    sent_for = {dispatch["id"]: dispatch["ticket"] for dispatch in files["dispatches"]}
    lines = {
        line: {"persons": set(), "trips": 0, "days": set(), "cost": 0} for line in ("installation", "dispatch")
    } | {line: {"cost": 0} for line in ("material", "transport")}

    def line_of(ticket):
        return "installation" if kinds.get(ticket) == "installation" else "dispatch"

    def day(text):
        return datetime.fromisoformat(text).astimezone(zone).date()

    taken = set()
    gone = [row for row in files["dispatches"] if row["departed_at"]]
    gone.sort(key=lambda row: (datetime.fromisoformat(row["departed_at"]), int(row["id"][1:])))
    for trip in gone:
        line, departed = lines[line_of(trip["ticket"])], day(trip["departed_at"])
        back = day(trip["returned_at"]) if trip["returned_at"] else now.astimezone(zone).date()
        if first <= departed <= last:
            line["trips"] += 1
            line["persons"].add(trip["engineer"])
        for on in (departed + timedelta(days=n) for n in range((back - departed).days + 1)):
            if (trip["engineer"], on) not in taken:
                taken.add((trip["engineer"], on))
                if first <= on <= last:
                    line["days"].add((trip["engineer"], on))
                    line["persons"].add(trip["engineer"])
    excluded = pending = 0
    for expense in files["expenses"]:
        if expense["status"] in ("rejected", "falsified") or not first <= date.fromisoformat(expense["date"]) <= last:
            continue
        ticket = expense["ticket"] or sent_for.get(expense["dispatch"])
        line = OWN_LINES.get(expense["category"]) or line_of(ticket)
        cents = int(expense["amount"].replace(".", ""))
        lines[line]["cost"] += cents
        pending += cents if expense["status"] == "submitted" else 0
        excluded += cents if line == "installation" and contracts.get(ticket) in included else 0
    total = sum(line["cost"] for line in lines.values()) - excluded
    told = [
        {
            "line": name,
            **(
                {"persons": len(line["persons"]), "trips": line["trips"], "days": len(line["days"])}
                if "trips" in line
                else {}
            ),
            "cost": yuan(line["cost"]),
        }
        for name, line in lines.items()
    ]
    return [*told, {"line": "total", "cost": yuan(total), "excluded": yuan(excluded)}], yuan(pending)


def yuan(cents):
    return f"{cents // 100}.{cents % 100:02d}"


# Months to recount

START = datetime(2026, 9, 20, tzinfo=UTC)
moments = st.integers(0, 50 * 24).map(lambda hours: START + timedelta(hours=hours))
crews = st.lists(
    st.tuples(
        st.sampled_from(["W01", "W02", "W03"]),
        st.none() | moments,
        st.none() | st.integers(0, 20 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)),
    ),
    min_size=1, max_size=3, unique_by=lambda member: member[0],
)  # fmt: skip
claims = st.lists(
    st.tuples(
        st.sampled_from(["fare", "lodging", "allowance", "local", "material", "freight", "other"]),
        st.integers(0, 10**7),
        st.integers(0, 45).map(lambda days: date(2026, 9, 25) + timedelta(days=days)),
        st.sampled_from(["submitted", "approved", "rejected", "reimbursed", "falsified"]),
        st.sampled_from(["dispatch", "ticket", "neither"]),
    ),
    max_size=4,
)
jobs = st.lists(
    st.fixed_dictionaries({
        "kind": st.sampled_from(["repair", "installation", "installation", "training", "consultation", "visit"]),
        "contract": st.sampled_from(["", "HT-1", "HT-2"]),
        "dispatches": st.lists(st.tuples(crews, st.booleans(), claims), max_size=3),
    }),
    max_size=5,
)  # fmt: skip
OWNERS = {"": "江南机床", "HT-1": "华北钢厂", "HT-2": "江南机床"}
NOWS = ("2026-10-15T12:00:00+00:00", "2026-10-31T17:30:00+00:00", "2026-11-20T12:00:00+00:00")


def registers(jobs, now, zone):
    """Write a desk's registers, as somebody else might keep them, up to now."""
    tickets, dispatches, expenses, today = [], [], [], now.astimezone(zone).date()
    for number, job in enumerate(jobs, 1):
        tickets.append(
            [
                f"T{number}",
                OWNERS[job["contract"]],
                job["kind"],
                "call",
                "一",
                "2026-09-01 00:00+00:00",
                job["contract"],
            ]
        )
        for crew, cancelled, spent in job["dispatches"]:
            name = f"D{len({row[0] for row in dispatches}) + 1}"
            cancelled = cancelled and all(departed is None or departed > now for _, departed, _ in crew)
            for code, departed, away in crew:
                departed = None if cancelled or (departed and departed > now) else departed
                back = departed + away if departed and away is not None and departed + away <= now else ""
                dispatches.append([name, f"T{number}", "南京", "2026-09-02 00:00+00:00", code, departed or "", back,
                                   "2026-09-03 00:00+00:00" if cancelled else ""])  # fmt: skip
            for category, cents, on, status, where in spent:
                fraud = ["2026-10-14 00:00+00:00", "demerit"] if status == "falsified" else ["", ""]
                expenses.append([crew[0][0], category, yuan(cents), min(on, today), name if where == "dispatch" else "",
                                 f"T{number}" if where == "ticket" else "", status, *fraud])  # fmt: skip
    return {
        "tickets": ("id customer kind channel summary received_at contract", tickets),
        "dispatches": ("id ticket place sent_at engineer departed_at returned_at cancelled_at", dispatches),
        "expenses": ("engineer category amount date dispatch ticket status falsified_at sanction", expenses),
    }


def as_csv(heads, rows):
    out = io.StringIO()
    csv.writer(out).writerows([heads.split(), *rows])
    return out.getvalue()


@pytest.fixture(scope="module", params=["Asia/Shanghai", "America/New_York"])
def centre(request, tmp_path_factory):
    return hire(new_ledger(InProcess(tmp_path_factory.mktemp("centre")), request.param)), ZoneInfo(request.param)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(jobs=jobs, now=st.sampled_from(NOWS))
def test_the_month_is_what_the_files_say(centre, tmp_path_factory, jobs, now):
    (source, zone), desk = centre, InProcess(tmp_path_factory.mktemp("desk"))
    desk.ledger.write_bytes(source.ledger.read_bytes())
    desk.now = now
    for table, (heads, rows) in registers(jobs, datetime.fromisoformat(now), zone).items():
        path = desk.folder / f"{table}.csv"
        path.write_text(as_csv(heads, rows), encoding="utf-8")
        desk.run("import", table, path)
    files = {table: list(csv.DictReader(io.StringIO(desk.run("export", table).stdout))) for table in FILES}
    report = desk.json("report", "monthly", "--month", MONTH)
    assert (report["lines"], report["pending_cost"]) == recount(files, MONTH, datetime.fromisoformat(now), zone)


# The files as other programs read them

ODD = ('他说"好"', "一,二", "第一行\n第二行", "a\rb", " 前后 ", "'=1+1", "00012", "NA", "1E5")


@pytest.fixture
def exported(desk):
    for text in ODD:
        args = (
            "--customer",
            "江南机床",
            "--kind",
            "repair",
            "--channel",
            "call",
            f"--summary={text}",
            f"--serial={text}",
        )
        desk.run("ticket", "open", *args)
    path = desk.folder / "tickets.csv"
    desk.run("export", "tickets", "-o", path)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["summary"] for row in rows] == list(ODD)
    return path, rows


def test_csvkit_reads_the_same(exported):
    agate = pytest.importorskip("agate")
    pytest.importorskip("csvkit")
    path, rows = exported
    with path.open(encoding="utf-8", newline="") as file:
        told = list(agate.csv.DictReader(file))
    assert [dict(row) for row in told] == rows


def test_pandas_reads_the_same(exported):
    pandas = pytest.importorskip("pandas")
    path, rows = exported
    told = pandas.read_csv(path, dtype=str, keep_default_na=False)
    assert told.to_dict("records") == rows
