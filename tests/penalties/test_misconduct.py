"""Conduct against the rules (S4 7.2): no article says what it costs, so a person proposes the measure, once."""

from typing import get_args

import pytest
from conftest import basis_at, copied

from svcdesk.messages import conduct, values
from svcdesk.model import ConductRule
from svcdesk.rules import CONDUCT_ARTICLES, Misconduct, misconduct

PROPOSE = ("penalty", "propose", "misconduct", "B1", "--engineer", "W02", "--reason", "首次")


@pytest.fixture
def off_post(desk):
    desk.run("conduct", "record", "W02", "off_post", "--note", "离岗两小时", "--at", "2026-10-10 09:00")
    return desk


@pytest.mark.parametrize("rule", get_args(ConductRule))
def test_which_conduct_is_misconduct(rule):
    """Part 4 has its own clauses for quarrel, solicitation and disobedience; hygiene is put right, the rest are records."""
    act = Misconduct(7, "W01", basis_at("2026-10-10 09:00").now, rule, "x")
    found = list(misconduct(act, basis_at("2026-10-20 09:00")))
    spared = ("disobedience", "quarrel", "solicitation", "confidentiality", "hygiene", "other")
    assert bool(found) == (rule not in spared)
    for finding in found:
        assert (finding.subject, finding.sanction, finding.amount_fen, finding.needs) == (
            "B7",
            "open",
            None,
            "sanction",
        )
        assert (finding.clause, finding.article, finding.engineer) == ("misconduct", "S4 7.2", "W01")
        assert finding.evidence["rule_article"] == CONDUCT_ARTICLES[rule]
        assert not finding.is_recordable


def test_every_rule_has_its_article_and_its_words():
    """Only ``other`` stands in no article."""
    assert {*CONDUCT_ARTICLES} == {*conduct.TEXTS} == {*get_args(ConductRule)} - {"other"}
    for rule in get_args(ConductRule):
        assert f"conduct_rule.{rule}" in values.TEXTS or rule in values.TEXTS


def test_an_open_finding_is_asked_about_and_never_recorded(off_post):
    [finding] = off_post.findings("misconduct")
    assert finding["sanction"] == {"kind": "open", "amount": None}
    assert (finding["needs"], finding["status"], finding["penalty"]) == ("sanction", "new", None)
    off_post.run("penalty", "check", "--month", "2026-10", "--record")
    assert off_post.json("penalty", "list") == []
    off_post.run("penalty", "check", "--month", "2026-10", "--exit-code", code=1)
    [line] = [line for line in off_post.json("status") if line["step"] == "sanction"]
    assert line["next"][:4] == ["svcdesk", "penalty", "propose", "misconduct"]


def test_what_was_proposed_stands_beside_the_finding(off_post):
    off_post.run(*PROPOSE, "--sanction", "fine", "--amount", "30", "--by", "M01")
    [finding] = off_post.findings("misconduct")
    assert finding["sanction"] == {"kind": "fine", "amount": "30.00"}
    assert (finding["needs"], finding["status"], finding["penalty"]) == (None, "proposed", "P1")
    [penalty] = off_post.json("penalty", "list")
    assert (penalty["clause"], penalty["article"], penalty["subject"]) == ("misconduct", "S4 7.2", "B1")
    assert (penalty["status"], penalty["facts_changed"]) == ("proposed", False)
    assert off_post.json("penalty", "show", "P1")["history"][0]["step"] == "propose"
    off_post.run("penalty", "check", "--month", "2026-10", "--exit-code", code=1)  # somebody decides it
    off_post.run("penalty", "confirm", "P1", "--by", "M01")
    off_post.run("penalty", "check", "--month", "2026-10", "--exit-code")
    month = off_post.json("report", "monthly", "--month", "2026-10")["penalties"]
    assert (month["fines"], month["by_clause"]) == ("30.00", {"misconduct": {"count": 1, "fines": "30.00"}})


@pytest.mark.parametrize("sanction", ["warning", "notice", "demerit", "major_demerit", "dismissal"])
def test_a_measure_without_an_amount(off_post, sanction):
    off_post.run(*PROPOSE, "--sanction", sanction, "--by", "M01", "--amount", "20", code=2)
    off_post.run(*PROPOSE, "--sanction", sanction, "--by", "M01")
    counts = off_post.json("report", "monthly", "--month", "2026-10")["penalties"]
    assert (counts[sanction], counts["fines"], counts["fine_count"]) == (1, "0.00", 0)
    assert off_post.csv("penalty", "list")[0]["sanction_kind"] == sanction
    [row] = [row for row in off_post.json("report", "staff", "--month", "2026-10")["staff"] if row["findings"]]
    assert row["findings"][0]["sanction"] == {"kind": sanction, "amount": None}


