"""What was handed in (part 5): the figures frozen as they were, and how today's differ from them."""

import hashlib
import json
from collections.abc import Iterator
from datetime import date, datetime, tzinfo
from typing import Any

from svcdesk import journal, periods, reports
from svcdesk.errors import BadInput, Refused
from svcdesk.model import LETTERS, Fen, Record
from svcdesk.month import projects
from svcdesk.periods import Period, instant, local, stored
from svcdesk.registers import records
from svcdesk.store import Ledger
from svcdesk.values import to_json

# Each report that is handed in: what it freezes, and the policy key of the day on which it is due.
REPORTS = {"monthly": "statistics", "projects": "projects"}


def frozen_figures(ledger: Ledger, report: str, period: Period, now: datetime) -> Record:
    """Work out what handing a report in freezes."""
    monthly = report == "monthly"
    made = reports.figures(ledger, period, now) if monthly else {"projects": projects.lines(ledger, period, now)}
    return dict(to_json(made, ledger.zone))


def submit(
    ledger: Ledger,
    report: str,
    period: Period,
    *,
    at: datetime,
    now: datetime,
    by: str,
    to: list[str],
    file: str | None = None,
    corrects: str | None = None,
) -> int:
    """Freeze a month's figures as handed in, inside a command; return the submission's number.

    ``file`` is the SHA-256 of the file handed in; without one the figures' own stands for it. Raises Refused where the
    month was handed in before, unless ``corrects`` says why it is handed in again.
    """
    earlier = standing(ledger, report, period.month)
    if earlier and corrects is None:
        raise Refused(
            "submitted_already",
            report=report,
            month=period.month,
            at=instant(earlier["at"]),
            to=json.loads(earlier["to"]),
        )
    if not earlier and corrects is not None:
        raise Refused("nothing_to_correct", report=report, month=period.month)
    if earlier:
        ledger.update("submission", earlier["id"], undone_at=now)
    seq, entry_hash = journal.last(ledger.con)
    kept = {
        "figures": frozen_figures(ledger, report, period, now),
        "entry": seq,
        "ledger_hash": entry_hash,
        "file": file is not None,
        "corrects": corrects,
    }
    text = json.dumps(kept["figures"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return ledger.insert(
        "submission", report=report, month=period.month, at=at, by=by, to=json.dumps(to, ensure_ascii=False),
        figures=json.dumps(kept, ensure_ascii=False, separators=(",", ":")),
        digest=file if file is not None else hashlib.sha256(text.encode()).hexdigest(),
    )  # fmt: skip


def standing(ledger: Ledger, report: str, month: str) -> Record | None:
    """Find the submission that stands for a month, or None."""
    return ledger.one("SELECT * FROM live_submission WHERE report = ? AND month = ?", (report, month))


def drift(ledger: Ledger, report: str, period: Period, today: Record) -> Record | None:
    """Compare today's figures of a month with those handed in; None where it was not handed in.

    Gives {submitted: the submission, changed: [{figure, path, submitted, today}], entries: those that made the
    difference}.
    """
    row = standing(ledger, report, period.month)
    if row is None:
        return None
    submitted = records.one(ledger, "submission", row["id"], instant(row["at"]))
    then, now = dict(_flat(submitted["figures"])), dict(_flat(to_json(today, ledger.zone)))
    changed = [
        {"figure": ".".join(path), "path": list(path), "submitted": then.get(path), "today": now.get(path)}
        for path in dict.fromkeys([*then, *now])
        if then.get(path) != now.get(path)
    ]
    entries = list(_entries_behind(ledger, report, period, submitted["entry"])) if changed else []
    return {"submitted": submitted, "changed": changed, "entries": entries}


def _flat(figures: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Write nested figures as one path each: lines, dispatch, cost."""
    if isinstance(figures, dict):
        for name, inside in figures.items():
            if name not in _NAMES:
                yield from _flat(inside, (*path, name))
    elif isinstance(figures, list):
        for row in figures:
            yield from _flat(row, (*path, _line_name(row)))
    else:
        yield path, figures


_NAMES = ("line", "contract", "project", "customer")


def _line_name(row: Record) -> str:
    """Name a line so that a contract, a customer and nobody are told apart, whatever they are called."""
    if "line" in row:
        return str(row["line"])
    return next((f"{kind}:{row[kind]}" for kind in ("contract", "customer") if row.get(kind)), NOBODY)


NOBODY = "nobody"


def _entries_behind(ledger: Ledger, report: str, period: Period, since: int) -> Iterator[Record]:
    """List the entries after one that changed what the report counts of the month, each with those records.

    What was changed and is now again as it was handed in made no difference.
    """
    later = 'SELECT entry, "table", row, after FROM change WHERE entry > ? ORDER BY entry, n'
    images: dict[tuple[str, int], list[tuple[int, Record]]] = {}
    for seq, table, row, after in ledger.con.execute(later, (since,)):
        if table in _FEEDS:
            images.setdefault((table, row), []).append((seq, json.loads(after)))
    found: dict[int, list[str]] = {}
    for (table, row), steps in images.items():
        was = _counted(report, table, journal.before(ledger.con, table, row, steps[0][0]), period)
        if was == _counted(report, table, steps[-1][1], period):
            continue
        for seq, image in steps:
            if (now := _counted(report, table, image, period)) != was:
                found.setdefault(seq, []).append(f"{LETTERS.get(table, table + ' ')}{row}")
            was = now
    for seq in sorted(found):
        entry = ledger.one("SELECT at, actor, command FROM entry WHERE seq = ?", (seq,))
        assert entry is not None
        yield {
            "entry": seq,
            "at": local(instant(entry["at"]), ledger.zone),
            "actor": entry["actor"],
            "command": entry["command"],
            "records": found[seq],
        }


# What a report reads of each table: the times by which a row is of a month, and the columns that it counts.
_FEEDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "expense": (
        ("spent_on",),
        ("spent_on", "amount_fen", "line", "excluded", "status", "engineer_id", "dispatch_id", "ticket_id"),
    ),
    "crew": (("departed_at", "returned_at"), ("departed_at", "returned_at", "engineer_id")),
    "dispatch": (("sent_at",), ("ticket_id", "kind")),
    "contact": (("at",), ("at",)),
    "ticket": (
        ("received_at", "closed_at", "first_closed_at"),
        ("received_at", "answered_at", "closed_at", "first_closed_at", "contract_id", "customer_id"),
    ),
    "survey": (("at",), ("at", "score", "ticket_id")),
    "complaint": (("at",), ("at", "ticket_id")),
    "escalation": (("at",), ("at", "major_quality", "ticket_id")),
    "service_report": (("filed_at",), ("filed_at", "customer_opinion", "dispatch_id")),
    "penalty": (("at",), ("at", "clause", "sanction", "amount_fen", "status")),
    "policy": ((), ("key", "value", "from_on")),
}


def _counted(report: str, table: str, image: Record | None, period: Period) -> tuple[Any, ...] | None:
    """Return what a report counts of a row as it stood; None where that is not of the month."""
    if not image or image.get("undone_at"):
        return None
    start, end = stored(period.start), stored(period.end)
    if report == "projects" and table == "ticket":  # counted where it was received, and where it is open at the end
        received, gone = image["received_at"], image.get("closed_at") or image.get("cancelled_at")
        counts = (start <= received < end, received < end and (gone is None or gone >= end))
        return (*counts, image.get("contract_id"), image["customer_id"]) if any(counts) else None
    if not _is_of(table, image, period, start, end):
        return None
    return tuple(image.get(name) for name in _FEEDS[table][1])


def _is_of(table: str, image: Record, period: Period, start: str, end: str) -> bool:
    if table == "policy":  # of all keys these alone decide what is counted
        return str(image["key"]).startswith("answer.")
    if table == "crew":  # a journey is of every month that it touches
        departed, returned = image.get("departed_at"), image.get("returned_at")
        return departed is not None and departed < end and (returned is None or returned >= start)
    first, after = (period.first.isoformat(), period.after.isoformat()) if table == "expense" else (start, end)
    return any(first <= image[name] < after for name in _FEEDS[table][0] if image.get(name))


def late_items(ledger: Ledger, period: Period) -> list[Record]:
    """List the expenses of earlier months that came in after those were handed in, with the first report after that.

    They count in the month of their date, as every expense does; here they are only named, so that somebody pays them.
    """
    handed_in = {
        row["month"]: json.loads(row["figures"])["entry"]
        for row in ledger.rows("SELECT month, figures FROM live_submission WHERE report = 'monthly'")
    }
    before = reports.shifted(period, -1, ledger.zone)
    if before is None or before.month not in handed_in:
        return []
    values = {"since": handed_in[before.month], "until": handed_in.get(period.month), "first": period.first.isoformat()}
    return [
        {
            "id": f"E{row['id']}",
            "month": row["spent_on"][:7],
            "engineer": row["engineer"],
            "category": row["category"],
            "amount": Fen(row["amount_fen"]),
            "date": row["spent_on"],
            "line": row["line"],
            "status": row["status"],
            "entry": row["entry"],
        }
        for row in ledger.rows(_LATE, values)
        if _were_handed_in(handed_in, row["spent_on"][:7], period, row["entry"], ledger.zone)
    ]


def _were_handed_in(handed_in: dict[str, int], month: str, until: Period, entry: int, zone: tzinfo) -> bool:
    """Return whether every month from one on had been handed in before an entry: else an earlier report names it."""
    each: Period | None = periods.month_from(date.fromisoformat(f"{month}-01"), zone)
    while each and each.first < until.first:
        if handed_in.get(each.month, entry) >= entry:
            return False
        each = reports.shifted(each, 1, zone)
    return True


_LATE = """
    SELECT x.id, x.spent_on, x.category, x.amount_fen, x.line, x.status, s.code AS engineer, g.entry
    FROM change g JOIN live_expense x ON x.id = g.row JOIN live_staff s ON s.id = x.engineer_id
    WHERE g.entry > :since AND (:until IS NULL OR g.entry <= :until) AND g."table" = 'expense'
      AND x.spent_on < :first AND x.status NOT IN ('rejected', 'falsified')
      AND NOT EXISTS (SELECT 1 FROM change o WHERE o."table" = 'expense' AND o.row = g.row AND o.entry < g.entry)
    ORDER BY x.id"""


def deadlines(ledger: Ledger, now: datetime) -> list[Record]:
    """List the reports that are due: last month's, and every earlier one since the ledger began that is not handed in.

    Each is {report, month, due, status: submitted | due | overdue, days_left, submitted_at, to}.
    """
    last = periods.read_month("last", now, ledger.zone)
    begun = instant(ledger.value("SELECT at FROM entry WHERE seq = 1"))
    month: Period | None = periods.read_month(periods.month_of(begun, ledger.zone), now, ledger.zone)
    found = []
    while month and month.first < last.first:
        found += [row for row in _due(ledger, month, now) if row["status"] != "submitted"]
        month = reports.shifted(month, 1, ledger.zone)
    if begun < last.end or _holds_anything(ledger, last):
        found += _due(ledger, last, now)
    return found


def _due(ledger: Ledger, month: Period, now: datetime) -> Iterator[Record]:
    today = periods.today(now, ledger.zone)
    for report, key in REPORTS.items():
        due: date = reports.due_on(ledger, key, month)
        row = standing(ledger, report, month.month)
        yield {
            "report": report,
            "month": month.month,
            "due": due.isoformat(),
            "status": "submitted" if row else "overdue" if today > due else "due",
            "days_left": None if row else (due - today).days,
            "submitted_at": local(instant(row["at"]), ledger.zone) if row else None,
            "to": json.loads(row["to"]) if row else [],
        }


def _holds_anything(ledger: Ledger, month: Period) -> bool:
    span = {"start": stored(month.start), "end": stored(month.end)}
    days = {"first": month.first.isoformat(), "after": month.after.isoformat()}
    return bool(ledger.value(_ANYTHING, span | days))


_ANYTHING = """
    SELECT EXISTS (SELECT 1 FROM live_ticket WHERE received_at >= :start AND received_at < :end)
      OR EXISTS (SELECT 1 FROM live_contact WHERE at >= :start AND at < :end)
      OR EXISTS (SELECT 1 FROM live_expense WHERE spent_on >= :first AND spent_on < :after)
      OR EXISTS (SELECT 1 FROM live_crew WHERE departed_at >= :start AND departed_at < :end)"""


def check_over(period: Period, now: datetime) -> None:
    """Insist that a month is over before it is handed in. Raises BadInput."""
    if period.end > now:
        raise BadInput("month_not_over", month=period.month)
