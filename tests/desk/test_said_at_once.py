"""What is said at the moment at which it can be mended."""

import pytest
from conftest import open_ticket, send

ADD = ("customer", "add")


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        (("华北钢厂有限公司",), "name"),
        (("东方机械", "--phone", "138-1234-5679"), "telephone"),
        (("东方机械", "--phone", "13812345678"), "telephone"),
        (("东方机械", "--address", "唐山市路北区建设路 18 号"), "address"),
    ],
)
def test_a_customer_who_may_be_known_already_is_named(desk, typed, part):
    desk.run("customer", "set", "华北钢厂", "--address", "唐山市路北区建设路18号")
    said = desk.run(*ADD, *typed).stderr
    assert "华北钢厂" in said and part in said and "customer merge" in said


@pytest.mark.parametrize(
    "typed", [("西部矿业",), ("东方机械", "--phone", "13611112222"), ("二十四厂", "--address", "西安市")]
)
def test_another_customer_is_just_another(desk, typed):
    assert desk.run(*ADD, *typed).stderr == ""


def test_a_telephone_that_is_set_later_tells_it_too(desk):
    assert desk.run(*ADD, "东方机械").stderr == ""
    said = desk.run("customer", "set", "东方机械", "--phone", "13812345678").stderr
    assert "华北钢厂" in said and "13812345678" not in said


def test_a_time_before_the_step_that_it_follows_names_what_to_put_right(desk):
    dispatch = send(desk, open_ticket(desk, at="2026-10-19 08:00"), "W01", "W02", at="2026-10-19 09:00")
    desk.run("dispatch", "depart", dispatch, "--at", "2026-10-19 12:00")
    said = desk.run("dispatch", "arrive", dispatch, "--engineer", "W02", "--at", "2026-10-19 11:00", code=2).stderr
    assert f"svcdesk amend {dispatch} departed_at=… --engineer W02 --reason" in said


def test_an_amendment_of_nothing_names_what_there_is_to_amend(desk):
    for record in ("W01", "华北钢厂", "HT-1"):
        said = desk.run("amend", record, "--reason", "x", code=2).stderr
        assert f"svcdesk amend {record}" in said and "ledger log" not in said
    assert "home" in desk.run("amend", "W01", "name=张伟", "--reason", "x", code=2).stderr
