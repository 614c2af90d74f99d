"""Expenses: what engineers claim, the facts that a claim is judged by, and what becomes of it (4.3)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from svcdesk.desk import assignments
from svcdesk.desk.act import Act, Receipt, several
from svcdesk.desk.entitled import not_own
from svcdesk.errors import BadInput, Refused
from svcdesk.model import Record, fen, invoice, yuan
from svcdesk.periods import midnight, today
from svcdesk.registers import records
from svcdesk.regulation import expense_rules
from svcdesk.regulation.policy import Policy
from svcdesk.regulation.states import allow
from svcdesk.store import Ledger


class Claim(NamedTuple):
    """What an engineer claims, as it was typed."""

    engineer: str
    category: str
    amount: str
    spent_on: date
    dispatch: str | None = None
    ticket: str | None = None
    from_city: str | None = None
    to_city: str | None = None
    place: str | None = None
    invoice: str | None = None
    shared_with: str | None = None


def add(act: Act, claim: Claim) -> Receipt:
    """Take an expense in, count it in its line, and tell what is wrong with it."""
    person, amount = act.ledger.staff(claim.engineer), fen(claim.amount)
    act.at()
    if not amount:
        raise BadInput("amount_zero", text=claim.amount)
    if claim.spent_on > today(act.now, act.zone):
        raise BadInput("future_date", date=claim.spent_on)
    sent = act.ledger.named("dispatch", claim.dispatch) if claim.dispatch else None
    named = act.ledger.named("ticket", claim.ticket) if claim.ticket else None
    asked = ticket_of(act.ledger, sent, named)
    if sent and not assignments.is_on(act.ledger, sent["id"], person["id"]):
        raise BadInput("not_on_dispatch", code=person["code"], id=f"D{sent['id']}")
    agreed = act.ledger.get("contract", asked["contract_id"]) if asked and asked["contract_id"] else None
    place = placed(act.ledger.policy, claim.category, claim.spent_on, asked, agreed)
    number = invoice(claim.invoice)
    shared = act.ledger.named("expense", claim.shared_with) if claim.shared_with else None
    made = act.ledger.insert(
        "expense", engineer_id=person["id"], category=claim.category, amount_fen=amount, spent_on=claim.spent_on,
        dispatch_id=sent["id"] if sent else None, ticket_id=named["id"] if named else None,
        from_city=claim.from_city, to_city=claim.to_city, place=claim.place,
        invoice=number or (shared["invoice"] if shared else None),
        shared_with=share(act.ledger, shared, number) if shared else None, status="submitted", **place, note=act.note,
    )  # fmt: skip
    found = problems(act, made)
    for problem in found:
        act.warn("problem", id=f"E{made}", message=problem["message"])
    key = "expense_added_problems" if found else "expense_added"
    return Receipt(key, "expense", made, {"amount": yuan(amount), "line": place["line"], "n": len(found)})


def ticket_of(ledger: Ledger, sent: Record | None, named: Record | None) -> Record | None:
    """Find the ticket that an expense belongs to. Raises BadInput where dispatch and ticket disagree."""
    if sent is None:
        return named
    if named and named["id"] != sent["ticket_id"]:
        raise BadInput("dispatch_of_other", dispatch=f"D{sent['id']}", ticket=f"T{named['id']}")
    return ledger.get("ticket", sent["ticket_id"])


def share(ledger: Ledger, whole: Record, number: str | None) -> int:
    """Return the expense that first carried a shared invoice. Raises BadInput where the number is another."""
    if number and whole["invoice"] and _plain(number) != _plain(whole["invoice"]):
        raise BadInput("share_differs", id=f"E{whole['id']}", invoice=whole["invoice"], text=number)
    if not (number or whole["invoice"]):
        raise BadInput("share_of_none", id=f"E{whole['id']}")
    return int(whole["shared_with"] or whole["id"])


def _plain(number: str) -> str:
    return "".join(number.split()).casefold()


def placed(policy: Policy, category: str, spent_on: date, ticket: Record | None, contract: Record | None) -> Record:
    """Return where an expense counts: its line of the month, and whether it leaves the total (part 5)."""
    installs = bool(ticket) and assignments.kind_of(ticket["kind"] if ticket else None) == "installation"
    included = bool(installs and contract and contract["includes_installation"])
    excludes = (
        expense_rules.excluded_categories(contract["excludes"], policy, spent_on) if contract and included else ()
    )
    return {
        "line": expense_rules.line_of(category, installs),
        "excluded": int(expense_rules.is_excluded(category, included, excludes)),
    }


_FOLLOWED = {"ticket": "t.id = ?", "contract": "t.contract_id = ?", "policy": "k.includes_installation = ?"}


def follow(ledger: Ledger, table: str, number: int = 1) -> None:
    """Place anew the expenses that hang on a ticket, contract or policy that was changed; name its dispatches' kind."""
    sql = f"""
        SELECT r.id, r.category, r.spent_on, r.line, r.excluded, t.kind, k.includes_installation, k.excludes
        FROM live_ticket t LEFT JOIN live_contract k ON k.id = t.contract_id JOIN live_expense r
          ON r.ticket_id = t.id OR r.dispatch_id IN (SELECT d.id FROM live_dispatch d WHERE d.ticket_id = t.id)
        WHERE {_FOLLOWED[table]}"""
    for row in ledger.rows(sql, (number,)):
        place = placed(ledger.policy, row["category"], date.fromisoformat(row["spent_on"]), row, row)
        if place != {name: row[name] for name in place}:
            ledger.update("expense", row["id"], **place)
    if table == "ticket":
        kind = assignments.kind_of(ledger.get("ticket", number)["kind"])
        for row in ledger.rows("SELECT id FROM live_dispatch WHERE ticket_id = ? AND kind <> ?", (number, kind)):
            ledger.update("dispatch", row["id"], kind=kind)


