"""report: what the centre hands in each month (part 5)."""

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, TextIO

import typer

from svcdesk import periods, reports, show, words
from svcdesk.commands.base import Flag, Month, Noun, Read, Receipt, Text, Write
from svcdesk.errors import BadInput
from svcdesk.files import opened, whole_file
from svcdesk.model import Record
from svcdesk.periods import Period
from svcdesk.registers import Column
from svcdesk.store import Ledger

noun = Noun("report")

Format = Literal["table", "plain", "csv", "tsv", "json", "jsonl", "markdown", "xlsx", "html"]
FormatOption = Annotated[Format | None, typer.Option("--format", "-f")]
Output = Annotated[str | None, typer.Option("--output", "-o")]
_ENDINGS = {
    "xlsx": "xlsx", "html": "html", "htm": "html", "csv": "csv", "tsv": "tsv", "json": "json", "jsonl": "jsonl",
    "md": "markdown", "txt": "plain",
}  # fmt: skip
_A_FOLDER = ("xlsx", "html", "csv", "json")  # what a folder is given where no format is named
_ATTENTION = 8  # what needs attention that people are shown at once; the rest is counted


class Paper(NamedTuple):
    """One of the reports: the room that works it out, how its record is made, and whether only few may read it."""

    name: str
    room: str
    make: str
    rows: str
    is_private: bool = False

    def record(self, r: Read, period: Period) -> Record:
        """Make the report with all it says."""
        from svcdesk import papers

        return getattr(papers, self.make)(r.ledger, period, r.now)  # type: ignore[no-any-return]

    def lines(self, r: Read, period: Period) -> tuple[Iterable[Record], Sequence[Column]]:
        """Give the lines alone, with their columns: what CSV carries."""
        room = import_module(f"svcdesk.{self.room}")
        with reports.snapshot(r.ledger):
            found = getattr(room, self.rows)(r.ledger, period, r.now)
            return found[0] if isinstance(found, tuple) else found, room.COLUMNS


_MONTHLY = Paper("monthly", "reports", "monthly", "lines")
_PROJECTS = Paper("projects", "projects", "project_report", "lines")
_STAFF = Paper("staff", "appraisals", "staff_report", "lines", is_private=True)


@noun.read("monthly")
def monthly(
    r: Read, month: Month = None, format: FormatOption = None, output: Output = None, check: Flag = False
) -> None:
    period = _past_or_present(r, month)
    if check:
        _check(r, period, format)
    else:
        _give(r, _MONTHLY, period, format, output)


@noun.read("projects")
def projects(r: Read, month: Month = None, format: FormatOption = None, output: Output = None) -> None:
    _give(r, _PROJECTS, _past_or_present(r, month), format, output)


@noun.read("staff")
def staff(r: Read, month: Month = None, format: FormatOption = None, output: Output = None) -> None:
    _give(r, _STAFF, _past_or_present(r, month), format, output)


def _past_or_present(r: Read, month: str | None) -> Period:
    period = periods.read_month(month or "last", r.now, r.zone)
    if period.start > r.now:
        raise BadInput("month_ahead", month=period.month)
    return period


def _give(r: Read, paper: Paper, period: Period, form: str | None, output: str | None) -> None:
    """Write a report to the terminal, to a file, or as files of stable names into a folder."""
    if output is None:
        form = show.chosen(form)
        if form == "xlsx" and sys.stdout.isatty():
            raise BadInput("needs_output")
        _write(r, paper, period, form, None)
    elif output.endswith(("/", "\\")) or Path(output).is_dir():
        for each in (form,) if form else _A_FOLDER:
            ending = next(ending for ending, name in _ENDINGS.items() if name == ("plain" if each == "table" else each))
            _write(r, paper, period, each, str(Path(output) / f"{paper.name}-{period.month}.{ending}"))
    else:
        ending = Path(output).suffix.lower().removeprefix(".")
        if form is None and ending not in _ENDINGS:
            raise BadInput("output_ending", path=output, words=[f".{name}" for name in _ENDINGS])
        _write(r, paper, period, form or _ENDINGS[ending], output)
    if output is None and form in ("csv", "tsv"):
        _warn_of_drift(r, paper, period)


def _write(r: Read, paper: Paper, period: Period, form: str, output: str | None) -> None:
    never, private = r.ledger.path, paper.is_private
    if form == "xlsx":
        from svcdesk import workbook

        document = _document(r, paper, period, form)
        made = _last_entry_at(r.ledger)
        with whole_file(output, never=never, private=private) as path:
            workbook.write(document, path, r.zone, made)
        return
    if form in ("csv", "tsv"):
        rows, columns = paper.lines(r, period)
        with opened(output, never=never, private=private) as out:
            show.records(rows, columns, form, r.zone, out)
        return
    if form in ("json", "jsonl"):
        report = paper.record(r, period)
        with opened(output, never=never, private=private) as out:
            out.write(show.dumps(report, 2 if form == "json" else None) + "\n")
        return
    document = _document(r, paper, period, form)
    with opened(output, never=never, private=private) as out:
        _draw(document, form, out, r)


def _draw(document: Any, form: str, out: TextIO, r: Read) -> None:
    if form == "html":
        from svcdesk import page

        page.write(document, out, r.zone)
    else:
        from svcdesk import terminal

        terminal.write(document, form, out, r.zone)


