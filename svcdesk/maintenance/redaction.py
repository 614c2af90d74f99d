"""Whose personal data a redaction erases: the customer's, its contacts', and that of complainants about its tickets.

And whose has lain unused so long that it is to go, and which copies of the ledger still hold what was erased.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from svcdesk import journal
from svcdesk.errors import DeskError, Refused
from svcdesk.maintenance import catalogue, daily_backup
from svcdesk.model import LETTERS, named
from svcdesk.periods import instant, stored
from svcdesk.schema import PERSONAL
from svcdesk.store import ERASED, Ledger, open_ledger

Row = tuple[str, int]

_ROWS = """
    WITH named AS (SELECT id FROM customer WHERE name = :name AND merged_into IS NULL),
      theirs AS (SELECT id FROM named UNION SELECT id FROM customer WHERE merged_into IN named),
      asked AS (SELECT id FROM ticket WHERE customer_id IN theirs)
    SELECT 'customer', id FROM theirs
    UNION
    SELECT 'contact', id FROM contact WHERE customer_id IN theirs OR ticket_id IN asked
      OR complaint_id IN (SELECT id FROM complaint WHERE ticket_id IN asked)
    UNION
    SELECT 'complaint', id FROM complaint WHERE ticket_id IN asked
      OR id IN (SELECT complaint_id FROM contact WHERE customer_id IN theirs)
    UNION
    SELECT 'promise', id FROM promise WHERE ticket_id IN asked
      OR contract_id IN (SELECT id FROM contract WHERE customer_id IN theirs)"""
_HELD = """
    SELECT 1 FROM change WHERE "table" = ? AND row = ? AND json_extract(after, '$.personal_id') IS NOT NULL"""


def concerned(ledger: Ledger, customer: str) -> list[Row]:
    """List the rows that hold or held personal data of a customer, and the customer's own. Raises NotFound.

    What undo took back is among them: its personal data is still in the file.
    """
    rows = ledger.con.execute(_ROWS, {"name": customer.strip()}).fetchall()
    if not rows:
        ledger.customer(customer)
    return [row for row in rows if row[0] == "customer" or ledger.value(_HELD, row)]


def erased_texts(ledger: Ledger, rows: Iterable[Row]) -> list[str]:
    """List what the erasing of some rows takes away, as far as it can be looked for elsewhere.

    A home is a city, and a wage a number, which stand in many places and say nothing of anybody there.
    """
    held = """
        SELECT p.name, p.phone, p.address FROM change c JOIN personal p ON p.id = json_extract(c.after, '$.personal_id')
        WHERE c."table" = ? AND c.row = ?"""
    found = {text.strip() for row in rows for texts in ledger.con.execute(held, row) for text in texts if text}
    found |= {name.strip() for row in rows if row[0] == "staff" for (name,) in ledger.con.execute(_NAMES, row[1:])}
    return sorted(text for text in found if len(text) >= _LEAST_TEXT)


# What somebody was called in images of before version 4.
_NAMES = """
    SELECT DISTINCT json_extract(after, '$.name') FROM change WHERE "table" = 'staff' AND row = ?
      AND json_extract(after, '$.name') <> json_extract(after, '$.code')"""


_LEAST_TEXT, _MOST_NAMED = 2, 20
_FEW = 50  # texts that SQLite looks for one by one; more are looked for at once
_PAGE = 1000  # images read at a time, so that no writer waits for the rest


def standing(ledger: Ledger, texts: Sequence[str]) -> list[str]:
    """Name the records, and the entries by their note or request id, in which one of the texts stands."""
    find = _one_by_one if len(texts) <= _FEW else _all_at_once
    return list(islice(dict.fromkeys(find(ledger, texts)), _MOST_NAMED))


def _one_by_one(ledger: Ledger, texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        images = 'SELECT DISTINCT "table", row FROM change WHERE instr(after, ?) ORDER BY 1, 2 LIMIT ?'
        yield from (named(*row) for row in ledger.con.execute(images, (_quoted(text), _MOST_NAMED)).fetchall())
        entries = f"SELECT seq FROM entry WHERE instr({_SAID}, ?) LIMIT ?"
        yield from (f"#{seq}" for (seq,) in ledger.con.execute(entries, (text, _MOST_NAMED)).fetchall())


_SAID = "coalesce(note, '') || ' ' || coalesce(request_id, '')"


def _quoted(text: str) -> str:
    """Write a text as it stands in an image."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _all_at_once(ledger: Ledger, texts: Iterable[str]) -> Iterator[str]:
    """Go through the journal once for all texts, each known by how it begins."""
    begun: dict[str, list[str]] = {}
    for text in map(_quoted, texts):
        begun.setdefault(text[:_LEAST_TEXT], []).append(text)
    for table, row, after in _images(ledger):
        if _holds_one(after, begun):
            yield named(table, row)
    for seq, said in ledger.con.execute(f"SELECT seq, {_SAID} AS said FROM entry WHERE length(said) > 1").fetchall():
        if _holds_one(_quoted(said), begun):
            yield f"#{seq}"


