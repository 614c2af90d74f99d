"""Amendments: what was typed wrongly is put right, checked as if it were typed so; what follows is settled anew."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from svcdesk.columns import Column
from svcdesk.desk import expenses, plans, policies, rectifications, typed
from svcdesk.desk.act import Act, Receipt
from svcdesk.desk.checks import Checks, refuse_decided
from svcdesk.desk.entitled import not_own
from svcdesk.desk.entries import refuse_dated, refuse_own_post
from svcdesk.desk.settle import settling
from svcdesk.errors import BadInput, NotFound, Refused
from svcdesk.model import Record, table_of
from svcdesk.penalties import findings
from svcdesk.penalties.facts import AGAINST
from svcdesk.registers.declaring import Register
from svcdesk.registers.index import every, is_register, register_of
from svcdesk.store import Ledger, as_stored

# What is kept of a fact where a column shows what follows from it.
_FACTS = {
    ("ticket", "answered_at"): "replied_at", ("reopening", "answered_at"): "replied_at",
    ("dispatch", "due"): "own_due_at",
}  # fmt: skip
# Where to put right what follows from something else, by table and column.
_INSTEAD = {
    ("ticket", "answered_at"): "dispatch.arrived_at", ("ticket", "on_site_by"): "appointment.on_site_by",
    ("dispatch", "due"): "ticket.on_site_by", ("dispatch", "kind"): "ticket.kind", ("dispatch", "status"): "arrived_at",
    ("expense", "line"): "category", ("expense", "excluded"): "contract.includes_installation",
    ("staff", "active"): "retired_at", ("reopening", "answered_at"): "dispatch.arrived_at",
    ("appointment", "moved"): "asked_by", ("appointment", "previous"): "on_site_by",
}  # fmt: skip
# The facts by which somebody is judged, by the table that holds them; and of a ticket and a dispatch, what bears on it
# beside the times of the crew: by when they had to be there, and for what work.
_OF_DISPATCH = ("assignments", "report_duties")
_JUDGED = {
    "ticket": _OF_DISPATCH, "appointment": _OF_DISPATCH, "dispatch": _OF_DISPATCH,
    "service_report": ("report_duties",), "phone_check": ("phone_days",), "conduct": ("conduct",),
    "rectification": ("rectifications",),
}  # fmt: skip
_WEIGHS = {"ticket": {"on_site_by", "kind"}, "dispatch": {"ticket_id", "sent_at", "own_due_at"}}


class _Change(NamedTuple):
    """What is to become of a record: its columns, those of one member, and personal data."""

    own: Record
    member: Record | None
    theirs: Record
    personal: Record


def find(ledger: Ledger, text: str) -> tuple[Register, Record]:
    """Find the record that a text names: T12, a code, a customer, a contract, hold:3. Raises NotFound."""
    lettered = table_of(text)
    if lettered:
        return register_of(lettered), ledger.named(lettered, text)
    kind, _, number = text.partition(":")
    if number.isdigit() and is_register(table := kind.replace("-", "_")):
        return register_of(table), ledger.get(table, int(number))
    for register in every():
        if register.key and not register.letter and ledger.holds(register.table, register.key_column, text.strip()):
            return register, ledger.keyed(register.table, register.key_column, text)
    raise NotFound("no_record_named", text=text)


def amend(act: Act, text: str, given: Mapping[str, str], engineer: str | None = None) -> Receipt:
    """Put right what was typed of a record, by column. Raises BadInput, NotFound or Refused."""
    register, row = find(act.ledger, text)
    name = f"{register.letter}{row['id']}" if register.letter else text
    change = _read(act, register, row, name, given, engineer)
    refuse_decided(register, row, change.own.keys(), importing=False)
    _refuse_steps(register, row, name, change.own)
    _refuse_own(act, register, row, name, change)
    refuse_own_post(act, register, row, given.keys())
    refuse_dated(act.ledger, register, row, given.keys())
    if not (change.own or change.theirs or change.personal):
        raise BadInput("amends_nothing", id=name, names=[column.name for column in columns_of(register)])
    _write(act, register, row, change)
    _insist(act.ledger, register, row, name, change)
    return Receipt("amended", register.table, row["id"], {"name": name, "what": list(given)})


def columns_of(register: Register) -> list[Column]:
    """List what can be amended of a record."""
    keys = {"id", register.key} if register.table != "contract" else {"id"}
    return [c for c in register.fields() if c.name not in keys and (c.stored or c.part) and not c.follows]


def amendable(register: Register, name: str) -> Column:
    """Find a column that can be amended. Raises BadInput; of what follows from something else with what that is."""
    decided = {field for decision in register.decided for field in decision.fields}
    column = register.field(name)
    known = {column.name for column in columns_of(register)}
    if column is not None and (name in known or name in decided):
        return column
    shown = register.column(name)
    if shown is None or name in ("id", register.key):
        raise BadInput("amend_unknown", text=name, names=sorted(known - decided))
    of = register.derivation.needs if register.derivation and name in register.derivation.gives else ()
    instead = _INSTEAD.get((register.table, name))
    raise BadInput("derived", name=name, names=[instead] if instead else [need for need in of if need[0] != "_"])


def _read(
    act: Act, register: Register, row: Record, name: str, given: Mapping[str, str], engineer: str | None
) -> _Change:
    columns = {field: amendable(register, field) for field in given}
    members = register.members
    apart = [c for c in columns.values() if members and members.holds(c) and c.name not in members.latest]
    member = _member(act, register, row, name, engineer) if apart else None
    own: Record = {}
    theirs: Record = {}
    for field, column in columns.items():
        stands = member if column in apart else row
        fact = _FACTS.get((register.table, field), column.stored)
        if not column.part and stands is not None:
            value = _typed(act, column, given[field], stands[column.stored])
            if value != stands[column.stored]:
                (theirs if column in apart else own)[fact] = value
    personal = {c.part: _typed(act, c, given[f], None) for f, c in columns.items() if c.part}
    return _Change(own, member, theirs, personal)


def _typed(act: Act, column: Column, text: str, before: Any) -> Any:
    """Read a typed value as it is stored. Raises BadInput for an empty one where there must be one."""
    if not text.strip():
        if column.need or column.default is not None:
            raise BadInput("empty", name=column.name)
        return None
    if column.kind == "json":
        return as_stored([part.strip() for part in re.split("[、,，]", text) if part.strip()])
    return as_stored(typed.read(act, column, text, before))


def _member(act: Act, register: Register, row: Record, name: str, who: str | None) -> Record:
    """Find the member that is meant: the one named, else the only one. Raises BadInput or NotFound."""
    rows = _members(act.ledger, register, row)
    assert register.members is not None
    column = next(column for column in register.members.columns if column.name == register.members.who)
    names = [_called(act.ledger, column, member) for member in rows]
    if who is None and len(rows) == 1:
        return rows[0]
    if who is None:
        raise BadInput("which_engineer" if column.refers else "which_department", id=name, names=names)
    meant = act.ledger.staff(who)["code"] if column.refers else who
    if meant not in names:
        key = "not_in_crew" if column.refers else "department_not_asked"
        raise NotFound(key, id=name, code=meant, department=meant, near=names)
    return rows[names.index(meant)]


def _called(ledger: Ledger, column: Column, member: Record) -> str:
    """Return what a member is called: somebody's code, or a department as it was written."""
    value = member[column.stored]
    return str(ledger.get(column.refers, value)["code"] if column.refers else value)


