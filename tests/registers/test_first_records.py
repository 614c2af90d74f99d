"""A list with a limit shows the first of what the whole list shows, wherever it looks for them, and reads little."""

import pytest

from svcdesk import periods
from svcdesk.registers import records
from svcdesk.registers.index import exported
from svcdesk.store import open_ledger

NOW = periods.instant("2026-10-20T01:00:00Z")


@pytest.fixture(scope="module")
def ledger(rehearsed):
    opened = open_ledger(rehearsed.ledger)
    yield opened
    opened.close()


def selections(ledger, register):
    """Selections of a register: all, a month's, and by each value that a filter's column has."""
    month = periods.read_month("2026-10", NOW, ledger.zone)
    yield lambda: records.Selection()
    if register.at:
        yield lambda: records.Selection().during(register, month)
    for name in register.filters:
        column = register.column(name)
        if column.sql is None or (register.members and column in register.members.columns):
            continue
        for (value,) in ledger.con.execute(f"SELECT DISTINCT {column.sql} FROM {register.source} LIMIT 3").fetchall():
            yield lambda sql=column.sql, value=value: records.Selection().where(f"{sql} = ?", value)
            if register.at:
                yield (
                    lambda sql=column.sql, value=value: (
                        records.Selection().during(register, month).where(f"{sql} = ?", value)
                    )
                )


def first_records(rows, limit):
    """The rows of the first records, each with all its members."""
    kept = list(dict.fromkeys(row["id"] for row in rows))[:limit]
    return [row for row in rows if row["id"] in kept]


@pytest.mark.parametrize("near", [0, 2, 4000])
@pytest.mark.parametrize("name", exported())
def test_the_first_are_the_first_of_all(ledger, name, near, monkeypatch):
    monkeypatch.setattr(records, "_NEAR", near)
    register = exported()[name]
    for selection in selections(ledger, register):
        for flat in (False, True):
            whole = list(records.records(ledger, register, NOW, selection(), flat=flat))
            for limit in (0, 1, 2, 5):
                found = list(records.records(ledger, register, NOW, selection().first(limit), flat=flat))
                assert found == (first_records(whole, limit) if register.members else whole[:limit])


@pytest.mark.parametrize("name", exported())
def test_what_a_list_shows_is_read_of_the_first_alone(ledger, name):
    register, sent = exported()[name], []
    ledger.con.set_trace_callback(sent.append)
    list(records.records(ledger, register, NOW, records.Selection().first(3)))
    ledger.con.set_trace_callback(None)
    (shown,) = (sql for sql in sent if register.columns[1].sql is None or f", {register.columns[1].sql}" in sql)
    assert "r.id IN (SELECT value FROM json_each('[" in shown