def _images(ledger: Ledger) -> Iterator[tuple[str, int, str]]:
    sql = f"""
        SELECT entry, n, "table", row, after FROM change WHERE (entry, n) > (?, ?) ORDER BY entry, n LIMIT {_PAGE}"""
    place = (0, 0)
    while page := ledger.con.execute(sql, place).fetchall():
        yield from (row[2:] for row in page)
        place = page[-1][:2]


def _holds_one(said: str, begun: dict[str, list[str]]) -> bool:
    """Return whether a text stands in what was said."""
    starts = (at for at in range(len(said) - 1) if said[at : at + _LEAST_TEXT] in begun)
    return any(said.startswith(text, at) for at in starts for text in begun[said[at : at + _LEAST_TEXT]])


def kept_by_images(ledger: Ledger, rows: Iterable[Row]) -> list[int]:
    """List the entries of before version 4 whose images keep what some rows held of staff: none is ever rewritten."""
    return sorted({entry for row in rows for (entry,) in ledger.con.execute(_KEPT.get(row[0], _NOTHING), row[1:])})


_NOTHING = "SELECT 0 WHERE ? IS NULL"
_KEPT = {
    "staff": """
        SELECT entry FROM change WHERE "table" = 'staff' AND row = ?
          AND (json_extract(after, '$.name') <> json_extract(after, '$.code')
            OR json_extract(after, '$.home') IS NOT NULL OR json_extract(after, '$.wage_fen') IS NOT NULL)""",
    "staff_value": f"""
        SELECT entry FROM change WHERE "table" = 'staff_value' AND row = ?
          AND json_extract(after, '$.field') <> 'role' AND json_extract(after, '$.value') <> '{ERASED}'""",
}


def rows_of_staff(ledger: Ledger, code: str) -> list[Row]:
    """List the rows that hold or held personal data of somebody who left. Raises NotFound, Refused for who has not."""
    person = ledger.staff(code)
    if person["retired_at"] is None:
        raise Refused("staff_active", code=person["code"])
    return [("staff", person["id"]), *ledger.con.execute(_OF_STAFF, (person["id"],)).fetchall()]


# A home or a wage of a date, and how somebody was rated at an inspection.
_OF_STAFF = """
    SELECT 'staff_value', id FROM staff_value WHERE staff_id = ?1 AND field <> 'role'
    UNION ALL SELECT 'inspection', id FROM inspection WHERE person_id = ?1 AND personal_id IS NOT NULL"""


def erase_staff(ledger: Ledger, rows: list[Row], now: datetime) -> None:
    """Erase what stands about somebody who left: the code takes the name's place, home, wage and phone are gone."""
    for table, row in rows:
        ledger.forget(table, row)
        if table == "staff":
            ledger.update("staff", row, name=ledger.get("staff", row)["code"], home=None, wage_fen=None)
        elif table == "staff_value":
            ledger.update("staff_value", row, value=ERASED, undone_at=now)


# Retention: personal data that nobody has needed for long