def hang_on(ledger: Ledger, ticket: int) -> bool:
    """Return whether a ticket itself has expenses; those of its dispatches aside."""
    return ledger.value("SELECT 1 FROM live_expense WHERE ticket_id = ?", (ticket,)) is not None


def hang_together(ledger: Ledger, expense: Record) -> bool:
    """Return whether an expense shares an invoice with others, came back, or has money that did."""
    if expense["refund_of"] or expense["shared_with"]:
        return True
    asked = " UNION ALL ".join(f"SELECT 1 FROM live_expense WHERE {name} = ?1" for name in ("refund_of", "shared_with"))
    return ledger.value(asked, (expense["id"],)) is not None


def refund(act: Act, text: str, amount: str, on: date, reason: str) -> Receipt:
    """Take in money that came back: a line of its own below zero, in the month of its date (4.3).

    Raises BadInput, or Refused for more than was claimed and for what counts nowhere.
    """
    (claimed,), back = _taken(act, [text], "refund"), fen(amount)
    act.at()
    if claimed["refund_of"]:
        raise Refused("refund_of_refund", id=f"E{claimed['id']}", of=f"E{claimed['refund_of']}", article="4.3")
    if not back:
        raise BadInput("amount_zero", text=amount)
    if on > today(act.now, act.zone):
        raise BadInput("future_date", date=on)
    if on.isoformat() < claimed["spent_on"]:
        raise BadInput("refund_before", id=f"E{claimed['id']}", date=on, spent=claimed["spent_on"])
    keeps = ("engineer_id", "category", "dispatch_id", "ticket_id", "line")
    made = act.ledger.insert(
        "expense", **{name: claimed[name] for name in keeps}, amount_fen=-back, spent_on=on, refund_of=claimed["id"],
        status="submitted", reason=reason, note=act.note, excluded=_excluded_on(act.ledger, claimed, on),
    )  # fmt: skip
    refuse_excess(claimed, -sum(row["amount_fen"] for row in refunds(act.ledger, claimed["id"])))
    return Receipt("expense_refunded", "expense", made, {"of": f"E{claimed['id']}", "amount": yuan(back)})


def _excluded_on(ledger: Ledger, claimed: Record, on: date) -> int:
    """Return whether money that came back on a day leaves the total, as the expense would have on that day."""
    sent = ledger.get("dispatch", claimed["dispatch_id"]) if claimed["dispatch_id"] else None
    number = sent["ticket_id"] if sent else claimed["ticket_id"]
    asked = ledger.get("ticket", number) if number else None
    agreed = ledger.get("contract", asked["contract_id"]) if asked and asked["contract_id"] else None
    return int(placed(ledger.policy, claimed["category"], on, asked, agreed)["excluded"])


