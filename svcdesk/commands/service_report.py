"""service-report: the complete account of a job that every dispatch ends with (3.7, 4.6)."""

from typing import TYPE_CHECKING, Annotated

import typer

from svcdesk.commands.context import Write
from svcdesk.commands.noun import Noun, Text
from svcdesk.desk.act import Receipt
from svcdesk.later import later
from svcdesk.registers.service import SERVICE_REPORTS

if TYPE_CHECKING:
    from svcdesk.desk import service_reports
else:
    service_reports = later("svcdesk.desk.service_reports")

noun = Noun("service-report")
Parts = Annotated[list[str] | None, typer.Option("--part")]


@noun.write("file")
def file(
    w: Write,
    dispatch: Annotated[str, typer.Argument()],
    fault_cause: Text = None,
    solution: Text = None,
    part: Parts = None,
    no_parts: Annotated[bool, typer.Option("--no-parts")] = False,
    customer_opinion: Text = None,
) -> Receipt:
    content = service_reports.Content(fault_cause, solution, part, no_parts, customer_opinion)
    return service_reports.file(w, dispatch, content)


@noun.write("amend")
def amend(
    w: Write,
    report: Annotated[str, typer.Argument()],
    fault_cause: Text = None,
    solution: Text = None,
    part: Parts = None,
    no_parts: Annotated[bool, typer.Option("--no-parts")] = False,
    customer_opinion: Text = None,
) -> Receipt:
    content = service_reports.Content(fault_cause, solution, part, no_parts, customer_opinion)
    return service_reports.amend(w, report, content)


noun.list_of(SERVICE_REPORTS)
noun.show_of(SERVICE_REPORTS, lambda ledger, text: ledger.named("service_report", text))
