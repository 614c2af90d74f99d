"""One search over everything that somebody may have in hand: a name, a number, a serial, a word that was said."""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from svcdesk.columns import ONE_INVOICE
from svcdesk.finder import index, names
from svcdesk.model import LETTERS

if TYPE_CHECKING:
    from svcdesk.store import Ledger

_MOST = 2000  # rows looked at: what has a text's terms, but not the text, is rare
_AROUND = 18  # signs shown on either side of what was found


class Hit(NamedTuple):
    """Something found: its kind and id, the column it was found in, the text there, and the command that shows it."""

    kind: str
    id: str
    where: str
    text: str
    command: str


def search(ledger: "Ledger", text: str) -> Iterator[Hit]:
    """Find a text: customers, staff, contracts, machines and invoices first, then what was said, the newest first."""
    said = index.folded(text.strip())
    if not said:
        return
    for kind in ("customer", "staff", "contract", "equipment"):
        for name in names.KINDS[kind](ledger, text):
            yield Hit(kind, name.value, name.where, name.text, f"svcdesk {kind} show {_quoted(name.value)}")
    yield from _invoices(ledger, text)
    yield from _said(ledger, said)


def first(ledger: "Ledger", text: str, most: int | None) -> list[Hit]:
    """Return the first hits, at most so many."""
    return list(islice(search(ledger, text), most))


def _quoted(name: str) -> str:
    from shlex import quote

    return name if name.isalnum() else quote(name)


def _invoices(ledger: "Ledger", text: str) -> Iterator[Hit]:
    """Find expenses by their whole invoice number, in any case, blanks or none."""
    found = ledger.con.execute(_INVOICE, (index.folded(text),))
    for number, invoice, engineer in found.fetchall():
        yield Hit("expense", f"E{number}", "invoice", f"{invoice} {engineer}", f"svcdesk expense show E{number}")


_INVOICE = f"""
    SELECT r.id, r.invoice, s.code FROM live_expense r JOIN live_staff s ON s.id = r.engineer_id
    WHERE r.invoice IS NOT NULL AND {ONE_INVOICE.format("r.invoice", "?")}"""


def _said(ledger: "Ledger", said: str) -> Iterator[Hit]:
    """Find records by what stands in them; the rows themselves decide."""
    asked = index.query(said) or index.pieces(said)
    for table, number in index.matches(ledger.con, asked, _MOST) if asked else ():
        if table not in _ROW:
            continue
        row = ledger.con.execute(_ROW[table], (number,)).fetchone()
        columns = index.SOURCES[table]
        for where, value in zip(columns, row or (), strict=False):
            spoken = " ".join(index.said([value], [where]))
            if said in index.folded(spoken):
                id = f"{LETTERS[table]}{number}"
                yield Hit(table, id, where, _around(spoken, said), _SHOW[table].format(id=id))
                break


# A contact that became a ticket says what the ticket says.
_ROW = {
    table: f"SELECT {', '.join(columns)} FROM live_{table} WHERE id = ?"
    + (" AND ticket_id IS NULL" if table == "contact" else "")
    for table, columns in index.SOURCES.items()
    if table in LETTERS
}
_SHOW = {
    "ticket": "svcdesk ticket show {id}",
    "service_report": "svcdesk service-report show {id}",
    "complaint": "svcdesk complaint show {id}",
    "contact": "svcdesk ledger log --record {id}",
    "conduct": "svcdesk ledger log --record {id}",
}


def _around(text: str, said: str) -> str:
    """Cut a long text to what stands around the place where the search found it."""
    at = max(index.folded(text).find(said), 0)
    start, end = max(at - _AROUND, 0), at + len(said) + _AROUND
    cut = text[start:end].replace("\n", " ")
    return f"{'…' if start else ''}{cut}{'…' if end < len(text) else ''}"
