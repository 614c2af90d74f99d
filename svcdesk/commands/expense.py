"""expense: what engineers claim, whether it matches their journeys, and what becomes of it (4.3)."""

from typing import Annotated

import typer

from svcdesk.commands.context import Read, Write
from svcdesk.commands.noun import Flag, Month, Noun, Since, Text, Until
from svcdesk.commands.receipts import Receipt
from svcdesk.errors import BadInput, Refused
from svcdesk.model import Category, FraudSanction, Record, fen, invoice, yuan
from svcdesk.periods import midnight, today
from svcdesk.registers import records
from svcdesk.registers.declarations import EXPENSES
from svcdesk.regulation import expense_rules
from svcdesk.regulation.states import allow
from svcdesk.render import tables

noun = Noun("expense")
Expense = Annotated[str, typer.Argument()]
Expenses = Annotated[list[str], typer.Argument()]


@noun.write("add")
def add(
    w: Write,
    engineer: Annotated[str, typer.Option()],
    category: Annotated[Category, typer.Option()],
    amount: Annotated[str, typer.Option()],
    date: Annotated[str, typer.Option()],
    dispatch: Text = None,
    ticket: Text = None,
    from_: Annotated[str | None, typer.Option("--from")] = None,
    to: Text = None,
    place: Text = None,
    number: Annotated[str | None, typer.Option("--invoice")] = None,
) -> Receipt:
    person, amount_fen, spent_on = w.ledger.staff(engineer), fen(amount), w.date(date)
    w.at()
    if spent_on > today(w.now, w.zone):
        raise BadInput("future_date", date=spent_on)
    sent = w.ledger.named("dispatch", dispatch) if dispatch else None
    asked = _ticket_of(w, sent, ticket)
    if sent and not w.ledger.value(
        "SELECT 1 FROM live_crew WHERE dispatch_id = ? AND engineer_id = ?", (sent["id"], person["id"])
    ):
        raise BadInput("not_on_dispatch", code=person["code"], id=f"D{sent['id']}")
    line = expense_rules.line_of(category, bool(asked) and asked["kind"] == "installation" if asked else False)
    agreed = w.ledger.get("contract", asked["contract_id"]) if asked and asked["contract_id"] else None
    made = w.ledger.insert(
        "expense", engineer_id=person["id"], category=category, amount_fen=amount_fen, spent_on=spent_on,
        dispatch_id=sent["id"] if sent else None, ticket_id=w.ledger.named("ticket", ticket)["id"] if ticket else None,
        from_city=from_, to_city=to, place=place, invoice=invoice(number), status="submitted", line=line,
        excluded=expense_rules.is_excluded(line, bool(agreed and agreed["includes_installation"])), note=w.note,
    )  # fmt: skip
    found = _problems(w, made)
    for problem in found:
        w.warn("problem", id=f"E{made}", message=problem["message"])
    key = "expense_added_problems" if found else "expense_added"
    return Receipt(key, "expense", made, {"amount": yuan(amount_fen), "line": line, "n": len(found)})


def _ticket_of(w: Write, sent: Record | None, ticket: str | None) -> Record | None:
    """Find the ticket that an expense belongs to. Raises BadInput where dispatch and ticket disagree."""
    named = w.ledger.named("ticket", ticket) if ticket else None
    if sent is None:
        return named
    if named and named["id"] != sent["ticket_id"]:
        raise BadInput("dispatch_of_other", dispatch=f"D{sent['id']}", ticket=f"T{named['id']}")
    return w.ledger.get("ticket", sent["ticket_id"])


def _problems(r: Read, number: int) -> list[Record]:
    found: list[Record] = records.one(r.ledger, "expense", number, r.now)["problems"]
    return found


@noun.read("check")
def check(r: Read, month: Month = None, since: Since = None, until: Until = None, exit_code: Flag = False) -> None:
    selection = records.Selection().during(EXPENSES, r.period(month, since, until))
    selection.where("r.status NOT IN ('rejected', 'falsified')")
    found = [row for row in records.records(r.ledger, EXPENSES, r.now, selection) if row["problems"]]
    tables.records(found, records.columns_of(EXPENSES, detail=False), r.form, r.zone)
    if exit_code and any(row["status"] == "submitted" for row in found):
        raise typer.Exit(1)


def _each(w: Write, ids: list[str], verb: str) -> list[Record]:
    found = [w.ledger.named("expense", text) for text in dict.fromkeys(ids)]
    for expense in found:
        allow("expense", expense, verb)
    return found


def _claimed_at(w: Write, expense: Record) -> object:
    """Return the time of a decision; no earlier than the day the money was spent."""
    return w.at(after=midnight(w.date(expense["spent_on"]), w.zone))


@noun.write("approve")
def approve(w: Write, expenses: Expenses, override: Text = None) -> Receipt:
    claimed = _each(w, expenses, "approve")
    for expense in claimed:
        found = _problems(w, expense["id"])
        if found and not override:
            said = [problem["message"] for problem in found]
            raise Refused("problems", id=f"E{expense['id']}", problems=said, article="4.3")
        w.ledger.update(
            "expense", expense["id"], status="approved", override=override, decided_at=_claimed_at(w, expense),
            decided_by=w.by, reason=None,
        )  # fmt: skip
    return _decided("expense_approved", claimed)


@noun.write("reject")
def reject(w: Write, expense: Expense, reason: Annotated[str, typer.Option()]) -> Receipt:
    (claimed,) = _each(w, [expense], "reject")
    at = _claimed_at(w, claimed)
    w.ledger.update("expense", claimed["id"], status="rejected", reason=reason, decided_at=at, decided_by=w.by)
    return Receipt("expense_rejected", "expense", claimed["id"])


@noun.write("reimburse")
def reimburse(w: Write, expenses: Expenses) -> Receipt:
    claimed = _each(w, expenses, "reimburse")
    for expense in claimed:
        w.ledger.update("expense", expense["id"], status="reimbursed", reimbursed_at=w.at(after=expense["decided_at"]))
    return _decided("expense_reimbursed", claimed)


@noun.write("falsified")
def falsified(
    w: Write,
    expense: Expense,
    sanction: Annotated[FraudSanction, typer.Option()],
    evidence: Annotated[str, typer.Option()],
    refer_legal: Flag = False,
) -> Receipt:
    (claimed,) = _each(w, [expense], "falsified")
    at = _claimed_at(w, claimed)
    w.ledger.update(
        "expense", claimed["id"], status="falsified", sanction=sanction, evidence=evidence, refer_legal=refer_legal,
        falsified_at=at, falsified_by=w.by,
    )  # fmt: skip
    return Receipt("expense_falsified", "expense", claimed["id"], {"sanction": sanction})


def _decided(key: str, claimed: list[Record]) -> Receipt:
    total = yuan(sum(expense["amount_fen"] for expense in claimed))
    numbers = [expense["id"] for expense in claimed]
    return Receipt(key, "expense", numbers[0], {"amount": total}, numbers if len(numbers) > 1 else ())


noun.list_of(EXPENSES)
noun.show_of(EXPENSES, lambda ledger, text: ledger.named("expense", text))