def _members(ledger: Ledger, register: Register, row: Record) -> list[Record]:
    members = register.members
    if members is None:
        return []
    return ledger.rows(f'SELECT * FROM "live_{members.table}" WHERE "{members.parent}" = ? ORDER BY id', (row["id"],))


def _refuse_steps(register: Register, row: Record, name: str, own: Record) -> None:
    """Refuse to take a step, or to take one away: that is what its verb and undo are for."""
    for column in register.own():
        verb = register.stamps.get(column.name)
        fact = _FACTS.get((register.table, column.name), column.stored)
        if verb and fact in own and (row[column.stored] is None) != (own[fact] is None):
            raise Refused("own_verb", id=name, name=column.name, command=f"svcdesk {verb}")


def _refuse_own(act: Act, register: Register, row: Record, name: str, change: _Change) -> None:
    """Refuse whoever a finding or a complaint on these facts is about: nobody amends what they are judged by."""
    sources, weighs = _JUDGED.get(register.table), _WEIGHS.get(register.table, change.own.keys())
    if not sources or not (change.theirs or change.own):
        return
    if register.table == "rectification" and "due_on" in change.own:  # rectify extend keeps the day that was
        rectifications.not_the_owner(act, row)
    not_own(act, name, _complained_of(act.ledger, register, row), "4.1")
    if change.theirs or weighs & change.own.keys():
        for number in _judged(act.ledger, register, row):
            not_own(act, name, findings.people_found(act.ledger, act.basis, sources, number), "4")


