"""How today's figures of a month differ from those handed in, each with the entries that changed rows behind it."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from svcdesk import journal
from svcdesk.model import Record, named
from svcdesk.month import behind, figures
from svcdesk.month.behind import Scope
from svcdesk.month.submissions import standing
from svcdesk.periods import Period, instant
from svcdesk.registers import records
from svcdesk.regulation.policy import Basis
from svcdesk.store import Ledger
from svcdesk.values import to_json


class Steps(NamedTuple):
    """How a row went on since a report was handed in: its image then, and the entries since, each with its image."""

    was: Record | None
    since: list[tuple[int, Record]]


Images = dict[str, list[tuple[int, Steps]]]  # by table: a row, and how it went on


def drift(ledger: Ledger, report: str, period: Period) -> Record | None:
    """Compare a month's figures with those handed in, as of the instant of submission: time passing alone is none.

    Return {submitted: the submission, changed: [{figure, path, submitted, today, entries}], entries: all of them}; None
    where the month was not handed in. A submission of an earlier version is compared in the figures that it has.
    """
    row = standing(ledger, report, period.name)
    if row is None:
        return None
    submitted = records.one(ledger, "submission", row["id"], instant(row["at"]))
    at = _frozen_at(ledger, row["id"])
    made = figures.MAKERS[report](ledger, period, at)
    today = {name: value for name, value in to_json(made, ledger.zone).items() if name in submitted["figures"]}
    _count_as_then(submitted["figures"], today)
    then, now = dict(_flat(submitted["figures"])), dict(_flat(today))
    moved = [path for path in dict.fromkeys([*then, *now]) if _has_moved(path, then, now)]
    found = _behind_each(ledger, moved, period, at, submitted["entry"])
    changed = [
        {
            "figure": ".".join(path), "path": list(path), "submitted": then.get(path), "today": now.get(path),
            "entries": _entries(ledger, found[path]),
        }
        for path in moved
    ]  # fmt: skip
    return {"submitted": submitted, "changed": changed, "entries": _entries(ledger, _together(found.values()))}


def entries_since(ledger: Ledger, report: str, period: Period) -> list[Record]:
    """Return the entries that changed anything that a month's report counts since it was handed in."""
    row = standing(ledger, report, period.name)
    if row is None:
        return []
    submitted = records.one(ledger, "submission", row["id"], instant(row["at"]))
    paths = dict(_flat(submitted["figures"]))
    found = _behind_each(ledger, paths, period, _frozen_at(ledger, row["id"]), submitted["entry"])
    return _entries(ledger, _together(found.values()))


def _together(found: Iterable[dict[int, list[str]]]) -> dict[int, list[str]]:
    """Gather the records of each entry."""
    every: dict[int, list[str]] = {}
    for entries in found:
        for seq, names in entries.items():
            every[seq] = list(dict.fromkeys([*every.get(seq, []), *names]))
    return every


def _frozen_at(ledger: Ledger, submission: int) -> datetime:
    """Return the instant at which the figures were frozen: that of the entry that did it."""
    return instant(
        ledger.value(
            "SELECT n.at FROM change c JOIN entry n ON n.seq = c.entry WHERE c.\"table\" = 'submission' AND c.row = ?"
            " ORDER BY c.entry LIMIT 1",
            (submission,),
        )
    )


def _count_as_then(then: Record, today: Record) -> None:
    """Count what was withdrawn among the unanswered, where the version which froze the figures did."""
    if "service" in then and "withdrawn" not in then["service"]:
        today["service"]["unanswered"] += today["service"].get("withdrawn", 0)


def _has_moved(path: behind.Path, then: dict[behind.Path, Any], now: dict[behind.Path, Any]) -> bool:
    """Return whether a figure differs. A line that is not there says nothing; nor does a count that the version which
    froze the figures did not have yet."""
    was, here = then.get(path), now.get(path)
    if path[0] == "projects" and not (path in then and path in now):
        return {was, here} - {*_NOTHING} != set()
    return was != here and (path in then or (path[0] != "service" and here not in _NOTHING))


