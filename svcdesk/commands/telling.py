"""What stands of a record in the lines below it: its time line, the contracts and tickets beside it, in words."""

from collections.abc import Iterable, Iterator
from datetime import tzinfo

from svcdesk import messages, periods
from svcdesk.model import Record
from svcdesk.periods import instant, local, short
from svcdesk.render import tables
from svcdesk.session import current

_SHOWN = 30  # of a time line, where people read
Lines = Iterator[tuple[str, str]]

# The kinds of words that an event's who and text are, by the event's kind.
_WORDS = {
    "appoint": ("asked_by", ""), "propose": ("asked_by", ""), "escalate": ("escalation", ""),
    "decide": ("", "complaint_finding"),
    "promise": ("promise_kind", ""), "ticket": ("ticket_status", ""), "dispatch": ("dispatch_status", ""),
    "suggestion": ("suggestion_status", ""), "rectification": ("rectification_status", ""),
    "conduct": ("conduct_rule", ""), "phone_check": ("phone_result", ""), "penalty": ("penalty_status", "clause"),
}  # fmt: skip


def events(happened: list[Record], zone: tzinfo, whole: str = "") -> Lines:
    """Yield a time line, the newest at its end; of a long one so many, and the command that lists the whole."""
    if whole and len(happened) > _SHOWN:
        yield messages.say("labels.earlier"), messages.say("labels.earlier_events", command=whole)
        happened = happened[-_SHOWN:]
    for one in happened:
        yield short(instant(one["at"]), zone), event(one, zone)


def event(one: Record, zone: tzinfo) -> str:
    """Write an event in a line: of which record, what, who, and what was said."""
    who, text = _WORDS.get(one["kind"], ("", ""))
    words = [one["record"], messages.word("event", one["kind"])]
    for kind, value in ((who, one.get("who")), (text, one["text"])):
        words.append(messages.word(kind, value) if kind and value else value)
    said = " ".join(str(word) for word in words if word)
    if due := one.get("due"):
        said += messages.say("labels.event_due", due=short(instant(due), zone))
    if (covered := one.get("in_warranty")) is not None:
        said += messages.say("labels.in_warranty" if covered else "labels.out_of_warranty")
    return tables.disarm(said.replace("\n", " "))


def for_machines(happened: Iterable[Record], zone: tzinfo) -> list[Record]:
    """Return a time line as JSON carries it."""
    return [
        one | {"at": local(instant(one["at"]), zone), "due": local(instant(one["due"]), zone) if one["due"] else None}
        for one in happened
    ]


def ids(happened: Iterable[Record], letters: str) -> list[str]:
    """List the records of a time line that are of one kind, each once."""
    return list(dict.fromkeys(one["record"] for one in happened if one["record"].rstrip("0123456789") == letters))


def ticket(key: str, row: Record) -> str:
    """Write a ticket in a line."""
    words = {"kind": messages.word("ticket_kind", row["kind"]), "status": messages.word("ticket_status", row["status"])}
    at = {name: short(instant(row[name]), current.zone) for name in ("received_at", "closed_at") if row.get(name)}
    return messages.say(key, **{**row, **words, **at, "id": f"T{row['id']}"})


def contract(key: str, row: Record) -> str:
    """Write a contract in a line, with what it includes and its warranty."""
    included = messages.say("asking.includes_installation") if row["includes_installation"] else ""
    return messages.say(
        key, no=row["no"], project=row["project"] or "", included=included, warranty=warranty(row["warranty_until"])
    )


def warranty(until: str | None) -> str:
    """Say until when a warranty is, or that it is over; nothing where there is none."""
    over = until is not None and until < periods.today(current.now(), current.zone).isoformat()
    return messages.say("asking.warranty_over" if over else "asking.warranty", until=until) if until else ""
