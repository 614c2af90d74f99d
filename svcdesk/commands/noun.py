"""How a verb becomes a command: the options that all writing or reading verbs share, the one transaction, the receipt.

A noun's file declares its verbs with ``@noun.write("verb")`` or ``@noun.read("verb")``; the body is handed a ``Write``
or ``Read`` and its own options. Help texts stand in words/help.py under ``noun.verb`` and the options' names.
"""

import inspect
import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from svcdesk import messages
from svcdesk.commands import finding, listing
from svcdesk.commands.context import Read, Write, command_line, leave_access, reading, writing
from svcdesk.commands.receipts import finish, formatted
from svcdesk.desk.act import Receipt
from svcdesk.errors import BadInput
from svcdesk.later import later
from svcdesk.model import FLAT, WORDS, Record, bounded, number_of
from svcdesk.periods import instant, today
from svcdesk.registers import dated, records
from svcdesk.registers.declaring import Register, Step
from svcdesk.render import tables
from svcdesk.session import current
from svcdesk.store import Ledger

if TYPE_CHECKING:
    from svcdesk.commands import fields
    from svcdesk.desk import entries
else:
    fields = later("svcdesk.commands.fields")
    entries = later("svcdesk.desk.entries")

Format = Annotated[tables.Format | None, typer.Option("--format", "-f")]


WriteFormat = Annotated[tables.WriteFormat, typer.Option("--format", "-f")]


Text = Annotated[str | None, typer.Option()]


Flag = Annotated[bool, typer.Option()]


Month = Annotated[str | None, typer.Option("--month")]


Since = Annotated[str | None, typer.Option("--since")]


Until = Annotated[str | None, typer.Option("--until")]


# What a verb that works over a period may be given, where its days are the month's, and where they may be any.
MONTHS = {
    "month": Month,
    "quarter": Annotated[str | None, typer.Option("--quarter")],
    "year": Annotated[str | None, typer.Option("--year")],
}
PERIOD = {**MONTHS, "since": Since, "until": Until}


RequestId = Annotated[str | None, typer.Option("--request-id")]


Yes = Annotated[bool, typer.Option("--yes", "-y")]


_WRITE_OPTIONS = {
    "at": Annotated[str | None, typer.Option("--at")],
    "by": Annotated[str | None, typer.Option("--by")],
    "note": Annotated[str | None, typer.Option("--note")],
    "request_id": RequestId,
    "format": WriteFormat,
}


_LIST_OPTIONS = {
    **PERIOD,
    "limit": Annotated[int | None, typer.Option("--limit", min=0)],
    "last": Annotated[int | None, typer.Option("--last", min=0)],
    "columns": Annotated[str | None, typer.Option("--columns")],
    "sort": Annotated[str | None, typer.Option("--sort")],
    "format": Format,
}


_MOBILE = r"(?<!\d)1[3-9]\d{9}(?!\d)"


Body = Callable[..., Any]


class More(NamedTuple):
    """Options of a declared verb beside its register's columns, and what is written of those that were given."""

    options: tuple[str, ...]
    write: Callable[[Write, int, dict[str, str]], None]


def _parameters(more: More | None) -> list[inspect.Parameter]:
    """Return the further options of a verb as parameters."""
    return [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=Text, default=None)
        for name in (more.options if more else ())
    ]


def _taken_out(given: dict[str, Any], more: More | None) -> dict[str, str]:
    """Take the further options out of what was given; return those that were."""
    taken = {name: given.pop(name) for name in (more.options if more else ())}
    return {name: text for name, text in taken.items() if text is not None}


def _with_options(run: Callable[..., Any], body: Body, options: dict[str, Any]) -> None:
    """Return a verb its own options and the shared ones that it does not declare itself.

    A period is several options; they stand where the body takes it.
    """
    if declared := getattr(body, "parameters", None):
        act = inspect.Parameter("w", inspect.Parameter.POSITIONAL_OR_KEYWORD)
        body.__signature__ = inspect.Signature([act, *declared()])  # type: ignore[attr-defined]
    parameters = [
        each
        for parameter in list(inspect.signature(body).parameters.values())[1:]
        for each in (_options_of_period(options) if parameter.name == "period" else [parameter])
    ]
    names = {parameter.name for parameter in parameters}
    own = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters]
    shared = [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, annotation=hint, default="text" if hint is WriteFormat else None
        )
        for name, hint in options.items()
        if name not in names
    ]
    run.__signature__ = inspect.Signature([*own, *shared])  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in [*own, *shared]}


