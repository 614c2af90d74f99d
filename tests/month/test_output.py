"""Reports as files: by name or by folder, whole or not at all, the same bytes from the same ledger, and under cron."""

import os
import re
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest
from conftest import Executable, copied, open_ticket

MONTH = ("--month", "2026-10")


@pytest.fixture
def demo(demo_month, tmp_path):
    return copied(demo_month, tmp_path)


@pytest.mark.parametrize("report", ["monthly", "projects", "staff"])
@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("a.xlsx", b"PK"), ("a.html", b"<!doctype html>"), ("a.HTM", b"<!doctype html>"), ("a.json", b"{\n"),
        ("a.jsonl", b'{"month"'), ("a.csv", b""), ("a.tsv", b""), ("a.md", b"# "), ("a.txt", "北方".encode()),
    ],
)  # fmt: skip
def test_the_name_says_the_format(demo, tmp_path, report, name, begins):
    done = demo.run("report", report, *MONTH, "-o", tmp_path / name)
    assert (done.stdout, done.stderr) == ("", "")
    assert (tmp_path / name).read_bytes().lower().startswith(begins.lower())


def test_an_ending_that_says_nothing_needs_a_format(demo, tmp_path):
    assert ".xlsx" in demo.run("report", "monthly", *MONTH, "-o", tmp_path / "october", code=2).stderr
    demo.run("report", "monthly", *MONTH, "-o", tmp_path / "october", "-f", "csv")
    assert (tmp_path / "october").read_text().startswith("line,persons")


@pytest.mark.parametrize("report", ["monthly", "projects", "staff"])
def test_a_folder_is_given_files_of_stable_names_and_the_same_bytes_again(demo, tmp_path, report):
    folders = [tmp_path / name for name in ("one", "two")]
    for folder, now in zip(folders, ("2026-11-03T09:00:00+08:00", "2026-11-03T18:00:00+08:00"), strict=True):
        folder.mkdir()
        demo.now = now
        done = demo.run("report", report, "-o", f"{folder}/")
        assert (done.stdout, done.stderr) == ("", "")
    names = {f"{report}-2026-10.{ending}" for ending in ("xlsx", "html", "csv", "json")}
    assert {path.name for path in folders[0].iterdir()} == names
    for name in names:
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()


def test_one_format_into_a_folder(demo, tmp_path):
    made = tmp_path / "reports"
    made.mkdir()
    demo.run("report", "monthly", *MONTH, "-f", "xlsx", "-o", made)
    assert [path.name for path in made.iterdir()] == ["monthly-2026-10.xlsx"]


def test_what_cannot_be_written_says_so_in_one_line_and_leaves_what_was_there(demo, tmp_path):
    there = tmp_path / "monthly.csv"
    there.write_text("as it was")
    assert demo.run("report", "monthly", *MONTH, "-o", tmp_path / "none" / "a.csv", code=5).stderr.count("\n") == 2
    demo.run("report", "monthly", *MONTH, "-o", f"{tmp_path}/none/", code=5)
    demo.run("report", "monthly", "--month", "2026-13", "-o", there, code=2)
    assert there.read_text() == "as it was"
    demo.run("report", "monthly", *MONTH, "-f", "csv", "-o", demo.ledger, code=5)
    demo.run("ledger", "verify")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".svcdesk")] == []


def test_others_may_read_what_is_handed_in_but_not_what_is_for_the_appraisal(demo, tmp_path):
    mask = os.umask(0o022)
    try:
        for report in ("monthly", "staff"):
            demo.run("report", report, *MONTH, "-o", tmp_path / f"{report}.csv")
    finally:
        os.umask(mask)
    modes = [stat.S_IMODE((tmp_path / f"{report}.csv").stat().st_mode) for report in ("monthly", "staff")]
    assert modes == [0o644, 0o600]


