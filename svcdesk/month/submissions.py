"""What is handed in (part 5): the figures frozen as they are, late claims, deadlines."""

import json
from collections.abc import Iterator
from datetime import date, datetime, tzinfo

from svcdesk import journal, periods, reports
from svcdesk.errors import BadInput, Refused
from svcdesk.hashes import sha256
from svcdesk.model import Fen, Record
from svcdesk.month import figures
from svcdesk.periods import Period, instant, stored
from svcdesk.store import Ledger
from svcdesk.values import to_json

# Each report that is handed in: what it freezes, and the policy key of the day on which it is due.
REPORTS = {"monthly": "statistics", "projects": "projects"}


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
        "figures": to_json(figures.MAKERS[report](ledger, period, now), ledger.zone),
        "entry": seq,
        "ledger_hash": entry_hash,
        "file": file is not None,
        "corrects": corrects,
    }
    text = json.dumps(kept["figures"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return ledger.insert(
        "submission", report=report, month=period.month, at=at, by=by, to=json.dumps(to, ensure_ascii=False),
        figures=json.dumps(kept, ensure_ascii=False, separators=(",", ":")),
        digest=file if file is not None else sha256(text.encode()).hexdigest(),
    )  # fmt: skip


def standing(ledger: Ledger, report: str, month: str) -> Record | None:
    """Find the submission that stands for a month, or None."""
    return ledger.one("SELECT * FROM live_submission WHERE report = ? AND month = ?", (report, month))


def late_items(ledger: Ledger, period: Period) -> list[Record]:
    """List the expenses of earlier months that came in after those were handed in, with the first report after that.

    They count in the month of their date, as every expense does; here they are only named, so that somebody pays them.
    """
    handed_in = {
        row["month"]: json.loads(row["figures"])["entry"]
        for row in ledger.rows("SELECT month, figures FROM live_submission WHERE report = 'monthly'")
    }
    before = reports.shifted(period, -period.length, ledger.zone)
    if before is None or before.name not in handed_in:
        return []
    values = {"since": handed_in[before.name], "until": handed_in.get(period.name), "first": period.first.isoformat()}
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


_HANDED_IN = 'SELECT report, month, at, "to" FROM live_submission'


def deadlines(ledger: Ledger, now: datetime) -> list[Record]:
    """List the reports that are due: last month's, and every earlier one since the ledger began that is not handed in.

    Each is {report, month, due, status: submitted | due | overdue, days_left, submitted_at, to}.
    """
    last = periods.read_month("last", now, ledger.zone)
    begun = instant(ledger.value("SELECT at FROM entry WHERE seq = 1"))
    month: Period | None = periods.read_month(periods.month_of(begun, ledger.zone), now, ledger.zone)
    handed_in = {(row["report"], row["month"]): row for row in ledger.rows(_HANDED_IN)}
    found = []
    while month and month.first < last.first:
        found += [row for row in _due(ledger, month, now, handed_in) if row["status"] != "submitted"]
        month = reports.shifted(month, 1, ledger.zone)
    if begun < last.end or _holds_anything(ledger, last):
        found += _due(ledger, last, now, handed_in)
    return found


def _due(ledger: Ledger, month: Period, now: datetime, handed_in: dict[tuple[str, str], Record]) -> Iterator[Record]:
    today = periods.today(now, ledger.zone)
    for report, key in REPORTS.items():
        due: date = reports.due_on(ledger, key, month)
        row = handed_in.get((report, month.month))
        yield {
            "report": report,
            "month": month.month,
            "due": due,
            "status": "submitted" if row else "overdue" if today > due else "due",
            "days_left": None if row else (due - today).days,
            "submitted_at": instant(row["at"]) if row else None,
            "to": json.loads(row["to"]) if row else [],
        }


def is_before(ledger: Ledger, month: Period) -> bool:
    """Return whether a month lies before the ledger's first record and holds nothing: its figures are blank, not 0."""
    return not _holds_anything(ledger, month) and not _anything_before(ledger, month)


def _anything_before(ledger: Ledger, month: Period) -> bool:
    values = {"start": stored(month.start), "first": month.first.isoformat()}
    return bool(ledger.value(_EARLIER, values))


_EARLIER = """
    SELECT EXISTS (SELECT 1 FROM live_ticket WHERE received_at < :start)
      OR EXISTS (SELECT 1 FROM live_contact WHERE at < :start)
      OR EXISTS (SELECT 1 FROM live_expense WHERE spent_on < :first)
      OR EXISTS (SELECT 1 FROM live_crew WHERE departed_at < :start)"""


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
