"""A form on A4 as one HTML file: what the ledger knows, room for what is written by hand, and places to sign."""

from collections.abc import Sequence
from html import escape

from svcdesk import messages
from svcdesk.render import tables

# One page of A4, no network; on paper always black on white.
_STYLE = """:root{color-scheme:light}
body{font:15px/1.6 "Songti SC","Noto Serif CJK SC",SimSun,serif}
body{max-width:46em;margin:2em auto;padding:0 1em;color:#000;background:#fff}
h1{text-align:center;font-size:1.5em;letter-spacing:.2em}p.centre{text-align:center}
table{border-collapse:collapse;width:100%}th,td{border:1px solid;padding:.35em .6em;text-align:left;vertical-align:top}
th{width:9em;font-weight:normal}td:empty{height:2.4em}tr{break-inside:avoid}
section{display:grid;grid-template-columns:1fr 1fr;gap:2.2em;margin-top:2em}
section div{border-bottom:1px solid;height:2.4em}
footer{display:flex;justify-content:space-between;align-items:center;margin-top:2em;font-family:monospace}
@page{size:A4;margin:18mm}@media print{body{margin:0}}"""
_SIGNERS = ("engineer", "customer", "desk", "seal")


def page(title: str, centre: str, lines: Sequence[tuple[str, str]], mark: str) -> str:
    """Write a form; a blank one has no mark."""
    rows = "".join(f"<tr><th>{_safe(name)}</th><td>{_safe(text)}</td></tr>\n" for name, text in lines)
    signed = "".join(f"<div>{_safe(messages.say(f'form.sign_{who}'))}</div>" for who in _SIGNERS)
    foot = f"<footer><span>{_safe(mark)}</span>{_code(mark)}</footer>" if mark else ""
    return (
        f'<!doctype html>\n<html lang="{messages.language()}"><head><meta charset="utf-8">'
        f"<title>{_safe(title)}</title><style>{_STYLE}</style></head><body>\n<h1>{_safe(title)}</h1>\n"
        f'<p class="centre">{_safe(centre)}</p>\n<table>\n{rows}</table>\n'
        f"<section>{signed}</section>\n{foot}</body></html>\n"
    )


def _code(mark: str) -> str:
    """Draw a mark as a QR code."""
    import segno

    return str(segno.make(mark, error="m", micro=False).svg_inline(scale=2))


def _safe(text: str) -> str:
    return escape(tables.disarm(text))