@pytest.mark.parametrize("amount", [(), ("--amount", "0"), ("--amount", "12.345")])
def test_a_fine_needs_its_amount(off_post, amount):
    off_post.run(*PROPOSE, "--sanction", "fine", *amount, "--by", "M01", code=2)
    assert off_post.json("penalty", "list") == []


def test_nobody_proposes_a_measure_on_themselves(off_post):
    off_post.run(*PROPOSE, "--sanction", "warning", "--by", "W02", code=3)
    off_post.run("--actor", "W02", *PROPOSE, "--sanction", "warning", "--by", "M01", code=3)
    off_post.run("--actor", "M01", *PROPOSE, "--sanction", "warning")


def test_once_and_the_facts_are_watched(off_post):
    off_post.run(*PROPOSE, "--sanction", "warning", "--by", "M01")
    off_post.run(*PROPOSE, "--sanction", "notice", "--by", "M01", code=3)
    assert len(off_post.json("penalty", "list")) == 1
    off_post.run("amend", "B1", "note=离岗二十分钟", "--reason", "核对监控")
    assert off_post.json("penalty", "show", "P1")["facts_changed"] is True
    assert off_post.json("report", "monthly", "--month", "2026-10")["penalties"]["by_clause"] == {}  # stands nowhere
    off_post.run("amend", "B1", "rule=hygiene", "--reason", "记错了")
    assert off_post.findings("misconduct") == []
    assert off_post.json("penalty", "show", "P1")["facts_changed"] is True


def test_taken_back_it_can_be_proposed_again(off_post):
    off_post.run(*PROPOSE, "--sanction", "warning", "--by", "M01")
    off_post.run("undo", "--yes")
    assert off_post.findings("misconduct")[0]["needs"] == "sanction"
    off_post.run(*PROPOSE, "--sanction", "notice", "--by", "M01")
    off_post.run("ledger", "verify")


def test_the_post_of_who_proposes_is_looked_at_as_for_confirming(off_post):
    assert "W01" in off_post.run(*PROPOSE, "--sanction", "warning", "--by", "W01").stderr
    off_post.run("undo", "--yes")
    off_post.run("policy", "set", "roles.check", "refuse", "--from", "2026-10-01", "--reason", "x", "--by", "M01")
    off_post.run(*PROPOSE, "--sanction", "warning", "--by", "W01", code=3)
    off_post.run(*PROPOSE, "--sanction", "warning", code=3)
    off_post.run(*PROPOSE, "--sanction", "warning", "--by", "M01")


@pytest.mark.parametrize(
    ("clause", "subject", "engineer", "code"),
    [
        ("misconduct", "B9", "W02", 4),  # no such record
        ("misconduct", "B1", "W01", 4),  # it was somebody else
        ("misconduct", "D1", "W02", 4),
        ("misconduct", "x", "W02", 4),
        ("disobedience", "B2", "W02", 3),  # it has a fine of its own
        ("nonsense", "B1", "W02", 2),
    ],
)
def test_what_is_no_open_finding(off_post, clause, subject, engineer, code):
    off_post.run("conduct", "record", "W02", "disobedience", "--note", "x", "--at", "2026-10-11 09:00")
    off_post.run(
        "penalty",
        "propose",
        clause,
        subject,
        "--engineer",
        engineer,
        "--reason",
        "x",
        "--sanction",
        "warning",
        code=code,
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_notice_of_a_warning(off_post, language):
    off_post.run(*PROPOSE, "--sanction", "warning", "--by", "M01")
    off_post.language = language
    told = off_post.run("penalty", "notice", "P1").stdout
    for said in {
        "zh": ("警告", "S4 7.2", "S1 10", "离岗两小时", "M01", "首次"),
        "en": ("warning", "S4 7.2", "S1 10", "M01"),
    }[language]:
        assert said in told
    off_post.run("penalty", "confirm", "P1", "--by", "M01")
    assert {"zh": "已确认：警告", "en": "Confirmed: warning"}[language] in off_post.run(
        "penalty", "notice", "P1"
    ).stdout


def test_a_proposed_measure_goes_out_and_comes_back(off_post, tmp_path):
    off_post.run(*PROPOSE, "--sanction", "fine", "--amount", "30", "--by", "M01")
    (tmp_path / "other").mkdir()
    other = copied(off_post, tmp_path / "other")
    other.ledger.unlink()
    other.run("init", "--centre", "北方客服支撑中心")
    texts = {table: off_post.run("export", table, "--reveal").stdout for table in ("staff", "conduct", "penalties")}
    for table, text in texts.items():
        (tmp_path / f"{table}.csv").write_text(text, encoding="utf-8")
        other.run("import", table, tmp_path / f"{table}.csv")
    for table, text in texts.items():
        assert other.run("export", table, "--reveal").stdout == text
    assert other.findings("misconduct")[0]["status"] == "proposed"
