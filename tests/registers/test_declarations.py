"""Each register's declaration, held against its table: the columns, what they refer to, their words and bounds."""

import re
import sqlite3

import pytest

from svcdesk import schema
from svcdesk.columns import Column
from svcdesk.model import LETTERS, WORDS
from svcdesk.registers import index

REGISTERS = [pytest.param(register, id=register.table) for register in index.every()]
# What stands in a table beside its columns: kept by the store, or what a settlement works out from.
KEPT = {"undone_at", "personal_id", "personal_hash", "reference_digest"}
KEPT_OF = {
    "centre": {"rehearsal"},
    "ticket": {"replied_at", "replied_by"},
    "dispatch": {"own_due_at", "due_at"},
    "crew": {"cancelled_at", "cancel_reason"},
    "complaint": {"about_id", "entitled"},
    "customer": {"merged_into"},
    "expense": {"entitled"},
    "penalty": {"facts", "entitled"},
    "policy": {"entitled"},
    "submission": {"figures"},
    "attachment": {"by", "erased_at"},
}  # fmt: skip


@pytest.fixture(scope="module")
def con():
    made = sqlite3.connect(":memory:")
    for version in range(1, schema.VERSION + 1):
        made.executescript(schema.script(version))
    yield made
    made.close()


def table_info(con, table):
    return {row[1]: row for row in con.execute(f'PRAGMA table_info("{table}")')}


def tables_of(register):
    """The tables of a register, each with the declared columns stored in it."""
    members = register.members
    seen = [column for column in register.columns if column.stored and column.name[0] != "_"]
    own = [column for column in seen if not (members and column in members.columns)]
    found = {register.table: own}
    if members:
        found[members.table] = [column for column in members.columns if column.stored]
    return found


def sql_of(con, table, column):
    """The definition of a column as the schema has it."""
    (text,) = con.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).fetchone()
    parts = re.findall(rf'[\n,]\s*"?{column}"? (.*?)(?=,\n|\n\)|, [a-z_"]+ [A-Z]+)', text + "\n)", re.DOTALL)
    return parts[-1] if parts else ""


@pytest.mark.parametrize("register", REGISTERS)
def test_every_declared_column_is_stored_where_it_says(con, register):
    for table, columns in tables_of(register).items():
        there = table_info(con, table)
        assert [column.stored for column in columns if column.stored not in there] == [], table


@pytest.mark.parametrize("register", REGISTERS)
def test_every_column_of_the_table_is_declared(con, register):
    for table, columns in tables_of(register).items():
        linked = {"id", register.members.parent, register.members.who} if register.members else {"id"}
        left = (
            table_info(con, table).keys()
            - {column.stored for column in columns}
            - linked
            - KEPT
            - KEPT_OF.get(table, set())
        )
        hidden = {column.stored for column in register.columns}
        assert left - hidden == set(), table


TYPES = {"money": "INTEGER", "int": "INTEGER", "flag": "INTEGER", "id": "INTEGER"}


@pytest.mark.parametrize("register", REGISTERS)
def test_a_column_is_of_the_type_of_its_kind(con, register):
    for table, columns in tables_of(register).items():
        there = table_info(con, table)
        for column in columns:
            kind = "id" if column.refers else column.kind.partition(":")[0]
            if kind != "personal":
                assert there[column.stored][2] == TYPES.get(kind, "TEXT"), (table, column.name)


@pytest.mark.parametrize("register", REGISTERS)
def test_what_a_record_cannot_be_without_is_not_null(con, register):
    for table, columns in tables_of(register).items():
        there = table_info(con, table)
        for column in columns:
            if column.need and column.name != "id":
                assert there[column.stored][3] == 1, (table, column.name)


@pytest.mark.parametrize("register", REGISTERS)
def test_what_a_column_refers_to_is_a_foreign_key(con, register):
    for table, columns in tables_of(register).items():
        keys = {row[3]: row[2] for row in con.execute(f'PRAGMA foreign_key_list("{table}")')}
        for column in columns:
            if column.target and isinstance(column, Column) and column.stored:
                assert keys.get(column.stored) == column.target, (table, column.name)


@pytest.mark.parametrize("register", REGISTERS)
def test_the_words_of_a_column_are_those_of_its_check(con, register):
    for table, columns in tables_of(register).items():
        for column in columns:
            kind, _, words = column.kind.partition(":")
            checked = re.search(rf'"?{column.stored}"? IN \(([^)]*)\)', sql_of(con, table, column.stored))
            if kind == "word" and checked and words in WORDS:
                assert set(re.findall(r"'(\w+)'", checked[1])) == set(column.words or WORDS[words]), column.name


@pytest.mark.parametrize("register", REGISTERS)
def test_times_that_must_not_run_backwards_are_columns_of_the_record(register):
    names = {column.stored for column in register.columns} | {"due_at", "on_site_by"}
    for earlier, later in register.sequence:
        assert {earlier, later} <= names


def test_ids_are_told_apart_by_their_letters():
    assert len(set(LETTERS.values())) == len(LETTERS)
    assert all(letters.isascii() and letters.isupper() and 1 <= len(letters) <= 2 for letters in LETTERS.values())
