"""ticket open: the questions of a call, with the telephone in one hand."""

from collections.abc import Callable, Iterator
from typing import Any

from svcdesk import messages
from svcdesk.commands import telling
from svcdesk.commands.interview.asking import Choice, Question, one_of
from svcdesk.commands.interview.talk import NO, REVIEW, YES, Step, Talk
from svcdesk.commands.interview.values import headings, kind_of, of_param, record, time
from svcdesk.desk import callers
from svcdesk.errors import NotFound
from svcdesk.finder import names
from svcdesk.periods import instant, short
from svcdesk.regulation.policy import Basis
from svcdesk.session import current


def script(talk: Talk) -> Iterator[Step]:
    if talk.answers.get("new_customer") == NO:
        talk.forget("customer", "new_customer")
    yield Step("customer", lambda: _customer(talk), lambda name: _known(talk, name))
    if not talk.ledger.bears(str(talk.value("customer"))):
        yield from _newcomer(talk)
    talk.presumed = _presumed(talk)
    yield Step("summary", lambda: of_param(talk, "summary"))
    yield from _further(talk)


def _presumed(talk: Talk) -> dict[str, str]:
    """Return what one Enter takes: kind and channel of the last call, the customer's one contract, who types."""
    last, known, serial = callers.last_call(talk.ledger), _caller(talk), talk.value("serial")
    contracts = known.contracts if known else []
    products = [row["product"] for row in known.machines if row["serial"] == serial] if known else []
    found = {
        "kind": last.get("kind", "repair"), "channel": last.get("channel", "call"),
        "contract": contracts[0]["no"] if len(contracts) == 1 else None,
        "product": products[0] if products else None, "taken_by": _typing(talk),
    }  # fmt: skip
    return {name: value for name, value in found.items() if value}


def _customer(talk: Talk) -> Question:
    def read(text: str) -> str:
        try:
            return names.one(talk.ledger, "customer", text)
        except NotFound as error:
            if error.key != "unknown_customer" or text.strip().isdecimal():  # a number is nobody's name
                raise
            return text.strip()

    return of_param(talk, "customer", read=read)


def _newcomer(talk: Talk) -> Iterator[Step]:
    """Ask whether to register somebody the ledger does not know, and what is needed to go there and to call back."""
    yield Step("new_customer", lambda: _yes_or_no("new_customer", NO, name=talk.value("customer")))
    for name in ("city", "person", "phone"):
        yield Step(name, lambda name=name: of_param(talk, name, needed=False))  # type: ignore[misc]


def _yes_or_no(key: str, default: str, **values: Any) -> Question:
    choices = [Choice(YES, messages.say("labels.yes")), Choice(NO, messages.say("labels.no"))]
    words = {word.lower(): value for value in (YES, NO) for word in (*messages.pair(f"labels.{value}"), value[0])}
    shown = messages.say(f"labels.{default}")
    return Question(messages.say(f"asking.{key}", **values), one_of(choices, words), choices, default, shows=shown)


def _known(talk: Talk, name: str) -> Iterator[str]:
    """Tell of a customer what the one who speaks with them should know at once."""
    if not talk.ledger.bears(name):
        return
    known = callers.caller(talk.ledger, name)
    yield messages.say("asking.caller", name=known.name, city=known.city or "–")
    for ticket in known.tickets:
        yield telling.ticket("asking.caller_ticket", ticket)
    for contract in known.contracts:
        yield telling.contract("asking.caller_contract", contract)
    if known.score:
        at = short(instant(known.score["at"]), current.zone)
        values = {
            **known.score,
            "at": at,
            "ticket": f"T{known.score['ticket_id']}",
            "comment": known.score["comment"] or "",
        }
        yield messages.say("asking.caller_score", **values)


def _typing(talk: Talk) -> str | None:
    """Presume that who types took the call, where that is somebody of the staff."""
    found = [name.value for name in names.staff(talk.ledger, current.actor) if name.rank <= 1]
    return found[0] if len(found) == 1 else None


def _caller(talk: Talk) -> callers.Caller | None:
    name = str(talk.value("customer"))
    return callers.caller(talk.ledger, name) if talk.ledger.bears(name) else None


def _mind(talk: Talk, known: callers.Caller) -> Iterator[str]:
    """Tell what was done to the machine, and warn of what may be the same call or a repeat of a repair (3.6)."""
    serial = talk.value("serial")
    found = callers.repairs(talk.ledger, known.id, serial) if serial else []
    for row in found:
        yield telling.ticket("asking.machine_closed" if row["closed_at"] else "asking.machine_open", row)
    if again := callers.repeats(found, _basis(talk)):
        yield telling.ticket("asking.repeats", again)
    if same := callers.likely_same(known, str(talk.value("kind")), serial, current.now()):
        yield telling.ticket("asking.likely_same", same)


