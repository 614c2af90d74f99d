"""What was handed in (part 5): the figures frozen as they were, and how today's differ from them."""

import hashlib
import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from svcdesk import journal, periods, projects, reports
from svcdesk.errors import BadInput, Refused
from svcdesk.model import LETTERS, Record, yuan
from svcdesk.periods import Period, instant, local, stored
from svcdesk.store import Ledger

# Each report that is handed in: what it freezes, and the policy key of the day on which it is due.
REPORTS = {"monthly": "statistics", "projects": "projects"}


def frozen_figures(ledger: Ledger, report: str, period: Period, now: datetime) -> Record:
    """Work out what handing a report in freezes."""
    if report == "monthly":
        return reports.figures(ledger, period, now)
    return {"projects": projects.lines(ledger, period, now)}


def submit(
    ledger: Ledger,
    report: str,
    period: Period,
    *,
    at: datetime,
    now: datetime,
    by: str,
    to: list[str],
    file: bytes | None = None,
    corrects: str | None = None,
) -> int:
    """Freeze a month's figures as handed in, inside a command; give the submission's number.

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
        digest=file.hex() if file is not None else hashlib.sha256(text.encode()).hexdigest(),
    )  # fmt: skip


def standing(ledger: Ledger, report: str, month: str) -> Record | None:
    """Find the submission that stands for a month, or None."""
    return ledger.one("SELECT * FROM submission WHERE report = ? AND month = ? AND undone_at IS NULL", (report, month))


def record_of(row: Record, ledger: Ledger) -> Record:
    """Give a submission as the record that JSON and CSV carry."""
    kept = json.loads(row["figures"])
    return {
        "report": row["report"],
        "month": row["month"],
        "at": local(instant(row["at"]), ledger.zone),
        "by": row["by"],
        "to": json.loads(row["to"]),
        "digest": row["digest"],
        "digest_of": "file" if kept["file"] else "figures",
        "entry": kept["entry"],
        "ledger_hash": kept["ledger_hash"],
        "corrects": kept["corrects"],
        "standing": row["undone_at"] is None,
        "figures": kept["figures"],
    }


def every(ledger: Ledger) -> Iterator[Record]:
    """Give every submission in the order in which they were made, the corrected ones too."""
    for row in ledger.rows("SELECT * FROM submission ORDER BY id"):
        yield record_of(row, ledger)


def drift(ledger: Ledger, report: str, period: Period, today: Record) -> Record | None:
    """Compare today's figures of a month with those handed in; None where it was not handed in.

    Gives {submitted: the submission, changed: [{figure, submitted, today}], entries: those that made the difference}.
    """
    row = standing(ledger, report, period.month)
    if row is None:
        return None
    submitted = record_of(row, ledger)
    then, now = _flat(submitted["figures"]), _flat(today)
    changed = [
        {"figure": name, "submitted": then.get(name), "today": now.get(name)}
        for name in dict.fromkeys([*then, *now])
        if then.get(name) != now.get(name)
    ]
    entries = list(_entries_about(ledger, period, submitted["entry"])) if changed else []
    return {"submitted": submitted, "changed": changed, "entries": entries}


def _flat(figures: Any, name: str = "") -> dict[str, Any]:
    """Write nested figures as one name each: lines.dispatch.cost."""
    if isinstance(figures, dict):
        inner = [(key, value) for key, value in figures.items() if key not in _NAMES]
    elif isinstance(figures, list):
        inner = [(_line_name(value), value) for value in figures]
    else:
        return {name: figures}
    return {
        key: value for part, inside in inner for key, value in _flat(inside, f"{name}.{part}" if name else part).items()
    }


_NAMES = ("line", "contract", "project", "customer")


def _line_name(row: Record) -> str:
    return str(row.get("line") or row.get("contract") or row.get("customer") or "-")


def _entries_about(ledger: Ledger, period: Period, since: int) -> Iterator[Record]:
    """List the entries after one that wrote a row which was or is of the month, each with those rows' ids."""
    found: dict[int, list[str]] = {}
    rows = ledger.con.execute(
        'SELECT entry, "table", row, after FROM change WHERE entry > ? ORDER BY entry, n', (since,)
    )
    for seq, table, row, after in rows:
        if table not in _DATES:
            continue
        images = [json.loads(after), journal.before(ledger.con, table, row, seq) or {}]
        if any(_is_of(table, image, period) for image in images):
            found.setdefault(seq, []).append(f"{LETTERS.get(table, table + ' ')}{row}")
    for seq, ids in found.items():
        entry = ledger.one("SELECT at, actor, command FROM entry WHERE seq = ?", (seq,))
        assert entry is not None
        yield {
            "entry": seq,
            "at": local(instant(entry["at"]), ledger.zone),
            "actor": entry["actor"],
            "command": entry["command"],
            "records": ids,
        }


