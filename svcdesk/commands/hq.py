"""hq: many desks, recounted at headquarters from the feeds that they sent."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import typer

from svcdesk import messages, periods
from svcdesk.columns import Column
from svcdesk.commands.noun import Flag, Format, Month, Noun, Text
from svcdesk.commands.receipts import caution, formatted
from svcdesk.errors import BadInput, StorageError
from svcdesk.hq import across, auditing, engines, intake, lakes, spans
from svcdesk.hq import check as checks
from svcdesk.hq import output as outputs
from svcdesk.hq import report as reports
from svcdesk.hq.lakes import Lake
from svcdesk.hq.quality import indicators
from svcdesk.hq.recount import Recount, opened
from svcdesk.model import Record
from svcdesk.month.output import Format as ReportFormat
from svcdesk.render import tables
from svcdesk.session import current

noun = Noun("hq")

LakeFolder = Annotated[Path | None, typer.Option("--lake")]
Engine = Annotated[engines.Name | None, typer.Option()]
AsOf = Annotated[str | None, typer.Option("--as-of")]


def _lake(folder: Path | None) -> Lake:
    """Open the lake named by --lake, else by SVCDESK_LAKE."""
    named = folder or (Path(os.environ["SVCDESK_LAKE"]) if os.environ.get("SVCDESK_LAKE") else None)
    if named is None:
        raise BadInput("lake_unnamed")
    return lakes.opened(named)


def _instant(as_of: str | None, of: Lake) -> datetime:
    """Read the day up to which open trips count: its end, and never later than now."""
    now = current.now(of.zone)
    if as_of is None:
        return now
    day = periods.read_date(as_of, now, of.zone)
    return min(now, periods.midnight(day + timedelta(days=1), of.zone) - timedelta(seconds=1))


@contextmanager
def _asked(
    of: Lake, engine: engines.Name | None, master: str | None, as_of: datetime | None = None
) -> Iterator[Recount]:
    """Hold every centre's feed in the engine. Raises StorageError where nobody has sent one."""
    if not of.centres:
        raise StorageError("lake_empty", path=of.path)
    with opened(of.centres, as_of or current.now(of.zone), engines.chosen(engine), master) as recount:
        yield recount


def _print(rows: Iterable[Record], columns: Sequence[Column], form: str | None, of: Lake) -> None:
    headings = {column.name: text for column in columns if (text := messages.find(f"hq.column_{column.name}"))}
    tables.records(rows, columns, tables.chosen(form), of.zone, headings=headings)


@noun.plain("take")
def take(
    feeds: Annotated[list[Path], typer.Argument()],
    into: Annotated[Path, typer.Option()],
    audit: Annotated[Path | None, typer.Option()] = None,
    mask_customers: Annotated[Path | None, typer.Option()] = None,
    engine: Engine = None,
    master: Text = None,
) -> None:
    if audit and len(feeds) > 1:
        raise BadInput("audit_one")
    name = engines.chosen(engine) if engine else None
    read = [intake.read(folder) for folder in feeds]
    if audit:
        auditing.check(read[0], audit, mask_customers)
    new = lakes.take(into, read, current.now())
    of = lakes.opened(into)
    for feed in read:
        first = messages.say("hq.first_feed") if feed.centre in new else ""
        values = {"centre": feed.centre, "entry": feed.manifest["entry"], "path": into, "first": first}
        print(messages.say("hq.taken", **formatted(values)))
    for one, other in lakes.twins(of):
        caution(messages.say("warnings.feed_twins", one=one, other=other))
    if name:  # what it makes of the files on first use is made now
        taken = {feed.centre for feed in read}
        with opened([centre for centre in of.centres if centre.code in taken], current.now(), name, master):
            pass


_CENTRES = (
    Column("centre", brief=True),
    Column("name", brief=True),
    Column("missing", kind="flag", brief=True),
    Column("entry", kind="int", brief=True),
    Column("at", kind="instant", brief=True),
    Column("taken_at", kind="instant", brief=True),
    Column("feeds", kind="int", brief=True),
    Column("rows", kind="int", brief=True),
    Column("timezone"),
    Column("hash"),
    Column("origin"),
)


@noun.plain("centres")
def centres(lake: LakeFolder = None, engine: Engine = None, master: Text = None, format: Format = None) -> None:
    of = _lake(lake)
    _print(across.centres(of), _CENTRES, format, of)