def refunds(ledger: Ledger, number: int) -> list[Record]:
    """List what came back of an expense and was not rejected, in order."""
    sql = "SELECT * FROM live_expense WHERE refund_of = ? AND status <> 'rejected' ORDER BY id"
    return ledger.rows(sql, (number,))


def refuse_excess(claimed: Record, back: int) -> None:
    """Refuse that more comes back, in fen, than was claimed (4.3). Raises Refused."""
    if back > claimed["amount_fen"]:
        amounts = {"claimed": yuan(claimed["amount_fen"]), "back": yuan(back)}
        raise Refused("refund_exceeds", id=f"E{claimed['id']}", **amounts, article="4.3")


def _count_nowhere(act: Act, claimed: Record) -> None:
    """Reject what came back of an expense that counts nowhere any more: it would count below zero."""
    for back in refunds(act.ledger, claimed["id"]):
        act.ledger.update("expense", back["id"], status="rejected", decided_at=act.now, decided_by=act.by)


def problems(act: Act, number: int) -> list[Record]:
    """List what is wrong with an expense, each with its code and the words to tell the engineer (4.3)."""
    found: list[Record] = records.one(act.ledger, "expense", number, act.now)["problems"]
    return found


def _taken(act: Act, ids: Sequence[str], verb: str) -> list[Record]:
    """Load expenses whose state allows the verb."""
    found = [act.ledger.named("expense", text) for text in dict.fromkeys(ids)]
    for expense in found:
        allow("expense", expense, verb)
    return found


def _decided_at(act: Act, expense: Record) -> datetime:
    """Return the time of a decision; no earlier than the day the money was spent."""
    return act.at(after=midnight(date.fromisoformat(expense["spent_on"]), act.zone))


def approve(act: Act, ids: Sequence[str], override: str | None = None) -> Receipt:
    """Approve expenses; one with problems only with a reason."""
    claimed = _taken(act, ids, "approve")
    for expense in claimed:
        engineer = act.ledger.get("staff", expense["engineer_id"])["code"]
        not_own(act, f"E{expense['id']}", [engineer], "4.3")
        found = problems(act, expense["id"])
        if found and not override:
            said = [problem["message"] for problem in found]
            raise Refused("problems", id=f"E{expense['id']}", problems=said, article="4.3")
        act.ledger.update(
            "expense", expense["id"], status="approved", override=override, decided_at=_decided_at(act, expense),
            decided_by=act.by, reason=expense["reason"] if expense["refund_of"] else None,
        )  # fmt: skip
    return _receipt("expense_approved", claimed)


def reject(act: Act, text: str, reason: str) -> Receipt:
    """Send an expense back; it counts nowhere."""
    (claimed,) = _taken(act, [text], "reject")
    at = _decided_at(act, claimed)
    act.ledger.update("expense", claimed["id"], status="rejected", reason=reason, decided_at=at, decided_by=act.by)
    _count_nowhere(act, claimed)
    return Receipt("expense_rejected", "expense", claimed["id"])


def reimburse(act: Act, ids: Sequence[str]) -> Receipt:
    """Record that approved expenses were paid."""
    claimed = _taken(act, ids, "reimburse")
    for expense in claimed:
        at = act.at(after=expense["decided_at"])
        act.ledger.update("expense", expense["id"], status="reimbursed", reimbursed_at=at)
    return _receipt("expense_reimbursed", claimed)


def falsify(act: Act, text: str, sanction: str, evidence: str, *, refer_legal: bool = False) -> Receipt:
    """Record that an expense was found falsified, and how that is punished (4.3)."""
    (claimed,) = _taken(act, [text], "falsified")
    at = _decided_at(act, claimed)
    act.ledger.update(
        "expense", claimed["id"], status="falsified", sanction=sanction, evidence=evidence, refer_legal=refer_legal,
        falsified_at=at, falsified_by=act.by,
    )  # fmt: skip
    _count_nowhere(act, claimed)
    return Receipt("expense_falsified", "expense", claimed["id"], {"sanction": sanction})


def _receipt(key: str, claimed: list[Record]) -> Receipt:
    total = yuan(sum(expense["amount_fen"] for expense in claimed))
    return several(key, "expense", [expense["id"] for expense in claimed], amount=total)
