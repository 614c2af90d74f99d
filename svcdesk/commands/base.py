"""How a verb becomes a command: the options that all writing or reading verbs share, the one transaction, the receipt.

A noun's file declares its verbs with ``@noun.write("verb")`` or ``@noun.read("verb")``; the body is handed a ``Write``
or ``Read`` and its own options. Help texts stand in words/help.py under ``noun.verb`` and the options' names.
"""

import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from errno import errorcode
from os import PathLike
from typing import Annotated, Any, NamedTuple

import typer

from svcdesk import messages, periods
from svcdesk.errors import BadInput, DeskError
from svcdesk.model import LETTERS, WORDS, Record, number_of, unmasked
from svcdesk.periods import Period, instant
from svcdesk.registers import records
from svcdesk.registers.declarations import Register
from svcdesk.regulation.policy import Case
from svcdesk.render import tables
from svcdesk.session import current
from svcdesk.store import AlreadyRecorded, Ledger

Format = Annotated[tables.Format | None, typer.Option("--format", "-f")]
WriteFormat = Annotated[tables.WriteFormat, typer.Option("--format", "-f")]
Text = Annotated[str | None, typer.Option()]
Flag = Annotated[bool, typer.Option()]
Month = Annotated[str | None, typer.Option("--month")]
Since = Annotated[str | None, typer.Option("--since")]
Until = Annotated[str | None, typer.Option("--until")]
Yes = Annotated[bool, typer.Option("--yes", "-y")]

_WRITE_OPTIONS = {
    "at": Annotated[str | None, typer.Option("--at")],
    "by": Annotated[str | None, typer.Option("--by")],
    "note": Annotated[str | None, typer.Option("--note")],
    "request_id": Annotated[str | None, typer.Option("--request-id")],
    "format": WriteFormat,
}
_LIST_OPTIONS = {
    "month": Month,
    "since": Since,
    "until": Until,
    "limit": Annotated[int | None, typer.Option("--limit", min=0)],
    "sort": Annotated[str | None, typer.Option("--sort")],
    "format": Format,
}


class Receipt(NamedTuple):
    """What a writing verb did: the key of its sentence, the record it is about, and what fills the sentence."""

    key: str
    table: str
    id: int
    values: dict[str, Any] = {}  # noqa: RUF012 - never changed
    records: Sequence[int] = ()  # where several records were written


class Read:
    """What a reading verb works with."""

    def __init__(self, ledger: Ledger, form: str | None = None) -> None:
        self.ledger = ledger
        self.now = current.now(ledger.zone)
        self.zone = ledger.zone
        self.form = tables.chosen(form)

    @property
    def case(self) -> Case:
        """What judgements are made by."""
        return Case(self.ledger.policy, self.now, self.zone)

    def period(self, month: str | None, since: str | None = None, until: str | None = None) -> Period | None:
        """Read the period options."""
        return periods.read_period(month, since, until, self.now, self.zone)


class Write(Read):
    """What a writing verb works with: the ledger inside its transaction, and the options that all share."""

    def __init__(self, ledger: Ledger, given: dict[str, Any]) -> None:
        super().__init__(ledger, "plain")
        self._at = given.get("at")
        self._by = given.get("by")
        self.note: str | None = given.get("note")
        self.warnings: list[str] = []
        self.receipt: Receipt

    def at(self, *, after: str | datetime | None = None) -> datetime:
        """Give when it happened: --at, default now. Raises BadInput in the future or before the step it follows."""
        when = periods.read_time(self._at, self.now, self.zone) if self._at else self.now
        return self.checked(when, after=after)

    def checked(self, when: datetime, *, after: str | datetime | None = None) -> datetime:
        """Refuse a time in the future or before the step that it follows."""
        if when > self.now:
            raise BadInput("future", at=when, now=self.now)
        earlier = instant(after) if isinstance(after, str) else after
        if earlier is not None and when < earlier:
            raise BadInput("before_step", at=when, after=earlier)
        return when

    def time(self, text: str | None) -> datetime | None:
        """Read a time that may lie ahead: an appointment, a deadline."""
        return periods.read_time(text, self.now, self.zone) if text else None

    def date(self, text: str) -> date:
        """Read a date."""
        return periods.read_date(text, self.now, self.zone)

    @property
    def by(self) -> str:
        """Who did or decided it: --by as a code of the staff, else the one typing."""
        return str(self.ledger.staff(self._by)["code"]) if self._by else current.actor

    @property
    def by_staff(self) -> Record | None:
        """The member of staff named with --by, if one is."""
        return self.ledger.staff(self._by) if self._by else None

    def staff_id(self, code: str | None) -> int | None:
        """Give the number of a member of staff, by code."""
        return int(self.ledger.staff(code)["id"]) if code else None

    def warn(self, key: str, **values: Any) -> None:
        """Say something beside the receipt, on stderr, once the work is recorded."""
        self.warnings.append(messages.say(f"warnings.{key}", **told(values)))