class Dormant(NamedTuple):
    """A customer by name, or a caller who is no customer's by table and number of the record; when they last came."""

    who: str | Row
    last: datetime
    rows: list[Row]  # those that hold personal data

    @property
    def customer(self) -> str | None:
        """The customer's name, if it is one."""
        return self.who if isinstance(self.who, str) else None

    @property
    def record(self) -> str | None:
        """The id of the complaint or contact of somebody who is no customer's."""
        return None if isinstance(self.who, str) else f"{LETTERS[self.who[0]]}{self.who[1]}"


def dormant(ledger: Ledger, before: datetime) -> list[Dormant]:
    """List whose personal data is still there though nothing is open and nothing happened since, longest first."""
    held: dict[str | Row, list[Row]] = {}
    for row in ledger.con.execute(_HOLDING).fetchall():
        held.setdefault(_whose(ledger, row), []).append(row)
    found = []
    for who, rows in held.items():
        sql, values = (_CUSTOMER, (who,)) if isinstance(who, str) else (_CALLER[who[0]], (who[1],))
        last, is_open = ledger.con.execute(sql, values).fetchone()
        if not is_open and last < stored(before):
            found.append(Dormant(who, instant(last), rows))
    return sorted(found, key=lambda one: (one.last, one.rows))


def _whose(ledger: Ledger, row: Row) -> str | Row:
    """Name the customer whom a row of personal data belongs to, else the row that stands for whoever called."""
    table, number = row
    name = ledger.value(_CUSTOMER_OF[table], (number,))
    if name is None and table == "contact":
        complaint = ledger.value("SELECT complaint_id FROM contact WHERE id = ?", (number,))
        return _whose(ledger, ("complaint", complaint)) if complaint else row
    return str(name) if name is not None else row


_CUSTOMER_OF = {
    "customer": "SELECT name FROM customer WHERE id = ?",
    "contact": """
        SELECT k.name FROM contact r LEFT JOIN ticket t ON t.id = r.ticket_id
        JOIN customer k ON k.id = coalesce(r.customer_id, t.customer_id) WHERE r.id = ?""",
    "complaint": """
        SELECT k.name FROM complaint r LEFT JOIN ticket t ON t.id = r.ticket_id
        LEFT JOIN contact l ON l.complaint_id = r.id AND l.customer_id IS NOT NULL
        JOIN customer k ON k.id = coalesce(t.customer_id, l.customer_id) WHERE r.id = ?""",
    "promise": """
        SELECT k.name FROM promise r
        LEFT JOIN ticket t ON t.id = r.ticket_id LEFT JOIN contract c ON c.id = r.contract_id
        JOIN customer k ON k.id = coalesce(c.customer_id, t.customer_id) WHERE r.id = ?""",
}

_HOLDING = f"""
    SELECT DISTINCT c."table", c.row FROM change c
    WHERE c."table" IN {tuple(_CUSTOMER_OF)} AND json_extract(c.after, '$.personal_id') IN
      (SELECT id FROM personal WHERE coalesce(name, phone, address) IS NOT NULL)
    ORDER BY 1, 2"""

# When somebody last came, else when they were registered; and whether something of theirs is still open. What undo took
# back does not count.
_COMPLAINT_TIMES = """
    SELECT at FROM complaints UNION ALL SELECT decided_at FROM complaints
    UNION ALL SELECT json_extract(step.value, '$.at') FROM complaints, json_each(complaints.steps) step"""
