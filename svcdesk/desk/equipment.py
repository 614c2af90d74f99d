"""Equipment: registered by serial, moved, retired, taken over from tickets, and its history (3.6, 4.6)."""

import json
from datetime import date, datetime
from itertools import pairwise
from typing import Any, NamedTuple

from svcdesk.desk import entries
from svcdesk.desk.act import Act, Receipt
from svcdesk.errors import BadInput, Refused
from svcdesk.model import Fen, Record
from svcdesk.periods import day_of, instant, stored, year_before
from svcdesk.registers.equipment import EQUIPMENT, REPAIRS, tree
from svcdesk.regulation.equipment import is_within
from svcdesk.store import Ledger

# Registered, changed, moved, retired


def add(act: Act, given: Record) -> Receipt:
    """Register a machine or a part of one. Raises NotFound, BadInput or Refused."""
    whole = given.get("first_part_of")
    if whole:
        given["first_part_of"] = _known(act.ledger, whole)["serial"]
    receipt = entries.add(act, EQUIPMENT, given, _check)
    serial = act.ledger.get("equipment", receipt.id)["serial"]
    if whole and tree(act.ledger).get(serial, given["first_part_of"]) != given["first_part_of"]:
        # reports from before it was registered say otherwise: where it is now is what was typed
        _moved(act, receipt.id, part_of=given["first_part_of"])
    return receipt


def change(act: Act, serial: str, given: Record) -> Receipt:
    """Change what is kept of a piece of equipment."""
    receipt = entries.change(act, EQUIPMENT, serial, given)
    _check(act, act.ledger.get("equipment", receipt.id))
    return receipt


def _known(ledger: Ledger, serial: str) -> Record:
    return ledger.keyed("equipment", "serial", serial)


def _check(act: Act, row: Record) -> None:
    """Insist on a contract of the customer's own. Raises BadInput."""
    if row.get("contract_id") is None:
        return
    contract = act.ledger.get("contract", row["contract_id"])
    if contract["customer_id"] != row["customer_id"]:
        customer = act.ledger.get("customer", row["customer_id"])
        raise BadInput("contract_of_other", no=contract["no"], customer=customer["name"])


class To(NamedTuple):
    """Where a piece of equipment goes: to whom, to which place, into which machine, or out of the one it is in."""

    customer: str | None = None
    place: str | None = None
    part_of: str | None = None
    taken_out: bool = False


def move(act: Act, serial: str, to: To) -> Receipt:
    """Record where a piece of equipment went; what is in it goes with it. Raises BadInput, NotFound or Refused."""
    row = _known(act.ledger, serial)
    if to == To():
        raise BadInput("sets_nothing", command="svcdesk equipment move")
    if to.part_of and to.taken_out:
        raise BadInput("one_of", names=["--part-of", "--taken-out"])
    given = act.ledger.customer(to.customer)["id"] if to.customer else None
    stands = _stands(act.ledger)
    whole = _known(act.ledger, to.part_of) if to.part_of else {}
    if whole and is_within(stands, whole["serial"], row["serial"]):
        raise Refused("part_of_itself", serial=row["serial"], part_of=whole["serial"])
    _moved(act, row["id"], given, to.place, whole.get("serial"), taken_out=to.taken_out)
    carried = [name for name in stands if is_within(stands, name, row["serial"])]
    owner, place = given or whole.get("customer_id"), to.place or whole.get("place")  # else it is where the machine is
    for name in carried if owner or place else ():
        _carry(act, _known(act.ledger, name), owner, place)
    return Receipt("equipment_moved", "equipment", row["id"], {"serial": row["serial"], "n": len(carried) - 1})


def _stands(ledger: Ledger) -> dict[str, str | None]:
    """Return what each piece of equipment is part of now."""
    first = dict(ledger.con.execute("SELECT serial, part_of FROM live_equipment").fetchall())
    return first | tree(ledger)


def _moved(
    act: Act, number: int, owner: int | None = None, place: str | None = None, part_of: str | None = None, *,
    taken_out: bool = False,
) -> None:  # fmt: skip
    before = act.ledger.value("SELECT max(at) FROM live_equipment_move WHERE equipment_id = ?", (number,))
    act.ledger.insert(
        "equipment_move", equipment_id=number, at=act.at(after=before), customer_id=owner, place=place, part_of=part_of,
        taken_out=taken_out, by=act.by, note=act.note,
    )  # fmt: skip


