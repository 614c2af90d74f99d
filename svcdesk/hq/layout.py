"""The consolidated report as a document for the writers of the other reports, and as rows for CSV."""

from collections.abc import Sequence
from datetime import timedelta

from svcdesk import messages, reports
from svcdesk.columns import Column
from svcdesk.hq.figures import UNKNOWN
from svcdesk.hq.recount import LINES, TRAVELLING, By
from svcdesk.hq.spans import Span
from svcdesk.model import Record, fen
from svcdesk.render.capitals import capitals
from svcdesk.render.document import Document, Table

_NOTHING = "-"
_SERVICE = ("contacts", "tickets_opened", "withdrawn", "answered_in_time", "answered_late", "unanswered", "closed",
            "surveys")  # fmt: skip
_COUNTS = (Column("figure", kind="word:figure", brief=True), Column("count", brief=True))


def columns(by: By) -> tuple[Column, ...]:
    """Return the columns of the CSV: the group, what is missing, then the monthly's own."""
    group = "centre" if by == "all" else by
    return (Column(group, brief=True), Column("missing", kind="flag", brief=True), *reports.COLUMNS)


def rows(report: Record, by: By) -> list[Record]:
    """Return the five lines over all, then of every group; a missing centre is a row without figures."""
    group = "centre" if by == "all" else by
    total = {group: None, "missing": not report["complete"]}
    found = [{**total, **line} for line in report["lines"] or [{}]]
    for part in report["by"]:
        named = {group: part[group], "missing": part.get("missing", False)}
        found += [{**named, **line} for line in part["lines"] or [{}]]
    return found


def document(report: Record, by: By, span: Span, mark: str) -> Document:
    """Lay the consolidated report out."""
    total = report["lines"][-1]["cost"] if report["lines"] else None
    tables = [
        Table(
            "lines", messages.say("report.lines"), _shown(reports.COLUMNS), _or_nothing(report["lines"] or _no_lines()),
            strong=(len(LINES),),
        ),
        *_groups(report, by),
        Table("counts", messages.say("report.counts"), _COUNTS, _counts(report)),
    ]  # fmt: skip
    return Document(
        "consolidated",
        messages.say("hq.title", period=report["period"]),
        [
            (messages.say("hq.centres"), _covered(report)),
            (messages.say("report.range"), _range(span)),
            (messages.say("hq.as_of"), report["as_of"][:10]),
        ],
        tables,
        notes=_notes(report),
        signatures=[messages.say(f"report.{cell}") for cell in ("prepared", "reviewed", "received_office")],
        capitals=capitals(fen(total)) if total and total != UNKNOWN and total[0] != "-" else "",
        mark=messages.say("hq.mark", mark=mark),
    )  # fmt: skip


def _shown(given: Sequence[Column]) -> tuple[Column, ...]:
    """Return columns whose cells may also say that there is nothing."""
    return tuple(column if column.kind.startswith("word") else column._replace(kind="text") for column in given)


def _no_lines() -> list[Record]:
    return [{"line": line} for line in (*LINES, "total")]


def _or_nothing(lines: Sequence[Record]) -> list[Record]:
    """Return the lines with a dash for what is missing; what a line never has stays empty."""
    parts = {"total": ("cost", "excluded"), **dict.fromkeys(TRAVELLING, ("persons", "trips", "days", "cost"))}
    return [
        {"line": line["line"], **{name: _text(line.get(name)) for name in parts.get(line["line"], ("cost",))}}
        for line in lines
    ]


def _text(value: object) -> str:
    return _NOTHING if value is None else str(value)


def _groups(report: Record, by: By) -> list[Table]:
    if by == "all":
        return []
    names = ("persons", "trips", "days", *LINES, "excluded", "cost", "pending_cost", "tickets_opened", "answered_late")
    shown = (Column(by, brief=True), *(Column(name, brief=True) for name in names))
    made = [_group(part, by, names) for part in report["by"]]
    headings = {"dispatch": messages.say("report.cost_dispatch"), "excluded": messages.say("hq.excluded")}
    return [Table("by", messages.say(f"hq.by_{by}"), shown, made, headings=headings)]


def _group(part: Record, by: By, names: Sequence[str]) -> Record:
    """Return a group on one row: of persons, trips and days both lines, as 3+2."""
    named = part[by] or messages.say("hq.not_stated")
    if part["lines"] is None:
        return {by: f"{named} ({messages.say('hq.missing')})", **dict.fromkeys(names, _NOTHING)}
    lines = {line["line"]: line for line in part["lines"]}
    both = {name: "+".join(str(lines[line][name]) for line in TRAVELLING) for name in ("persons", "trips", "days")}
    costs = {line: lines[line]["cost"] for line in LINES}
    figures = {**both, **costs, **lines["total"], **part["service"], "pending_cost": part["pending_cost"]}
    return {by: named, **{name: _text(figures[name]) for name in names}}


def _counts(report: Record) -> list[Record]:
    service = report["service"] or {}
    counted = [{"figure": name, "count": _text(service.get(name))} for name in _SERVICE]
    return [*counted, {"figure": "mean_score", "count": _text(service.get("mean_score"))}]


def _notes(report: Record) -> list[str]:
    lines = [_covered(report), messages.say("hq.recounted")]
    if report["lines"]:
        lines.append(messages.say("report.pending", amount=report["pending_cost"]))
        lines.append(messages.say("report.excluded", amount=report["lines"][-1]["excluded"]))
    if report["missing"]:
        lines.append(messages.say("hq.missing_from", names=messages.comma(report["missing"])))
    return lines


def _covered(report: Record) -> str:
    return messages.say("hq.covered", n=report["centres"], of=report["of"])


def _range(span: Span) -> str:
    return messages.say("report.from_to", first=span.first, last=span.after - timedelta(days=1))
