"""Whom and what a text names: customers, staff, contracts and serials, by any part of them; or nothing, or several.

A daily option or filter takes what names exactly one thing. What erases, merges, renames or imports does not ask here:
there a name is exact.
"""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NamedTuple

from svcdesk.errors import NotFound
from svcdesk.finder import index

if TYPE_CHECKING:
    from svcdesk.store import Ledger

MOST = 9  # candidates named in a sentence
_ROWS = 2000  # rows looked at for a serial


class Name(NamedTuple):
    """One thing that a text may mean: the exact value to type, where the text was found, how near it is (0 is best)."""

    value: str
    where: str
    rank: int
    text: str = ""

    @property
    def shown(self) -> str:
        """The value with what tells it from others."""
        return f"{self.value} ({self.text})" if self.text else self.value


def customers(ledger: "Ledger", text: str) -> list[Name]:
    """Find customers by part of the name or its pinyin, person, telephone or its last digits, city; best first.

    Personal data finds its customer only as a whole: a person's name, a number, or its last four digits or more.
    """
    said, digits = index.folded(text.strip()), _digits(text)
    found = [name for row in ledger.con.execute(_CUSTOMERS) if (name := _customer(said, digits, *row)) is not None]
    return _best(found)


_CUSTOMERS = """
    SELECT r.name, coalesce(r.city, ''), coalesce(p.name, ''), coalesce(p.phone, ''),
      coalesce(s.pinyin, ''), coalesce(s.initials, ''),
      coalesce((SELECT group_concat(f.name, char(10)) FROM live_former_name f WHERE f.customer_id = r.id), '')
    FROM live_customer r LEFT JOIN personal p ON p.id = r.personal_id
      LEFT JOIN spelling s ON s.customer_id = r.id"""


def _customer(
    said: str, digits: str, name: str, city: str, person: str, phone: str, pinyin: str, initials: str, former: str
) -> Name | None:
    compared = index.folded(name)
    if compared == said:
        return Name(name, "name", 0, city)
    if former and said in index.folded(former):
        return Name(name, "former_name", 1 if said in index.folded(former).split("\n") else 3, city)
    if person and index.folded(person) == said:
        return Name(name, "person", 1, city)
    if len(digits) >= _LAST_DIGITS and phone and _digits(phone).endswith(digits):
        return Name(name, "phone", 1, city)
    if said in compared:
        return Name(name, "name", 2 if compared.startswith(said) else 3, city)
    if len(said) >= _SPELT_LEAST and said.isalpha() and (said in initials or said in pinyin):
        return Name(name, "pinyin", 3, city)
    return Name(name, "city", 4, city) if city and said == index.folded(city).removesuffix("市") else None


_LAST_DIGITS, _SPELT_LEAST = 4, 2


def _digits(text: str) -> str:
    """Return the digits of a telephone number, "" for a text that is none."""
    number = index.folded(text).translate(_BETWEEN)
    return number.removeprefix("+86") if number.removeprefix("+").isdigit() else ""


_BETWEEN = str.maketrans("", "", " -()")


def staff(ledger: "Ledger", text: str) -> list[Name]:
    """Find members of staff by code in any case, or by part of the name; best first."""
    said = index.folded(text.strip())
    return _best(
        Name(code, "code" if said == code.lower() else "name", 0 if said == code.lower() else 1 + (said != name), name)
        for code, name in ledger.con.execute("SELECT code, name FROM live_staff ORDER BY id")
        if said == code.lower() or said in index.folded(name)
    )


def contracts(ledger: "Ledger", text: str) -> list[Name]:
    """Find contracts by part of the number, in any case, or by the project; best first."""
    said = index.folded(text.strip())
    return _best(
        Name(no, "no" if said in no.lower() else "project", (said != no.lower()) + (said not in no.lower()), customer)
        for no, project, customer in ledger.con.execute(_CONTRACTS)
        if said in index.folded(no) or said in index.folded(project)
    )


