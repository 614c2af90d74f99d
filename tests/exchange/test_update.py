"""Import with --update: rows of known records take the file's values; a dispatch is updated with its crew."""

import csv

import pytest
from conftest import copied

HEAD = "id,ticket,place,sent_at,engineer,departed_at,arrived_at,returned_at"
W01 = "D1,T1,{place},2026-10-05 09:30,W01,2026-10-06 06:00,{arrived},2026-10-06 22:00"
W02 = "D1,T1,{place},2026-10-05 09:30,W02,2026-10-06 06:00,2026-10-06 10:40,2026-10-06 22:00"


@pytest.fixture
def taking(rehearsed, tmp_path):
    desk = copied(rehearsed, tmp_path)

    def take(*rows, code=0, place="南京", arrived="2026-10-06 10:40"):
        lines = [HEAD, *(row.format(place=place, arrived=arrived) for row in rows)]
        (desk.folder / "trips.csv").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return desk.run("import", "dispatches", desk.folder / "trips.csv", "--update", code=code)

    return desk, take


def crew(desk):
    return {member["engineer"]: member["arrived_at"] for member in desk.json("dispatch", "show", "D1")["crew"]}


def test_the_changed_journey_of_one_of_the_crew_is_taken(taking):
    desk, take = taking
    assert "2 updated" in take(W01, W02, arrived="2026-10-06 09:50").stdout
    assert crew(desk) == {"W01": "2026-10-06T09:50:00+08:00", "W02": "2026-10-06T10:40:00+08:00"}
    assert desk.json("dispatch", "show", "D1")["status"] == "returned"
    assert [found["engineer"] for found in desk.findings("late_on_site")] == []


def test_what_would_change_is_shown_of_each_of_the_crew(taking):
    _, take = taking
    said = take(W01, W02, arrived="2026-10-06 09:50", place="无锡").stderr
    assert "place would change on 1 records" in said and "arrived_at would change on 1 records" in said
    assert "line 2, D1 W01: arrived_at 2026-10-06 10:40 -> 2026-10-06 09:50" in said
    assert "W02" not in said


def test_who_would_change_is_shown_by_code(taking):
    desk, _ = taking
    row = desk.csv("export", "tickets")[0] | {"taken_by": "M01"}
    with (desk.folder / "t.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, row)
        writer.writeheader()
        writer.writerow(row)
    said = desk.run("import", "tickets", desk.folder / "t.csv", "--update", "--dry-run").stderr
    assert "T1: taken_by" in said and said.rstrip().endswith("-> M01")


def test_what_all_of_the_crew_share_is_taken_once(taking):
    desk, take = taking
    take(W01, W02, place="无锡")
    assert desk.json("dispatch", "show", "D1")["place"] == "无锡"
    assert "CONSISTENT" in desk.run("ledger", "verify").stdout


def test_what_is_the_same_is_skipped_and_leaves_no_entry(taking):
    desk, take = taking
    before = desk.json("ledger", "info")["entry"]
    take(W01, W02)
    assert desk.json("ledger", "info")["entry"] == before


def test_a_crew_that_is_not_all_in_the_file_is_not_updated(taking):
    desk, take = taking
    assert "crew member who is not in the file" in take(W01, code=2, arrived="2026-10-06 09:50").stderr
    assert crew(desk)["W01"] == "2026-10-06T10:40:00+08:00"


def test_somebody_in_the_file_joins_the_crew(taking):
    desk, take = taking
    take(W01, W02, W02.replace("W02", "W03"))
    assert set(crew(desk)) == {"W01", "W02", "W03"}
