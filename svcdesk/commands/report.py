"""report: what the centre hands in each month (part 5)."""

from svcdesk import periods, reports, show, words
from svcdesk.commands.base import Month, Noun, Read
from svcdesk.errors import BadInput
from svcdesk.model import Record
from svcdesk.registers import Column

noun = Noun("report")

_LINES = (
    Column("line", kind="word:line", brief=True),
    Column("persons", kind="int", brief=True),
    Column("trips", kind="int", brief=True),
    Column("days", kind="int", brief=True),
    Column("cost", kind="money", brief=True),
    Column("excluded", kind="money", brief=True),
)


@noun.read("monthly")
def monthly(r: Read, month: Month = None) -> None:
    period = periods.read_month(month or "last", r.now, r.zone)
    if period.start > r.now:
        raise BadInput("month_ahead", month=period.month)
    print_monthly(r, reports.monthly(r.ledger, period, r.now))


def print_monthly(r: Read, report: Record) -> None:
    """Print a monthly report in the chosen format."""
    if r.form in ("json", "jsonl"):
        print(show.dumps(report, 2 if r.form == "json" else None))
        return
    if r.form in ("csv", "tsv"):
        show.records(report["lines"], _LINES, r.form, r.zone)
        return
    title = words.say("report.title", centre=show.disarm(report["centre"]), month=report["month"])
    print(f"# {title}\n" if r.form == "markdown" else f"{title}\n")
    show.records(report["lines"], _LINES, r.form, r.zone)
    print()
    for line in _notes(r, report):
        print(f"- {line}" if r.form == "markdown" else line)


def _notes(r: Read, report: Record) -> list[str]:
    service, fines, due = report["service"], report["penalties"], report["due"]
    return [
        words.say("report.pending", amount=report["pending_cost"]),
        words.say("report.excluded", amount=report["lines"][-1]["excluded"]),
        words.say("report.service", **service),
        words.say("report.surveys", n=service["surveys"], mean=service["mean_score"] or words.say("labels.none")),
        words.say("report.penalties", **fines),
        words.say("report.due", **due),
        words.say("report.entry", seq=report["entry"], hash=(report["ledger_hash"] or "")[:12]),
    ]