# The times of each table by which its rows count in a month; a policy may change any.
_DATES: dict[str, tuple[str, ...]] = {
    "expense": ("spent_on",),
    "crew": ("departed_at", "returned_at"),
    "contact": ("at",),
    "ticket": ("received_at", "closed_at", "first_closed_at"),
    "survey": ("at",),
    "complaint": ("at",),
    "escalation": ("at",),
    "service_report": ("filed_at",),
    "penalty": ("at",),
    "contract": (),
    "policy": (),
}


def _is_of(table: str, image: Record, period: Period) -> bool:
    if not image or not _DATES[table]:
        return bool(image)
    if table == "crew":  # a journey is of every month that it touches
        departed, returned = image.get("departed_at"), image.get("returned_at")
        start, end = stored(period.start), stored(period.end)
        return departed is not None and departed < end and (returned is None or returned >= start)
    first, after = (
        (period.first.isoformat(), period.after.isoformat())
        if table == "expense"
        else (stored(period.start), stored(period.end))
    )
    return any(first <= image[name] < after for name in _DATES[table] if image.get(name))


def late_items(ledger: Ledger, period: Period) -> list[Record]:
    """List the expenses of earlier months that came in after those were handed in, with the first report after that.

    They count in the month of their date, as every expense does; here they are only named, so that somebody pays them.
    """
    before = reports.shifted(period, -1, ledger.zone)
    previous = standing(ledger, "monthly", before.month) if before else None
    if previous is None:
        return []
    own = standing(ledger, "monthly", period.month)
    since = json.loads(previous["figures"])["entry"]
    until = json.loads(own["figures"])["entry"] if own else None
    rows = ledger.rows(_LATE, {"since": since, "until": until, "first": period.first.isoformat()})
    found = []
    for row in rows:
        month = row["spent_on"][:7]
        handed_in = standing(ledger, "monthly", month)
        if handed_in and json.loads(handed_in["figures"])["entry"] < row["entry"]:
            found.append(
                {
                    "id": f"E{row['id']}",
                    "month": month,
                    "engineer": row["engineer"],
                    "category": row["category"],
                    "amount": yuan(row["amount_fen"]),
                    "date": row["spent_on"],
                    "line": row["line"],
                    "status": row["status"],
                    "entry": row["entry"],
                }
            )
    return found


_LATE = """
    SELECT x.id, x.spent_on, x.category, x.amount_fen, x.line, x.status, s.code AS engineer, g.entry
    FROM change g JOIN expense x ON x.id = g.row JOIN staff s ON s.id = x.engineer_id
    WHERE g.entry > :since AND (:until IS NULL OR g.entry <= :until) AND g."table" = 'expense'
      AND x.spent_on < :first AND x.undone_at IS NULL AND x.status NOT IN ('rejected', 'falsified')
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
    SELECT EXISTS (SELECT 1 FROM ticket WHERE received_at >= :start AND received_at < :end AND undone_at IS NULL)
      OR EXISTS (SELECT 1 FROM contact WHERE at >= :start AND at < :end AND undone_at IS NULL)
      OR EXISTS (SELECT 1 FROM expense WHERE spent_on >= :first AND spent_on < :after AND undone_at IS NULL)
      OR EXISTS (SELECT 1 FROM crew WHERE departed_at >= :start AND departed_at < :end AND undone_at IS NULL)"""


def check_over(period: Period, now: datetime) -> None:
    """Insist that a month is over before it is handed in. Raises BadInput."""
    if period.end > now:
        raise BadInput("month_not_over", month=period.month)
