"""Equipment: where a part is follows from the facts in time order, so that undo and amendments keep the tree right."""

import pytest
from conftest import InProcess, new_ledger, open_ticket, send, travel

from svcdesk.desk import equipment
from svcdesk.regulation.equipment import Exchanged, Moved, tree
from svcdesk.store import open_ledger

FIRST = {"M": None, "N": None, "A": "M", "B": None, "C": None}


@pytest.mark.parametrize(
    ("events", "stands"),
    [
        ([], {"A": "M", "B": None}),
        ([Exchanged("1", "M", "A", "B")], {"A": None, "B": "M"}),
        ([Exchanged("2", "M", "B", "C"), Exchanged("1", "M", "A", "B")], {"A": None, "B": None, "C": "M"}),
        ([Exchanged("1", "N", "A", "B")], {"A": None, "B": "M"}),  # where the old one was, whatever the ticket says
        ([Exchanged("1", "M", "unknown", "B")], {"B": "M"}),
        ([Exchanged("1", "M", None, "B")], {"B": "M"}),
        ([Exchanged("1", "M", "A", None)], {"A": None}),
        ([Exchanged("1", "unknown", None, "B")], {"B": None}),
        ([Exchanged("1", "M", "M", "N")], {"M": None, "N": None}),  # a whole machine for another
        ([Exchanged("1", "A", None, "M")], {"M": None, "A": "M"}),  # no machine goes into its own part
        ([Exchanged("1", "M", "A", "B"), Moved("2", "A", "N")], {"A": "N", "B": "M"}),
        ([Moved("1", "A", None)], {"A": None}),
    ],
)
def test_where_a_part_is(events, stands):
    assert stands.items() <= tree(FIRST, events).items()


@pytest.fixture
def machine(desk):
    """A machine with a spindle in it, two more spindles, and a report on it."""
    add = ("equipment", "add")
    desk.run(*add, "M-1", "--product", "VMC", "--customer", "江南机床", "--warranty-until", "2026-10-03")
    desk.run(*add, "A1", "--product", "主轴", "--customer", "江南机床", "--part-of", "M-1")
    for serial in ("B2", "C3"):
        desk.run(*add, serial, "--product", "主轴", "--customer", "江南机床")
    for day in (2, 9):
        ticket = open_ticket(desk, at=f"2026-10-{day:02d} 08:00", serial="M-1")
    dispatch = send(desk, ticket, "W01", at="2026-10-09 09:00")
    travel(desk, dispatch, depart="2026-10-09 10:00", arrive="2026-10-09 12:00")
    desk.run("service-report", "file", dispatch, "--part", "主轴:1:A1>B2", "--at", "2026-10-09 20:00")
    return desk


def parts(desk):
    return {row["serial"] for row in desk.json("equipment", "list") if row["part_of"] == "M-1"}


def test_an_exchanged_part_moves_and_amend_and_undo_keep_the_tree_right(machine):
    assert parts(machine) == {"B2"}
    (part,) = machine.json("service-report", "show", "R1")["parts"]
    assert part == {"name": "主轴", "quantity": 1, "old_serial": "A1", "new_serial": "B2"}
    machine.run("service-report", "amend", "R1", "--part", "主轴:1:A1>C3")
    assert parts(machine) == {"C3"}
    machine.run("service-report", "amend", "R1", "--part", "主轴:1")
    assert parts(machine) == {"A1"}
    machine.run("undo", "--yes")
    assert parts(machine) == {"C3"}
    machine.run("undo", "--yes")
    machine.run("undo", "--yes")  # the report itself
    assert parts(machine) == {"A1"}
    machine.run("ledger", "verify")


def test_a_part_names_two_serials_and_not_the_same_twice(machine):
    machine.run("service-report", "amend", "R1", "--part", "主轴:1:A1>A1", code=2)


