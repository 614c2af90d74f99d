"""What holds of a person from a date on: shown as it is on the day, changed from a date, and by nobody for themselves."""


def test_the_list_and_the_show_tell_the_post_of_the_day(desk):
    desk.run("staff", "set", "W01", "--role", "head", "--home", "天津", "--from", "2026-10-10")
    desk.run("staff", "set", "W02", "--role", "head", "--from", "2026-10-21")  # tomorrow
    shown = desk.json("staff", "show", "W01")
    assert (shown["role"], shown["home"], shown["wage"]) == ("head", "天津", "****")
    assert {row["code"]: row["role"] for row in desk.json("staff", "list")}["W02"] == "engineer"
    assert [row["code"] for row in desk.json("staff", "list", "--role", "head")] == ["W01"]
    assert "W01" not in [row["code"] for row in desk.json("staff", "list", "--role", "engineer")]
    assert {row["code"]: row["role"] for row in desk.csv("export", "staff")}["W01"] == "engineer"


def test_a_wage_of_the_day_is_masked_until_it_is_revealed(desk):
    desk.run("staff", "set", "W02", "--wage", "9000", "--from", "2026-10-10")
    assert desk.json("staff", "show", "W02")["wage"] == "****"
    assert desk.json("staff", "show", "W02", "--reveal")["wage"] == "9000.00"


def test_the_staff_report_tells_the_post_of_its_month(desk):
    desk.run("staff", "set", "W01", "--role", "head", "--from", "2026-10-10")

    def post(month):
        rows = desk.json("report", "staff", "--month", month)["staff"]
        return next(row["role"] for row in rows if row["engineer"] == "W01")

    assert (post("2026-09"), post("2026-10")) == ("engineer", "head")


def test_who_is_free_is_who_is_an_engineer_on_the_day(desk):
    desk.run("staff", "set", "W01", "--role", "head", "--from", "2026-10-10")
    desk.run("staff", "set", "A01", "--role", "engineer", "--from", "2026-10-10")
    codes = [row["engineer"] for row in desk.json("staff", "free")]
    assert "A01" in codes and "W01" not in codes


def test_what_holds_from_dates_on_changes_from_a_date(desk):
    desk.run("amend", "W01", "role=agent", "--reason", "录错")  # nothing is dated yet
    desk.run("staff", "set", "W01", "--role", "head", "--from", "2026-10-10")
    for typed in (("amend", "W01", "role=agent", "--reason", "录错"), ("staff", "set", "W01", "--role", "agent")):
        assert "--from" in desk.run(*typed, code=2).stderr
    desk.run("staff", "set", "W01", "--role", "agent", "--from", "2026-10-12")
    assert desk.json("staff", "show", "W01")["role"] == "agent"


def test_nobody_sets_their_own_post_or_wage_nor_takes_it_back(desk):
    own = ("--actor", "A01")
    desk.run(*own, "staff", "set", "A01", "--role", "director", code=3)
    desk.run(*own, "staff", "set", "A01", "--role", "director", "--from", "2026-10-01", code=3)
    desk.run("staff", "set", "A01", "--wage", "9000", "--by", "A01", code=3)
    desk.run(*own, "amend", "A01", "role=director", "--reason", "x", code=3)
    desk.run(*own, "staff", "set", "A01", "--home", "天津")
    desk.run("staff", "set", "A01", "--role", "coordinator", "--from", "2026-10-01")
    newest = desk.json("ledger", "log")[-1]["entry"]
    desk.run(*own, "undo", newest, "--yes", code=3)
    desk.run("undo", newest, "--yes")
