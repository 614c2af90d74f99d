"""A form on A4 as one HTML file: what the ledger knows, room for what is written by hand, and places to sign."""

from html import escape

from svcdesk import messages
from svcdesk.papers.paper import Paper
from svcdesk.render import tables

# One page of A4, no network; on paper always black on white.
_STYLE = """:root{color-scheme:light}
body{font:15px/1.6 "Songti SC","Noto Serif CJK SC",SimSun,serif}
body{max-width:46em;margin:2em auto;padding:0 1em;color:#000;background:#fff}
h1{text-align:center;font-size:1.5em;letter-spacing:.2em}p.head{text-align:center}
table{border-collapse:collapse;width:100%}th,td{border:1px solid;padding:.35em .6em;text-align:left;vertical-align:top}
th{width:9em;font-weight:normal}td:empty{height:1.9em}tr{break-inside:avoid}
section{display:grid;grid-template-columns:1fr 1fr;gap:1.8em;margin-top:1.4em;break-inside:avoid}
section div{border-bottom:1px solid;height:2.4em}
footer{display:flex;justify-content:space-between;align-items:center;margin-top:2em;font-family:monospace}
footer{break-inside:avoid}
@page{size:A4;margin:18mm}@media print{body{margin:0;max-width:none}}"""
_REGISTER = """
@media screen{body{max-width:72em}}body{font-size:13px}table{table-layout:fixed}thead{display:table-header-group}
th,td{padding:.35em;overflow-wrap:anywhere}th{width:auto;font-weight:bold;text-align:center;overflow-wrap:normal}td:empty{height:auto}
section{grid-template-columns:repeat(3,1fr)}@page{size:A4 landscape;margin:14mm}"""


def page(paper: Paper) -> str:
    """Write a form; a blank one has no mark."""
    signed = "".join(f"<div>{_safe(who)}</div>" for who in paper.signers)
    foot = f"<footer><span>{_safe(paper.mark)}</span>{_code(paper.mark)}</footer>" if paper.mark else ""
    style = _STYLE + (_REGISTER if paper.headings else "")
    return (
        f'<!doctype html>\n<html lang="{messages.language()}"><head><meta charset="utf-8">'
        f"<title>{_safe(paper.title)}</title><style>{style}</style></head><body>\n<h1>{_safe(paper.title)}</h1>\n"
        f'<p class="head">{_safe(paper.head)}</p>\n<table>\n{_lines(paper)}</table>\n'
        f"<section>{signed}</section>\n{foot}</body></html>\n"
    )


def _lines(paper: Paper) -> str:
    if not paper.headings:
        return "".join(f"<tr><th>{_safe(name)}</th><td>{_safe(text)}</td></tr>\n" for name, text in paper.rows)
    columns = "".join(f'<col style="width:{share}%">' for share in paper.shares)
    heads = "".join(f"<th>{_safe(text)}</th>" for text in paper.headings)
    rows = "".join(f"<tr>{''.join(f'<td>{_safe(text)}</td>' for text in row)}</tr>\n" for row in paper.rows)
    return f"<colgroup>{columns}</colgroup>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n"


def _code(mark: str) -> str:
    """Draw a mark as a QR code."""
    import segno

    return str(segno.make(mark, error="m", micro=False).svg_inline(scale=2))


def _safe(text: str) -> str:
    return escape(tables.disarm(text))
