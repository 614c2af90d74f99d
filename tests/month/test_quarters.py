"""Quarters and years: every report and list takes them, counts a person once over the whole, and says what it is of."""

import openpyxl
import pytest
from conftest import copied

MONTHS = [f"2026-{number:02d}" for number in (9, 10, 11)]


@pytest.fixture
def demo(demo_month, tmp_path):
    desk = copied(demo_month, tmp_path)
    desk.now = "2026-11-20T09:00:00+08:00"
    return desk


def lines(desk, *period):
    return {line["line"]: line for line in desk.json("report", "monthly", *period)["lines"]}


def test_a_year_adds_up_what_adds_up_and_counts_a_person_once(demo):
    year = lines(demo, "--year", "2026")
    months = [lines(demo, "--month", f"2026-{number:02d}") for number in range(1, 12)]
    for line in ("installation", "dispatch"):
        assert year[line]["days"] == sum(month[line]["days"] for month in months) > 0
        assert year[line]["trips"] == sum(month[line]["trips"] for month in months) > 0
        assert year[line]["persons"] == max(month[line]["persons"] for month in months)
    assert year["dispatch"]["persons"] < sum(month["dispatch"]["persons"] for month in months)
    for line in year:
        assert float(year[line]["cost"]) == pytest.approx(sum(float(month[line]["cost"]) for month in months))


def test_a_quarter_that_is_the_years_only_one_says_the_same(demo):
    quarter, year = (demo.json("report", "monthly", *of) for of in (("--quarter", "2026-Q4"), ("--year", "2026")))
    assert (quarter["month"], year["month"]) == ("2026-Q4", "2026")
    # what is of all costs, all tickets, all penalties of October lies in both
    for name in ("lines", "pending_cost", "penalties"):
        assert quarter[name] == year[name]
    assert quarter["due"] == year["due"] == {"statistics": None, "projects": None}
    assert quarter["submission"] is None


@pytest.mark.parametrize("report", ["monthly", "projects", "staff"])
def test_the_keys_are_the_months(demo, report):
    month, year = (demo.json("report", report, *of) for of in (("--month", "2026-10"), ("--year", "2026")))
    assert list(month) == list(year)


def test_a_year_is_compared_with_the_year_before_alone(demo):
    demo.run("expense", "add", "--engineer", "W01", "--category", "other", "--amount", "7", "--date", "2025-06-01")
    made = demo.json("report", "monthly", "--year", "2026")
    assert (made["previous"]["month"], made["last_year"]) == ("2025", None)
    assert made["previous"]["lines"][-1]["cost"] == "7.00"
    quarter = demo.json("report", "monthly", "--quarter", "2026-Q4")
    assert (quarter["previous"]["month"], quarter["last_year"]["month"]) == ("2026-Q3", "2025-Q4")


@pytest.mark.parametrize(
    ("period", "chinese", "english"),
    [
        (("--month", "2026-10"), "2026年10月客服支撑统计表", "2026-10"),
        (("--quarter", "2026-Q4"), "2026年第四季度客服支撑统计表", "2026-Q4"),
        (("--year", "2026"), "2026年客服支撑统计表", "2026"),
    ],
)
def test_the_form_says_what_it_is_of(demo, tmp_path, period, chinese, english):
    for demo.language, said in (("zh", chinese), ("en", f"statistics, {english}")):
        shown = demo.run("report", "monthly", *period, "-f", "plain").stdout
        assert said in shown.splitlines()[0]
        demo.run("report", "monthly", *period, "-o", f"{tmp_path}/")
        [sheet] = openpyxl.load_workbook(tmp_path / f"monthly-{period[1]}.xlsx").worksheets[:1]
        assert said in " ".join(str(cell.value) for row in sheet.iter_rows(max_row=3) for cell in row)
        assert said in (tmp_path / f"monthly-{period[1]}.html").read_text(encoding="utf-8")


def test_no_form_of_a_year_says_when_it_is_due(demo):
    assert "statistics by" in demo.run("report", "monthly", "--month", "2026-10").stdout
    assert "statistics by" not in demo.run("report", "monthly", "--year", "2026").stdout
    assert "statistics by" not in demo.run("report", "projects", "--quarter", "2026-Q4").stdout


def test_lists_and_checks_take_them(demo):
    whole = demo.json("ticket", "list")
    assert whole
    assert demo.json("ticket", "list", "--year", "2026") == whole
    assert demo.json("ticket", "list", "--quarter", "2026-Q3") == []
    by_month = [finding for month in MONTHS for finding in demo.json("penalty", "check", "--month", month)]
    assert demo.json("penalty", "check", "--year", "2026") == by_month
    assert demo.run("export", "expenses", "--quarter", "2026-Q4").stdout == demo.run("export", "expenses").stdout
    assert demo.json("report", "staff", "--quarter", "2026-Q4")["staff"]
    demo.run("expense", "check", "--quarter", "2026-Q4")
    demo.run("report", "monthly", "--quarter", "2026-Q4", "--month", "2026-10", code=2)
    demo.run("report", "monthly", "--quarter", "2027-Q1", code=2)


def test_what_is_unfinished_of_a_year_is_what_is_of_its_months(demo):
    def named(*period):
        return {(item["kind"], item["subject"]) for item in demo.json("report", "monthly", *period, "--check", code=1)}

    assert {item for month in MONTHS[1:] for item in named("--month", month) if item[0] != "month"} <= named(
        "--year", "2026"
    )
    [first] = [
        item for item in demo.json("report", "monthly", "--year", "2026", "--check", code=1) if item["kind"] == "month"
    ]
    assert first["next"][-3:] == ["--year", "2026", "--check"]


def test_late_entries_of_a_quarter_are_those_of_its_months(demo):
    demo.run("report", "submit", "monthly", "--month", "2026-10", "--to", "钱主任")
    demo.run("phone-check", "log", "W01", "--result", "off", "--at", "2026-10-20 09:00")
    whole = demo.json("report", "late-entries", "--quarter", "2026-Q4")
    assert whole == [row for month in MONTHS[1:] for row in demo.json("report", "late-entries", "--month", month)]
    assert whole
