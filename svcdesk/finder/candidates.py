"""What a half-typed word may become: ids with their summary, codes, names, contract numbers; the newest first."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from svcdesk.finder import index, names
from svcdesk.model import LETTERS

if TYPE_CHECKING:
    from svcdesk.store import Ledger

MOST = 40
Candidate = tuple[str, str]  # what to type, and what it is

# What tells a record from others, by its table.
_TELLING = {
    "ticket": "r.summary", "dispatch": "r.place", "complaint": "r.summary", "expense": "r.spent_on",
    "penalty": "r.clause", "service_report": "'D' || r.dispatch_id",
    "plan": "r.title", "inspection": "r.area", "rectification": "r.summary", "visit": "r.summary",
    "suggestion": "r.text",
}  # fmt: skip
_DIGITS = 12


def ids(ledger: "Ledger", table: str, begun: str) -> Iterator[Candidate]:
    """List the newest records of a table whose id begins so."""
    letter = LETTERS[table]
    digits = begun[len(letter) :] if begun[: len(letter)].upper() == letter else begun
    if digits and not (digits.isascii() and digits.isdigit()):
        return
    telling = _TELLING.get(table, "NULL")
    sql = f"SELECT r.id, {telling} FROM live_{table} r WHERE {_beginning(digits)}"
    for number, said in ledger.con.execute(f"{sql} ORDER BY r.id DESC LIMIT ?", (MOST,)):
        yield f"{letter}{number}", str(said or "")


def _beginning(digits: str) -> str:
    """Return the condition for a number that begins with the digits, as ranges that the primary key answers."""
    if not digits:
        return "1"
    first = int(digits)
    longer = range(max(_DIGITS - len(digits), 1))
    return "(" + " OR ".join(f"r.id BETWEEN {first * 10**n} AND {(first + 1) * 10**n - 1}" for n in longer) + ")"


def staff(ledger: "Ledger", begun: str) -> Iterator[Candidate]:
    """List staff codes that begin so, in any case, or whose owner's name does."""
    for code, name in ledger.con.execute("SELECT code, name FROM live_staff WHERE retired_at IS NULL ORDER BY code"):
        if code.lower().startswith(begun.lower()) or name.startswith(begun):
            yield code, name


def customers(ledger: "Ledger", begun: str) -> Iterator[Candidate]:
    """List customers that a text names, or the first there are."""
    if begun:
        yield from ((name.value, name.text) for name in names.customers(ledger, begun)[:MOST])
        return
    yield from ledger.con.execute("SELECT name, coalesce(city, '') FROM live_customer ORDER BY id LIMIT ?", (MOST,))


def contracts(ledger: "Ledger", begun: str) -> Iterator[Candidate]:
    """List contract numbers that begin so, in any case."""
    found = ledger.con.execute(
        "SELECT r.no, c.name FROM live_contract r JOIN live_customer c ON c.id = r.customer_id ORDER BY r.no"
    )
    yield from (row for row in found if index.folded(row[0]).startswith(index.folded(begun)))


def machines(ledger: "Ledger", begun: str) -> Iterator[Candidate]:
    """List serials that begin so, in small letters or capitals: of equipment, then of tickets alone."""
    known = set()
    for text in dict.fromkeys((begun, begun.upper())):
        for sql in (_EQUIPMENT, _SERIALS):
            for serial, said in ledger.con.execute(sql, (text, text + "\U0010ffff", MOST)):
                if serial not in known:
                    known.add(serial)
                    yield serial, str(said or "")


_EQUIPMENT = """
    SELECT r.serial, coalesce(r.product || ' ', '') || c.name FROM live_equipment r
    JOIN live_customer c ON c.id = r.customer_id WHERE r.serial >= ? AND r.serial < ? ORDER BY r.serial LIMIT ?"""
_SERIALS = """
    SELECT serial, max(product) FROM live_ticket
    WHERE serial >= ? AND serial < ? GROUP BY serial ORDER BY serial LIMIT ?"""


NAMES: dict[str, Callable[["Ledger", str], Iterator[Candidate]]] = {
    "staff": staff,
    "customer": customers,
    "contract": contracts,
    "equipment": machines,
}
