"""Machines and their parts at the customers', by serial (3.6, 4.6), and where they were moved."""

from collections.abc import Iterator
from typing import Any

from svcdesk.columns import Column
from svcdesk.periods import LocalHours, stored, year_before
from svcdesk.registers.computed import Work, loads
from svcdesk.registers.declaring import BY, NUMBER, Add, Derivation, Register
from svcdesk.regulation import equipment
from svcdesk.regulation.policy import Basis
from svcdesk.store import Ledger


def tree(ledger: Ledger) -> dict[str, str | None]:
    """Return what each piece of equipment is part of now; only those that may not be where they were at first."""
    events = [*_events(ledger)]
    if not events:
        return {}
    first = dict(ledger.con.execute("SELECT serial, part_of FROM live_equipment").fetchall())
    return equipment.tree(first, events)


def _events(ledger: Ledger) -> Iterator[equipment.Moved | equipment.Exchanged]:
    for at, serial, part_of in ledger.con.execute(_MOVES).fetchall():
        yield equipment.Moved(at, serial, part_of)
    for at, machine, parts in ledger.con.execute(_WITH_SERIALS).fetchall():
        for part in loads(parts):
            if part.get("old_serial") or part.get("new_serial"):
                yield equipment.Exchanged(at, machine, part.get("old_serial"), part.get("new_serial"))


_MOVES = """
    SELECT m.at, e.serial, m.part_of FROM live_equipment_move m JOIN live_equipment e ON e.id = m.equipment_id
    WHERE m.part_of IS NOT NULL OR m.taken_out ORDER BY m.at, m.id"""
_WITH_SERIALS = """
    SELECT r.filed_at, t.serial, r.parts FROM live_service_report r
    JOIN live_dispatch d ON d.id = r.dispatch_id JOIN live_ticket t ON t.id = d.ticket_id
    WHERE instr(r.parts, '_serial"') > 0 ORDER BY r.filed_at, r.id"""


def _worked_out(basis: Basis, ledger: Ledger, _: LocalHours) -> Work:
    """Work out what a piece is part of now, and its repairs in the twelve months up to now."""
    stands, since = tree(ledger), stored(year_before(basis.now, basis.zone))

    def work(serial: str, first: str | None) -> tuple[Any, ...]:
        return stands.get(serial, first), ledger.value(REPAIRS, {"serial": serial, "since": since})

    return work


REPAIRS = """
    SELECT count(*) FROM live_ticket
    WHERE serial = :serial AND kind = 'repair' AND cancelled_at IS NULL AND received_at >= :since"""

EQUIPMENT = Register(
    "equipment", "equipment",
    "live_equipment r JOIN live_customer c ON c.id = r.customer_id"
    " LEFT JOIN live_contract k ON k.id = r.contract_id", "",
    (
        Column("serial", "r.serial", brief=True, need=True, whole=True),
        Column("product", "r.product", brief=True),
        Column("customer", "c.name", brief=True, need=True, link="customer_id", refers="customer"),
        Column("contract", "k.no", brief=True, link="contract_id", refers="contract"),
        Column("installed", "r.installed_on", "date", said="installed_on"),
        Column("warranty_until", "r.warranty_until", "date", brief=True, ahead=True),
        Column("part_of", None, brief=True, derived=True),
        Column("place", "r.place", said="place_of_equipment"),
        Column("retired_at", "r.retired_at", "instant", said="retired_from_use"),
        Column("repairs_12m", None, "int", brief=True, derived=True),
        Column("first_part_of", "r.part_of", detail=True, whole=True),
        Column("note", "r.note", detail=True),
    ),
    filters=("customer", "product", "contract", "part_of"),
    key="serial",
    add=Add(
        "add", "equipment_added", asks=("serial", "product", "customer"),
        takes=("contract", "installed", "warranty_until", "first_part_of", "place"), by_place=("serial",),
    ),
    stamps={"retired_at": "equipment retire"},
    derivation=Derivation(("serial", "first_part_of"), ("part_of", "repairs_12m"), _worked_out),
)  # fmt: skip

EQUIPMENT_MOVES = Register(
    "equipment_move", "equipment-moves",
    "live_equipment_move r JOIN live_equipment q ON q.id = r.equipment_id"
    " LEFT JOIN live_customer c ON c.id = r.customer_id",
    "r.at",
    (
        NUMBER,
        Column("at", "r.at", "instant", brief=True, need=True),
        Column("serial", "q.serial", brief=True, need=True, link="equipment_id", refers="equipment"),
        Column("customer", "c.name", brief=True, link="customer_id", refers="customer"),
        Column("place", "r.place", brief=True, said="place_of_equipment"),
        Column("part_of", "r.part_of", brief=True, whole=True),
        Column("taken_out", "r.taken_out", "flag", brief=True, default=0),
        BY,
        Column("note", "r.note", detail=True),
    ),
)  # fmt: skip