@noun.plain("report")
def consolidated(
    month: Month = None,
    quarter: Text = None,
    year: Text = None,
    by: Annotated[Literal["centre", "region", "product"] | None, typer.Option()] = None,
    as_of: AsOf = None,
    lake: LakeFolder = None,
    engine: Engine = None,
    master: Text = None,
    format: Annotated[ReportFormat | None, typer.Option("--format", "-f")] = None,
    output: Annotated[str | None, typer.Option("--output", "-o")] = None,
) -> None:
    of = _lake(lake)
    form, until, name = outputs.chosen(format, output), _instant(as_of, of), engines.chosen(engine)
    span = spans.read(month, quarter, year, until, of.zone)
    if there := reports.present(of, span, until):
        with opened(there, until, name, master) as recount:
            made = reports.consolidated(recount, of, span, by or "all")
    else:
        made = reports.nobody(of, span, until, by or "all")
    outputs.write(made, by or "all", span, of, form, output)
    if made["missing"]:
        caution(messages.say("warnings.centres_missing", names=messages.comma(made["missing"])))


_DIFFERENCES = (
    Column("centre", brief=True),
    Column("month", brief=True),
    Column("figure", brief=True),
    Column("handed_in", brief=True),
    Column("recounted", brief=True),
    Column("difference", brief=True),
    Column("kind", kind="word:difference", brief=True),
    Column("entries", kind="json", brief=True),
    Column("records", kind="json", brief=True),
)


@noun.plain("check")
def check(
    month: Month = None,
    exit_code: Flag = False,
    lake: LakeFolder = None,
    engine: Engine = None,
    master: Text = None,
    format: Format = None,
) -> None:
    of = _lake(lake)
    span = spans.read(month, None, None, current.now(of.zone), of.zone) if month else None
    with _asked(of, engine, master) as recount:
        rows = checks.differences(recount, of, span)
    _print(rows, _DIFFERENCES, format, of)
    if exit_code and rows:
        raise typer.Exit(1)


_DUPLICATES = tuple(
    Column(name, kind="money" if name.endswith("amount") else "date" if name.endswith("date") else "text", brief=True)
    for name in (
        "invoice", "centre", "id", "date", "amount", "other_centre", "other_id", "other_date", "other_amount",
    )
)  # fmt: skip


@noun.plain("duplicates")
def duplicates(lake: LakeFolder = None, engine: Engine = None, master: Text = None, format: Format = None) -> None:
    of = _lake(lake)
    with _asked(of, engine, master) as recount:
        rows = across.duplicates(recount, spans.read(None, None, None, recount.as_of, of.zone))
    _print(rows, _DUPLICATES, format, of)


_CUSTOMERS = (
    Column("customer", brief=True),
    Column("centres", kind="json", brief=True),
    Column("tickets", kind="int", brief=True),
    Column("cost", kind="money", brief=True),
)


@noun.plain("customers")
def customers(
    least: Annotated[int, typer.Option(min=1)] = 2,
    lake: LakeFolder = None,
    engine: Engine = None,
    master: Text = None,
    format: Format = None,
) -> None:
    of = _lake(lake)
    with _asked(of, engine, master) as recount:
        rows = across.customers(recount, spans.read(None, None, None, recount.as_of, of.zone), least)
    _print(rows, _CUSTOMERS, format, of)


_PEOPLE = (
    Column("company_no", brief=True),
    Column("centres", kind="json", brief=True),
    Column("codes", kind="json", brief=True),
    Column("trips", kind="int", brief=True),
    Column("days", kind="int", brief=True),
    Column("counted_twice", kind="int", brief=True),
)


@noun.plain("people")
def people(
    month: Month = None,
    quarter: Text = None,
    year: Text = None,
    as_of: AsOf = None,
    lake: LakeFolder = None,
    engine: Engine = None,
    master: Text = None,
    format: Format = None,
) -> None:
    of = _lake(lake)
    until = _instant(as_of, of)
    with _asked(of, engine, master, until) as recount:
        rows = across.people(recount, spans.read(month, quarter, year, until, of.zone))
    _print(rows, _PEOPLE, format, of)


_QUALITY = (
    Column("figure", kind="word:figure", brief=True),
    Column("numerator", kind="int", brief=True),
    Column("denominator", kind="int", brief=True),
    Column("value", kind="number:4", brief=True),
    Column("unit", kind="word:figure_unit", brief=True),
)


@noun.plain("quality")
def quality(
    by: Annotated[Literal["centre", "product", "region"] | None, typer.Option()] = None,
    month: Month = None,
    quarter: Text = None,
    year: Text = None,
    as_of: AsOf = None,
    lake: LakeFolder = None,
    engine: Engine = None,
    master: Text = None,
    format: Format = None,
) -> None:
    of = _lake(lake)
    until = _instant(as_of, of)
    with _asked(of, engine, master, until) as recount:
        rows = indicators(recount, spans.read(month, quarter, year, until, of.zone), by or "all")
    _print(rows, (*((Column(by, brief=True),) if by else ()), *_QUALITY), format, of)
