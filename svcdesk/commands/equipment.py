"""equipment: machines at the customers' and their parts, by serial, each with one time line (3.6, 4.6)."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from svcdesk import messages
from svcdesk.columns import Column
from svcdesk.commands import telling
from svcdesk.commands.context import Read, Write, writing
from svcdesk.commands.noun import Noun, Text, Yes
from svcdesk.commands.receipts import formatted, receipt_line
from svcdesk.desk.act import Receipt
from svcdesk.later import later
from svcdesk.model import Record
from svcdesk.periods import instant, local
from svcdesk.registers.equipment import EQUIPMENT
from svcdesk.render import tables

if TYPE_CHECKING:
    from svcdesk.desk import equipment
else:
    equipment = later("svcdesk.desk.equipment")

noun = Noun("equipment")
Serial = Annotated[str, typer.Argument()]
Customer = Annotated[str, typer.Option()]


@noun.write("add")
def add(
    w: Write,
    serial: Serial,
    product: Annotated[str, typer.Option()],
    customer: Customer,
    contract: Text = None,
    installed: Text = None,
    warranty_until: Text = None,
    part_of: Text = None,
    place: Text = None,
) -> Receipt:
    given = {"contract": contract, "installed": installed, "warranty_until": warranty_until, "place": place}
    return equipment.add(
        w, {"serial": serial, "product": product, "customer": customer, "first_part_of": part_of, **given}
    )


@noun.write("set")
def set_(
    w: Write,
    serial: Serial,
    product: Text = None,
    customer: Text = None,
    contract: Text = None,
    installed: Text = None,
    warranty_until: Text = None,
    place: Text = None,
) -> Receipt:
    given = {"product": product, "customer": customer, "contract": contract, "place": place}
    return equipment.change(w, serial, {**given, "installed": installed, "warranty_until": warranty_until})


@noun.write("move")
def move(
    w: Write,
    serial: Serial,
    customer: Text = None,
    place: Text = None,
    part_of: Text = None,
    taken_out: Annotated[bool, typer.Option("--taken-out")] = False,
) -> Receipt:
    return equipment.move(w, serial, equipment.To(customer, place, part_of, taken_out))


@noun.write("retire")
def retire(w: Write, serial: Serial) -> Receipt:
    return equipment.retire(w, serial)


_UNREGISTERED = (
    Column("serial", whole=True), Column("product"), Column("customer"), Column("contract"),
    Column("tickets", kind="int"),
)  # fmt: skip


@noun.read("adopt")
def adopt(r: Read, yes: Yes = False) -> None:
    found = equipment.unregistered(r.ledger)
    rows = ({column.name: row[column.name] for column in _UNREGISTERED} for row in found)
    tables.records(rows, _UNREGISTERED, r.form, r.zone)
    if yes and found:
        r.ledger.close()
        with writing("equipment adopt", {}) as w:
            made = equipment.adopt(w)
        print(receipt_line("equipment_adopted", w.ledger, n=made), file=sys.stderr)
        r.ledger = w.ledger


noun.list_of(EQUIPMENT, during=False, upto={"warranty_ends_by": "warranty_until"})


def _told(r: Read, row: Record, _: Record) -> list[tuple[str, str]]:
    """Tell the time line, then what follows from it."""
    lines = telling.events(equipment.history(r.ledger, row), r.zone)
    values = equipment.figures(r.ledger, row, r.now)
    days = messages.comma(map(str, values["days_between_failures"]))
    values |= {"days_between_failures": days or None, "warranty": values["in_warranty_until"]}
    return [*lines, (messages.say("columns.figures"), messages.say("labels.equipment_figures", **formatted(values)))]


def _keys(r: Read, row: Record) -> Record:
    from svcdesk.values import to_json  # brings decimal, which no list needs

    events = [{**one, "at": local(instant(one["at"]), r.zone)} for one in equipment.history(r.ledger, row)]
    return dict(to_json({**equipment.figures(r.ledger, row, r.now), "events": events}, r.zone))


noun.show_of(EQUIPMENT, lambda ledger, serial: ledger.keyed("equipment", "serial", serial), _told, _keys)
