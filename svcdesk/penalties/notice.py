"""The notice to the person concerned (处理告知书): fact, evidence, clause, proposed sanction, how to state a case."""

from datetime import datetime, tzinfo
from html import escape
from typing import Literal

from svcdesk import messages
from svcdesk.model import Record
from svcdesk.periods import short
from svcdesk.render import tables

Format = Literal["markdown", "html"]
Section = tuple[str, list[str]]

# One page of A4, no network; the reader's own light or dark.
_STYLE = """:root{color-scheme:light dark}
body{font:16px/1.7 "Songti SC","Noto Serif CJK SC",SimSun,serif;max-width:42em;margin:2em auto;padding:0 1em}
h1{text-align:center;font-size:1.5em;letter-spacing:.2em}h2{font-size:1.05em;margin:1.4em 0 .2em}p{margin:.2em 0}
footer{margin-top:3em;text-align:right}@page{size:A4;margin:25mm}"""


def sections(penalty: Record, person: Record, zone: tzinfo) -> list[Section]:
    """Return the notice's parts in order, each a heading and its paragraphs; ``penalty`` as JSON carries it."""
    sanction = messages.word("sanction", penalty["sanction"]["kind"])
    if penalty["sanction"]["amount"]:
        sanction = messages.say("notice.amount", kind=sanction, amount=penalty["sanction"]["amount"])
    at = short(datetime.fromisoformat(penalty["at"]), zone)
    clause = messages.word("clause", penalty["clause"])
    facts = [messages.say("notice.fact", name=person["name"], code=person["code"], at=at, clause=clause)]
    if penalty["facts_changed"]:
        facts.append(messages.say("warnings.facts_changed", id=penalty["id"]))
    return [
        (messages.say("notice.facts"), facts),
        (messages.say("notice.evidence"), [tables.evidence(penalty["evidence"], zone)]),
        (messages.say("notice.clause"), [messages.clause(penalty["clause"])]),
        (messages.say("notice.sanction"), [messages.say("notice.proposed", sanction=sanction)]),
        (messages.say("notice.statement"), [messages.say("notice.how", id=penalty["id"])]),
        (messages.say("notice.caution"), [messages.say("notice.law")]),
    ]


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