_CONTRACTS = """
    SELECT r.no, coalesce(r.project, ''), c.name FROM live_contract r JOIN live_customer c ON c.id = r.customer_id"""


def serials(ledger: "Ledger", text: str) -> list[Name]:
    """Find serials of tickets by any part, in any case; best first."""
    said = index.folded(text.strip())
    asked = index.query(text) or index.pieces(text)
    rows = [number for table, number in index.matches(ledger.con, asked, _ROWS) if table == "ticket"] if asked else []
    marks = ", ".join("?" * len(rows))
    found = ledger.con.execute(
        f"SELECT DISTINCT serial FROM live_ticket WHERE serial IS NOT NULL AND (id IN ({marks}) OR serial = ?)",
        (*rows, text.strip()),
    )
    return _best(
        Name(serial, "serial", 0 if serial == text.strip() else 1 + (index.folded(serial) != said))
        for (serial,) in found
        if said in index.folded(serial)
    )


def equipment(ledger: "Ledger", text: str) -> list[Name]:
    """Find machines and parts by any part of the serial, in any case, or by the product; best first."""
    said = index.folded(text.strip())
    asked = index.query(text) or index.pieces(text)
    rows = (
        [number for table, number in index.matches(ledger.con, asked, _ROWS) if table == "equipment"] if asked else []
    )
    marks = ", ".join("?" * len(rows))
    found = ledger.con.execute(
        f"{_EQUIPMENT} WHERE r.id IN ({marks}) OR r.serial = ?",
        (*rows, text.strip()),
    )
    return _best(
        Name(
            serial,
            "serial" if named else "product",
            (serial != text.strip()) + (not named),
            f"{product} {owner}".strip(),
        )
        for serial, product, owner in found
        if (named := said in index.folded(serial)) or said in index.folded(product)
    )


_EQUIPMENT = """
    SELECT r.serial, coalesce(r.product, ''), c.name FROM live_equipment r
    JOIN live_customer c ON c.id = r.customer_id"""


def _best(found: Iterable[Name]) -> list[Name]:
    return sorted(found, key=lambda name: (name.rank, name.value))


Finder = Callable[["Ledger", str], list[Name]]
KINDS: dict[str, Finder] = {
    "customer": customers,
    "staff": staff,
    "contract": contracts,
    "equipment": equipment,
    "serial": serials,
}


def one(ledger: "Ledger", kind: str, text: str) -> str:
    """Return the exact value that a text names. Raises NotFound where it names nothing, or several things.

    What is typed exactly is that, whatever else has it as a part.
    """
    if not text.strip():
        raise NotFound(f"unknown_{kind}", text=text, near=[])
    if kind in _EXACT and ledger.value(_EXACT[kind], (text.strip(),)):
        return text.strip()
    found = KINDS[kind](ledger, text)
    exact = [name for name in found if name.rank == 0]
    if len(exact or found) == 1:
        return (exact or found)[0].value
    if found:
        raise NotFound(f"several_{kind}", text=text, near=[name.shown for name in found[:MOST]], count=len(found))
    raise NotFound(f"unknown_{kind}", text=text, near=_near(ledger, kind, text))


_EXACT = {
    "customer": "SELECT 1 FROM live_customer WHERE name = ?",
    "staff": "SELECT 1 FROM live_staff WHERE code = ?",
    "contract": "SELECT 1 FROM live_contract WHERE no = ?",
    "equipment": "SELECT 1 FROM live_equipment WHERE serial = ?",
    "serial": "SELECT 1 FROM live_ticket WHERE serial = ?",
}
_ALL = {
    "customer": "SELECT name FROM live_customer",
    "staff": "SELECT code FROM live_staff",
    "contract": "SELECT no FROM live_contract",
    "equipment": "SELECT serial FROM live_equipment",
}


def _near(ledger: "Ledger", kind: str, text: str) -> list[Any]:
    names = [row[0] for row in ledger.con.execute(_ALL[kind])] if kind in _ALL else []
    return get_close_matches(text, names, 3, 0.4)