# Values of a sentence that also have a word of their own: {status_word} beside {status}.
_WORDED = {
    "line": "line",
    "sanction": "sanction",
    "finding": "complaint_finding",
    "cause": "late_cause",
    "before": "step",
    "report": "report",
}
_WORDED |= {"result": "phone_result", "status": "status"}


def told(values: dict[str, Any]) -> dict[str, Any]:
    """Write values for a sentence: instants in centre time, lists joined, text disarmed, words beside values."""
    kind = f"{values['kind']}_" if "kind" in values else ""
    sentence = {name: _told(value) for name, value in values.items()}
    for name, word_kind in _WORDED.items():
        if isinstance(values.get(name), str):
            sentence[f"{name}_word"] = messages.word(f"{kind}status" if name == "status" else word_kind, values[name])
    if "table" in values:
        sentence["noun"] = values["table"].replace("_", "-")
    return sentence


def explained(error: DeskError) -> tuple[str, str]:
    """Give an error's sentence and, where there is one, the hint that mends it."""
    values = told(error.values)
    if not error.values.get("near"):
        values["near"] = messages.say("labels.none")
    sentence, _, hint = messages.say(f"errors.{error.key}", **values).partition("\n")
    return sentence, hint


def _told(value: Any) -> Any:
    if isinstance(value, datetime):
        return periods.short(value, current.zone)
    if isinstance(value, list | tuple | set | frozenset):
        return messages.comma(_told(item) for item in value)
    if value is None:
        return messages.say("labels.none")
    if isinstance(value, OSError | UnicodeError):
        return _cause(value)
    return tables.disarm(str(value)) if isinstance(value, str | PathLike) else value


def _cause(error: OSError | UnicodeError) -> str:
    """Say in words why the system refused; in the system's own where we have none."""
    if isinstance(error, UnicodeError):
        return messages.say("system.not_utf8")
    return messages.find(f"system.{errorcode.get(error.errno or 0)}") or error.strerror or str(error)


Body = Callable[..., Any]


def _with_options(run: Callable[..., Any], body: Body, options: dict[str, Any]) -> None:
    """Give a verb its own options and the shared ones that it does not declare itself."""
    parameters = list(inspect.signature(body).parameters.values())[1:]
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