def _options_of_period(options: dict[str, Any]) -> list[inspect.Parameter]:
    return [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=PERIOD[name], default=None)
        for name in PERIOD
        if name in options
    ]


class Noun:
    """A noun of the command line and its verbs."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.app = typer.Typer(name=name, add_completion=False, rich_markup_mode=None)

    def _register(
        self, verb: str, body: Body, run: Callable[..., Any], options: dict[str, Any], *, pages: bool = False
    ) -> None:
        """Declare a verb. Its options are put together only when it is called: a noun has many, a command uses one.

        What is long of a verb that ``pages`` goes through the reader's pager.
        """
        run.pages = pages  # type: ignore[attr-defined]
        run.__name__ = body.__name__
        run.path = f"{self.name}.{verb}"  # type: ignore[attr-defined]
        run.prepare = lambda: _with_options(run, body, options)  # type: ignore[attr-defined]
        self.app.command(verb)(run)

    def write(self, verb: str) -> Callable[[Body], Body]:
        """Declare a writing verb. Its body gives a Receipt."""

        def register(body: Body) -> Body:
            def run(**given: Any) -> None:
                request_id, form = given.pop("request_id"), given.pop("format")
                typed = repr(sorted(given.items()))
                own = {name: given[name] for name in inspect.signature(body).parameters if name in given}
                _refuse_blank(body, own)
                _refuse_long(given)
                with writing(command_line(self.name, verb, own), given, request_id, typed, form) as w:
                    w.receipt = body(w, **{name: w.given[name] for name in own})
                    if given.get("summary") and re.search(_MOBILE, given["summary"], re.ASCII):
                        w.warn("mobile_in_text")
                finish(w, w.receipt, form)

            self._register(verb, body, run, _WRITE_OPTIONS)
            return body

        return register

    def read(self, verb: str, during: dict[str, Any] | None = None) -> Callable[[Body], Body]:
        """Declare a reading verb; one that works ``during`` a period is handed that, or None where none was typed."""

        def register(body: Body) -> Body:
            def run(**given: Any) -> None:
                own = inspect.signature(body).parameters
                form = given["format"] if "format" in own else given.pop("format")
                ledger = current.open()
                r = Read(ledger, form)
                if during:
                    given["period"] = r.period(**{name: given.pop(name) for name in during})
                body(r, **finding.meant(ledger, given))
                ledger.close()

            self._register(verb, body, run, {**(during or {}), "format": Format}, pages=True)
            return body

        return register

    def plain(self, verb: str) -> Callable[[Body], Body]:
        """Declare a verb that opens no ledger before its body does."""

        def register(body: Body) -> Body:
            self.app.command(verb)(body)
            return body

        return register

    def add_of(self, register: Register, check: "entries.Check | None" = None, more: More | None = None) -> None:
        """Declare the verb that makes a record and writes columns alone; ``check`` looks at other records.

        ``more`` are options beside its columns.
        """
        add = register.add
        assert add is not None

        def body(w: Write, **given: Any) -> Receipt:
            further = _taken_out(given, more)
            receipt = entries.add(w, register, fields.typed(register, given), check)
            if more:
                more.write(w, receipt.id, further)
            return receipt

        body.__name__ = add.verb
        body.parameters = lambda: [*fields.parameters_of(register, add), *_parameters(more)]  # type: ignore[attr-defined]
        self.write(add.verb)(body)

    def set_of(self, register: Register, more: More | None = None) -> None:
        """Declare ``set``: the verb that changes what making a record takes, from a date on where that may be.

        ``more`` are options beside its columns.
        """
        add = register.add
        assert add is not None

        def body(w: Write, **given: Any) -> Receipt:
            since, further = given.pop("from_", None), _taken_out(given, more)
            values = fields.typed(register, given)
            named, day = values.pop(register.key), w.date(since, ahead=True) if since else None
            receipt = entries.change(w, register, named, values, day, or_nothing=bool(further))
            if more:
                more.write(w, receipt.id, further)
            return receipt

        body.__name__ = "set_"
        body.parameters = lambda: [*fields.parameters_to_set(register, add), *_parameters(more)]  # type: ignore[attr-defined]
        self.write("set")(body)

    def steps_of(self, register: Register, **checks: "entries.StepCheck") -> None:
        """Declare the verbs of a record's life that write columns alone; ``checks`` look at other records, by verb."""
        for step in register.steps:
            self._step_of(register, step, checks.get(step.verb.replace("-", "_")))

    def _step_of(self, register: Register, step: Step, check: "entries.StepCheck | None") -> None:
        def body(w: Write, **given: Any) -> Receipt:
            text = given.pop("record")
            return entries.take(w, register, step, text, fields.of_step(step, given), check)

        body.__name__ = step.verb.replace("-", "_")
        body.parameters = lambda: fields.parameters_of_step(register, step)  # type: ignore[attr-defined]
        self.write(step.verb)(body)

    def list_of(
        self,
        register: Register,
        flags: dict[str, tuple[str, Callable[[Record], bool]]] | None = None,
        *,
        during: bool = True,
        upto: dict[str, str] | None = None,
    ) -> None:
        """Declare ``list``: periods, limit, sort, a filter for each filter column; ``flags`` are yes-no filters.

        ``upto`` are options that take a date: the column that is not to lie after it.
        """
        options: dict[str, Any] = {name: hint for name, hint in _LIST_OPTIONS.items() if during or name not in PERIOD}
        for name in register.filters:
            option = typer.Option(f"--{name.replace('_', '-')}")
            options[_python(name)] = Annotated[str | None, option]
        for name in flags or {}:
            options[name] = Annotated[bool | None, typer.Option(f"--{name}")]
        for name in upto or {}:
            options[name] = Annotated[str | None, typer.Option(f"--{name.replace('_', '-')}")]
        personal = any(column.kind.startswith("personal") and not column.detail for column in register.columns)
        if personal:
            options["reveal"] = Annotated[bool | None, typer.Option("--reveal")]

        def body(_: Read) -> None: ...

        def run(**given: Any) -> None:
            reveal = bool(given.get("reveal"))
            with reading(reveal) as ledger:
                r = Read(ledger, given["format"])
                wanted = r.period(**{name: given.get(name) for name in PERIOD})
                selection = (
                    records.Selection().during(register, wanted).sorted_by(register, given["sort"], reveal=reveal)
                )
                keeps = [keep for name, (_, keep) in (flags or {}).items() if given[name]]
                for name in register.filters:
                    if (value := given[_python(name)]) is not None:
                        meant = finding.meant_by_filter(ledger, name, value)
                        keeps += filter_by(selection, register, name, meant, today(r.now, r.zone))
                for name, (condition, _) in (flags or {}).items():
                    if given[name]:
                        selection.where(condition).by_condition(register)
                keeps += [_upto(column, r.date(given[name])) for name, column in (upto or {}).items() if given[name]]
                shown = listing.columns(register, self.name, given["columns"], r.form)
                listing.bounded(selection, register, given, sieved=bool(keeps))
                flat = register.members is not None and r.form not in ("json", "jsonl")
                if reveal:
                    leave_access(ledger, f"{self.name} list")
                rows = records.records(ledger, register, r.now, selection, reveal=reveal, flat=flat)
                kept = (row for row in rows if all(keep(row) for keep in keeps))
                ended = listing.ends(kept, register, given, r.form)
                tables.records(listing.only(ended, shown, given["columns"]), shown, r.form, r.zone)

        self._register("list", body, run, options, pages=True)

    def show_of(
        self,
        register: Register,
        find: Callable[[Ledger, str], Record] | None = None,
        extra: Callable[[Read, Record, Record], list[tuple[str, str]]] | None = None,
        keys: Callable[[Read, Record], Record] | None = None,
        shown: tuple[str, ...] = (),
    ) -> None:
        """Declare ``show``: one record with all its details.

        ``extra`` are further lines for people, who are not shown once more the columns ``shown``, which those lines
        tell; ``keys`` are further keys of the JSON record.
        """
        personal = any(column.kind.startswith("personal") for column in register.columns)

        def body(_: Read, record: Annotated[str, typer.Argument()]) -> None: ...

        def run(**given: Any) -> None:
            reveal = bool(given.get("reveal"))
            with reading(reveal) as ledger:
                r = Read(ledger, given["format"])
                named = given["record"]
                kind = register.table
                named = finding.one(ledger, kind, named) if kind in finding.NAMED else named
                stored = find(ledger, named) if find else ledger.named(kind, named)
                if reveal:
                    leave_access(ledger, f"{self.name} show {given['record']}")
                row = records.one(ledger, register.table, stored["id"], r.now, reveal=reveal)
                columns = register.seen(detail=True)
                if r.form in ("csv", "tsv") and register.members:
                    selection = records.Selection().where("r.id = ?", stored["id"])
                    rows = records.records(ledger, register, r.now, selection, detail=True, flat=True)
                    tables.records(rows, columns, r.form, r.zone)
                    return
                lines = []
                if r.form in ("table", "plain", "markdown"):
                    columns = [column for column in columns if column.name not in shown]
                    lines = [*(extra(r, stored, row) if extra else []), *_amendments(ledger, register, stored["id"])]
                columns = [column for column in columns if column.name in row]
                if keys and r.form in ("json", "jsonl"):
                    row |= keys(r, stored)
                tables.record(row, columns, r.form, r.zone, lines)

        options: dict[str, Any] = {"format": Format}
        if personal:
            options["reveal"] = Annotated[bool | None, typer.Option("--reveal")]
        self._register("show", body, run, options, pages=True)


