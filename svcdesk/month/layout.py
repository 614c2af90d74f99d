"""The reports as documents: which tables, charts, notes and cells to sign each has, in the reader's language."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from svcdesk import messages, reports
from svcdesk.columns import Column
from svcdesk.model import LINES, Fen, Record
from svcdesk.month import behind, contents, upkeep, verdicts
from svcdesk.month import projects as projects_report
from svcdesk.month import staff as staff_report
from svcdesk.penalties.standing import standing
from svcdesk.periods import Period
from svcdesk.registers import records
from svcdesk.registers.complaints import COMPLAINTS
from svcdesk.registers.declaring import Register
from svcdesk.registers.expenses import EXPENSES
from svcdesk.registers.penalties import PENALTIES
from svcdesk.registers.service import SERVICE_REPORTS, SURVEYS, TICKETS
from svcdesk.regulation.policy import Basis
from svcdesk.render.capitals import capitals
from svcdesk.render.document import Chart, Document, Series, Sheet, Table
from svcdesk.store import Ledger

# The columns of the tables beside the reports' own lines.
_FORM_LINES = (
    *reports.COLUMNS[:5],
    Column("year", kind="money", brief=True, said="year_so_far"),
    Column("previous", kind="money", brief=True, said="before"),
    Column("last_year", kind="money", brief=True),
)
_RATES = (
    Column("figure", kind="word:figure", brief=True),
    Column("numerator", kind="int", brief=True),
    Column("denominator", kind="int", brief=True),
    Column("value", kind="rate", brief=True),
    Column("previous", kind="rate", brief=True, said="before"),
    Column("last_year", kind="rate", brief=True),
)
_MEASURES = (
    Column("figure", kind="word:figure", brief=True),
    Column("denominator", kind="int", brief=True),
    Column("value", kind="number:2", brief=True),
    Column("previous", kind="number:2", brief=True, said="before"),
    Column("last_year", kind="number:2", brief=True),
)
_COUNTS = (Column("figure", kind="word:figure", brief=True), Column("count", kind="int", brief=True))
# What the month counts of further registers, each under a key of its own.
REGISTERED = ("promises", "problems")
_REGISTERS = (Column("figure", brief=True), Column("count", kind="int", brief=True))
_DEFINITIONS = (Column("figure", kind="word:figure", brief=True), Column("definition", brief=True))
_BACKLOG = (Column("age", kind="word:age", brief=True), Column("tickets", kind="int", brief=True))
_PENALTIES = (
    Column("clause", kind="word:clause", brief=True),
    Column("count", kind="int", brief=True),
    Column("fines", kind="money", brief=True),
)
DRIFT = (Column("figure", brief=True), Column("submitted", brief=True), Column("today", brief=True))
DRIFT_ENTRIES = (
    Column("entry", kind="int", brief=True),
    Column("at", kind="instant", brief=True),
    Column("actor", brief=True),
    Column("command", brief=True),
    Column("records", kind="json", brief=True),
)
LATE_ITEMS = (
    Column("id", kind="id:expense", brief=True),
    Column("month", brief=True),
    Column("engineer", brief=True),
    Column("category", kind="word:category", brief=True),
    Column("amount", kind="money", brief=True),
    Column("date", kind="date", brief=True),
    Column("line", kind="word:line", brief=True),
    Column("status", kind="word:expense_status", brief=True),
)
_TRIPS = (
    Column("dispatch", kind="id:dispatch"), Column("ticket", kind="id:ticket"), Column("line", kind="word:line"),
    Column("engineer"), Column("name"), Column("place"), Column("departed_at", kind="instant"),
    Column("returned_at", kind="instant"), Column("trips", kind="int"), Column("days", kind="int"),
)  # fmt: skip
_ARRIVALS = (
    Column("dispatch", kind="id:dispatch"), Column("engineer"), Column("due", kind="instant"),
    Column("arrived_at", kind="instant"), Column("on_time", kind="flag"), Column("late_cause", kind="word:late_cause"),
)  # fmt: skip
MAJOR_QUALITY = (
    Column("ticket", kind="id:ticket"), Column("at", kind="instant"), Column("customer"), Column("contract"),
    Column("project"), Column("product"), Column("summary"), Column("settled", kind="flag"),
    Column("problem"), Column("departments", kind="json"), Column("due", kind="date", said="due_day"),
    Column("answered_at", kind="instant"), Column("answer"), Column("closed_at", kind="instant"),
)  # fmt: skip
_OPINIONS = (
    Column("ticket", kind="id:ticket"), Column("at", kind="instant"), Column("customer"), Column("contract"),
    Column("project"), Column("said"), Column("score", kind="int"),
)  # fmt: skip
_STAFF_FINDINGS = (
    Column("engineer"), Column("clause", kind="word:clause"), Column("article"), Column("subject"),
    Column("at", kind="instant"), Column("kind", kind="word:sanction"), Column("amount", kind="money"),
    Column("status", kind="word:penalty_status"),
)  # fmt: skip

_COUNTED = ("contacts", "tickets_opened", "closed", "surveys")
_UNITS = ("hours", "score", "per_100")


def monthly(report: Record, period: Period) -> Document:
    """Lay the statistics out as the form that the management office accepts."""
    rows = line_rows(report)
    return Document(
        "monthly",
        messages.say("report.title", centre=report["centre"], period=period_name(period)),
        _form_head(report, period),
        [
            Table(
                "lines",
                messages.say("report.lines"),
                _beside_columns(_FORM_LINES, period),
                rows,
                strong=(len(rows) - 1,),
                headings=_beside(report, period) | {"cost": messages.say(f"report.cost_{period.unit}")},
            ),
            *service_tables(report, period),
            *drift_tables(report),
        ],
        notes=notes(report),
        signatures=[messages.say(f"report.{cell}") for cell in ("prepared", "reviewed", "received_office", "seal")],
        capitals=capitals(report["lines"][-1]["cost"]),
        mark=mark(report),
        front=2,
    )


def illustrated(document: Document, ledger: Ledger, period: Period, now: datetime, *, rows: bool) -> Document:
    """Add the statistics' charts and, where asked for, the rows behind every figure."""
    journeys = contents.journeys(ledger, period, now)
    months, days = contents.course(ledger, period, now), contents.days_away(ledger, journeys)
    drawn = document._replace(charts=charts(months, days))
    if not rows:
        return drawn
    return drawn._replace(sheets=[definitions(), *_rows_behind(ledger, period, now, journeys)])


