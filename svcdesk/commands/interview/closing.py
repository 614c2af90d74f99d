"""ticket close: what is missing is asked for in place, and recorded by its own verb before the closing."""

from collections.abc import Callable, Iterator
from typing import Any

from svcdesk import messages
from svcdesk.commands.interview.asking import Choice, Question, one_of
from svcdesk.commands.interview.talk import Step, Talk
from svcdesk.commands.interview.values import of_param, time
from svcdesk.desk import tickets
from svcdesk.model import Record
from svcdesk.regulation.policy import Basis
from svcdesk.session import current


def script(talk: Talk) -> Iterator[Step]:
    yield Step("ticket", lambda: of_param(talk, "ticket"))
    ticket = talk.ledger.named("ticket", str(talk.value("ticket")))
    basis = Basis(talk.ledger.policy, current.now(talk.ledger.zone), talk.ledger.zone)
    lacking = tickets.lacking(talk.ledger, basis, ticket, talk.value("no_survey"))
    for item in lacking:
        yield from _LACKING[item["code"]](talk, item)
    talk.before = [line for item in lacking for line in _COMMANDS[item["code"]](talk, ticket, item)]
    solution = next((talk.answers[name] for name in talk.answers if name.startswith("solution")), "")
    yield Step("resolution", lambda: of_param(talk, "resolution", default=solution))


def _time_question(talk: Talk, key: str, **values: Any) -> Question:
    now = messages.say("asking.now")
    return Question(messages.say(f"asking.{key}", **values), time(talk), default="now", shows=now)


def _lacks_answer(talk: Talk, _: Record) -> Iterator[Step]:
    yield Step("answered", lambda: _time_question(talk, "answered"))


def _lacks_return(talk: Talk, item: Record) -> Iterator[Step]:
    said = {"id": f"D{item['dispatch']}", "code": item["engineer"]}
    yield Step(f"returned {item['dispatch']} {item['engineer']}", lambda: _time_question(talk, "returned", **said))


def _lacks_report(talk: Talk, item: Record) -> Iterator[Step]:
    for name in _REPORT:
        key = messages.say(f"asking.{name}", id=f"D{item['dispatch']}")
        yield Step(f"{name} {item['dispatch']}", lambda key=key: Question(key, needed=False))  # type: ignore[misc]


_REPORT = ("fault_cause", "solution", "part", "customer_opinion")


def _lacks_survey(talk: Talk, _: Record) -> Iterator[Step]:
    scores = [Choice(str(n), messages.say(f"asking.score_{n}")) for n in range(1, 6)]
    yield Step("score", lambda: Question(messages.say("asking.score"), one_of(scores, {}), scores, needed=False))
    if not talk.answers.get("score", "x"):
        yield Step("no_survey", lambda: Question(messages.say("asking.no_survey")))


_LACKING = {"answer": _lacks_answer, "return": _lacks_return, "report": _lacks_report, "survey": _lacks_survey}


def _answer_line(talk: Talk, ticket: Record, _: Record) -> Iterator[list[str]]:
    yield ["ticket", "answer", f"T{ticket['id']}", f"--at={talk.answers.get('answered', '')}"]


def _return_line(talk: Talk, _: Record, item: Record) -> Iterator[list[str]]:
    at = talk.answers.get(f"returned {item['dispatch']} {item['engineer']}", "")
    yield ["dispatch", "return", f"D{item['dispatch']}", f"--engineer={item['engineer']}", f"--at={at}"]


def _report_line(talk: Talk, _: Record, item: Record) -> Iterator[list[str]]:
    said = {name: talk.answers.get(f"{name} {item['dispatch']}", "") for name in _REPORT}
    given = [f"--{name.replace('_', '-')}={text}" for name, text in said.items() if text and name != "part"]
    parts = [f"--part={text}" for text in said["part"].replace("，", "、").replace(",", "、").split("、") if text]
    yield ["service-report", "file", f"D{item['dispatch']}", *given, *(parts or ["--no-parts"])]


def _survey_line(talk: Talk, ticket: Record, _: Record) -> Iterator[list[str]]:
    if score := talk.answers.get("score"):
        yield ["survey", "add", f"T{ticket['id']}", f"--score={score}"]


_COMMANDS: dict[str, Callable[[Talk, Record, Record], Iterator[list[str]]]] = {
    "answer": _answer_line, "return": _return_line, "report": _report_line, "survey": _survey_line,
}  # fmt: skip
