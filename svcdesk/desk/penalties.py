"""Penalties: what people decide about what the clauses found (part 4)."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from svcdesk import journal
from svcdesk.desk.act import Act, Receipt, Word, several
from svcdesk.desk.entitled import entitlement, not_own
from svcdesk.errors import BadInput, NotFound, Refused
from svcdesk.model import Record, fen, table_of, yuan
from svcdesk.penalties import findings
from svcdesk.periods import day_of, month_from, stored
from svcdesk.registers.dated import value_on
from svcdesk.regulation.states import allow
from svcdesk.rules import ARTICLES, Finding


def _taken(act: Act, ids: Sequence[str], verb: str) -> list[Record]:
    """Load penalties one after another, each of which must allow the verb when its turn comes."""
    chosen = [act.ledger.named("penalty", text) for text in dict.fromkeys(ids)]
    for penalty in chosen:
        allow("penalty", penalty, verb)
    return chosen


def _not_own(act: Act, penalty: Record) -> None:
    code = act.ledger.get("staff", penalty["engineer_id"])["code"]
    not_own(act, f"P{penalty['id']}", [code], ARTICLES.get(penalty["clause"], "4"))


def _step(act: Act, penalty: Record, step: str, reason: str | None, **values: Any) -> None:
    """Record what somebody decided, with who, when and why, in the penalty's history."""
    history = json.loads(penalty["history"])
    at = act.at(after=history[-1]["at"] if history else penalty["at"])
    said = reason or act.note
    entry = {"at": stored(at), "by": act.by, "step": step, "reason": said}
    history.append({name: value for name, value in entry.items() if value})
    decided = {"decided_at": at, "decided_by": act.by, "reason": said} if step != "settle" else {}
    act.ledger.update("penalty", penalty["id"], history=history, **decided, **values)


def _facts_now(act: Act, penalty: Record) -> str:
    """Return the digest of the facts as they stand: a decision is taken in view of them."""
    if penalty["clause"] not in ARTICLES:
        raise Refused("clause_unknown", id=f"P{penalty['id']}", clause=penalty["clause"])
    code = act.ledger.get("staff", penalty["engineer_id"])["code"]
    found = findings.derive(act.ledger, act.basis, [{**penalty, "engineer": code}])
    return findings.digest(found.get((penalty["clause"], penalty["natural_key"], code)), act.basis)


class Proposal(NamedTuple):
    """The measure that somebody proposes for a finding whose article names none."""

    clause: str
    subject: str
    engineer: str
    sanction: str
    amount: str | None
    reason: str


def propose(act: Act, proposal: Proposal) -> Receipt:
    """Propose the measure of an open finding, once (S4 7.2). Raises BadInput, NotFound or Refused."""
    finding = _open_finding(act, proposal)
    subject, code = finding.subject, str(finding.engineer)
    not_own(act, subject, [code], finding.article)
    if known := findings.recorded(act.ledger, [finding]).get(findings.key_of(finding)):
        raise Refused("proposed_already", id=subject, penalty=f"P{known['id']}", article=finding.article)
    amount = _amount(proposal)
    entitled = entitlement(act, subject)
    step = {"at": stored(act.at(after=finding.at)), "by": act.by, "step": "propose", "reason": proposal.reason}
    made = findings.record(act.ledger, act.basis, finding, proposal.sanction, amount, history=[step], entitled=entitled)
    values = {"code": code, "subject": subject, "sanction": proposal.sanction}
    return Receipt("penalty_proposed", "penalty", made, values)


def _open_finding(act: Act, proposal: Proposal) -> Finding:
    """Find the finding, whose measure somebody must propose. Raises BadInput, NotFound or Refused."""
    clause, subject = proposal.clause, proposal.subject.upper()
    if clause not in ARTICLES:
        raise BadInput("not_a_word", name="CLAUSE", text=clause, words=list(ARTICLES))
    code = act.ledger.staff(proposal.engineer)["code"]
    facts = {"clause": clause, "natural_key": subject, "engineer": code}
    found = findings.derive(act.ledger, act.basis, [facts]) if table_of(subject) else {}
    finding = found.get((clause, subject, code))
    if finding is None:
        raise NotFound("no_finding", clause=Word("clause", clause), id=subject, code=code)
    if finding.sanction != "open":
        raise Refused("not_open", clause=Word("clause", clause), id=subject, article=finding.article)
    return finding


def _amount(proposal: Proposal) -> int | None:
    """Read the amount of a fine; nothing else has one. Raises BadInput."""
    amount = fen(proposal.amount) if proposal.amount is not None else None
    if proposal.sanction == "fine" and not amount:
        raise BadInput("fine_amount")
    if proposal.sanction != "fine" and amount is not None:
        raise BadInput("amount_not_wanted", sanction=proposal.sanction)
    return amount


def confirm(act: Act, ids: Sequence[str], reason: str | None = None) -> Receipt:
    """Confirm proposed penalties, or once more one whose facts changed."""
    chosen = _taken(act, ids, "confirm")
    for penalty in chosen:
        _not_own(act, penalty)
        now = _facts_now(act, penalty)
        if penalty["status"] == "confirmed" and now == penalty["facts"]:
            raise Refused(
                "state", id=f"P{penalty['id']}", kind="penalty", table="penalty", status="confirmed", verb="confirm",
                article="4.2-4.8",
                states=("proposed",),
            )  # fmt: skip
        if now != penalty["facts"]:
            act.warn("facts_changed", id=f"P{penalty['id']}")
        entitled = entitlement(act, f"P{penalty['id']}")
        _step(act, penalty, "confirm", reason, status="confirmed", facts=now, entitled=entitled)
    _warn_wages(act, chosen)
    return several("penalty_confirmed", "penalty", [penalty["id"] for penalty in chosen])


