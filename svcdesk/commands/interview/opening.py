"""ticket open: the questions of a call, with the telephone in one hand."""

from collections.abc import Iterator
from typing import Any

from svcdesk import messages, periods
from svcdesk.commands.interview.asking import Choice, Question, one_of
from svcdesk.commands.interview.talk import NO, REVIEW, YES, Step, Talk
from svcdesk.commands.interview.values import headings, of_param, record, time
from svcdesk.desk import callers
from svcdesk.errors import NotFound
from svcdesk.finder import names
from svcdesk.model import Record
from svcdesk.periods import instant, short
from svcdesk.regulation.policy import Basis
from svcdesk.session import current


def script(talk: Talk) -> Iterator[Step]:
    if talk.answers.get("new_customer") == NO:
        talk.forget("customer", "new_customer")
    yield Step("customer", lambda: _customer(talk), lambda name: _known(talk, name))
    if not talk.ledger.bears(str(talk.value("customer"))):
        yield from _newcomer(talk)
    last = callers.last_call(talk.ledger)
    yield Step("kind", lambda: of_param(talk, "kind", default=last.get("kind", "repair")))
    yield Step("channel", lambda: of_param(talk, "channel", default=last.get("channel", "call")))
    yield Step("summary", lambda: of_param(talk, "summary"))
    yield Step("serial", lambda: _serial(talk), lambda serial: _repairs(talk, serial))
    yield from _further(talk)


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
    """Tell of a customer what the one who speaks with them should know at once; presume their one contract."""
    if not talk.ledger.bears(name):
        return
    known = callers.caller(talk.ledger, name)
    yield messages.say("asking.caller", name=known.name, city=known.city or "–")
    for ticket in known.tickets:
        yield _ticket("asking.caller_ticket", ticket)
    for contract in known.contracts:
        yield messages.say("asking.caller_contract", **_contract(contract))
    if known.score:
        at = short(instant(known.score["at"]), current.zone)
        values = {
            **known.score,
            "at": at,
            "ticket": f"T{known.score['ticket_id']}",
            "comment": known.score["comment"] or "",
        }
        yield messages.say("asking.caller_score", **values)
    talk.presumed = {"contract": known.contracts[0]["no"]} if len(known.contracts) == 1 else {}
    talk.presumed |= _typing(talk)


def _typing(talk: Talk) -> dict[str, str]:
    """Presume that who types took the call, where that is somebody of the staff."""
    found = [name.value for name in names.staff(talk.ledger, current.actor) if name.rank <= 1]
    return {"taken_by": found[0]} if len(found) == 1 else {}


def _ticket(key: str, row: Record) -> str:
    words = {"kind": messages.word("ticket_kind", row["kind"]), "status": messages.word("ticket_status", row["status"])}
    at = {name: short(instant(row[name]), current.zone) for name in ("received_at", "closed_at") if row.get(name)}
    return messages.say(key, **{**row, **words, **at, "id": f"T{row['id']}"})


def _contract(row: Record) -> Record:
    included = messages.say("asking.includes_installation") if row["includes_installation"] else ""
    until = row["warranty_until"]
    over = until is not None and until < periods.today(current.now(), current.zone).isoformat()
    warranty = messages.say("asking.warranty_over" if over else "asking.warranty", until=until) if until else ""
    return {"no": row["no"], "project": row["project"] or "", "included": included, "warranty": warranty}


def _caller(talk: Talk) -> callers.Caller | None:
    name = str(talk.value("customer"))
    return callers.caller(talk.ledger, name) if talk.ledger.bears(name) else None


def _serial(talk: Talk) -> Question:
    known = _caller(talk)
    machines = known.machines if known else []
    offered = [Choice(row["serial"], f"{row['serial']} {row['product'] or ''}".rstrip()) for row in machines]
    return of_param(talk, "serial", choices=offered, needed=False)


def _repairs(talk: Talk, serial: str) -> Iterator[str]:
    """Tell what was done to a machine, and warn of what may be the same call or a repeat of a repair (3.6)."""
    known = _caller(talk)
    if known is None:
        return
    found = callers.repairs(talk.ledger, known.id, serial)
    for row in found:
        yield _ticket("asking.machine_closed" if row["closed_at"] else "asking.machine_open", row)
    product = next((row["product"] for row in known.machines if row["serial"] == serial), None)
    if product:
        talk.presumed["product"] = product
    if again := callers.repeats(found, _basis(talk)):
        yield _ticket("asking.repeats", again)


def _basis(talk: Talk) -> Basis:
    return Basis(talk.ledger.policy, current.now(talk.ledger.zone), talk.ledger.zone)


# What a call may also bring: asked for only where somebody says so at the review.
_FURTHER = ("product", "contract", "on_site_by", "at", "taken_by", "repeat_of", "note")


def _further(talk: Talk) -> Iterator[Step]:
    for name in _FURTHER:
        if name in talk.wanted:
            yield Step(name, lambda name=name: _more(talk, name))  # type: ignore[misc]
    yield Step(REVIEW, lambda: _review(talk))


def _more(talk: Talk, name: str) -> Question:
    known = _caller(talk)
    more: dict[str, Any] = {"needed": False}
    if name == "contract":
        more["choices"] = (
            [Choice(row["no"], f"{row['no']} {row['project'] or ''}") for row in known.contracts if known]
            if known
            else []
        )
    if name == "repeat_of":
        more["read"] = record(talk, "ticket")
    if name == "on_site_by":
        more["read"] = time(talk, ahead=True, after=str(talk.value("at") or ""))
    return of_param(talk, name, **more)


def _review(talk: Talk) -> Question:
    """Ask whether that is all; warn of a ticket that is probably the same call."""
    known = _caller(talk)
    same = callers.likely_same(known, str(talk.value("kind")), talk.value("serial"), current.now()) if known else None
    choices = [Choice(name, f"{in_a_word(name)} {_stands(talk, name)}".rstrip()) for name in _FURTHER]
    notes = [_ticket("asking.likely_same", same)] if same else []
    pairs = headings(name for name in _FURTHER if name != "at") | headings(["received_at"], "at")
    return Question(
        messages.say("asking.review"), one_of(choices, pairs), choices, needed=False, notes=notes,
        shows=messages.say("asking.enter"),
    )  # fmt: skip


def _stands(talk: Talk, name: str) -> str:
    value = str(talk.value(name) or "")
    return short(instant(value), current.zone) if value and name in ("at", "on_site_by") and "T" in value else value


def in_a_word(name: str) -> str:
    """Name a piece of a call in a word, as the lists head it."""
    return messages.say("columns.received_at" if name == "at" else f"columns.{name}")