def definitions() -> Table:
    """Say beside the figures of service how each is worked out."""
    from svcdesk.messages.definitions import TEXTS

    rows = [{"figure": name, "definition": messages.say(f"definitions.{name}")} for name in TEXTS]
    return Table("definitions", messages.say("report.definitions"), _DEFINITIONS, rows)


def projects(report: Record, period: Period) -> Document:
    """Lay the projects report out."""
    total = _sum_of(report["projects"])
    nobody = {"customer": messages.say("report.no_project")}
    rows = [*(row if row["customer"] else {**row, **nobody} for row in report["projects"]), total]
    headings = {"dispatch": messages.say("report.cost_dispatch")}
    title = messages.say("report.projects")
    form = [Table("projects", title, projects_report.COLUMNS, rows, strong=(len(rows) - 1,), headings=headings)]
    if report["major_quality"]:
        form.append(
            Table("major_quality", messages.say("report.major_quality"), MAJOR_QUALITY, report["major_quality"])
        )
    said = [row for row in report["opinions"] if row["said"]]
    return Document(
        "projects",
        messages.say("report.projects_title", centre=report["centre"], period=period_name(period)),
        _head(report, period),
        [*form, *drift_tables(report)],
        charts=[_costs_by_project(report["projects"])] if report["projects"] else (),
        sheets=[Table("opinions", messages.say("report.opinions"), _OPINIONS, said)],
        notes=_due(report),
        signatures=[
            messages.say(f"report.{cell}")
            for cell in ("prepared", "received_technical", "received_marketing", "received_management")
        ],
        capitals=capitals(total["cost"]),
        mark=mark(report),
    )


def staff(report: Record, period: Period) -> Document:
    """Lay the staff report out, by code: it ranks nobody."""
    found = [
        {"engineer": row["engineer"], **finding, **finding["sanction"]}
        for row in report["staff"]
        for finding in row["findings"]
    ]
    shown = [column for column in staff_report.COLUMNS if column.name != "findings"]
    travelled = [row for row in report["staff"] if row["days"]]
    form = [Table("staff", messages.say("report.staff"), tuple(shown), report["staff"])]
    if found:
        form.append(Table("findings", messages.say("report.findings"), _STAFF_FINDINGS, found))
    return Document(
        "staff",
        messages.say("report.staff_title", centre=report["centre"], period=period_name(period)),
        _head(report, period),
        form,
        charts=[_days_chart([row["name"] for row in travelled], [row["days"] for row in travelled])]
        if travelled
        else (),
        notes=[messages.say("report.staff_note")],
        signatures=[messages.say(f"report.{cell}") for cell in ("prepared", "reviewed")],
        mark=mark(report),
    )


