"""The schema by version: hand-written SQL, one file a version, applied in order. A released file is never changed."""

import sqlite3
from collections.abc import Iterator

APPLICATION_ID = 0x53564344  # "SVCD"
VERSION = 4

# The tables of records, by the version that brought them; the journal writes an image of each of their rows.
TABLES: dict[int, tuple[str, ...]] = {
    1: (
        "centre", "staff", "customer", "contract", "ticket", "appointment", "escalation", "hold", "dispatch", "crew",
        "service_report", "survey", "complaint", "contact", "phone_check", "conduct", "expense", "penalty", "policy",
        "submission",
    ),
    3: ("reopening", "hand_over", "complaint_person", "former_name", "staff_value", "accepted_entry",
        "attachment"),
    4: (
        "plan", "inspection", "rectification", "visit", "suggestion", "promise", "problem", "problem_department",
        "cause_alias", "equipment", "equipment_move",
    ),
}  # fmt: skip

# The tables that a version did away with: nothing had ever been written to them.
GONE = {"complaint_person": 4}

# What of a person stands outside the journal's images, so that it can be erased; the last two from version 4 on.
PERSONAL = ("name", "phone", "address", "home", "wage_fen")
# Columns of records that stand there too, from version 4 on, under the same names; the live views fill them in.
APART = {"staff": ("name", "home", "wage_fen"), "staff_value": ("value",)}

# What a ledger of each version declares, as one hash. Another SQLite may word a changed table otherwise: what does
# not hash to this is compared object by object with a ledger made afresh.
DIGESTS = {
    1: "33037b81f476506813e4a94cc61032cdba32f482de800d8635d670b26e8a9626",
    2: "f360b0542ca632436f4ea69994e850d2ba035addd75ae1cf0c7aeda52966881d",
    3: "3e4d43c43415b4b55f085a812ecb9f253541e4c3cf52536be4ec26124850010c",
    4: "223024f617849b4ed6f34d42f700abcaa56dd198bf0e48b9f7bc4bf2ff8aa13b",
}


def tables(version: int = VERSION) -> tuple[str, ...]:
    """Return the tables of records that a ledger of a version has."""
    brought = (table for since, added in TABLES.items() if since <= version for table in added)
    return tuple(table for table in brought if version < GONE.get(table, version + 1))


def script(version: int) -> str:
    """Return the SQL that takes a ledger from version - 1 to version."""
    from importlib.resources import files  # not at the head: it brings tempfile and random to every command

    return (files(__package__) / f"{version:04d}.sql").read_text(encoding="utf-8")


def statements(version: int) -> Iterator[str]:
    """Return that SQL statement by statement, for a transaction that others began."""
    pending = ""
    for line in script(version).splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
