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
    4: (),
}  # fmt: skip


def tables(version: int = VERSION) -> tuple[str, ...]:
    """Return the tables of records that a ledger of a version has."""
    return tuple(table for since, added in TABLES.items() if since <= version for table in added)


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