def line_rows(report: Record) -> list[Record]:
    """Return the lines of the form, the excluded sum on its own row, so that a reader can add them up again."""
    total = report["lines"][-1]
    left_out = {"line": "less_excluded", "cost": total["excluded"]}
    rows = [*report["lines"][:-1], left_out, {"line": "total", "cost": total["cost"]}]
    others = {name: _costs_of(report[name]) for name in (*_BESIDE, "year")}
    return [{**row, **{name: costs.get(row["line"]) for name, costs in others.items()}} for row in rows]


def _costs_of(other: Record | None) -> dict[str, Fen]:
    if other is None:
        return {}
    costs = {row["line"]: row["cost"] for row in other["lines"]}
    return {**costs, "less_excluded": other["lines"][-1]["excluded"]}


def period_name(period: Period) -> str:
    """Name a period as people write it at the head of a form: 2026年10月, 2026年第四季度, 2026年."""
    quarter = messages.say(f"report.quarter_{(period.first.month + 2) // 3}")
    last = period.after - timedelta(days=1)
    values = {"year": period.first.year, "month": period.first.month, "quarter": quarter}
    return messages.say(f"report.of_{period.unit}", first=period.first, last=last, **values)


_BESIDE = ("previous", "last_year")


def _beside(report: Record, period: Period) -> dict[str, str]:
    """Head the columns of what the figures are compared with: the month before, the quarter before …"""
    return {name: _headed(f"report.{name}_{period.unit}", report[name]) for name in _beside_names(period)}


def _headed(key: str, other: Record | None) -> str:
    what = messages.say(key)
    return messages.say("report.beside", what=what, month=other["month"]) if other else what


def _beside_names(period: Period) -> tuple[str, ...]:
    """Name what a period is compared with: before a year lies the year before, and no other."""
    return _BESIDE[:1] if period.unit == "year" else _BESIDE


def _beside_columns(columns: tuple[Column, ...], period: Period) -> tuple[Column, ...]:
    left_out = set(_BESIDE) - set(_beside_names(period)) | ({"year"} if period.unit == "year" else set())
    return tuple(column for column in columns if column.name not in left_out)


def service_tables(report: Record, period: Period) -> list[Table]:
    """Return the figures of service: counts, shares with their counts, measures, the backlog and the penalties."""
    others = {
        name: {row["figure"]: row["value"] for row in report[name]["quality"]} if report[name] else {}
        for name in _BESIDE
    }
    figures = [
        {**row, **{name: values.get(row["figure"]) for name, values in others.items()}} for row in report["quality"]
    ]
    counts = [{"figure": name, "count": report["service"][name]} for name in _COUNTED]
    by_clause = [{"clause": clause, **counted} for clause, counted in report["penalties"]["by_clause"].items()]
    headings = _beside(report, period)
    rates, measures = ([row for row in figures if row["unit"] in units] for units in (("rate",), _UNITS))
    tables = [
        Table("counts", messages.say("report.counts"), _COUNTS, counts),
        Table(
            "rates", messages.say("report.rates"), _beside_columns(_RATES, period), rates,
            headings=headings, note=provisional(report),
        ),
        Table(
            "measures", messages.say("report.measures"), _beside_columns(_MEASURES, period), measures, headings=headings
        ),
        Table("backlog", messages.say("report.backlog"), _BACKLOG, report["backlog"]),
    ]  # fmt: skip
    if registered := registered_rows(report):
        tables.append(Table("registers", messages.say("report.registers"), _REGISTERS, registered))
    if by_clause:
        tables.append(Table("penalties_by_clause", messages.say("report.by_clause"), _PENALTIES, by_clause))
    return tables


def registered_rows(report: Record) -> list[Record]:
    """Return the figures of the registers that are used: a row each, by register."""
    return [
        {"figure": messages.word(name, figure), "count": count}
        for name in REGISTERED
        for figure, count in report[name].items()
        if any(report[name].values())
    ]