def test_a_workbook_may_go_through_a_pipe(demo_month, tmp_path):
    desk = copied(demo_month, tmp_path, Executable)
    done = subprocess.run(
        [sys.executable, "-m", "svcdesk", "report", "monthly", *MONTH, "-f", "xlsx"],
        env=desk.full_env(), capture_output=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith(b"PK") and done.stderr == b""


@pytest.mark.parametrize("form", ["xlsx", "csv", "html"])
def test_a_device_takes_any_format_or_is_full(demo_month, tmp_path, form):
    desk = copied(demo_month, tmp_path, Executable)
    desk.run("report", "monthly", *MONTH, "-f", form, "-o", "/dev/null")
    assert "full" in desk.run("report", "monthly", *MONTH, "-f", form, "-o", "/dev/full", code=5).stderr


def test_what_lies_beside_the_ledger_is_not_written_over(demo):
    for ending in ("-journal", "-wal", "-shm"):
        beside = demo.ledger.with_name(demo.ledger.name + ending)
        demo.run("report", "monthly", *MONTH, "-f", "csv", "-o", beside, code=5)
        assert not beside.exists()


def test_names_are_never_live_in_markdown(desk):
    desk.now = "2026-11-03T09:00:00+08:00"
    for name in ("<script>alert(1)</script>", "[x](http://y)", "a|b", "*bold*"):
        desk.run("customer", "add", name)
        open_ticket(desk, customer=name, at="2026-10-05 09:00")
    told = desk.run("report", "projects", *MONTH, "-f", "markdown").stdout
    assert "\\<script>" in told and "[x\\](http://y)" in told and "a\\|b" in told


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_workbooks_figures_are_those_of_the_json(demo, tmp_path, language):
    from openpyxl import load_workbook

    demo.language = language
    demo.run("report", "monthly", *MONTH, "-o", tmp_path / "a.xlsx")
    report = demo.json("report", "monthly", *MONTH)
    book = load_workbook(tmp_path / "a.xlsx")
    rows = [
        [cell.value for cell in row if cell.value is not None]
        for sheet in book.worksheets[:2]
        for row in sheet.iter_rows()
    ]
    numbers = [[value for value in row if isinstance(value, int | float)] for row in rows]
    first, second, material, transport, total = report["lines"]
    for line in (first, second):
        assert [line["persons"], line["trips"], line["days"], float(line["cost"])] in [row[:4] for row in numbers]
    for amount in (material["cost"], transport["cost"], total["excluded"], total["cost"]):
        assert [float(amount)] in [row[:1] for row in numbers]
    for figure in report["quality"]:
        if figure["unit"] == "rate" and figure["denominator"]:
            assert [figure["numerator"], figure["denominator"], figure["value"]] in [row[:3] for row in numbers]
    # Adding up again: the rows behind the figures give them.
    sheets = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}
    added = [
        round(sum(row[place] for row in rows[1:]), 2)
        for rows in sheets.values()
        for place, value in enumerate(rows[0] or ())
        if value and len(rows) > 1 and isinstance(rows[1][place], float | int) and not isinstance(rows[1][place], bool)
        and all(isinstance(row[place], float | int) for row in rows[1:])
    ]  # fmt: skip
    gross = sum(float(line["cost"]) for line in report["lines"][:4])
    assert round(gross, 2) in added
    assert first["days"] + second["days"] in added


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
@pytest.mark.parametrize("report", ["monthly", "projects", "staff"])
def test_libreoffice_opens_the_workbook(demo, tmp_path, report):
    demo.language = "zh"
    demo.run("report", report, *MONTH, "-o", tmp_path / "a.xlsx")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    done = subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, tmp_path / "a.xlsx"],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0 and (tmp_path / "a.pdf").stat().st_size > 10_000, done.stderr


def test_the_page_asks_the_network_for_nothing(demo, tmp_path):
    for report in ("monthly", "projects", "staff"):
        page = demo.run("report", report, *MONTH, "-f", "html").stdout
        assert not re.search(r"(?i)<script|<link|@import|url\((?!#)|src\s*=|https?://(?!www\.w3\.org/2000/svg)", page)


