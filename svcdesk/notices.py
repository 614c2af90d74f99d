"""The notice to the person concerned (处理告知书): fact, evidence, clause, proposed sanction, how to state a case."""

from datetime import datetime, tzinfo
from html import escape
from typing import Literal

from svcdesk import show, words
from svcdesk.model import Record
from svcdesk.periods import short

Format = Literal["markdown", "html"]
Section = tuple[str, list[str]]

# One page of A4, no network; the reader's own light or dark.
_STYLE = """:root{color-scheme:light dark}
body{font:16px/1.7 "Songti SC","Noto Serif CJK SC",SimSun,serif;max-width:42em;margin:2em auto;padding:0 1em}
h1{text-align:center;font-size:1.5em;letter-spacing:.2em}h2{font-size:1.05em;margin:1.4em 0 .2em}p{margin:.2em 0}
footer{margin-top:3em;text-align:right}@page{size:A4;margin:25mm}"""


def sections(penalty: Record, person: Record, zone: tzinfo) -> list[Section]:
    """Give the notice's parts in order, each a heading and its paragraphs; ``penalty`` as JSON carries it."""
    sanction = words.word("sanction", penalty["sanction"]["kind"])
    if penalty["sanction"]["amount"]:
        sanction = words.say("notice.amount", kind=sanction, amount=penalty["sanction"]["amount"])
    at = short(datetime.fromisoformat(penalty["at"]), zone)
    clause = words.word("clause", penalty["clause"])
    facts = [words.say("notice.fact", name=person["name"], code=person["code"], at=at, clause=clause)]
    if penalty["facts_changed"]:
        facts.append(words.say("warnings.facts_changed", id=penalty["id"]))
    return [
        (words.say("notice.facts"), facts),
        (words.say("notice.evidence"), [show.evidence(penalty["evidence"], zone)]),
        (words.say("notice.clause"), [words.say(f"clauses.{penalty['clause']}")]),
        (words.say("notice.sanction"), [words.say("notice.proposed", sanction=sanction)]),
        (words.say("notice.statement"), [words.say("notice.how", id=penalty["id"])]),
        (words.say("notice.caution"), [words.say("notice.law")]),
    ]


def markdown(title: str, parts: list[Section], footer: str) -> str:
    """Write the notice as Markdown."""
    body = [f"## {heading}\n\n" + "\n\n".join(_plain(text) for text in texts) for heading, texts in parts]
    return "\n\n".join([f"# {title}", *body, "---", footer]) + "\n"


def html(title: str, parts: list[Section], footer: str) -> str:
    """Write the notice as one HTML file, to print on A4."""
    body = "".join(
        f"<h2>{escape(heading)}</h2>" + "".join(f"<p>{escape(show.disarm(text))}</p>" for text in texts)
        for heading, texts in parts
    )
    return (
        f'<!doctype html>\n<html lang="{words.language()}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>{body}<footer>{escape(footer)}</footer>"
        "</body></html>\n"
    )


def _plain(text: str) -> str:
    """Keep text from becoming markup."""
    return "".join(f"\\{char}" if char in "\\`*_[]<>#|" else char for char in show.disarm(text))


WRITERS = {"markdown": markdown, "html": html}
