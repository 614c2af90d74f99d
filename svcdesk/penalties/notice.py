"""The notice to the person concerned (处理告知书): fact, evidence, clause, proposed sanction, how to state a case."""

from datetime import datetime, timedelta, tzinfo
from html import escape
from typing import Literal

from svcdesk import messages
from svcdesk.model import Record, fen
from svcdesk.periods import day_of, short
from svcdesk.render import tables
from svcdesk.render.capitals import capitals

Format = Literal["markdown", "html"]
Section = tuple[str, list[str]]

# One page of A4, no network; the reader's own light or dark.
_STYLE = """:root{color-scheme:light dark}
body{font:16px/1.7 "Songti SC","Noto Serif CJK SC",SimSun,serif;max-width:42em;margin:2em auto;padding:0 1em}
h1{text-align:center;font-size:1.5em;letter-spacing:.2em}h2{font-size:1.05em;margin:1.4em 0 .2em}p{margin:.2em 0}
footer{margin-top:3em;text-align:right}@page{size:A4;margin:25mm}"""


# What is said of the measure in each state: its heading and its sentence are notice.measure_STATE, notice.says_STATE.
_MAY_APPEAL = ("proposed", "confirmed")


def sections(penalty: Record, person: Record, zone: tzinfo, days: int) -> list[Section]:
    """Return the notice's parts in order, each a heading and its paragraphs; ``penalty`` as JSON carries it.

    ``days`` are those within which the person may appeal, from the day on which the measure was last decided.
    """
    at, status = short(datetime.fromisoformat(penalty["at"]), zone), penalty["status"]
    clause = messages.word("clause", penalty["clause"])
    who = {"name": person["name"], "code": person["code"], "post": _post(person)}
    facts = [messages.say("notice.fact", **who, at=at, clause=clause)]
    if penalty["facts_changed"]:
        facts.append(messages.say("warnings.facts_changed", id=penalty["id"]))
    evidence = {name: value for name, value in penalty["evidence"].items() if name not in ("policy", "days")}
    return [
        (messages.say("notice.facts"), facts),
        (messages.say("notice.evidence"), [tables.evidence(evidence, zone)]),
        (messages.say("notice.clause"), [messages.clause(penalty["clause"])]),
        (messages.say(f"notice.measure_{status}"), _measure(penalty, zone)),
        (messages.say("notice.statement"), [_appeal(penalty, zone, days)]),
        (messages.say("notice.caution"), [messages.say("notice.law")]),
        (messages.say("notice.receipt"), [messages.say(f"notice.{line}") for line in ("received", "refused", "seal")]),
    ]


def _post(person: Record) -> str:
    """Name a person's department and post."""
    return " ".join(filter(None, (person["department"], messages.word("role", person["role"]))))


def _measure(penalty: Record, zone: tzinfo) -> list[str]:
    """Say what the measure is, in the state that it is in, with who decided it and why."""
    sanction = messages.word("sanction", penalty["sanction"]["kind"])
    amount = penalty["sanction"]["amount"]
    if amount is not None:
        written = capitals(fen(str(amount)))
        sanction = messages.say("notice.amount", kind=sanction, amount=amount, capitals=written)
    said = [messages.say(f"notice.says_{penalty['status']}", sanction=sanction)]
    if penalty["decided_at"]:
        at = short(datetime.fromisoformat(penalty["decided_at"]), zone)
        reason = penalty["reason"] or messages.say("labels.none")
        said.append(messages.say("notice.decided", at=at, by=penalty["decided_by"] or "-", reason=reason))
    return said


def _appeal(penalty: Record, zone: tzinfo, days: int) -> str:
    """Say how and until when the person may state a case; once it is decided for good, that it is."""
    if penalty["status"] not in _MAY_APPEAL:
        return messages.say("notice.no_more", id=penalty["id"])
    if not penalty["decided_at"]:
        return messages.say("notice.how", id=penalty["id"], days=days)
    decided = day_of(datetime.fromisoformat(penalty["decided_at"]), zone)
    return messages.say("notice.how_until", id=penalty["id"], days=days, until=decided + timedelta(days=days))


def markdown(title: str, parts: list[Section], footer: str) -> str:
    """Write the notice as Markdown."""
    body = [f"## {heading}\n\n" + "\n\n".join(_plain(text) for text in texts) for heading, texts in parts]
    return "\n\n".join([f"# {title}", *body, "---", footer]) + "\n"


def html(title: str, parts: list[Section], footer: str) -> str:
    """Write the notice as one HTML file, to print on A4."""
    body = "".join(
        f"<h2>{escape(heading)}</h2>" + "".join(f"<p>{escape(tables.disarm(text))}</p>" for text in texts)
        for heading, texts in parts
    )
    return (
        f'<!doctype html>\n<html lang="{messages.language()}"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>{body}<footer>{escape(footer)}</footer>"
        "</body></html>\n"
    )


def _plain(text: str) -> str:
    """Keep text from becoming markup."""
    return "".join(f"\\{char}" if char in "\\`*_[]<>#|" else char for char in tables.disarm(text))


WRITERS = {"markdown": markdown, "html": html}