@pytest.mark.parametrize("report", ["monthly", "projects"])
def test_no_report_shows_personal_data(demo, report):
    """The demo's customers have persons and phones; no report needs them."""
    phones = [row["phone"] for row in demo.csv("customer", "list", "--reveal") if row["phone"]]
    assert phones
    told = (
        demo.run("report", report, *MONTH, "-f", "html").stdout
        + demo.run("report", report, *MONTH, "-f", "json").stdout
    )
    assert not [phone for phone in phones if phone in told]


def test_under_the_environment_of_cron(demo_month, tmp_path):
    desk = copied(demo_month, tmp_path, Executable)
    given = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "SHELL": "/bin/sh", "LOGNAME": "desk",
             "SVCDESK_LEDGER": str(desk.ledger), "SVCDESK_LANG": "zh", "SVCDESK_NOW": desk.now}  # fmt: skip
    made = tmp_path / "reports"
    made.mkdir()
    command = [sys.executable, "-m", "svcdesk", "report", "monthly", "-o", f"{made}/"]
    done = subprocess.run(command, env=given, cwd="/", capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert "客服支撑统计表" in (made / "monthly-2026-10.html").read_text(encoding="utf-8")
    given["SVCDESK_LEDGER"] = str(tmp_path / "none.db")
    done = subprocess.run(command, env=given, cwd="/", capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
    assert done.returncode == 5 and done.stderr.decode().startswith("error: ") and done.stderr.count(b"\n") == 2


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("cron") or os.geteuid() != 0, reason="needs cron and root")
def test_under_a_real_cron_daemon(demo_month, tmp_path):
    """The crontab of docs/how-to/cron.md, with its own paths, every minute; the daemon runs only for this test."""
    desk = copied(demo_month, tmp_path)
    made, said = tmp_path / "reports", tmp_path / "said.txt"
    made.mkdir()
    tmp_path.chmod(0o755)
    table = Path("/etc/cron.d/svcdesk-test")
    command = f"{sys.executable} -m svcdesk report monthly --month 2026-10 -o {made}/ >> {said} 2>&1"
    table.write_text(f"SVCDESK_LEDGER={desk.ledger}\nSVCDESK_LANG=zh\n* * * * * root {command}\n")
    table.chmod(0o644)
    daemon = subprocess.Popen(["cron", "-f"])
    try:
        until = time.monotonic() + 150
        while time.monotonic() < until and len(list(made.glob("monthly-*"))) < 4:
            time.sleep(1)
    finally:
        table.unlink()
        daemon.terminate()
        daemon.wait(10)
    assert {path.suffix for path in made.glob("monthly-2026-10.*")} == {".xlsx", ".html", ".csv", ".json"}
    assert said.read_text() == ""


@pytest.mark.parametrize("form", ["table", "plain", "csv", "tsv", "json", "jsonl", "markdown", "html", "xlsx"])
def test_a_month_of_two_thousand_million_shows_in_every_format(desk, form):
    add = ("expense", "add", "--engineer", "W01", "--category", "material", "--date", "2026-09-05", "--amount")
    for amount in ("999999999.99", "999999999.99", "0.02"):
        desk.run(*add, amount, "--invoice", f"X{amount}", "--note", "x")
    file = desk.folder / f"month.{form}"
    for report in ("monthly", "projects"):
        told = desk.run("report", report, "--month", "2026-09", "-f", form, "-o", file)
        assert told.stdout == ""
        if form == "xlsx":
            book = openpyxl.load_workbook(file)
            assert 2_000_000_000 in [cell.value for sheet in book for row in sheet for cell in row]
        else:
            assert ("2,000,000,000.00" if form == "html" else "2000000000.00") in file.read_text("utf-8")
    assert "2000000000.00" in [row["cost"] for row in desk.csv("report", "staff", "--month", "2026-09")]


def test_the_times_of_a_projects_report_are_centre_time(desk):
    open_ticket(desk, at="2026-10-05 09:12")
    desk.run("ticket", "escalate", "T1", "--to", "quality", "--major-quality", "--at", "2026-10-05 10:00")
    (row,) = desk.json("report", "projects", "--month", "2026-10")["major_quality"]
    assert row["at"] == "2026-10-05T10:00:00+08:00"
