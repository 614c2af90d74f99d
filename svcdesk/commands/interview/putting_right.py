"""amend without fields: the record is shown, and what to put right is asked for until nothing more is said."""

from collections.abc import Iterator

from svcdesk import messages
from svcdesk.columns import Column
from svcdesk.commands.interview.asking import Choice, Question, one_of
from svcdesk.commands.interview.talk import Step, Talk
from svcdesk.commands.interview.values import headings, of_param, or_nothing
from svcdesk.desk import amending, assignments
from svcdesk.model import Record
from svcdesk.registers import records
from svcdesk.registers.declaring import Register
from svcdesk.render import tables
from svcdesk.session import current


def script(talk: Talk) -> Iterator[Step]:
    """Ask which record, what of it is wrong and how it should read, and why."""
    yield Step("record", lambda: of_param(talk, "record"), lambda _: _show(talk))
    register, row = amending.find(talk.ledger, str(talk.value("record")))
    if not talk.given.get("values"):
        yield from _fields(talk, register)
    if _several(talk, register, row):
        yield Step("engineer", lambda: _whose(talk, row))
    yield Step("reason", lambda: of_param(talk, "reason"))


def _fields(talk: Talk, register: Register) -> Iterator[Step]:
    """Ask for one field after the other; Enter ends."""
    columns, said = _free(register), []
    for number in range(len(columns)):
        field = f"field {number}"
        yield Step(field, lambda number=number: _which(columns, first=not number))  # type: ignore[misc]
        name = talk.answers.get(field)
        if not name:
            break
        yield Step(f"value {number}", lambda name=name: _value(talk, name))  # type: ignore[misc]
        said.append(f"{name}={talk.answers.get(f'value {number}', '')}")
    talk.answers["values"] = "\n".join(said)


def _free(register: Register) -> list[Column]:
    """List what an amendment may change whatever state the record is in: no step and no decision."""
    decided = {field for decision in register.decided for field in decision.fields if not decision.states}
    return [c for c in amending.columns_of(register) if c.name not in decided and c.name not in register.stamps]


def _which(columns: list[Column], *, first: bool) -> Question:
    choices = [Choice(column.name, tables.heading(column)) for column in columns]
    pairs = headings(column.name for column in columns)
    key = "asking.field" if first else "asking.next_field"
    return Question(messages.say(key), one_of(choices, pairs), choices, needed=first)


def _value(talk: Talk, name: str) -> Question:
    stands = dict(_shown(talk)).get(name, "")
    label = messages.find(f"columns.{name}") or name
    return Question(messages.say("asking.value", name=label), or_nothing(str.strip), shows=stands)


def _shown(talk: Talk) -> Iterator[tuple[str, str]]:
    """Return the record's columns as people read them."""
    register, row = amending.find(talk.ledger, str(talk.value("record")))
    shown = records.one(talk.ledger, register.table, row["id"], current.now(talk.ledger.zone))
    for column in register.seen(detail=True):
        if shown.get(column.name) not in (None, "", []):
            yield column.name, tables.cell(shown[column.name], column, talk.ledger.zone)


def _show(talk: Talk) -> Iterator[str]:
    for name, text in _shown(talk):
        yield f"{messages.find(f'columns.{name}') or name}  {text}"


def _several(talk: Talk, register: Register, row: Record) -> bool:
    """Return whether it must be said whose journey is put right."""
    members = register.members
    if members is None or len(assignments.of_dispatch(talk.ledger, row["id"])) < 2:
        return False
    named = {text.partition("=")[0] for text in _pairs(talk)}
    return any(column.name in named and members.holds(column) for column in register.fields())


def _pairs(talk: Talk) -> list[str]:
    return [*(talk.given.get("values") or ()), *talk.answers.get("values", "").split("\n")]


def _whose(talk: Talk, row: Record) -> Question:
    crew = [Choice(person["code"], person["code"]) for person in assignments.of_dispatch(talk.ledger, row["id"])]
    return of_param(talk, "engineer", choices=crew, read=one_of(crew, {}))
