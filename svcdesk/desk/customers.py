"""Customers under another name: renamed, or merged into the one they are. The old name keeps leading there."""

from difflib import SequenceMatcher

from svcdesk import alike
from svcdesk.desk.act import Act, Receipt, Word
from svcdesk.errors import BadInput, Refused
from svcdesk.model import Record
from svcdesk.registers.index import every

_FILLED = ("region", "city")  # taken over by a merge where the other customer has none


def rename(act: Act, old: str, new: str) -> Receipt:
    """Give a customer another name. Raises NotFound, or Refused where somebody else bears it."""
    customer, name = act.ledger.customer(old), new.strip()
    if not name:
        raise BadInput("empty", name="NEW")
    if name == customer["name"]:
        raise BadInput("renamed_to_itself", name=name)
    number = act.ledger.number_of_customer(name)
    if number not in (None, customer["id"]) or act.ledger.bears(name):
        raise Refused("customer_exists", name=name)
    act.ledger.insert("former_name", customer_id=customer["id"], name=customer["name"])
    act.ledger.update("customer", customer["id"], name=name)
    return Receipt("customer_renamed", "customer", customer["id"], {"old": customer["name"], "name": name})


def merge(act: Act, gone: str, kept: str) -> Receipt:
    """Move all that hangs on a customer to the one that it is. Raises NotFound; BadInput for one and the same."""
    old, into = act.ledger.customer(gone), act.ledger.customer(kept)
    if old["id"] == into["id"]:
        raise BadInput("merged_with_itself", name=into["name"])
    moved = sum(_move(act, table, column, old["id"], into["id"]) for table, column in _hanging())
    act.ledger.insert("former_name", customer_id=into["id"], name=old["name"])
    act.ledger.update("customer", old["id"], merged_into=into["id"])
    if taken := _taken_over(old, into):
        act.ledger.update("customer", into["id"], **taken)
    return Receipt("customer_merged", "customer", into["id"], {"old": old["name"], "name": into["name"], "n": moved})


def _hanging() -> list[tuple[str, str]]:
    """List the tables and columns that refer to a customer."""
    linked = [
        (register.table, column.link)
        for register in every()
        for column in register.columns
        if column.refers == "customer"
    ]
    return [*linked, ("former_name", "customer_id")]


def _move(act: Act, table: str, column: str, old: int, into: int) -> int:
    rows = act.ledger.rows(f'SELECT id FROM "live_{table}" WHERE "{column}" = ?', (old,))
    for row in rows:
        act.ledger.update(table, row["id"], **{column: into})
    return len(rows)


def _taken_over(old: Record, into: Record) -> Record:
    """Return what the customer that stays takes over: what it lacked, and that the other was a key customer."""
    taken = {name: old[name] for name in _FILLED if old[name] and not into[name]}
    return taken | ({"key": 1} if old["key"] and not into["key"] else {})


def warn_near(act: Act, number: int) -> None:
    """Say where a customer's name, telephone or address is nearly another's: they may be one."""
    customers = act.ledger.rows(_KNOWN)
    own = next(row for row in customers if row["id"] == number)
    others = {row["name"]: row for row in customers if row["id"] != number}
    by_core: dict[str, list[str]] = {}
    for name in others:
        by_core.setdefault(alike.core(name), []).append(name)
    found = {name: ["name"] for core in alike.near(alike.core(own["name"]), by_core) for name in by_core[core]}
    for name, other in others.items():
        for part, is_near in _NEAR.items():
            if own[part] and other[part] and is_near(own[part], other[part]):
                found.setdefault(name, []).append(part)
    for name, parts in list(found.items())[:_MOST_NAMED]:
        act.warn("customer_near", name=own["name"], other=name, by=[Word("customer_part", part) for part in parts])


_MOST_NAMED = 3
_KNOWN = """
    SELECT r.id, r.name, p.phone, p.address FROM live_customer r LEFT JOIN personal p ON p.id = r.personal_id
    ORDER BY r.id"""


def _near_phone(one: str, other: str) -> bool:
    return alike.same_but_one(alike.digits(one), alike.digits(other))


def _near_address(one: str, other: str) -> bool:
    pair = SequenceMatcher(None, alike.core(one), alike.core(other), autojunk=False)
    return min(len(one), len(other)) > _SHORT and pair.quick_ratio() > _ALIKE and pair.ratio() > _ALIKE


_SHORT, _ALIKE = 5, 0.9  # characters of an address that say little; how alike two are
_NEAR = {"phone": _near_phone, "address": _near_address}