def _basis(talk: Talk) -> Basis:
    return Basis(talk.ledger.policy, current.now(talk.ledger.zone), talk.ledger.zone)


# What the last question may change or add: asked for only where somebody says so.
_FURTHER = (
    "kind", "channel", "at", "serial", "product", "contract", "on_site_by", "taken_by", "repeat_of", "note",
)  # fmt: skip
_SAID = ("kind", "channel")  # whose words are answers of their own at the last question


def _further(talk: Talk) -> Iterator[Step]:
    for name in _FURTHER:
        if name in talk.wanted:
            yield Step(name, lambda name=name: _more(talk, name))  # type: ignore[misc]
    yield Step(REVIEW, lambda: _review(talk))


def _more(talk: Talk, name: str) -> Question:
    return of_param(talk, name, needed=False, **_OF[name](talk) if name in _OF else {})


def _same_or(name: str) -> Callable[[Talk], dict[str, Any]]:
    return lambda talk: {"default": str(talk.value(name) or "")}


def _contracts(talk: Talk) -> dict[str, Any]:
    known = _caller(talk)
    return (
        {"choices": [Choice(row["no"], f"{row['no']} {row['project'] or ''}") for row in known.contracts]}
        if known
        else {}
    )


_OF: dict[str, Callable[[Talk], dict[str, Any]]] = {
    "kind": _same_or("kind"), "channel": _same_or("channel"), "contract": _contracts,
    "repeat_of": lambda talk: {"read": record(talk, "ticket")},
    "on_site_by": lambda talk: {"read": time(talk, ahead=True, after=str(talk.value("at") or ""))},
}  # fmt: skip


def _review(talk: Talk) -> Question:
    """Ask whether that is all: one line says what Enter takes; a number or a word changes it, or adds to it."""
    known = _caller(talk)
    open_ = [name for name in _FURTHER if not talk.given.get(name)]
    choices = [*_machines(talk, known), *(Choice(name, in_a_word(name)) for name in open_)]
    pairs = headings(name for name in open_ if name != "at") | headings(["received_at"], "at")
    pairs |= {word: f"{name}={value}" for name in _SAID if name in open_ for word, value in _words(talk, name).items()}
    pairs |= {choice.value.partition("=")[2].lower(): choice.value for choice in choices if "=" in choice.value}
    notes = [*(_mind(talk, known) if known else ()), messages.say("asking.as_it_stands", what=_as_it_stands(talk))]
    return Question(
        messages.say("asking.review"), one_of(choices, pairs), choices, needed=False, notes=notes,
        shows=messages.say("asking.enter"),
    )  # fmt: skip


def _machines(talk: Talk, known: callers.Caller | None) -> Iterator[Choice]:
    """Offer the customer's machines, where none was named yet."""
    for row in known.machines if known and not talk.value("serial") else ():
        yield Choice(f"serial={row['serial']}", f"{row['serial']} {row['product'] or ''}".rstrip())


def _words(talk: Talk, name: str) -> dict[str, str]:
    words = tuple(map(str, talk.params[name].type.choices))
    return messages.shown_words(kind_of(words), words)


def _as_it_stands(talk: Talk) -> str:
    """Write in a line what Enter records."""
    known = _caller(talk)
    whom = [talk.value("customer"), known.city if known else talk.value("city")]
    return " · ".join(str(piece) for piece in (*whom, *(_piece(talk, name) for name in _FURTHER)) if piece)


def _piece(talk: Talk, name: str) -> str:
    value = str(talk.value(name) or "")
    if name in _SAID:
        return messages.word(kind_of(tuple(map(str, talk.params[name].type.choices))), value)
    if name in ("at", "on_site_by"):
        value = _when(value or ("now" if name == "at" else ""))
    return value if name in _BARE or not value else f"{in_a_word(name)} {value}"


def _when(text: str) -> str:
    """Write a time as it is shown; one that was typed beside the command stands as it was typed."""
    if text == "now":
        return short(current.now(), current.zone)
    return short(instant(text), current.zone) if "T" in text else text


_BARE = ("serial", "product", "at")  # what tells by itself which piece of the call it is


def in_a_word(name: str) -> str:
    """Name a piece of a call in a word, as the lists head it."""
    return messages.say("columns.received_at" if name == "at" else f"columns.{name}")
