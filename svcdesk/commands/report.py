"""report: what the centre hands in each month (part 5)."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from svcdesk import messages, periods, reports
from svcdesk.columns import Column
from svcdesk.commands.context import Read, Write
from svcdesk.commands.noun import MONTHS, PERIOD, Flag, Noun, Text
from svcdesk.commands.receipts import caution
from svcdesk.desk.act import Receipt
from svcdesk.errors import BadInput
from svcdesk.month.output import Format, Name, ReportOutput
from svcdesk.periods import Period
from svcdesk.registers import records
from svcdesk.render import tables
from svcdesk.values import to_json

noun = Noun("report")

FormatOption = Annotated[Format | None, typer.Option("--format", "-f")]
Output = Annotated[str | None, typer.Option("--output", "-o")]

_ATTENTION = 6  # what needs attention that people are shown at once; the rest is counted


@noun.read("monthly", MONTHS)
def monthly(
    r: Read, period: Period | None, format: FormatOption = None, output: Output = None, check: Flag = False
) -> None:
    period = _begun(r, period)
    if check:
        _check(r, period, format)
    else:
        _give(r, "monthly", period, format, output)


@noun.read("projects", MONTHS)
def projects(r: Read, period: Period | None, format: FormatOption = None, output: Output = None) -> None:
    _give(r, "projects", _begun(r, period), format, output)


@noun.read("staff", MONTHS)
def staff(r: Read, period: Period | None, format: FormatOption = None, output: Output = None) -> None:
    _give(r, "staff", _begun(r, period), format, output)


def _begun(r: Read, period: Period | None) -> Period:
    """Return the period, the month before where none is named. Raises BadInput where it has not begun."""
    period = period or periods.read_month("last", r.now, r.zone)
    if period.start > r.now:
        raise BadInput("month_ahead", month=period.name)
    return period


def _give(r: Read, name: Name, period: Period, form: str | None, output: str | None) -> None:
    ReportOutput(r.ledger, name, period, r.now, lambda: _attention(r, period)).print(form, output)
    if output is None and form in ("csv", "tsv"):
        _warn_of_drift(r, name, period)


def _warn_of_drift(r: Read, name: Name, period: Period) -> None:
    """Say on stderr where figures that were handed in changed since: a script that reads stdout keeps its columns."""
    if not reports.is_handed_in(r.ledger, name, period):
        return
    from svcdesk.month.drift import drift

    found = drift(r.ledger, name, period)
    if found and found["changed"]:
        caution(messages.say("warnings.drift", month=period.name, n=len(found["changed"])))


def _attention(r: Read, period: Period) -> list[str]:
    from svcdesk.commands.status import for_people
    from svcdesk.month.contents import unfinished

    rows = [for_people(r, item) for item in unfinished(r.ledger, period, r.now)]
    lines = [f"{row['text']} → {row['next']}" for row in rows[:_ATTENTION]]
    if len(rows) > _ATTENTION:
        lines.append(messages.say("report.more_attention", n=len(rows) - _ATTENTION, period=period.option))
    return lines


_UNFINISHED = (
    Column("kind"),
    Column("step"),
    Column("subject"),
    Column("text", brief=True),
    Column("next", kind="json", brief=True),
)


def _check(r: Read, period: Period, form: str | None) -> None:
    """List what would make the month wrong, each with the command that mends it; exit 1 where there is anything."""
    from svcdesk.commands.status import for_people, row_of
    from svcdesk.month import layout
    from svcdesk.month.contents import unfinished

    shown = tables.chosen(form)
    if shown in ("xlsx", "html"):
        raise BadInput("check_format", form=shown)
    written = row_of if shown in tables.FOR_MACHINES else for_people
    rows = [
        {column.name: row[column.name] for column in _UNFINISHED}
        for row in (written(r, item) for item in unfinished(r.ledger, period, r.now))
    ]
    if not rows and shown in ("table", "plain", "markdown"):
        print(messages.say("report.check_well", period=layout.period_name(period)))
    else:
        tables.records(rows, _UNFINISHED, shown, r.zone)
    if rows:
        raise typer.Exit(1)


_DEADLINES = (
    Column("report", kind="word:report", brief=True),
    Column("month", brief=True),
    Column("due", kind="date", brief=True),
    Column("status", kind="word:deadline", brief=True),
    Column("days_left", kind="int", brief=True),
    Column("submitted_at", kind="instant", brief=True),
    Column("to", kind="json", brief=True),
)


@noun.read("deadlines")
def deadlines(r: Read) -> None:
    from svcdesk.month import submissions

    found = submissions.deadlines(r.ledger, r.now)
    rows = to_json(found, r.zone) if r.form in tables.FOR_MACHINES else found
    headings = {name: messages.say(f"report.deadline_{name}") for name in ("due", "to")}
    tables.records(rows, _DEADLINES, r.form, r.zone, headings=headings)
    if any(row["status"] == "overdue" for row in rows):
        raise typer.Exit(1)


def _digested(path: str) -> str:
    """Hash the file handed in, while the options are read: the ledger is not held meanwhile. Raises BadInput."""
    import hashlib

    try:
        if Path(path).exists() and not Path(path).is_file():
            raise BadInput("no_file", path=path)
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BadInput("file", path=path, detail=error) from None


@noun.write("submit")
def submit(
    w: Write,
    report: Annotated[Literal["monthly", "projects"], typer.Argument()],
    month: Annotated[str, typer.Option()],
    to: Annotated[list[str], typer.Option()],
    others: Annotated[list[str] | None, typer.Argument(metavar="NAME...")] = None,
    file: Annotated[str | None, typer.Option(parser=_digested, metavar="FILE")] = None,
    corrects: Text = None,
) -> Receipt:
    from svcdesk.month import preflight, submissions

    period = periods.read_month(month, w.now, w.zone)
    submissions.check_over(period, w.now)
    receivers = list(dict.fromkeys(name.strip() for name in [*to, *(others or [])]))
    if not all(receivers):
        raise BadInput("empty", name="--to")
    if corrects is not None and not corrects.strip():
        raise BadInput("empty", name="--corrects")
    earlier = submissions.standing(w.ledger, report, period.month) if corrects else None
    at = w.at(after=max(period.end, periods.instant(earlier["at"])) if earlier else period.end)
    made = submissions.submit(
        w.ledger, report, period, at=at, now=w.now, by=w.by, to=receivers, file=file,
        corrects=corrects.strip() if corrects else None,
    )  # fmt: skip
    row = w.ledger.get("submission", made)
    late = periods.day_of(at, w.zone) > reports.due_on(w.ledger, submissions.REPORTS[report], period)
    values = {"report": report, "month": period.month, "to": receivers, "digest": row["digest"][:12]}
    if unfinished := preflight.items(w.ledger, w.basis, period):
        w.warn("unfinished", n=len(unfinished), month=period.month)
    return Receipt("report_submitted_late" if late else "report_submitted", "submission", made, values)


@noun.read("submissions")
def list_submissions(r: Read) -> None:
    from svcdesk.registers.settings import SUBMISSIONS

    headings = {"to": messages.say("report.deadline_to")}
    rows = records.records(r.ledger, SUBMISSIONS, r.now)
    tables.records(rows, SUBMISSIONS.columns, r.form, r.zone, headings=headings)


@noun.read("late-entries", MONTHS)
def list_late_entries(r: Read, period: Period | None) -> None:
    from svcdesk.month import late_entries, layout

    found = late_entries.rows(r.ledger, _begun(r, period), r.now)
    headings = {name: messages.say(f"report.late_{name}") for name in ("findings", "figures")}
    if r.form in tables.FOR_MACHINES:
        found = to_json(found, r.zone)
    else:
        found = [{**row, "figures": [layout.figure_name(path) for path in row["figures"]]} for row in found]
    tables.records(found, late_entries.COLUMNS, r.form, r.zone, headings=headings)


@noun.read("promises", during=PERIOD)
def promises(r: Read, period: Period | None) -> None:
    from svcdesk.month import promises as kept

    rows = kept.by_contract(r.ledger, r.now, period)
    tables.records(to_json(rows, r.zone), kept.COLUMNS, r.form, r.zone)


def print_monthly(r: Read, period: Period) -> None:
    """Print the statistics in the form that the reader's output calls for."""
    _give(r, "monthly", period, r.form, None)