def _carry(act: Act, row: Record, owner: int | None, place: str | None) -> None:
    """Write whose a piece is now and where; a contract of who had it before is theirs no more."""
    contract = None if owner and owner != row["customer_id"] else row["contract_id"]
    act.ledger.update(
        "equipment", row["id"], customer_id=owner or row["customer_id"], place=place or row["place"],
        contract_id=contract,
    )  # fmt: skip


def retire(act: Act, serial: str) -> Receipt:
    """Record that a piece of equipment is out of use. Raises Refused."""
    row = _known(act.ledger, serial)
    if row["retired_at"]:
        raise Refused("equipment_retired", serial=row["serial"], at=instant(row["retired_at"]))
    act.ledger.update("equipment", row["id"], retired_at=act.at(), note=act.note or row["note"])
    return Receipt("equipment_retired", "equipment", row["id"], {"serial": row["serial"]})


# Serials that stand on tickets alone


def unregistered(ledger: Ledger) -> list[Record]:
    """List the serials of tickets that are no equipment yet, each with what its newest ticket says of it."""
    return ledger.rows(_UNREGISTERED)


_UNREGISTERED = """
    SELECT t.serial, t.product, c.name AS customer, k.no AS contract, n.tickets,
      t.customer_id, CASE WHEN k.customer_id = t.customer_id THEN k.id END AS contract_id
    FROM (SELECT serial, max(id) AS newest, count(*) AS tickets FROM live_ticket
          WHERE serial <> '' AND serial NOT IN (SELECT serial FROM live_equipment) GROUP BY serial) n
    JOIN live_ticket t ON t.id = n.newest JOIN live_customer c ON c.id = t.customer_id
    LEFT JOIN live_contract k ON k.id = t.contract_id ORDER BY n.newest"""


def adopt(act: Act) -> int:
    """Register every serial of tickets that is no equipment yet; return how many."""
    found = unregistered(act.ledger)
    for row in found:
        columns = ("serial", "product", "customer_id", "contract_id")
        act.ledger.insert("equipment", **{name: row[name] for name in columns})
    return len(found)


# What is said when a ticket names one


def tell(act: Act, serial: str | None, customer: Record) -> None:
    """Say of a new ticket's equipment whose it is, its warranty and what was before; warn where it is another's."""
    row = act.ledger.one("SELECT * FROM live_equipment WHERE serial = ?", (serial,)) if serial else None
    if row is None:
        return
    owner = act.ledger.get("customer", row["customer_id"])
    still = [f"T{one['id']}" for one in act.ledger.rows(_OPEN, (serial,))] or None
    since = stored(year_before(act.now, act.zone))
    repairs = act.ledger.value(REPAIRS, {"serial": serial, "since": since})
    values = {"serial": serial, "customer": owner["name"], "warranty": warranty(act.ledger, row), "open": still}
    act.warn("equipment", **values, n=repairs)
    if owner["id"] != customer["id"]:
        act.warn("equipment_of_other", serial=serial, owner=owner["name"], customer=customer["name"])


_OPEN = "SELECT id FROM live_ticket WHERE serial = ? AND status NOT IN ('closed', 'cancelled') ORDER BY id"


def warranty(ledger: Ledger, row: Record) -> date | None:
    """Return the last day of the warranty: the equipment's own, else its contract's."""
    last = row["warranty_until"] or (
        ledger.value("SELECT warranty_until FROM live_contract WHERE id = ?", (row["contract_id"],))
    )
    return date.fromisoformat(last) if last else None


# History


def history(ledger: Ledger, row: Record) -> list[Record]:
    """Return the one time line of a piece of equipment: what happened, by which record, and whether under warranty."""
    last, serial = warranty(ledger, row), row["serial"]
    events = ledger.rows(_HISTORY, {"serial": serial, "equipment": row["id"]})
    for at, report, parts in ledger.con.execute(_PARTS, {"serial": serial}).fetchall():
        events += [
            {"at": at, "record": report, "kind": "part", "text": part_text(part)}
            for part in json.loads(parts)
            if part.get("machine") == serial or serial in (part.get("old_serial"), part.get("new_serial"))
        ]
    for one in events:
        is_receipt = one["kind"] == "ticket"
        one["in_warranty"] = day_of(instant(one["at"]), ledger.zone) <= last if last and is_receipt else None
    return sorted(events, key=lambda one: one["at"])


