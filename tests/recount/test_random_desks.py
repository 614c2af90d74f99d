"""Five hundred random desks against a recount of their own: no figure, finding or problem may differ."""

import csv
import io
import json
import os
from zoneinfo import ZoneInfo

import pytest
from conftest import InProcess, new_ledger
from oracle import Recount, instant
from walks import ZONES, Walk, play

TABLES = (
    "staff", "customers", "contracts", "contacts", "tickets", "dispatches", "service-reports", "surveys", "complaints",
    "phone-checks", "conduct", "expenses", "penalties", "policy", "appointments", "escalations", "holds", "reopenings",
)  # fmt: skip
MONTHS = ("2026-09", "2026-10", "2026-11")
DESKS = int(os.environ.get("SVCDESK_RECOUNTED", "500"))
FIRST = int(os.environ.get("SVCDESK_RECOUNT_FROM", "0"))


@pytest.fixture(scope="module")
def centres(tmp_path_factory):
    """A ledger in each of four zones, with people, customers and contracts. Only copied."""
    made = {}
    for zone in ZONES:
        desk = made[zone] = new_ledger(InProcess(tmp_path_factory.mktemp("centre")), zone)
        desk.now = "2026-09-20T00:00:00+00:00"
        for code, home in (("W01", "北京"), ("W02", "上海"), ("W03", ""), ("W04", "南京市")):
            desk.run("staff", "add", code, "--name", f"工{code}", *(("--home", home) if home else ()))
        desk.run("staff", "add", "A01", "--name", "赵敏", "--role", "agent")
        desk.run("staff", "add", "H01", "--name", "钱", "--role", "head")
        desk.run("staff", "add", "M01", "--name", "钱主任", "--role", "director")
        for name, city in (("华北钢厂", "唐山"), ("江南机床", "南京"), ("江南机床厂", "南京")):
            desk.run("customer", "add", name, "--city", city)
        desk.run("contract", "add", "HT-1", "--customer", "华北钢厂", "--includes-installation")
        desk.run("contract", "add", "HT-2", "--customer", "江南机床", "--project", "改造")
        desk.run(
            "contract",
            "add",
            "HT-3",
            "--customer",
            "江南机床",
            "--includes-installation",
            "--excludes",
            "material,fare",
        )
        desk.run("policy", "set", "answer.calendar", "none", "--from", "2026-01-01", "--reason", "各地不同")
    return made


def exported(desk):
    return {table: list(csv.DictReader(io.StringIO(desk.run("export", table).stdout))) for table in TABLES}


def told(desk, month):
    """What the package says of a month, in the recount's own words."""
    monthly = desk.json("report", "monthly", "--month", month)
    quality = {row["figure"]: (row["numerator"], row["denominator"], row["value"]) for row in monthly["quality"]}
    provisional = next(row["provisional_until"] for row in monthly["quality"] if row["figure"] == "first_time_fix")
    projects = desk.json("report", "projects", "--month", month)["projects"]
    staff = desk.json("report", "staff", "--month", month)["staff"]
    findings = [row for row in desk.json("penalty", "check", "--month", month) if row["clause"] in CLAUSES]
    return {
        "monthly": {name: monthly[name] for name in ("lines", "pending_cost", "service", "penalties")},
        "quality": {name: row for name, row in quality.items() if not name.startswith("ent")}, "provisional": provisional,
        "backlog": monthly["backlog"],
        "projects": {(row["contract"], None if row["contract"] else row["customer"]): without_further(row) for row in projects},
        "staff": {row["engineer"]: without_further(row) | {"findings": sorted(map(held, row["findings"]), key=repr)} for row in staff},
        "findings": sorted(map(finding, findings), key=repr),
    }  # fmt: skip


# What the further registers add to the lines of the projects and staff reports has tests of its own.
FURTHER = ("visits", "suggestions", "rectifications", "rectified_in_time", "promises", "promises_kept")


CLAUSES = {
    "complaint_upheld", "expense_falsified", "no_callback", "late_on_site", "incomplete_report", "phone_unreachable",
    "disobedience", "answer_overdue",
}  # fmt: skip


def without_further(row):
    return {name: value for name, value in row.items() if name not in FURTHER}


def held(row):
    return (row["clause"], row["subject"], instant(row["at"]), row["sanction"]["kind"], row["sanction"]["amount"], row["needs"],
            row["status"])  # fmt: skip


def finding(row):
    return (row["clause"], row["engineer"], row["subject"], instant(row["at"]), row["sanction"]["kind"], row["sanction"]["amount"],
            row["needs"], row["absorbed_by"], row["penalty"], row["status"])  # fmt: skip


def recounted(recount, month):
    recount.month(month)
    quality, provisional = recount.quality()
    return {
        "monthly": recount.monthly(), "quality": quality, "provisional": provisional, "backlog": recount.backlog(),
        "projects": recount.projects(), "staff": recount.staff(),
        "findings": sorted(map(recount.told, recount.findings()), key=repr),
    }  # fmt: skip


def recounted_seed(centres, folder, seed):
    """Type the desk of a seed and hold all that is said of it against the recount."""
    walk = Walk(seed)
    zone = ZONES[seed % len(ZONES)]
    desk = InProcess(folder)
    desk.ledger.write_bytes(centres[zone].ledger.read_bytes())
    desk.ledger.chmod(0o600)
    counts = play(desk, walk)
    files, log = exported(desk), json.loads(desk.run("ledger", "log", "--limit", "100000", "-f", "json").stdout)
    recount = Recount(files, log, ZoneInfo(zone), walk.asked_at, "北京")
    for month in (month for month in MONTHS if month <= f"{walk.asked_at.astimezone(ZoneInfo(zone)):%Y-%m}"):
        ours, theirs = recounted(recount, month), told(desk, month)
        for part, value in ours.items():
            assert theirs[part] == value, (seed, month, part)
    for row in files["expenses"]:
        codes = [problem["code"] for problem in json.loads(row["problems"])]
        assert codes == recount.problems(row), (seed, row)
        assert (row["line"], row["excluded"] == "true") == recount.placed(row)[:2], (seed, row)
    return counts


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(FIRST, FIRST + DESKS))
def test_a_random_desk_is_recounted(centres, tmp_path, seed):
    recounted_seed(centres, tmp_path, seed)


@pytest.mark.parametrize("seed", range(4))
def test_some_random_desks_are_recounted(centres, tmp_path, seed):
    recounted_seed(centres, tmp_path, seed)
