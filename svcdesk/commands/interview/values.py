"""What is asked for one value of a command: how an answer is read and checked, what is offered, what Tab completes."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from svcdesk import messages, periods
from svcdesk.commands import completing
from svcdesk.commands.finding import KINDS
from svcdesk.commands.interview.asking import Choice, Question, Unfit, one_of
from svcdesk.commands.interview.talk import Step, Talk
from svcdesk.desk.act import not_before
from svcdesk.errors import BadInput
from svcdesk.finder import names
from svcdesk.model import LETTERS, WORDS, fen, named
from svcdesk.session import current

_AHEAD = ("on_site_by", "due", "deadline", "warranty_until")
_TIMES = ("at", "on_site_by", "due")

Read = Callable[[str], str]


def missing(talk: Talk) -> Iterator[Step]:
    """Ask for every value that the command cannot do without."""
    for name, param in talk.params.items():
        if param.required:
            yield Step(name, lambda name=name: of_param(talk, name))  # type: ignore[misc]


def of_param(talk: Talk, name: str, **more: Any) -> Question:
    """Return the question for a parameter, as its type and name tell; ``more`` says what is different here."""
    param = talk.params[name]
    bare = name.rstrip("_")
    words = tuple(map(str, getattr(param.type, "choices", None) or ()))
    asked: dict[str, Any] = {
        "label": label(talk.path, bare), "needed": param.required, "completes": _completes(talk, bare),
        "read": _reader(talk, bare, param),
    }  # fmt: skip
    if bare in KINDS and not words:
        asked["several"] = candidates(talk, KINDS[bare])
    if words:
        asked["choices"] = shown_words(kind_of(words), words)
        asked["read"] = one_of(asked["choices"], messages.shown_words(kind_of(words), words))
    if getattr(param, "multiple", False) or getattr(param, "nargs", 1) == -1:
        asked["read"] = _each(asked["read"])
    question = Question(**asked | more)
    return question if question.shows else question._replace(shows=_word(question))


def _word(question: Question) -> str:
    return next((c.shown for c in question.choices if c.value == question.default), question.default)


def label(path: str, name: str) -> str:
    """Name what is asked for."""
    for key in (f"asking.{path}.{name}", f"asking.{name}", f"options.{path}.{name}", f"options.{name}"):
        if found := messages.find(key):
            return found
    return name


def kind_of(words: tuple[str, ...]) -> str:
    """Name the kind of words that a parameter's choices are."""
    return next((kind for kind, known in WORDS.items() if set(words) <= set(known)), "")


def shown_words(kind: str, words: Iterable[str]) -> list[Choice]:
    """Offer words as lists show them."""
    return [Choice(word, messages.word(kind, word)) for word in words]


def headings(names_of: Iterable[str], value: str = "") -> dict[str, str]:
    """Return columns by their headings in both languages, in small letters."""
    return {head.lower(): value or name for name in names_of for head in messages.pair(f"columns.{name}")}


def candidates(talk: Talk, kind: str) -> Callable[[str], list[Choice]]:
    """Return what lists whom a text may mean."""
    return lambda text: [Choice(name.value, name.shown) for name in names.KINDS[kind](talk.ledger, text)[: names.MOST]]


def time(talk: Talk, *, ahead: bool = False, after: str = "") -> Read:
    """Return what reads a time, for good; a due time lies behind ``after``, else now."""

    def read(text: str) -> str:
        now = current.now(talk.ledger.zone)
        at = periods.read_time(text, now, talk.ledger.zone, ahead=ahead)
        if not ahead and at > now:
            raise BadInput("future", at=at, now=now)
        if ahead:
            not_before(at, periods.instant(after) if after else now)
        return periods.local(at, talk.ledger.zone)

    return read


def day(talk: Talk, *, ahead: bool = False) -> Read:
    """Return what reads a date."""

    def read(text: str) -> str:
        now, zone = current.now(talk.ledger.zone), talk.ledger.zone
        on = periods.read_date(text, now, zone, ahead=ahead)
        if not ahead and on > periods.today(now, zone):
            raise BadInput("future_date", date=on)
        return on.isoformat()

    return read


def record(talk: Talk, table: str) -> Read:
    """Return what reads an id of a table's records."""
    return lambda text: named(table, talk.ledger.named(table, text)["id"])


def name_of(talk: Talk, kind: str) -> Read:
    """Return what finds a customer, somebody of the staff, or a contract, by any part that names one alone."""
    return lambda text: names.one(talk.ledger, kind, text)


def amount(text: str) -> str:
    """Check an amount of CNY. Raises BadInput."""
    if not fen(text.strip()):
        raise BadInput("amount_zero", text=text)
    return text.strip()


def _reader(talk: Talk, name: str, param: Any) -> Read:
    table = next((table for table in LETTERS if name in (table, f"{table}s", f"{table[:-1]}ies")), None)
    if name in KINDS:
        return name_of(talk, KINDS[name])
    if table and not getattr(param.type, "choices", None):
        return record(talk, table)
    if name in _TIMES:
        return time(talk, ahead=name in _AHEAD)
    if name in ("date", "warranty_until"):
        return day(talk, ahead=name in _AHEAD)
    if name == "amount":
        return amount
    if hasattr(param.type, "min"):
        return _number(param.type.min, param.type.max)
    return _text


def or_nothing(read: Read) -> Read:
    """Return what reads a value, and - as nothing."""
    return lambda text: "" if text.strip() in ("-", "－") else read(text)


def _text(text: str) -> str:
    if "\n" in text or not text.strip():
        raise Unfit(messages.say("asking.needed"))
    return text.strip()


def _number(least: int | None, most: int | None) -> Read:
    def read(text: str) -> str:
        number = int(text) if text.strip().isdecimal() and len(text) < 10 else None
        if number is None or number < (least or 0) or number > (most or number):
            raise Unfit(messages.say("asking.choice", text=text.strip(), words=f"{least or 0}–{most or '…'}"))
        return str(number)

    return read


def _each(read: Read) -> Read:
    """Read several answers in one line, with blanks or commas between them."""
    return lambda text: "\n".join(
        read(part) for part in text.replace("、", " ").replace("，", " ").replace(",", " ").split()
    )


def _completes(talk: Talk, name: str) -> Callable[[str], Iterable[completing.Item]]:
    noun = talk.path.partition(".")[0]
    return lambda begun: completing.offered(name, noun, begun)