def waive(act: Act, text: str, reason: str) -> Receipt:
    """Waive a proposed penalty."""
    number = _decide_one(act, text, "waive", reason, "waived")
    return Receipt("penalty_waived", "penalty", number)


def appeal(act: Act, text: str, reason: str) -> Receipt:
    """Record the appeal against a confirmed penalty."""
    number = _decide_one(act, text, "appeal", reason, "appealed")
    return Receipt("penalty_appealed", "penalty", number)


def decide(act: Act, text: str, reason: str, *, uphold: bool) -> Receipt:
    """Decide an appeal."""
    status = "confirmed" if uphold else "overturned"
    number = _decide_one(act, text, "decide", reason, status)
    return Receipt(f"penalty_decided_{status}", "penalty", number)


def _decide_one(act: Act, text: str, verb: str, reason: str, status: str) -> int:
    (penalty,) = _taken(act, [text], verb)
    if not reason.strip():
        raise BadInput("empty", name="--reason")
    seen: Record = {}
    if verb != "appeal":
        _not_own(act, penalty)
        seen = {"facts": _facts_now(act, penalty), "entitled": entitlement(act, f"P{penalty['id']}")}
    _step(act, penalty, verb if verb != "decide" else status, reason, status=status, **seen)
    return int(penalty["id"])


def settle(act: Act, ids: Sequence[str], via: str) -> Receipt:
    """Record that confirmed penalties were carried out."""
    chosen = _taken(act, ids, "settle")
    for penalty in chosen:
        _not_own(act, penalty)
        if _facts_now(act, penalty) != penalty["facts"]:
            raise Refused("facts_changed", id=f"P{penalty['id']}", article=ARTICLES[penalty["clause"]])
        if via == "allowance" and penalty["clause"] != "phone_unreachable":
            raise Refused("allowance_only_phone", id=f"P{penalty['id']}", article="4.7")
        _step(act, penalty, "settle", None, status="settled", via=via, settled_at=act.at(after=penalty["decided_at"]))
    if via == "payroll":
        _warn_wages(act, chosen)
    numbers = [penalty["id"] for penalty in chosen]
    return several("penalty_settled", "penalty", numbers, via=Word("settled_via", via))


def accept_entry(act: Act, entry: int, reason: str) -> Receipt:
    """Accept what was entered late (policy late.entry): neither who typed it does, nor whom it is about."""
    if not reason.strip():
        raise BadInput("empty", name="--reason")
    typed = act.ledger.one("SELECT seq, at, actor FROM entry WHERE seq = ?", (entry,))
    if typed is None:
        raise NotFound("no_entry", seq=entry)
    if act.ledger.value("SELECT 1 FROM live_accepted_entry WHERE entry = ?", (entry,)):
        raise Refused("entry_accepted", seq=entry)
    not_own(act, f"#{entry}", {typed["actor"], *_whom_it_is_about(act, entry)}, "4")
    made = act.ledger.insert("accepted_entry", entry=entry, at=act.at(after=typed["at"]), by=act.by, reason=reason)
    return Receipt("entry_accepted", "accepted_entry", made, {"seq": entry, "actor": typed["actor"]})


def _whom_it_is_about(act: Act, entry: int) -> Iterator[str]:
    """Name the staff whose own times or reports an entry wrote."""
    for _, _, after in journal.changes_of(act.ledger.con, entry):
        image = json.loads(after)
        for name in ("engineer_id", "filed_by"):
            if name in image:
                yield str(act.ledger.get("staff", image[name])["code"])


def _warn_wages(act: Act, penalties: list[Record]) -> None:
    """Warn, once a person, where the payroll fines of one month take too much of the wage."""
    for engineer in dict.fromkeys(penalty["engineer_id"] for penalty in penalties):
        _warn_wage(act, act.ledger.get("staff", engineer))


def _warn_wage(act: Act, person: Record) -> None:
    """Warn where a person's payroll fines of one month exceed the share of the wage or leave less than the minimum."""
    month = month_from(day_of(act.now, act.zone).replace(day=1), act.zone)
    total = act.ledger.value(
        "SELECT sum(amount_fen) FROM live_penalty WHERE engineer_id = ? AND sanction = 'fine'"
        " AND (status = 'confirmed'"
        "  OR (status = 'settled' AND via = 'payroll' AND settled_at >= ? AND settled_at < ?))",
        (person["id"], stored(month.start), stored(month.end)),
    )
    wage = value_on(act.ledger, person["id"], "wage", day_of(act.now, act.zone), person["wage_fen"])
    if not total:
        return
    if wage is None:
        act.warn("wage_unknown", code=person["code"], total=yuan(total))
        return
    share, least = act.basis.value("wage.share", act.now), act.basis.value("wage.minimum", act.now)
    if total * 100 > wage * share:
        act.warn("wage_share", code=person["code"], total=yuan(total), share=share, most=yuan(wage * share // 100))
    if least is not None and wage - total < least:
        act.warn("wage_minimum", code=person["code"], total=yuan(total), left=yuan(wage - total), least=yuan(least))
