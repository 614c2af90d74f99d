"""expense add: line by line of one journey, until Enter ends it."""

from collections.abc import Iterator
from typing import Any

from svcdesk import messages, periods
from svcdesk.commands.interview.asking import Choice, Question, one_of
from svcdesk.commands.interview.talk import Step, Talk
from svcdesk.commands.interview.values import of_param, or_nothing, record
from svcdesk.desk import assignments, callers
from svcdesk.finder import names
from svcdesk.model import Record
from svcdesk.periods import instant, short
from svcdesk.session import current

_ANOTHER, _BACK = "another", "back"  # what is noted of a journey that goes on


def script(talk: Talk) -> Iterator[Step]:
    yield Step("dispatch", lambda: _journey(talk), lambda dispatch: _crew_told(talk, dispatch))
    yield Step("engineer", lambda: _claimant(talk))
    yield Step("category", lambda: of_param(talk, "category", **_next_category(talk)))
    if not talk.answers.get("category", "x"):
        return  # Enter ends the journey
    yield Step("amount", lambda: of_param(talk, "amount"))
    yield Step("date", lambda: of_param(talk, "date", **_day_of_journey(talk)))
    yield from _where(talk)
    yield Step("number", lambda: of_param(talk, "number", needed=False))


def _journey(talk: Talk) -> Question:
    last = callers.last_claim(talk.ledger)
    default = f"D{last['id']}" if last else ""
    shows = f"{default} {last['place']}" if last else ""
    read = or_nothing(record(talk, "dispatch"))
    return of_param(talk, "dispatch", needed=False, default=default, shows=shows, read=read)


def _sent(talk: Talk) -> Record | None:
    return talk.ledger.named("dispatch", str(talk.value("dispatch"))) if talk.value("dispatch") else None


def _crew(talk: Talk) -> list[Record]:
    sent = _sent(talk)
    return assignments.of_dispatch(talk.ledger, sent["id"]) if sent else []


def _crew_told(talk: Talk, _: str) -> Iterator[str]:
    sent = None if _ANOTHER in talk.wanted else _sent(talk)
    for person in _crew(talk) if sent else ():
        days = [short(instant(person[name]), current.zone)[:10] if person[name] else "–" for name in _ENDS]
        yield messages.say(
            "asking.journey", place=sent["place"] if sent else "", code=person["code"], days=" – ".join(days)
        )


_ENDS = ("departed_at", "returned_at")


def _claimant(talk: Talk) -> Question:
    crew = [Choice(person["code"], person["code"]) for person in _crew(talk)]
    if not crew:
        return of_param(talk, "engineer")
    pairs = {name.text: name.value for choice in crew for name in names.staff(talk.ledger, choice.value)}
    return of_param(talk, "engineer", choices=crew, read=one_of(crew, pairs), default=crew[0].value)


def _next_category(talk: Talk) -> dict[str, Any]:
    """A further line may be none: Enter ends."""
    if _ANOTHER not in talk.wanted:
        return {}
    return {"needed": False, "label": messages.say("asking.next_line")}


def _day_of_journey(talk: Talk) -> dict[str, Any]:
    """Presume the day of the last line; of a fare back the one on which the journey ended, else that of its start."""
    on = None if _BACK in talk.wanted else talk.presumed.get("date")
    end = "returned_at" if _BACK in talk.wanted else "departed_at"
    for person in _crew(talk):
        if person["code"] == talk.value("engineer") and person[end]:
            on = on or short(instant(person[end]), current.zone)[:10]
    return {"default": on or periods.today(current.now(), current.zone).isoformat()}


_BETWEEN_CITIES = ("fare", "freight")


def _where(talk: Talk) -> Iterator[Step]:
    """Ask from where to where a fare went, else where the money was spent; the journey tells what is likely."""
    sent, ends = _sent(talk), _way(talk)
    if talk.value("category") in _BETWEEN_CITIES:
        for name, default in zip(("from_", "to"), ends, strict=True):
            yield Step(name, lambda name=name, default=default: of_param(talk, name, needed=False, default=default))  # type: ignore[misc]
    elif talk.value("category") in ("lodging", "allowance", "local", "other"):
        default = sent["place"] if sent else ""
        yield Step("place", lambda: of_param(talk, "place", needed=False, default=default))


def _way(talk: Talk) -> tuple[str, str]:
    """Return the likely ends of a fare: there, and after that back."""
    sent = _sent(talk)
    home = talk.ledger.staff(str(talk.value("engineer")))["home"] or "" if talk.value("engineer") else ""
    there = (home, sent["place"] if sent else "")
    return there if _BACK not in talk.wanted else (there[1], there[0])


def go_on(talk: Talk) -> None:
    """Make ready for the next line of the same journey: whose it is stands, the day is likely the same."""
    same = {name: str(talk.value(name)) for name in ("dispatch", "engineer") if talk.value(name)}
    talk.wanted.add(_ANOTHER)
    if talk.value("category") == "fare":
        talk.wanted ^= {_BACK}
    talk.begin_again(same, {"date": str(talk.value("date"))})
