"""Conversations: what is asked, what an answer may be, and that nothing is written or lost before the last one."""

import json

import pytest
from conftest import open_ticket, send, travel

from svcdesk.commands import grammar
from svcdesk.commands.interview import asking
from svcdesk.commands.interview.asking import Choice, Question, Unfit, one_of
from svcdesk.errors import DeskError, NotFound


class Script:
    """Somebody at the terminal: answers in order. What was asked and what would not do is written down."""

    def __init__(self, answers):
        self.answers, self.asked, self.faults, self.said = list(answers), [], [], []

    def ask(self, question):
        self.asked.append(question.label)
        self.said += question.notes
        text = self.answers.pop(0)
        if text is KeyboardInterrupt:
            raise KeyboardInterrupt
        if text in asking.BACK:
            return "<"
        try:
            return asking.meant(question, text)
        except NotFound as error:
            if question.several and error.key.startswith("several_"):
                return self.ask(Question("which", str, question.several(text)))
            return self._again(question, error)
        except (Unfit, DeskError) as error:
            return self._again(question, error)

    def _again(self, question, error):
        self.faults.append(str(error))
        return self.ask(question)


@pytest.fixture
def talk(desk, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for where in (grammar, asking):
        monkeypatch.setattr(where, "may_ask", lambda: True, raising=False)

    def typed(*args, answers, code=0):
        script = Script(answers)
        monkeypatch.setattr(asking, "ask", script.ask)
        done = desk.run(*args, code=code)
        assert script.answers == [], f"not asked for: {script.answers}; {script.asked}"
        script.said += done.stderr.splitlines()
        script.out = done.stdout
        return script

    return typed


CALL = ["5678", "主轴过热"]


def test_a_known_caller_takes_a_handful_of_answers(talk, desk):
    desk.now = "2026-10-20T09:00:00+08:00"
    said = talk("ticket", "open", answers=[*CALL, ""])
    ticket = desk.json("ticket", "show", "T1")
    assert (ticket["customer"], ticket["kind"], ticket["channel"]) == ("华北钢厂", "repair", "call")
    assert (ticket["summary"], ticket["contract"]) == ("主轴过热", "HT-1")  # their one contract
    assert any("HT-1" in line for line in said.said)


def test_the_last_kind_and_channel_stand_ready(talk, desk):
    open_ticket(desk, kind="training")
    talk("ticket", "open", answers=["江南机床", "再来一次", ""])
    ticket = desk.json("ticket", "show", "T2")
    assert (ticket["kind"], ticket["channel"]) == ("training", "call")


@pytest.mark.parametrize("said", ["3", "training", "TRAINING", "培训", "train"])
def test_a_choice_is_taken_by_number_word_or_beginning(talk, desk, said):
    talk("ticket", "open", answers=["江南机床", "x", "kind", said, ""])
    assert desk.json("ticket", "show", "T1")["kind"] == "training"


@pytest.mark.parametrize("said", ["training", "培训", "train"])
def test_the_last_question_takes_the_word_itself(talk, desk, said):
    script = talk("ticket", "open", answers=["江南机床", "x", said, "来函", ""])
    ticket = desk.json("ticket", "show", "T1")
    assert (ticket["kind"], ticket["channel"]) == ("training", "letter")
    assert any("training · letter" in line for line in script.said)


def test_one_line_tells_what_enter_records(talk, desk):
    desk.now = "2026-10-20T09:00:00+08:00"
    script = talk("ticket", "open", "--on-site-by", "明天 9:00", answers=["5678", "主轴过热", "serial", "SN-9", ""])
    (line,) = [line for line in script.said if "SN-9" in line and "repair" in line and "T1" not in line]
    assert line.endswith(
        "华北钢厂 · 唐山 · repair · call · 2026-10-20 09:00 · SN-9 · contract HT-1 · on site by 明天 9:00"
    )


def test_what_was_typed_beside_the_command_is_not_offered_once_more(talk, desk):
    script = talk("ticket", "open", "--kind", "training", answers=["江南机床", "x", "repair", ""])
    assert script.faults and desk.json("ticket", "show", "T1")["kind"] == "training"


@pytest.mark.parametrize("said", ["9", "0", "t9x", "电"])
def test_what_is_no_choice_is_said_at_once(talk, desk, said):
    script = talk("ticket", "open", answers=["江南机床", "x", "kind", said, "1", ""])
    assert len(script.faults) == 1


def test_back_takes_the_answer_before_and_at_the_first_stays(talk, desk):
    talk("ticket", "open", answers=["<", "江南机床", "x", "培训", "<", "<", "y", "咨询", "<", "培训", ""])
    ticket = desk.json("ticket", "show", "T1")
    assert (ticket["kind"], ticket["summary"]) == ("training", "y")


def test_ctrl_c_writes_nothing_and_resume_goes_on(talk, desk, tmp_path):
    script = talk("ticket", "open", answers=["江南", KeyboardInterrupt], code=130)
    assert desk.json("ticket", "list") == []
    assert any("--resume" in line for line in script.said)
    script = talk("ticket", "open", "--resume", answers=["x", ""])
    assert len(script.asked) == 2
    assert desk.json("ticket", "show", "T1")["customer"] == "江南机床"
    assert not (tmp_path / "state" / "svcdesk" / "answers.json").exists()


def test_personal_answers_are_not_kept(talk, desk, tmp_path):
    talk("ticket", "open", answers=["秦川齿轮", "y", "西安", "吴工", "13700001111", KeyboardInterrupt], code=130)
    kept = (tmp_path / "state" / "svcdesk" / "answers.json").read_text("utf-8")
    assert "西安" in kept
    assert "吴工" not in kept and "13700001111" not in kept


def test_somebody_new_is_registered_on_the_way(talk, desk):
    talk("ticket", "open", answers=["秦川齿轮", "y", "西安", "吴工", "13700001111", "x", ""])
    assert desk.json("customer", "show", "秦川齿轮")["city"] == "西安"
    assert desk.json("ticket", "show", "T1")["customer"] == "秦川齿轮"
    assert len(desk.json("ledger", "log")) == len({entry["entry"] for entry in desk.json("ledger", "log")})
    talk("ticket", "open", answers=["秦川", "x", ""])


def test_a_slip_of_the_name_makes_nobody_new(talk, desk):
    talk("ticket", "open", answers=["江南机厂", "n", "江南", "x", ""])
    assert len(desk.json("customer", "list")) == 2


def test_a_number_that_nobody_has_is_nobodys_name(talk):
    assert talk("ticket", "open", answers=["9999", "江南", "x", ""]).faults


def test_several_that_a_name_may_mean_are_offered(talk, desk):
    desk.run("customer", "add", "江南船厂")
    talk("ticket", "open", answers=["江南", "2", "x", ""])
    assert desk.json("ticket", "show", "T1")["customer"] in ("江南机床", "江南船厂")


def test_what_the_review_adds_is_asked_for_and_checked(talk, desk):
    answers = ["江南", "x", "on_site_by", "昨天", "明天 9:00", "受理人", "W02", ""]
    script = talk("ticket", "open", answers=answers)
    ticket = desk.json("ticket", "show", "T1")
    assert ticket["on_site_by"] == "2026-10-21T09:00:00+08:00" and ticket["taken_by"] == "W02"
    assert len(script.faults) == 1  # 昨天 has no hour


def test_the_caller_s_open_ticket_machine_and_score_are_told(talk, desk):
    desk.now = "2026-10-20T09:00:00+08:00"
    open_ticket(desk, serial="SN-7", product="VMC")
    script = talk("ticket", "open", answers=["江南", "又急停", "1", ""])
    told = "\n".join(script.said)
    assert "T1" in told and "SN-7" not in told.partition("T1")[0]
    assert "probably T1" in told
    assert desk.json("ticket", "show", "T2")["product"] == "VMC"


def test_a_due_time_lies_behind_the_call(talk, desk):
    late = ["at", "2026-10-20 08:00", "on_site_by", "2026-10-20 07:30", "2026-10-20 08:30", ""]
    script = talk("ticket", "open", answers=["江南", "x", *late])
    assert script.faults == ["before_step"]


def test_an_answer_that_the_ledger_refuses_is_asked_for_once_more_and_no_other(talk, desk):
    script = talk("ticket", "open", answers=["江南", "x", "serial", "2.4E+12", "", "2400000000000"])
    assert desk.json("ticket", "show", "T1")["serial"] == "2400000000000"
    assert any(line.startswith("error: ") for line in script.said)


def test_what_the_command_line_had_wrong_is_not_asked_for(talk, desk):
    talk("ticket", "open", "--contract", "HT-1", answers=["江南", "x", ""], code=2)
    assert desk.json("ticket", "list") == []
    talk("ticket", "open", "--resume", answers=[""])  # the answers were kept
    assert desk.json("ticket", "show", "T1")["summary"] == "x"


@pytest.fixture
def travelled(desk):
    desk.now = "2026-10-20T09:00:00+08:00"
    ticket = open_ticket(desk, at="2026-10-08 09:00")
    dispatch = send(desk, ticket, "W01", at="2026-10-08 10:00")
    travel(desk, dispatch, depart="2026-10-09 07:00", arrive="2026-10-09 12:00", return_="2026-10-10 20:00")
    return dispatch


def test_the_lines_of_a_journey_follow_one_another(talk, desk, travelled):
    fare = ["fare", "553.5", "", "", "", "F1"]
    back = ["fare", "553.5", "", "", "", "F2"]
    talk("expense", "add", answers=["", "", *fare, *back, "lodging", "300", "2026-10-09", "", "F3", ""])
    there, again, hotel = desk.json("expense", "list")
    assert (there["from"], there["to"], there["date"]) == ("北京", "南京", "2026-10-09")
    assert (again["from"], again["to"], again["date"]) == ("南京", "北京", "2026-10-10")
    assert (hotel["place"], hotel["dispatch"]) == ("南京", travelled)
    assert not any(line["problems"] for line in (there, again, hotel))


def test_a_line_typed_whole_goes_on_too(talk, desk, travelled):
    line = ["--engineer", "W01", "--category", "fare", "--amount", "1", "--date", "2026-10-09", "--dispatch", travelled]
    talk("expense", "add", *line, answers=["allowance", "100", "", "", "", ""])
    assert [row["category"] for row in desk.json("expense", "list")] == ["fare", "allowance"]


def test_what_a_ticket_lacks_is_asked_for_where_it_is_closed(talk, desk, travelled):
    report = ["轴承磨损", "换轴承", "轴承:2、滤网", "满意"]
    talk("ticket", "close", "T1", answers=[*report, "5", ""])
    ticket, filed = desk.json("ticket", "show", "T1"), desk.json("service-report", "show", "R1")
    assert ticket["status"] == "closed" and ticket["resolution"] == "换轴承"
    assert filed["complete"] and filed["parts"] == [{"name": "轴承", "quantity": 2}, {"name": "滤网", "quantity": 1}]
    assert desk.json("survey", "list")[0]["score"] == 5


def test_a_closing_typed_whole_asks_for_what_it_lacks(talk, desk, travelled):
    answers = ["轴承磨损", "换轴承", "", "满意", "", "客户不填"]
    talk("ticket", "close", "T1", "--resolution", "好了", answers=answers)
    ticket = desk.json("ticket", "show", "T1")
    assert (ticket["status"], ticket["resolution"]) == ("closed", "好了")
    assert desk.json("service-report", "show", "R1")["no_parts"] is True


def test_amend_without_fields_shows_the_record_and_asks(talk, desk):
    open_ticket(desk)
    script = talk("amend", "T1", answers=["事由", "急停误动作", "渠道", "来函", "", "听错"])
    ticket = desk.json("ticket", "show", "T1")
    assert (ticket["summary"], ticket["channel"]) == ("急停误动作", "letter")
    assert any("急停" in line for line in script.said)


def test_amend_of_a_crew_asks_whose_time_it_was(talk, desk):
    ticket = open_ticket(desk, at="2026-10-08 09:00")
    dispatch = send(desk, ticket, "W01", "W02", at="2026-10-08 10:00")
    travel(desk, dispatch, depart="2026-10-09 07:00")
    talk("amend", dispatch, "departed_at=7:30", answers=["W02", "听错"])
    crew = {row["engineer"]: row["departed_at"] for row in desk.json("dispatch", "show", dispatch)["crew"]}
    assert crew == {"W01": "2026-10-09T07:00:00+08:00", "W02": "2026-10-09T07:30:00+08:00"}


def test_any_other_verb_asks_for_what_it_cannot_do_without(talk, desk):
    open_ticket(desk)
    script = talk("dispatch", "send", answers=["T9", "t1", "W01 W02", "南京"])
    assert script.faults and json.dumps(desk.json("dispatch", "show", "D1")["crew"]).count("W0") == 2


def test_off_a_terminal_nothing_is_asked(desk):
    assert "--customer" in desk.run("ticket", "open", code=2).stderr


def test_a_choice_without_its_own_beginning_is_none():
    read = one_of([Choice("call", "call"), Choice("cash", "cash")], {})
    with pytest.raises(Unfit):
        read("ca")