def _complained_of(ledger: Ledger, register: Register, row: Record) -> list[str]:
    """Name by code whom the complaints on a record's ticket are about, but for those that did not hold."""
    ticket = row["id"] if register.table == "ticket" else row.get("ticket_id")
    if register.table == "service_report":
        ticket = ledger.get("dispatch", row["dispatch_id"])["ticket_id"]
    return [person["code"] for person in ledger.rows(_COMPLAINED_OF, (ticket,))]


_COMPLAINED_OF = f"""
    SELECT p.value AS code FROM live_complaint c JOIN json_each({AGAINST.format(complaint="c")}) p
    WHERE c.ticket_id = ? AND coalesce(c.finding, 'upheld') IN ('upheld', 'partly')"""


def _judged(ledger: Ledger, register: Register, row: Record) -> list[int]:
    """List by number what the facts of a record are judged by: a report's dispatch, each dispatch for a ticket."""
    if register.table in ("ticket", "appointment"):
        ticket = row["id"] if register.table == "ticket" else row["ticket_id"]
        return [sent["id"] for sent in ledger.rows("SELECT id FROM live_dispatch WHERE ticket_id = ?", (ticket,))]
    return [row["dispatch_id"] if register.table == "service_report" else row["id"]]


def _write(act: Act, register: Register, row: Record, change: _Change) -> None:
    """Check the record as it would stand, write it, and work out anew what follows."""
    ledger, members = act.ledger, _members(act.ledger, register, row)
    merged = row | change.own | {c.stored: None for c in register.own() if c.follows and register.members}
    if change.member:
        members = [m | change.theirs if m["id"] == change.member["id"] else m for m in members]
    Checks(ledger, register, act.basis).record(merged, {}, members)
    values = {name: value for name, value in merged.items() if value != row.get(name) and name != "due_at"}
    with settling(ledger, *_tickets(register, row, merged)):
        stands = _appoint(ledger, register, row, values)
        if not stands and (written := ledger.apart(register.table, values, change.personal, row)):
            ledger.update(register.table, row["id"], **written)
        if change.member and change.theirs and register.members:
            ledger.update(register.members.table, change.member["id"], **change.theirs)
    if register.table == "customer":
        plans.follow_key(ledger, row["id"], act.now)
    for table, number in _followed(register, row, merged):
        expenses.follow(ledger, table, number)
    if register.table == "policy":
        policies.follow(ledger, merged["key"])


def _tickets(register: Register, row: Record, merged: Record) -> list[int]:
    """List the tickets whose facts are written."""
    if register.table == "ticket":
        return [row["id"]]
    return [ticket for ticket in (row.get("ticket_id"), merged.get("ticket_id")) if ticket]


def _followed(register: Register, row: Record, merged: Record) -> Iterator[tuple[str, int]]:
    """List the records whose expenses are counted by them."""
    if register.table in ("ticket", "contract"):
        yield register.table, row["id"]
    elif register.table == "dispatch":
        yield from (("ticket", number) for number in dict.fromkeys(_tickets(register, row, merged)))


def _appoint(ledger: Ledger, register: Register, row: Record, values: Record) -> bool:
    """Put right the appointment that a ticket's target stands in, where there is one."""
    if register.table != "ticket" or values.get("on_site_by") is None:
        return False
    sql = "SELECT id FROM live_appointment WHERE ticket_id = ? AND moved ORDER BY at DESC, id DESC LIMIT 1"
    made = ledger.value(sql, (row["id"],))
    if made is None:
        return False
    ledger.update("appointment", made, on_site_by=values.pop("on_site_by"))
    return not values


def _insist(ledger: Ledger, register: Register, row: Record, name: str, change: _Change) -> None:
    """Insist that the record now says what was typed: a fact may be outdone by another. Raises BadInput."""
    now = ledger.get(register.table, row["id"])
    for column in register.fields():
        fact = _FACTS.get((register.table, column.name), column.stored)
        if fact in change.own and column.stored in now and now[column.stored] != change.own[fact]:
            instead = _INSTEAD.get((register.table, column.name), column.name)
            raise BadInput("derived", name=column.name, names=[instead])