def part_text(part: Record) -> str:
    """Write a part as reports tell it: name, quantity, and which serial came out for which."""
    text = f"{part['name']} x{part['quantity']}"
    old, new = part.get("old_serial"), part.get("new_serial")
    return f"{text} {old or '-'} → {new or '-'}" if old or new else text


_TICKETS = "SELECT id FROM live_ticket WHERE serial = :serial"
_DISPATCHES = f"SELECT id FROM live_dispatch WHERE ticket_id IN ({_TICKETS})"
_HISTORY = f"""
    SELECT received_at AS at, 'T' || id AS record, 'ticket' AS kind, summary AS text
    FROM live_ticket WHERE serial = :serial
    UNION ALL SELECT sent_at, 'D' || id, 'dispatch', place FROM live_dispatch
    WHERE status <> 'cancelled' AND ticket_id IN ({_TICKETS})
    UNION ALL SELECT at, 'VS' || id, 'visit', summary FROM live_visit
    WHERE ticket_id IN ({_TICKETS}) OR dispatch_id IN ({_DISPATCHES})
    UNION ALL SELECT filed_at, 'R' || id, 'service_report', coalesce(fault_cause, solution) FROM live_service_report
    WHERE dispatch_id IN ({_DISPATCHES})
    UNION ALL SELECT at, 'S' || id, 'survey', CAST(score AS TEXT) FROM live_survey WHERE ticket_id IN ({_TICKETS})
    UNION ALL SELECT at, 'C' || id, 'complaint', summary FROM live_complaint WHERE ticket_id IN ({_TICKETS})
    UNION ALL SELECT opened_at, 'QP' || id, 'problem', summary FROM live_problem p
    WHERE EXISTS (SELECT 1 FROM json_each(p.tickets) j WHERE j.value IN
      (SELECT 'T' || id FROM live_ticket WHERE serial = :serial))
    UNION ALL SELECT m.at, NULL, 'move', trim(coalesce(c.name, '') || ' ' || coalesce(m.place, '')
      || CASE WHEN m.taken_out THEN ' → -' ELSE coalesce(' → ' || m.part_of, '') END) FROM live_equipment_move m
    LEFT JOIN live_customer c ON c.id = m.customer_id WHERE m.equipment_id = :equipment"""
_WITH_MACHINE = """
    (SELECT json_group_array(json_set(p.value, '$.machine', t.serial)) FROM json_each(r.parts) p)"""
# By its own tickets, or among the few reports that name serials: each has its index, and it is the bound on the time
# that lets SQLite choose the second.
_PARTS = f"""
    SELECT r.filed_at, 'R' || r.id, {_WITH_MACHINE} FROM live_service_report r
    JOIN live_dispatch d ON d.id = r.dispatch_id JOIN live_ticket t ON t.id = d.ticket_id
    WHERE r.id IN (
      SELECT id FROM live_service_report WHERE dispatch_id IN ({_DISPATCHES})
      UNION SELECT n.id FROM live_service_report n, json_each(n.parts) p
      WHERE n.filed_at > '' AND instr(n.parts, '_serial"') > 0
        AND :serial IN (json_extract(p.value, '$.old_serial'), json_extract(p.value, '$.new_serial')))"""


def figures(ledger: Ledger, row: Record, now: datetime) -> dict[str, Any]:
    """Return what follows from a history: repairs that repeat in 12 months, days between failures, what it has cost."""
    serial, since = row["serial"], stored(year_before(now, ledger.zone))
    repairs = ledger.rows(_REPAIRS, (serial,))
    days = [day_of(instant(one["received_at"]), ledger.zone) for one in repairs]
    cost = ledger.value(_COST, {"serial": serial})
    return {
        "repeats_12m": sum(bool(one["repeat_of"]) for one in repairs if one["received_at"] >= since),
        "days_between_failures": [(later - earlier).days for earlier, later in pairwise(days)],
        "cost": Fen(cost), "in_warranty_until": warranty(ledger, row),
    }  # fmt: skip


_REPAIRS = """
    SELECT received_at, repeat_of FROM live_ticket
    WHERE serial = ? AND kind = 'repair' AND cancelled_at IS NULL ORDER BY received_at, id"""
_COST = f"""
    SELECT coalesce(sum(amount_fen), 0) FROM live_expense
    WHERE (ticket_id IN ({_TICKETS}) OR dispatch_id IN ({_DISPATCHES})) AND status NOT IN ('rejected', 'falsified')"""