_UNDECIDED = "SELECT 1 FROM complaints WHERE status IN ('registered', 'assigned', 'investigating')"
_CUSTOMER = f"""
    WITH theirs AS (SELECT id FROM customer WHERE name = ?),
      asked AS (SELECT * FROM ticket WHERE customer_id IN theirs AND undone_at IS NULL),
      contacts AS (SELECT * FROM contact WHERE customer_id IN theirs AND undone_at IS NULL),
      complaints AS (
        SELECT * FROM complaint WHERE undone_at IS NULL AND ticket_id IN (SELECT id FROM asked)
        UNION
        SELECT * FROM complaint WHERE undone_at IS NULL AND id IN (SELECT complaint_id FROM contacts)),
      promised AS (
        SELECT * FROM promise WHERE undone_at IS NULL AND (ticket_id IN (SELECT id FROM asked)
          OR contract_id IN (SELECT id FROM contract WHERE customer_id IN theirs))),
      sent AS (SELECT id, sent_at FROM dispatch WHERE ticket_id IN (SELECT id FROM asked) AND undone_at IS NULL)
    SELECT coalesce((SELECT max(at) FROM (
        SELECT received_at AS at FROM asked UNION ALL SELECT answered_at FROM asked
        UNION ALL SELECT closed_at FROM asked UNION ALL SELECT cancelled_at FROM asked
        UNION ALL SELECT at FROM contacts
        UNION ALL SELECT sent_at FROM sent
        UNION ALL SELECT at FROM promised UNION ALL SELECT coalesce(kept_at, dropped_at) FROM promised
        UNION ALL SELECT coalesce(returned_at, left_at, arrived_at, departed_at) FROM crew
          WHERE dispatch_id IN (SELECT id FROM sent) AND undone_at IS NULL
        UNION ALL {_COMPLAINT_TIMES})),
      (SELECT min(e.at) FROM change c JOIN entry e ON e.seq = c.entry
         WHERE c."table" = 'customer' AND c.row IN theirs)),
      EXISTS (SELECT 1 FROM asked WHERE status NOT IN ('closed', 'cancelled')) OR EXISTS ({_UNDECIDED})
        OR EXISTS (SELECT 1 FROM promised WHERE kept_at IS NULL AND dropped_at IS NULL)"""
_CALLER = {
    "complaint": f"""
        WITH complaints AS (SELECT * FROM complaint WHERE id = ?1),
          contacts AS (SELECT * FROM contact WHERE complaint_id = ?1 AND undone_at IS NULL)
        SELECT (SELECT max(at) FROM (SELECT at FROM contacts UNION ALL {_COMPLAINT_TIMES})),
          EXISTS ({_UNDECIDED} AND undone_at IS NULL)""",
    "contact": "SELECT at, 0 FROM contact WHERE id = ?",
}


def rows_of(ledger: Ledger, one: Dormant) -> list[Row]:
    """List the rows to erase: of a customer all that a redaction reaches, of others those that hold something."""
    reached = concerned(ledger, one.customer) if one.customer else []
    return list(dict.fromkeys([*reached, *one.rows]))


def copies_holding(ledger: Ledger, rows: Iterable[Row]) -> list[Path]:
    """List the copies that are there and still hold the personal data of some rows, and those that cannot be opened."""
    held = """SELECT json_extract(after, '$.personal_id') FROM change WHERE "table" = ? AND row = ?"""
    rows = list(rows)
    numbers = {number for row in rows for (number,) in ledger.con.execute(held, row) if number is not None}
    origin = journal.origin(ledger.con)
    return [path for path in _copies(ledger) if _holds(path, numbers, rows, origin)]


def _copies(ledger: Ledger) -> list[Path]:
    """List the copies known to the ledger, and those that stand where it keeps them."""
    real = ledger.path.resolve()
    known = [copy.path for copy in catalogue.lines(real) if copy.kind not in ("anchor", "failed")]
    folders = {daily_backup.beside(real), *(path.parent for path in known)}
    dated = [path for folder in folders for path in daily_backup.dated(folder, real)]
    upgrades = [path for path in real.parent.iterdir() if path.name.startswith(f"{real.name}.v")]
    upgrades = [path for path in upgrades if path.name.endswith(".backup")]
    return sorted(path for path in {*known, *dated, *upgrades} if path.is_file())


def _holds(path: Path, numbers: set[int], rows: Iterable[Row], origin: str | None) -> bool:
    try:
        copy = open_ledger(path, as_found=True)
    except DeskError:
        return True
    try:
        if journal.origin(copy.con) != origin:
            return False
        there = [name for name in journal.columns("personal", copy.con) if name in PERSONAL]
        kept = f"SELECT 1 FROM personal WHERE id = ? AND coalesce({', '.join(there)}) IS NOT NULL"
        return any(copy.value(kept, (number,)) for number in numbers) or bool(kept_by_images(copy, rows))
    except sqlite3.Error:
        return True
    finally:
        copy.close()
