"""service-report: the complete account of a job that every dispatch ends with (3.7, 4.6)."""

import json
import re
from typing import Annotated, Any

import typer

from svcdesk import messages
from svcdesk.commands.context import Write
from svcdesk.commands.noun import Flag, Noun, Text
from svcdesk.commands.receipts import Receipt
from svcdesk.errors import BadInput, Refused
from svcdesk.model import Record
from svcdesk.periods import instant, stored
from svcdesk.registers.declarations import SERVICE_REPORTS
from svcdesk.rules import missing_fields, report_deadline

noun = Noun("service-report")
Parts = Annotated[list[str] | None, typer.Option("--part")]
NoParts = Annotated[bool, typer.Option("--no-parts")]

_PART = re.compile(r"(.+?)\s*[:：]\s*([0-9]{1,6})")
_CONTENT = ("fault_cause", "solution", "parts", "no_parts", "customer_opinion")


def _parts(typed: list[str] | None) -> list[Record]:
    """Read NAME[:QTY] parts; the quantity is 1 where none is given."""
    parts = []
    for text in typed or []:
        shape = _PART.fullmatch(text.strip())
        name, quantity = (shape[1], int(shape[2])) if shape else (text.strip(), 1)
        if not name or quantity < 1:
            raise BadInput("part", text=text)
        parts.append({"name": name, "quantity": quantity})
    return parts


@noun.write("file")
def file(
    w: Write,
    dispatch: Annotated[str, typer.Argument()],
    fault_cause: Text = None,
    solution: Text = None,
    part: Parts = None,
    no_parts: NoParts = False,
    customer_opinion: Text = None,
) -> Receipt:
    sent = w.ledger.named("dispatch", dispatch)
    if sent["status"] == "cancelled":
        raise Refused("report_cancelled", id=f"D{sent['id']}", article="3.7")
    done = w.ledger.one("SELECT id FROM live_service_report WHERE dispatch_id = ?", (sent["id"],))
    if done:
        raise Refused("report_filed", id=f"D{sent['id']}", report=f"R{done['id']}", article="3.7")
    crew = w.ledger.rows(
        "SELECT w.departed_at, w.engineer_id FROM live_crew w WHERE w.dispatch_id = ? ORDER BY w.id",
        (sent["id"],),
    )
    departed = [member["departed_at"] for member in crew if member["departed_at"]]
    if not departed:
        raise Refused("report_not_departed", id=f"D{sent['id']}", article="3.7")
    content = _content(fault_cause, solution, _parts(part), no_parts, customer_opinion)
    author = w.by_staff or {"id": crew[0]["engineer_id"]}
    number = w.ledger.insert(
        "service_report", dispatch_id=sent["id"], filed_by=author["id"], filed_at=w.at(after=min(departed)), **content
    )
    return _receipt(w, "report_filed", number, sent, content)


def _content(
    fault_cause: str | None, solution: str | None, parts: list[Record], no_parts: bool, opinion: str | None
) -> dict[str, Any]:
    if parts and no_parts:
        raise BadInput("parts_and_none")
    return {
        "fault_cause": fault_cause, "solution": solution, "parts": parts, "no_parts": no_parts,
        "customer_opinion": opinion,
    }  # fmt: skip


@noun.write("amend")
def amend(
    w: Write,
    report: Annotated[str, typer.Argument()],
    fault_cause: Text = None,
    solution: Text = None,
    part: Parts = None,
    no_parts: Flag = False,
    customer_opinion: Text = None,
) -> Receipt:
    filed = w.ledger.named("service_report", report)
    if (fault_cause, solution, customer_opinion, part, no_parts) == (None, None, None, None, False):
        raise BadInput("nothing_amended", id=f"R{filed['id']}")
    versions = json.loads(filed["versions"])
    at = w.at(after=versions[-1]["until"] if versions else filed["filed_at"])
    stood = {name: filed[name] for name in _CONTENT} | {"parts": json.loads(filed["parts"])}
    content = _content(
        stood["fault_cause"] if fault_cause is None else fault_cause,
        stood["solution"] if solution is None else solution,
        [] if no_parts else stood["parts"] if part is None else _parts(part),
        no_parts or (part is None and bool(stood["no_parts"])),
        stood["customer_opinion"] if customer_opinion is None else customer_opinion,
    )
    versions.append({"until": stored(at), "by": w.by, **stood})
    w.ledger.update("service_report", filed["id"], **content, versions=versions)
    return _receipt(w, "report_amended", filed["id"], w.ledger.get("dispatch", filed["dispatch_id"]), content)


def _receipt(w: Write, key: str, number: int, sent: Record, content: Record) -> Receipt:
    """Say what the report still lacks, and until when it can be completed (4.6)."""
    missing = missing_fields(content, sent["kind"], w.basis.value("report.min_chars", w.now))
    returned = w.ledger.value("SELECT max(returned_at) FROM live_crew WHERE dispatch_id = ?", (sent["id"],))
    deadline = report_deadline(instant(returned), w.basis) if returned else None
    lacking = [messages.word("missing", field) for field in missing]
    return Receipt(
        f"{key}_lacking" if missing else key, "service_report", number,
        {"dispatch": f"D{sent['id']}", "missing": lacking, "deadline": deadline},
    )  # fmt: skip


noun.list_of(SERVICE_REPORTS)
noun.show_of(SERVICE_REPORTS, lambda ledger, text: ledger.named("service_report", text))