def _document(r: Read, paper: Paper, period: Period, form: str) -> Any:
    """Lay a report out, with the charts and the rows behind its figures where the format shows them."""
    from svcdesk import forms

    with reports.snapshot(r.ledger):
        report = paper.record(r, period)
        document = getattr(forms, paper.name)(report, period)
        if paper.name == "monthly":
            if form in ("table", "html", "xlsx"):
                document = forms.with_charts(document, r.ledger, period, r.now)
            if form in ("html", "xlsx"):
                document = forms.with_rows(document, r.ledger, period, r.now)
            else:
                document = document._replace(attention=_attention(r, period))
    return document


def _last_entry_at(ledger: Ledger) -> datetime:
    """Date a file by the ledger's newest entry, so that the same ledger gives the same bytes."""
    return periods.instant(ledger.value("SELECT at FROM entry ORDER BY seq DESC LIMIT 1"))


_HANDED_IN = "SELECT 1 FROM submission WHERE report = ? AND month = ? AND undone_at IS NULL"


def _warn_of_drift(r: Read, paper: Paper, period: Period) -> None:
    """Say on stderr where figures that were handed in changed since: a script that reads stdout keeps its columns."""
    if paper.is_private or r.ledger.value(_HANDED_IN, (paper.name, period.month)) is None:
        return
    from svcdesk import submissions

    today = submissions.frozen_figures(r.ledger, paper.name, period, r.now)
    drift = submissions.drift(r.ledger, paper.name, period, today)
    if drift and drift["changed"]:
        said = words.say("warnings.drift", month=period.month, n=len(drift["changed"]))
        print(f"{words.say('labels.warning')}: {said}", file=sys.stderr)


def _attention(r: Read, period: Period) -> list[str]:
    from svcdesk.commands.status import row_of
    from svcdesk.papers import unfinished

    rows = [row_of(r, item) for item in unfinished(r.ledger, period, r.now)]
    told = [f"{row['what']} → {row['next']}" for row in rows[:_ATTENTION]]
    if len(rows) > _ATTENTION:
        told.append(words.say("report.more_attention", n=len(rows) - _ATTENTION, month=period.month))
    return told


_UNFINISHED = (
    Column("section", kind="word:section"),
    Column("subject"),
    Column("what", brief=True),
    Column("next", brief=True),
)


def _check(r: Read, period: Period, form: str | None) -> None:
    """List what would make the month wrong, each with the command that mends it; exit 1 where there is anything."""
    from svcdesk.commands.status import row_of
    from svcdesk.papers import unfinished

    rows = [
        {name: row[name] for name in ("section", "subject", "what", "next")}
        for row in (row_of(r, item) for item in unfinished(r.ledger, period, r.now))
    ]
    shown = show.chosen(form)
    if shown in ("xlsx", "html"):
        raise BadInput("check_format", form=shown)
    if not rows and shown in ("table", "plain", "markdown"):
        print(words.say("report.check_well", month=period.month))
    else:
        show.records(rows, _UNFINISHED, shown, r.zone)
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
    from svcdesk import submissions

    rows = submissions.deadlines(r.ledger, r.now)
    headings = {name: words.say(f"report.deadline_{name}") for name in ("due", "to")}
    show.records(rows, _DEADLINES, r.form, r.zone, headings=headings)
    if any(row["status"] == "overdue" for row in rows):
        raise typer.Exit(1)


@noun.write("submit")
def submit(
    w: Write,
    report: Annotated[Literal["monthly", "projects"], typer.Argument()],
    month: Annotated[str, typer.Option()],
    to: Annotated[list[str], typer.Option()],
    file: Annotated[Path | None, typer.Option()] = None,
    corrects: Text = None,
) -> Receipt:
    from svcdesk import preflight, submissions

    period = periods.read_month(month, w.now, w.zone)
    submissions.check_over(period, w.now)
    receivers = [name.strip() for name in to]
    if not all(receivers):
        raise BadInput("empty", name="--to")
    if corrects is not None and not corrects.strip():
        raise BadInput("empty", name="--corrects")
    made = submissions.submit(
        w.ledger, report, period, at=w.at(after=period.end), now=w.now, by=w.by, to=receivers,
        file=_digest(file) if file else None, corrects=corrects.strip() if corrects else None,
    )  # fmt: skip
    row = submissions.record_of(w.ledger.get("submission", made), w.ledger)
    late = periods.day_of(w.at(), w.zone) > reports.due_on(w.ledger, submissions.REPORTS[report], period)
    values = {"report": report, "month": period.month, "to": receivers, "digest": row["digest"][:12]}
    if unfinished := preflight.items(w.ledger, w.case, period):
        w.warn("unfinished", n=len(unfinished), month=period.month)
    return Receipt("report_submitted_late" if late else "report_submitted", "submission", made, values)


def _digest(path: Path) -> bytes:
    import hashlib

    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        raise BadInput("file", path=path, detail=error.strerror) from None


_SUBMISSIONS = (
    Column("report", kind="word:report", brief=True),
    Column("month", brief=True),
    Column("at", kind="instant", brief=True),
    Column("by", brief=True),
    Column("to", kind="json", brief=True),
    Column("digest", brief=True),
    Column("digest_of", kind="word:digest_of"),
    Column("entry", kind="int", brief=True),
    Column("ledger_hash"),
    Column("corrects", brief=True),
    Column("standing", kind="flag", brief=True),
    Column("figures", kind="json"),
)


@noun.read("submissions")
def list_submissions(r: Read) -> None:
    from svcdesk import submissions

    headings = {"to": words.say("report.deadline_to")}
    show.records(submissions.every(r.ledger), _SUBMISSIONS, r.form, r.zone, headings=headings)


def print_monthly(r: Read, period: Period) -> None:
    """Print the statistics in the form that the reader's output calls for."""
    _write(r, _MONTHLY, period, r.form, None)