def test_what_is_registered_later_is_where_it_was_said_to_be(machine):
    machine.run("service-report", "amend", "R1", "--part", "主轴:1:Z9>B2")
    machine.run("equipment", "add", "Z9", "--product", "主轴", "--customer", "江南机床", "--part-of", "M-1")
    assert machine.json("equipment", "show", "Z9")["part_of"] == "M-1"


def test_one_time_line_and_what_follows_from_it(machine):
    shown = machine.json("equipment", "show", "M-1")
    assert (shown["repairs_12m"], shown["repeats_12m"], shown["days_between_failures"]) == (2, 0, [7])
    assert [(one["record"], one["in_warranty"]) for one in shown["events"] if one["kind"] == "ticket"] == [
        ("T1", True),
        ("T2", False),
    ]
    assert "A1 → B2" in {one["kind"]: one["text"] for one in shown["events"]}["part"]
    assert [one["record"] for one in machine.json("equipment", "show", "B2")["events"]] == ["R1"]


def test_parts_go_where_their_machine_goes_and_come_back_with_undo(machine):
    before = machine.json("equipment", "list")
    machine.run("equipment", "move", "M-1", "--customer", "华北钢厂", "--place", "唐山")
    assert machine.json("equipment", "show", "B2")["customer"] == "华北钢厂"
    assert machine.json("equipment", "show", "A1")["customer"] == "江南机床"
    machine.run("equipment", "move", "A1", "--part-of", "B2")
    assert machine.json("equipment", "show", "A1")["place"] == "唐山"
    machine.run("equipment", "move", "M-1", "--part-of", "A1", code=3)
    machine.run("equipment", "retire", "A1")
    for _ in range(3):
        machine.run("undo", "--yes")
    assert machine.json("equipment", "list") == before


def test_serials_of_tickets_are_taken_over_once(desk):
    open_ticket(desk, serial="S-1")
    open_ticket(desk, serial="S-1", product="VMC")
    assert [row["tickets"] for row in desk.json("equipment", "adopt")] == [2]
    assert desk.json("equipment", "list") == []
    desk.run("equipment", "adopt", "--yes")
    assert [row["product"] for row in desk.json("equipment", "list")] == ["VMC"]
    assert desk.json("equipment", "adopt", "--yes") == []


def test_a_call_hears_whose_machine_it_is(machine):
    call = (
        "ticket",
        "open",
        "--kind",
        "repair",
        "--channel",
        "call",
        "--summary",
        "x",
        "--serial",
        "M-1",
        "--customer",
    )
    said = machine.run(*call, "江南机床").stderr
    assert "T1" in said and "T2" in said and "equipment move" not in said
    assert "equipment move M-1" in machine.run(*call, "华北钢厂").stderr


def test_equipment_goes_out_and_comes_back(machine, tmp_path_factory):
    machine.run("equipment", "move", "C3", "--part-of", "A1", "--note", "x")
    folder = tmp_path_factory.mktemp("other")
    other = new_ledger(InProcess(folder))
    other.now = machine.now
    tables = (
        "staff",
        "customers",
        "contracts",
        "equipment",
        "tickets",
        "dispatches",
        "service-reports",
        "equipment-moves",
    )
    texts = {table: machine.run("export", table, "--reveal").stdout for table in tables}
    for table, text in texts.items():
        path = folder / f"{table}.csv"
        path.write_text(text, encoding="utf-8")
        other.run("import", table, path)
    for table, text in texts.items():
        assert other.run("export", table, "--reveal").stdout == text, table
    other.run("ledger", "verify")


def test_no_time_line_reads_the_reports_through(desk):
    """The reports of a machine are its tickets' own and the few that name serials, each by an index."""
    ledger = open_ledger(desk.ledger)
    plan = [row[3] for row in ledger.con.execute(f"EXPLAIN QUERY PLAN {equipment._PARTS}", {"serial": "S-1"})]
    assert any("service_report_with_serials" in step for step in plan)
    assert [
        step for step in plan if step.startswith("SCAN") and "VIRTUAL TABLE" not in step and "USING" not in step
    ] == []
