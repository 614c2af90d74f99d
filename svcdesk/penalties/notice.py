"""The notice to the person concerned (处理告知书): fact, evidence, clause, proposed sanction, how to state a case."""

import json
from datetime import timedelta, tzinfo
from html import escape

from svcdesk import messages
from svcdesk.model import Fen, Record
from svcdesk.periods import day_of, instant, short
from svcdesk.render import tables
from svcdesk.render.capitals import capitals

Section = tuple[str, list[str]]

# One page of A4, no network; the reader's own light or dark.
_STYLE = """:root{color-scheme:light dark}
body{font:16px/1.7 "Songti SC","Noto Serif CJK SC",SimSun,serif;max-width:42em;margin:2em auto;padding:0 1em}
h1{text-align:center;font-size:1.5em;letter-spacing:.2em}h2{font-size:1.05em;margin:1.4em 0 .2em}p{margin:.2em 0}
footer{margin-top:3em;text-align:right}@page{size:A4;margin:25mm}"""


# What is said of the measure in each state: its heading and its sentence are notice.measure_STATE, notice.says_STATE.
_MAY_APPEAL = ("proposed", "confirmed")


def sections(penalty: Record, changed: bool | None, person: Record, zone: tzinfo, days: int) -> list[Section]:
    """Return the notice's parts in order, each a heading and its paragraphs; ``penalty`` is the row as it is stored.

    ``changed`` says whether its facts changed since; ``days`` are those within which the person may appeal, from the
    day on which the measure was last decided.
    """
    at, status = short(instant(penalty["at"]), zone), penalty["status"]
    clause = messages.word("clause", penalty["clause"])
    who = {"name": person["name"], "code": person["code"], "post": _post(person)}
    facts = [messages.say("notice.fact", **who, at=at, clause=clause)]
    if changed:
        facts.append(messages.say("warnings.facts_changed", id=f"P{penalty['id']}"))
    evidence = json.loads(penalty["evidence"])
    shown = {name: value for name, value in evidence.items() if name not in ("policy", "days")}
    return [
        (messages.say("notice.facts"), facts),
        (messages.say("notice.evidence"), [tables.evidence(shown, zone)]),
        (messages.say("notice.clause"), [messages.clause(penalty["clause"]), *_broken(evidence)]),
        (messages.say(f"notice.measure_{status}"), _measure(penalty, zone)),
        (messages.say("notice.statement"), [_appeal(penalty, zone, days)]),
        (messages.say("notice.caution"), [messages.say("notice.law")]),
        (messages.say("notice.receipt"), [messages.say(f"notice.{line}") for line in ("received", "refused", "seal")]),
    ]


def _broken(evidence: Record) -> list[str]:
    """Say what the rule of conduct says that was broken."""
    said = messages.find(f"conduct.{evidence.get('rule')}")
    return [said] if said else []


def _post(person: Record) -> str:
    """Name a person's department and post."""
    return " ".join(filter(None, (person["department"], messages.word("role", person["role"]))))


def _measure(penalty: Record, zone: tzinfo) -> list[str]:
    """Say what the measure is, in the state that it is in, with who decided it and why."""
    sanction, amount = messages.word("sanction", penalty["sanction"]), penalty["amount_fen"]
    if amount is not None:
        sanction = messages.say("notice.amount", kind=sanction, amount=Fen(amount), capitals=capitals(amount))
    said = [messages.say(f"notice.says_{penalty['status']}", sanction=sanction), *_proposed(penalty, zone)]
    if penalty["decided_at"]:
        at = short(instant(penalty["decided_at"]), zone)
        reason = penalty["reason"] or messages.say("labels.none")
        said.append(messages.say("notice.decided", at=at, by=penalty["decided_by"] or "-", reason=reason))
    return said


def _proposed(penalty: Record, zone: tzinfo) -> list[str]:
    """Say who proposed the measure and why, where the article names none and nobody decided yet."""
    steps = [step for step in json.loads(penalty["history"]) if step["step"] == "propose"]
    if penalty["decided_at"] or not steps:
        return []
    values = {"at": short(instant(steps[0]["at"]), zone), "by": steps[0]["by"], "reason": steps[0]["reason"]}
    return [messages.say("notice.proposed", **values)]


def _appeal(penalty: Record, zone: tzinfo, days: int) -> str:
    """Say how and until when the person may state a case; once it is decided for good, that it is."""
    name = f"P{penalty['id']}"
    if penalty["status"] not in _MAY_APPEAL:
        return messages.say("notice.no_more", id=name)
    if not penalty["decided_at"]:
        return messages.say("notice.how", id=name, days=days)
    decided = day_of(instant(penalty["decided_at"]), zone)
    return messages.say("notice.how_until", id=name, days=days, until=decided + timedelta(days=days))


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
