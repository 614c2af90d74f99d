"""Customers under another name: renamed, or merged into the one they are. The old name keeps leading there."""

from svcdesk.desk.act import Act, Receipt
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
