"""complaint: registered, assigned, investigated, decided, remedied, fed back, closed (4.1, 4.2)."""

from typing import TYPE_CHECKING, Annotated

import typer

from svcdesk.commands.context import Write
from svcdesk.commands.noun import Flag, Noun, Text, one_of
from svcdesk.commands.prompts import personal_text
from svcdesk.desk.act import Receipt
from svcdesk.errors import BadInput
from svcdesk.later import later
from svcdesk.model import ComplaintCause, ComplaintChannel, ComplaintFinding
from svcdesk.registers.complaints import COMPLAINTS

if TYPE_CHECKING:
    from svcdesk.desk import complaints
else:
    complaints = later("svcdesk.desk.complaints")

noun = Noun("complaint")
Complaint = Annotated[str, typer.Argument()]
Codes = Annotated[list[str] | None, typer.Option()]
Note = Annotated[str, typer.Option("--note")]


@noun.write("open")
def open_(
    w: Write,
    channel: Annotated[ComplaintChannel, typer.Option()],
    complainant: Annotated[str, typer.Option()],
    summary: Annotated[str, typer.Option()],
    about: Codes = None,
    ticket: Text = None,
) -> Receipt:
    return complaints.open_(w, channel, personal_text(complainant), summary, about or (), ticket)


@noun.write("assign")
def assign(
    w: Write,
    complaint: Complaint,
    department: Annotated[str, typer.Option()],
    by: Annotated[str, typer.Option("--by")],
) -> Receipt:
    return complaints.assign(w, complaint, department)


@noun.write("investigate")
def investigate(w: Write, complaint: Complaint, note: Note, about: Codes = None) -> Receipt:
    return complaints.investigate(w, complaint, note, about or ())


@noun.write("decide")
def decide(
    w: Write,
    complaint: Complaint,
    finding: Annotated[ComplaintFinding, typer.Option()],
    cause: Annotated[ComplaintCause | None, typer.Option()] = None,
    about: Codes = None,
    against: Codes = None,
) -> Receipt:
    return complaints.decide(w, complaint, finding, cause, about or (), against or ())


@noun.write("remedy")
def remedy(
    w: Write,
    complaint: Complaint,
    note: Note,
    as_rectification: Flag = False,
    owner: Text = None,
    due: Text = None,
) -> Receipt:
    if not (as_rectification or owner or due):
        return complaints.remedy(w, complaint, note)
    if not (as_rectification and owner and due):
        raise BadInput("one_without", names=["--as-rectification", "--owner", "--due"])
    return complaints.remedy_by_rectification(w, complaint, note, owner, w.date(due, ahead=True))


@noun.write("feedback")
def feedback(
    w: Write,
    complaint: Complaint,
    satisfied: Annotated[bool, typer.Option("--satisfied")] = False,
    unsatisfied: Annotated[bool, typer.Option("--unsatisfied")] = False,
    score: Annotated[int | None, typer.Option(min=1, max=5)] = None,
) -> Receipt:
    if score is None or (satisfied and unsatisfied):
        one_of(("--satisfied", satisfied), ("--unsatisfied", unsatisfied))
    return complaints.feed_back(w, complaint, satisfied=satisfied if satisfied or unsatisfied else None, score=score)


@noun.write("close")
def close(w: Write, complaint: Complaint) -> Receipt:
    return complaints.close(w, complaint)


noun.list_of(COMPLAINTS)
noun.show_of(COMPLAINTS, lambda ledger, text: ledger.named("complaint", text))
