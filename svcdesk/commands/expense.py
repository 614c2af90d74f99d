"""expense: what engineers claim, whether it matches their journeys, and what becomes of it (4.3)."""

from typing import TYPE_CHECKING, Annotated

import typer

from svcdesk import messages
from svcdesk.commands.context import Read, Write
from svcdesk.commands.noun import PERIOD, Flag, Noun, Text
from svcdesk.desk.act import Receipt
from svcdesk.later import later
from svcdesk.model import Category, FraudSanction, Record, yuan
from svcdesk.periods import Period
from svcdesk.registers import records
from svcdesk.registers.expenses import EXPENSES
from svcdesk.render import tables

if TYPE_CHECKING:
    from svcdesk.desk import expenses as claims
else:
    claims = later("svcdesk.desk.expenses")

noun = Noun("expense")
Expense = Annotated[str, typer.Argument()]
Expenses = Annotated[list[str], typer.Argument()]


@noun.write("add")
def add(
    w: Write,
    engineer: Annotated[str, typer.Option("--engineer", "-e")],
    category: Annotated[Category, typer.Option("--category", "-c")],
    amount: Annotated[str, typer.Option("--amount", "-a")],
    date: Annotated[str, typer.Option("--date", "-d")],
    dispatch: Annotated[str | None, typer.Option("--dispatch", "-t")] = None,
    ticket: Text = None,
    from_: Annotated[str | None, typer.Option("--from")] = None,
    to: Text = None,
    place: Text = None,
    number: Annotated[str | None, typer.Option("--invoice", "-i")] = None,
    shared_with: Text = None,
) -> Receipt:
    spent = w.date(date)
    claim = claims.Claim(
        engineer, category, amount, spent, dispatch, ticket, from_, to, place, invoice=number, shared_with=shared_with
    )
    return claims.add(w, claim)


@noun.read("check", PERIOD)
def check(r: Read, period: Period | None, exit_code: Flag = False) -> None:
    selection = records.Selection().during(EXPENSES, period)
    selection.where("r.status NOT IN ('rejected', 'falsified')")
    found = [row for row in records.records(r.ledger, EXPENSES, r.now, selection) if row["problems"]]
    tables.records(found, EXPENSES.seen(detail=False), r.form, r.zone)
    if exit_code and any(row["status"] == "submitted" for row in found):
        raise typer.Exit(1)


@noun.write("approve")
def approve(w: Write, expenses: Expenses, override: Text = None) -> Receipt:
    return claims.approve(w, expenses, override)


@noun.write("reject")
def reject(w: Write, expense: Expense, reason: Annotated[str, typer.Option()]) -> Receipt:
    return claims.reject(w, expense, reason)


@noun.write("reimburse")
def reimburse(w: Write, expenses: Expenses) -> Receipt:
    return claims.reimburse(w, expenses)


@noun.write("refund")
def refund(
    w: Write,
    expense: Expense,
    amount: Annotated[str, typer.Option()],
    date: Annotated[str, typer.Option()],
    reason: Annotated[str, typer.Option()],
) -> Receipt:
    return claims.refund(w, expense, amount, w.date(date), reason)


@noun.write("falsified")
def falsified(
    w: Write,
    expense: Expense,
    sanction: Annotated[FraudSanction, typer.Option()],
    evidence: Annotated[str, typer.Option()],
    refer_legal: Flag = False,
) -> Receipt:
    return claims.falsify(w, expense, sanction, evidence, refer_legal=refer_legal)


noun.list_of(EXPENSES)


def _refunds(r: Read, stored: Record, _: Record) -> list[tuple[str, str]]:
    """Tell what came back of it."""
    return [(messages.say("labels.refund"), _refunded(row)) for row in claims.refunds(r.ledger, stored["id"])]


def _refunded(row: Record) -> str:
    said = {"id": f"E{row['id']}", "amount": yuan(-row["amount_fen"]), "date": row["spent_on"], "reason": row["reason"]}
    return messages.say("labels.refunded", **said)


noun.show_of(EXPENSES, lambda ledger, text: ledger.named("expense", text), _refunds)
