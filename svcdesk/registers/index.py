"""Every register by its export name and by its table. A file of declarations is loaded when one of it is asked for."""

from functools import cache
from importlib import import_module

from svcdesk.columns import Column
from svcdesk.model import REGISTERS
from svcdesk.registers.declaring import Members, Register


@cache
def register_of(table: str) -> Register:
    """Return the register of a table. Raises KeyError where it has none."""
    declared = vars(import_module(f"svcdesk.registers.{REGISTERS[table].declared_in}")).values()
    return next(one for one in declared if isinstance(one, Register) and one.table == table)


@cache
def every() -> tuple[Register, ...]:
    """Return every register, those too that are not exported."""
    return tuple(map(register_of, REGISTERS))


@cache
def exported() -> dict[str, Register]:
    """Return the registers that are exported and imported, by name."""
    return {register.name: register for register in every() if register.name}


@cache
def members_in(table: str) -> tuple[Register, Members] | None:
    """Find the register whose members stand in a table, with how it declares them."""
    return next(((one, one.members) for one in every() if one.members and one.members.table == table), None)


def columns_in(table: str) -> tuple[Column, ...]:
    """List the declared columns that are stored in a table, as what can be given names them."""
    if table in REGISTERS:
        return tuple(register_of(table).own())
    if found := members_in(table):
        register, members = found
        return tuple(column for column in register.fields() if members.holds(column))
    return ()


def is_register(table: str) -> bool:
    """Return whether a table is a register's own."""
    return table in REGISTERS