def provisional(report: Record) -> str:
    """Say until when the first-time fix can still change, or nothing."""
    until = next((row["provisional_until"] for row in report["quality"] if row["provisional_until"]), None)
    return messages.say("report.provisional", until=until) if until else ""


def drift_tables(report: Record) -> list[Table]:
    """Return what changed since the report was handed in, by which entries, and what belongs to earlier months."""
    tables = []
    submission = report["submission"]
    if submission and submission["changed"]:
        tables += [
            Table("drift", messages.say("report.drift"), DRIFT, [_readable(row) for row in submission["changed"]]),
            Table(
                "drift_entries",
                messages.say("report.drift_entries"),
                DRIFT_ENTRIES,
                submission["entries"],
                headings={"records": messages.say("report.records")},
            ),
        ]
    if items := report.get("earlier_months"):
        total = Fen(sum(row["amount"] for row in items))
        note = messages.say("report.earlier_note", n=len(items), amount=total)
        tables.append(Table("earlier_months", messages.say("report.earlier_months"), LATE_ITEMS, items, note=note))
    return tables


def _readable(row: Record) -> Record:
    """Name a changed figure in words: lines, transport, cost is the cost of transport."""
    return {**row, "figure": figure_name(row["path"])}


def figure_name(path: Sequence[str]) -> str:
    """Name a figure in words by its path."""
    frame, *parts = path
    return " ".join(_part(part, _AREAS.get(frame, ())) for part in parts or [frame])


# Where the words for the parts of a figure stand, by what it is a figure of.
_AREAS = {
    "lines": ("values.line",),
    "service": ("values.figure",),
    "quality": ("values.figure",),
    "backlog": ("values.age",),
    "penalties": ("values.clause",),
    **{name: (f"values.{name}",) for name in REGISTERED},
    **dict.fromkeys(upkeep.NAMES, ("values.upkeep",)),
}


def _part(name: str, areas: tuple[str, ...]) -> str:
    kind, mark, given = name.partition(":")
    if mark:
        return f"{messages.say(f'columns.{kind}')} {given}"
    if name == behind.NOBODY:
        return messages.say("report.no_project")
    if name == "by_clause":
        return messages.say("report.penalties_of")
    found = (messages.find(f"{area}.{name}") for area in (*areas, "columns"))
    return next((text for text in found if text), name)


def notes(report: Record) -> list[str]:
    """Say in sentences what stands beside the five lines."""
    service, fines = report["service"], report["penalties"]
    lines = [
        messages.say("report.pending", amount=report["pending_cost"]),
        messages.say("report.excluded", amount=report["lines"][-1]["excluded"]),
        messages.say("report.service", **service),
        messages.say("report.surveys", n=service["surveys"], mean=service["mean_score"] or messages.say("labels.none")),
        messages.say("report.penalties", **fines),
        *_upkeep(report),
        *_due(report),
    ]
    if submission := report["submission"]:
        lines.append(submitted_line(submission))
    return lines


def _upkeep(report: Record) -> list[str]:
    """Say what was done in the registers that the month used."""
    return [messages.say(f"report.{name}", **report[name]) for name in upkeep.NAMES if any(report[name].values())]


def _due(report: Record) -> list[str]:
    """Say until when the reports of a month are to be handed in; those of a quarter or a year are not."""
    return [messages.say("report.due", **report["due"])] if report["due"]["statistics"] else []


def submitted_line(submission: Record) -> str:
    """Say when and to whom a report was handed in, and whether today's figures still agree."""
    then = submission["submitted"]
    key = "report.submitted_changed" if submission["changed"] else "report.submitted"
    return messages.say(
        key, at=then["at"][:16].replace("T", " "), to=messages.comma(then["to"]), n=len(submission["changed"])
    )


def mark(report: Record) -> str:
    """Name the entry that the report was read at."""
    return messages.say("report.entry", seq=report["entry"], hash=(report["ledger_hash"] or "")[:12])


def _head(report: Record, period: Period) -> list[tuple[str, str]]:
    last = date.fromordinal(period.after.toordinal()) - timedelta(days=1)
    return [
        (messages.say("columns.centre"), report["centre"]),
        (messages.say(f"report.unit_{period.unit}"), report["month"]),
        (messages.say("report.range"), messages.say("report.from_to", first=period.first, last=last)),
    ]


