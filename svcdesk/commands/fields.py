"""Options of the command line from the columns of a register: their kinds, their choices and their bounds."""

from collections.abc import Mapping
from inspect import Parameter
from typing import Annotated, Any, Literal

import typer

from svcdesk import messages
from svcdesk.columns import Column
from svcdesk.commands import finding
from svcdesk.commands.prompts import personal_text
from svcdesk.model import WORDS
from svcdesk.registers.declaring import Add, Register, Step
from svcdesk.store import Ledger

_PYTHON = ("from", "id", "to")  # names that a parameter takes an underscore for


def parameters_of(register: Register, add: Add) -> list[Parameter]:
    """Return the parameters of the verb that makes a record: what needs no name first, then what must be given."""
    asked = [_parameter(register, name, Parameter.empty, name in add.by_place) for name in add.asks]
    return asked + [_parameter(register, name, add.presumed.get(name), False) for name in add.takes]


def parameters_to_set(register: Register, add: Add) -> list[Parameter]:
    """Return the parameters of the verb that changes a record: its key, then all that making it takes but a name."""
    own = {register.key}
    key = _parameter(register, register.key, Parameter.empty, True)
    names = [name for name in (*add.asks, *add.takes) if name not in own]
    dated = Parameter(
        "from_", Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[str | None, typer.Option("--from")]
    )
    options = [_parameter(register, name, None, False, optional=True) for name in names]
    return [key, *options, *([dated] if register.dated else [])]


def parameters_of_step(register: Register, step: Step) -> list[Parameter]:
    """Return the parameters of a step: the record, what it asks for, then what it takes."""
    record = Parameter("record", Parameter.KEYWORD_ONLY, annotation=Annotated[str, typer.Argument()])
    needed = [Parameter("note", Parameter.KEYWORD_ONLY, annotation=Annotated[str, typer.Option("--note")])]
    asked = [_option(register, name, Parameter.empty) for name in step.asks]
    return [
        record,
        *asked,
        *(needed if step.needs_note else []),
        *(_option(register, name, None) for name in step.takes),
    ]


def _option(register: Register, name: str, default: Any) -> Parameter:
    """Return the parameter of ``column`` or of ``option=column``."""
    option, _, column = name.rpartition("=")
    made = _parameter(register, column, default, False)
    if not option:
        return made
    hint = made.annotation.__origin__
    return made.replace(name=f"{option}_" if option in _PYTHON else option,
                        annotation=Annotated[hint, typer.Option(f"--{option}")])  # fmt: skip


def of_step(step: Step, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was given for a step by column."""
    columns = {option: column for option, _, column in (name.rpartition("=") for name in (*step.asks, *step.takes))}
    found = {name.rstrip("_"): value for name, value in given.items()}
    return {columns.get(name, name): value for name, value in found.items() if name != "note"}


def _parameter(register: Register, name: str, default: Any, by_place: bool, *, optional: bool = False) -> Parameter:
    column = register.field(name)
    assert column is not None, name
    if column.kind == "flag" and default is None and not optional:
        default = bool(column.default)
    hint: Any = _type(column)
    if default is None:
        hint = hint | None
    declared: Any
    if by_place:
        declared = typer.Argument(metavar="CODE" if column.refers == "staff" else None)
    else:
        said = name.replace("_", "-")
        declared = typer.Option(f"--{said}/--no-{said}" if column.kind == "flag" else f"--{said}")
    declared.min, declared.max = column.least, column.most
    return Parameter(
        f"{name}_" if name in _PYTHON else name, Parameter.KEYWORD_ONLY, default=default,
        annotation=Annotated[hint, declared],
    )  # fmt: skip


def _type(column: Column) -> Any:
    kind, _, rest = column.kind.partition(":")
    if kind == "word":
        return Literal[column.words or WORDS[rest]]
    return {"int": int, "flag": bool}.get(kind, str)


def meant(ledger: Ledger, register: Register, name: str, text: str) -> str:
    """Return a typed value as it is stored, where it was typed as it is shown or said: 维修 for repair, 是 for true."""
    column = register.field(name)
    if column and text and column.refers in finding.NAMED:
        return finding.one(ledger, column.refers, text)
    kind, _, rest = column.kind.partition(":") if column else ("", "", "")
    known = (column.words or WORDS.get(rest, ())) if column and kind == "word" else ("true", "false")
    if kind not in ("word", "flag") or text in known:
        return text
    if kind == "flag":
        flags = {word.lower(): flag for flag, key in _FLAGS.items() for word in messages.pair(f"labels.{key}")}
        return flags.get(text.strip().lower(), text)
    return messages.shown_words(rest, known).get(text.strip().lower(), text)


_FLAGS = {"true": "yes", "false": "no"}


def typed(register: Register, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was given by column; personal data is read from where the options say."""
    columns = {column.name: column for column in register.fields()}
    found = {name.rstrip("_"): value for name, value in given.items()}
    return {
        name: personal_text(value, columns[name].part) if columns[name].part else value
        for name, value in found.items()
    }  # fmt: skip