def flat(name: str) -> Noun:
    """Return the noun of a flat register: add, list and show, as declared."""
    from svcdesk.registers.index import register_of

    noun, register = Noun(name), register_of(FLAT[name])
    noun.add_of(register)
    noun.list_of(register)
    noun.show_of(register)
    return noun


def _python(name: str) -> str:
    """Return what a filter is called in the code."""
    return f"{name}_" if name in ("from", "id") else name


def _amendments(ledger: Ledger, register: Register, number: int) -> Iterator[tuple[str, str]]:
    """Tell how a record was put right: when, by whom, what and why."""
    from svcdesk.registers import changes

    for entry, sentences in changes.amendments(ledger, register, number):
        values = {"seq": entry.seq, "at": instant(entry.at), "actor": entry.actor, "reason": entry.note}
        what = messages.say("labels.clause_joint").join(sentences)
        yield messages.say("labels.amended"), messages.say("labels.amendment", what=what, **formatted(values))


def _upto(column: str, day: date) -> Callable[[Record], bool]:
    """Keep the records of which a date is there and does not lie after a day."""
    return lambda row: row[column] is not None and row[column][:10] <= day.isoformat()


def filter_by(
    selection: records.Selection, register: Register, name: str, text: str, day: date
) -> list[Callable[[Record], bool]]:
    """Keep the records whose column has the value as typed, on a day where it holds from dates on.

    Return what keeps them where the value is worked out. Raises BadInput for a value that it cannot have.
    """
    column = register.column(name)
    assert column is not None
    kind, _, rest = column.kind.partition(":")
    value: Any = text
    if kind == "id":
        value = number_of(rest, text)
    elif kind == "int":
        if not text.isascii() or not text.isdigit():
            raise BadInput("not_a_word", name=name, text=text, words=["1", "2", "…"])
        value = int(text) if len(text) < 19 else -1
    elif kind == "word" and rest in WORDS and text not in WORDS[rest]:
        value = messages.shown_words(rest, WORDS[rest]).get(text.strip().lower())
        if value is None:
            raise BadInput("not_a_word", name=name, text=text, words=WORDS[rest])
    if column.sql is None:
        return [lambda row: bool(row[name] == value)]
    if register.members and column in register.members.columns:
        selection.with_member(register.members, column, value)
    elif kind == "json":
        selection.listing(column, value)
    elif name in register.dated:
        selection.where(f"{dated.IN_FORCE.format(field=column.stored)} = ?", name, day.isoformat(), value)
    else:
        selection.where(column.alike or f"{column.sql} = ?", value)
    return []


def one_of(*flags: tuple[str, bool]) -> None:
    """Insist on exactly one of several flags. Raises BadInput."""
    if sum(given for _, given in flags) != 1:
        raise BadInput("one_of", names=[name for name, _ in flags])


def _refuse_long(given: dict[str, Any]) -> None:
    for name, value in given.items():
        for text in value if isinstance(value, list | tuple) else [value]:
            if isinstance(text, str):
                bounded(name, text)


def _refuse_blank(body: Body, given: dict[str, Any]) -> None:
    """Refuse a blank text where one is required. An optional one may be blank: that is how a form was filled in."""
    for name, parameter in inspect.signature(body).parameters.items():
        value = given.get(name)
        if parameter.default is inspect.Parameter.empty and isinstance(value, str) and not value.strip():
            raise BadInput("empty", name=f"--{name.rstrip('_').replace('_', '-')}")