def _form_head(report: Record, period: Period) -> list[tuple[str, str]]:
    """Head the form as the management office wants it: by whom, when, which form, in what unit."""
    _, named, span = _head(report, period)
    return [
        (messages.say("report.filled_by"), report["centre"]),
        (messages.say("report.filled_on"), report["made_on"].isoformat()),
        (messages.say("report.form_number"), messages.say(f"report.form_{period.unit}")),
        (messages.say("report.money_unit"), messages.say("report.yuan")),
        named,
        span,
    ]


def charts(months: list[Record], days: Sequence[tuple[str, int]]) -> list[Chart]:
    """Return the four charts: cost by line and two shares over twelve months, and this month's days by person."""
    names = [row["month"] for row in months]
    costs = [Series(messages.word("line", line), [_in_yuan(row[line]) for row in months]) for line in LINES]
    found = [Chart("cost", messages.say("report.chart_cost"), "stacked", names, costs, messages.say("report.yuan"))]
    for figure in ("answered_in_time", "on_time_arrival"):
        name = messages.word("figure", figure)
        found.append(Chart(figure, name, "line", names, [Series(name, [row[figure] for row in months])], is_rate=True))
    if days:
        found.append(_days_chart([name for name, _ in days], [count for _, count in days]))
    return found


def _days_chart(names: list[str], days: list[int]) -> Chart:
    title = messages.say("report.chart_days")
    return Chart(
        "days", title, "bars", names, [Series(messages.say("columns.days"), days)], messages.say("report.days")
    )


def _costs_by_project(rows: list[Record]) -> Chart:
    names = [row["contract"] or row["customer"] or messages.say("report.no_project") for row in rows]
    costs = [Series(messages.word("line", line), [_in_yuan(row[line]) for row in rows]) for line in LINES]
    return Chart("cost", messages.say("report.chart_projects"), "stacked", names, costs, messages.say("report.yuan"))


def _in_yuan(amount: Fen | None) -> float | None:
    """Return an amount as a chart draws it; of a month before the ledger began there is none."""
    return None if amount is None else amount / 100


def _sum_of(rows: list[Record]) -> Record:
    """Add the projects up; persons are not added, for one person may serve several."""
    counts = ("tickets", "trips", "days", "open", "major_quality", "opinions", "surveys", "complaints")
    amounts = (*LINES, "excluded", "cost", "pending")
    return {
        "contract": messages.word("line", "total"),
        **{name: sum(row[name] for row in rows) for name in counts},
        **{name: Fen(sum(row[name] for row in rows)) for name in amounts},
    }


# The registers behind the figures, and the condition that keeps what is counted.
_BEHIND: tuple[tuple[Register, str], ...] = (
    (EXPENSES, "r.status NOT IN ('rejected', 'falsified')"),
    (TICKETS, ""),
    (SERVICE_REPORTS, ""),
    (SURVEYS, ""),
    (COMPLAINTS, ""),
    (PENALTIES, ""),
)


def _rows_behind(
    ledger: Ledger, period: Period, now: datetime, journeys: Sequence[contents.Journey]
) -> Iterator[Table | Sheet]:
    """Give the sheets of the rows behind the figures: counted now, read where they are written."""
    basis = Basis(ledger.policy, now, ledger.zone)
    trips = partial(contents.trips, ledger, journeys)
    yield Sheet("trips", messages.say("report.trips"), _TRIPS, len(journeys), trips)
    arrivals, due = partial(contents.arrivals, ledger, period, basis), verdicts.count_arrivals(ledger, period, basis)
    yield Sheet("arrivals", messages.say("report.arrivals"), _ARRIVALS, due, arrivals)
    for register, condition in _BEHIND:
        selection = records.Selection().during(register, period).in_a_snapshot()
        if condition:
            selection.where(condition)
        if register is PENALTIES:
            stand = standing(ledger, basis, period)
            selection.where(f"r.id IN ({', '.join(str(penalty['id']) for penalty in stand)})")
        columns, key = tuple(register.seen(detail=False)), register.name.replace("-", "_")
        many, rows = (
            records.count(ledger, register, selection),
            partial(records.blocks, ledger, register, now, selection),
        )
        yield Sheet(key, messages.say(f"report.rows_{key}"), columns, many, rows)


LAYOUTS: dict[str, Callable[[Record, Period], Document]] = {"monthly": monthly, "projects": projects, "staff": staff}