_NOTHING = (None, 0, "0.00")

# Figures


_NAMES = ("line", "contract", "project", "customer", "figure", "age")
_UNCOMPARED = ("unit", "definition", "provisional_until")


def _flat(made: Any, path: behind.Path = ()) -> Iterator[tuple[behind.Path, Any]]:
    """Write nested figures as one path each: lines, dispatch, cost."""
    if isinstance(made, dict):
        for name, inside in made.items():
            if name not in _NAMES and name not in _UNCOMPARED:
                yield from _flat(inside, (*path, name))
    elif isinstance(made, list):
        for row in made:
            yield from _flat(row, (*path, _line_name(row)))
    else:
        yield path, made


def _line_name(row: Record) -> str:
    """Name a line so that a contract, a customer and nobody are told apart, whatever they are called."""
    for name in ("line", "figure", "age"):
        if name in row:
            return str(row[name])
    return next((f"{kind}:{row[kind]}" for kind in ("contract", "customer") if row.get(kind)), behind.NOBODY)


# Entries


def _later_images(ledger: Ledger, since: int, tables: set[str]) -> Images:
    """Read every image of some tables that was written after an entry, by row, and what the row was before."""
    found: dict[tuple[str, int], list[tuple[int, Record]]] = {}
    for seq, table, row, after in ledger.con.execute(_LATER, (since, json.dumps(sorted(tables)))):
        found.setdefault((table, row), []).append((seq, json.loads(after)))
    later: Images = {}
    for (table, row), steps in found.items():
        was = journal.before(ledger.con, table, row, steps[0][0])
        later.setdefault(table, []).append((row, Steps(was, steps)))
    return later


_LATER = """
    SELECT entry, "table", row, after FROM change
    WHERE entry > ? AND "table" IN (SELECT value FROM json_each(?)) ORDER BY entry, n"""


def _behind_each(
    ledger: Ledger, paths: Iterable[behind.Path], period: Period, at: datetime, since: int
) -> dict[behind.Path, dict[int, list[str]]]:
    """Return for each figure the entries after one that changed rows behind it, each with those rows."""
    sources = {path: behind.behind(path) for path in paths}
    if not sources:
        return {}
    tables = {source.table for each in sources.values() for source in each}
    later, basis = _later_images(ledger, since, tables), Basis(ledger.policy, at, ledger.zone)
    recorded = behind.recorded(ledger, period)
    return {path: _behind(each, later, Scope(ledger, path, period, basis, recorded)) for path, each in sources.items()}


def _behind(sources: Iterable[behind.Source], later: Images, scope: Scope) -> dict[int, list[str]]:
    """Return the entries that changed rows behind a figure, each with those rows.

    What was changed and is now again as it was handed in made no difference.
    """
    found: dict[int, list[str]] = {}
    for source in sources:
        for row, steps in later.get(source.table, ()):
            for seq in _steps_that_count(source, steps, scope):
                found.setdefault(seq, []).append(named(source.table, row))
    return {seq: list(dict.fromkeys(names)) for seq, names in sorted(found.items())}


def _steps_that_count(source: behind.Source, steps: Steps, scope: Scope) -> Iterator[int]:
    was = source.counted(steps.was, scope)
    if was == source.counted(steps.since[-1][1], scope):
        return
    for seq, image in steps.since:
        now = source.counted(image, scope)
        if now != was:
            yield seq
        was = now


def _entries(ledger: Ledger, found: dict[int, list[str]]) -> list[Record]:
    rows = []
    for seq in sorted(found):
        entry = ledger.one("SELECT at, actor, command FROM entry WHERE seq = ?", (seq,))
        assert entry is not None
        rows.append(
            {
                "entry": seq, "at": to_json(instant(entry["at"]), ledger.zone), "actor": entry["actor"],
                "command": entry["command"], "records": found[seq],
            }
        )  # fmt: skip
    return rows