class Noun:
    """A noun of the command line and its verbs."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.app = typer.Typer(name=name, add_completion=False, rich_markup_mode=None)

    def _register(self, verb: str, body: Body, run: Callable[..., Any], options: dict[str, Any]) -> None:
        """Declare a verb. Its options are put together only when it is called: a noun has many, a command uses one."""
        run.__name__ = body.__name__
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
                with writing(command_line(self.name, verb, own), given, request_id, typed, form) as w:
                    w.receipt = body(w, **own)
                finish(w, form)

            self._register(verb, body, run, _WRITE_OPTIONS)
            return body

        return register

    def read(self, verb: str) -> Callable[[Body], Body]:
        """Declare a reading verb."""

        def register(body: Body) -> Body:
            def run(**given: Any) -> None:
                own = inspect.signature(body).parameters
                form = given["format"] if "format" in own else given.pop("format")
                ledger = current.open()
                body(Read(ledger, form), **given)
                ledger.close()

            self._register(verb, body, run, {"format": Format})
            return body

        return register

    def plain(self, verb: str) -> Callable[[Body], Body]:
        """Declare a verb that opens no ledger before its body does."""

        def register(body: Body) -> Body:
            self.app.command(verb)(body)
            return body

        return register

    def list_of(
        self,
        register: Register,
        flags: dict[str, tuple[str, Callable[[Record], bool]]] | None = None,
        *,
        during: bool = True,
    ) -> None:
        """Declare ``list``: periods, limit, sort, a filter for each filter column; ``flags`` are yes-no filters."""
        options: dict[str, Any] = {
            name: hint for name, hint in _LIST_OPTIONS.items() if during or name not in ("month", "since", "until")
        }
        for name in register.filters:
            options[f"{name}_" if name in ("from", "id") else name] = Annotated[str | None, typer.Option(f"--{name}")]
        for name in flags or {}:
            options[name] = Annotated[bool | None, typer.Option(f"--{name}")]
        personal = any(column.kind.startswith("personal") and not column.detail for column in register.columns)
        if personal:
            options["reveal"] = Annotated[bool | None, typer.Option("--reveal")]

        def body(_: Read) -> None: ...

        def run(**given: Any) -> None:
            reveal = bool(given.get("reveal"))
            with reading(reveal) as ledger:
                r = Read(ledger, given["format"])
                wanted = r.period(given.get("month"), given.get("since"), given.get("until"))
                selection = records.Selection().during(register, wanted).sorted_by(register, given["sort"])
                for name in register.filters:
                    if given[name] is not None:
                        filter_by(selection, register, name, given[name])
                keeps = [keep for name, (_, keep) in (flags or {}).items() if given[name]]
                for name, (condition, _) in (flags or {}).items():
                    if given[name]:
                        selection.where(condition)
                limit = None if given["limit"] is None else min(given["limit"], sys.maxsize)
                selection.first(None if keeps else limit)
                flat = register.table == "dispatch" and r.form not in ("json", "jsonl")
                if reveal:
                    leave_access(ledger, f"{self.name} list")
                rows = records.records(ledger, register, r.now, selection, reveal=reveal, flat=flat)
                if keeps:
                    rows = _first((row for row in rows if all(keep(row) for keep in keeps)), limit)
                tables.records(rows, records.columns_of(register, detail=False), r.form, r.zone)

        self._register("list", body, run, options)

    def show_of(
        self,
        register: Register,
        find: Callable[[Ledger, str], Record],
        extra: Callable[[Read, Record, Record], list[tuple[str, str]]] | None = None,
    ) -> None:
        """Declare ``show``: one record with all its details; ``extra`` are further lines for people."""
        personal = any(column.kind.startswith("personal") for column in register.columns)

        def body(_: Read, record: Annotated[str, typer.Argument()]) -> None: ...

        def run(**given: Any) -> None:
            reveal = bool(given.get("reveal"))
            with reading(reveal) as ledger:
                r = Read(ledger, given["format"])
                stored = find(ledger, given["record"])
                if reveal:
                    leave_access(ledger, f"{self.name} show {given['record']}")
                row = records.one(ledger, register.table, stored["id"], r.now, reveal=reveal)
                columns = records.columns_of(register, detail=True)
                if r.form in ("csv", "tsv") and register.table == "dispatch":
                    selection = records.Selection().where("r.id = ?", stored["id"])
                    rows = records.records(ledger, register, r.now, selection, detail=True, flat=True)
                    tables.records(rows, columns, r.form, r.zone)
                    return
                lines = extra(r, stored, row) if extra and r.form in ("table", "plain", "markdown") else []
                if register.table == "dispatch":
                    columns = [column for column in columns if column.name in row]
                tables.record(row, columns, r.form, r.zone, lines)

        options: dict[str, Any] = {"format": Format}
        if personal:
            options["reveal"] = Annotated[bool | None, typer.Option("--reveal")]
        self._register("show", body, run, options)


def _first(rows: Iterator[Record], limit: int | None) -> Iterator[Record]:
    from itertools import islice

    return rows if limit is None else islice(rows, limit)


def filter_by(selection: records.Selection, register: Register, name: str, text: str) -> None:
    """Keep the records whose column has the value as typed. Raises BadInput for a value that it cannot have."""
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
        raise BadInput("not_a_word", name=name, text=text, words=WORDS[rest])
    selection.where(f"{column.sql} = ?", value)


def one_of(*flags: tuple[str, bool]) -> None:
    """Insist on exactly one of several flags. Raises BadInput."""
    if sum(given for _, given in flags) != 1:
        raise BadInput("one_of", names=[name for name, _ in flags])


def _refuse_blank(body: Body, given: dict[str, Any]) -> None:
    """Refuse a blank text where one is required. An optional one may be blank: that is how a form was filled in."""
    for name, parameter in inspect.signature(body).parameters.items():
        value = given.get(name)
        if parameter.default is inspect.Parameter.empty and isinstance(value, str) and not value.strip():
            raise BadInput("empty", name=f"--{name.rstrip('_').replace('_', '-')}")


def command_line(noun: str, verb: str, own: dict[str, Any]) -> str:
    """Name a command as the journal keeps it: noun, verb and the first record named; no personal data."""
    first = next(iter(own.values()), None)
    subject = first if isinstance(first, str) and number_like(first) else ""
    return " ".join(filter(None, (noun, verb, subject)))


def number_like(text: str) -> bool:
    """Say whether a text is an id."""
    digits = text[1:] if text[:1].upper() in LETTERS.values() else text
    return digits.isascii() and digits.isdigit()


@contextmanager
def writing(
    command: str, given: dict[str, Any], request_id: str | None = None, typed: str = "", form: str = "text"
) -> Iterator[Write]:
    """Open the ledger and hold the one transaction of a command."""
    ledger = current.open(write=True)
    try:
        w = Write(ledger, given)
        try:
            with ledger.command(
                at=w.now, actor=current.actor, command=command, note=w.note, request_id=request_id, typed=typed
            ):
                yield w
        except AlreadyRecorded as again:
            repeat(ledger, again.seq, form)
    except BaseException:
        ledger.close()
        raise


def repeat(ledger: Ledger, seq: int, form: str) -> None:
    """Say that a request was recorded before, or give its record as it now stands; that is no failure."""
    made = ledger.one('SELECT "table", row FROM change WHERE entry = ? ORDER BY n LIMIT 1', (seq,))
    if form == "json" and made:
        print(tables.dumps(records.one(ledger, made["table"], made["row"], current.now(ledger.zone)), 2))
    else:
        print(messages.say("receipts.already", entry=entry_mark(ledger, seq)))
    ledger.close()
    raise typer.Exit(0)


def finish(w: Write, form: str) -> None:
    """Print the receipt, or with json the record as it now stands; then what there is to warn of."""
    receipt = w.receipt
    if form == "json":
        made = [records.one(w.ledger, receipt.table, number, w.now) for number in receipt.records or (receipt.id,)]
        print(tables.dumps(made if receipt.records else made[0], 2))
    else:
        print(receipt_line(receipt.key, w.ledger, record_id(receipt), **receipt.values))
    for warning in w.warnings:
        caution(warning)
    w.ledger.close()


def caution(sentence: str) -> None:
    """Say on stderr what was refused to nobody, but somebody should know."""
    print(f"{messages.say('labels.warning')}: {sentence}", file=sys.stderr)


def record_id(receipt: Receipt) -> str:
    """Name the record or records of a receipt."""
    letter = LETTERS.get(receipt.table, "")
    return messages.comma(f"{letter}{number}" for number in receipt.records or (receipt.id,))


def receipt_line(key: str, ledger: Ledger, id: str = "", /, **values: Any) -> str:
    """Write a receipt: what was done, what is due next, and the entry with its short hash."""
    sentence = messages.say(f"receipts.{key}", id=id, **told(values))
    return f"{sentence} [{entry_mark(ledger)}]"


def entry_mark(ledger: Ledger, seq: int | None = None) -> str:
    """Name an entry (else the command's own, else the newest) by number and short hash, as receipts do."""
    if seq is None:
        seq = ledger.entry.seq if ledger.entry else ledger.value("SELECT max(seq) FROM entry")
    return f"#{seq} {str(ledger.value('SELECT hash FROM entry WHERE seq = ?', (seq,)))[:12]}"


@contextmanager
def reading(reveal: bool) -> Iterator[Ledger]:
    """Open the ledger for reading; to reveal personal data, so that an access entry can be left."""
    ledger = current.open(write=reveal)
    try:
        yield ledger
    finally:
        ledger.close()


def leave_access(ledger: Ledger, command: str) -> None:
    """Leave an entry that says who looks at personal data: once nothing stands against it, before it is shown."""
    with ledger.command(at=current.now(ledger.zone), actor=current.actor, command=f"{command} --reveal"):
        pass


def personal_text(text: str | None, kind: str = "name") -> str | None:
    """Read personal data, which need not stand in the command line: - is standard input, @file a file's first line.

    Raises BadInput for what was masked.
    """
    if text == "-":
        text = sys.stdin.readline().strip()
    elif text and text.startswith("@"):
        try:
            with open(text[1:], encoding="utf-8") as file:
                text = file.readline().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput("file", path=text[1:], detail=error) from None
    return unmasked(kind, text) if text else None


def may_ask() -> bool:
    """Say whether there is a terminal to ask at."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def confirm(question: str, yes: bool) -> None:
    """Ask before what cannot be undone; --yes skips it, and off a terminal it is needed. Raises BadInput."""
    if yes:
        return
    if not may_ask():
        raise BadInput("needs_yes")
    if not typer.confirm(question, err=True):
        raise typer.Exit(1)
