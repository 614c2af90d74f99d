"""penalty: what the clauses find, and what people decide about it (part 4)."""

import json
import sys
from typing import Annotated, Any

import typer

from svcdesk import messages, periods
from svcdesk.commands.context import Read, Write, writing
from svcdesk.commands.noun import Flag, Month, Noun, Since, Text, Until, one_of
from svcdesk.commands.receipts import Receipt, entry_mark, receipt_line
from svcdesk.errors import BadInput, Refused
from svcdesk.model import Record, SettledVia, yuan
from svcdesk.penalties import findings
from svcdesk.penalties import notice as notices
from svcdesk.periods import Period, day_of, instant, month_from, stored
from svcdesk.registers import records
from svcdesk.registers.declarations import FINDING_COLUMNS, PENALTIES
from svcdesk.regulation.states import allow
from svcdesk.render import tables
from svcdesk.rules import ARTICLES

noun = Noun("penalty")
Penalty = Annotated[str, typer.Argument()]
Penalties = Annotated[list[str], typer.Argument()]
Reason = Annotated[str, typer.Option()]


def _period(r: Read, month: str | None, since: str | None, until: str | None) -> Period:
    """Read the period; without one, the month before and the current one."""
    given = r.period(month, since, until)
    if given:
        return given
    this = periods.read_month("this", r.now, r.zone)
    last = periods.read_month("last", r.now, r.zone)
    return periods.between(last.first, this.after, r.zone)


@noun.read("check")
def check(
    r: Read,
    month: Month = None,
    since: Since = None,
    until: Until = None,
    engineer: Text = None,
    record: Flag = False,
    exit_code: Flag = False,
) -> None:
    period = _period(r, month, since, until)
    code = r.ledger.staff(engineer)["code"] if engineer else None
    if record and not findings.new_among(r.ledger, findings.check(r.ledger, r.basis, period, code)):
        print(messages.say("receipts.penalties_none_new"), file=sys.stderr)
    elif record:
        r.ledger.close()
        with writing("penalty check --record", {}) as w:
            made = findings.record_new(w.ledger, w.basis, findings.check(w.ledger, w.basis, period, code))
        _say_recorded(w, made)
        r.ledger = w.ledger
    found = list(findings.matched(r.ledger, r.basis, findings.check(r.ledger, r.basis, period, code)))
    tables.records(found, FINDING_COLUMNS, r.form, r.zone)
    if exit_code and any(finding["status"] in ("new", "proposed") for finding in found):
        raise typer.Exit(1)


def _say_recorded(w: Write, made: list[int]) -> None:
    ids = messages.comma(f"P{number}" for number in made)
    print(receipt_line("penalties_recorded", w.ledger, ids, n=len(made)), file=sys.stderr)


def _step(w: Write, penalty: Record, step: str, reason: str | None, **values: Any) -> None:
    """Record what somebody decided, with who, when and why, in the penalty's history."""
    history = json.loads(penalty["history"])
    at = w.at(after=history[-1]["at"] if history else penalty["at"])
    entry = {"at": stored(at), "by": w.by, "step": step, "reason": reason or w.note}
    history.append({name: value for name, value in entry.items() if value})
    decided = {"decided_at": at, "decided_by": w.by, "reason": reason or w.note} if step != "settle" else {}
    w.ledger.update("penalty", penalty["id"], history=history, **decided, **values)


def _facts_now(w: Write, penalty: Record) -> str:
    """Return the digest of the facts as they stand: a decision is taken in view of them."""
    if penalty["clause"] not in ARTICLES:
        raise Refused("clause_unknown", id=f"P{penalty['id']}", clause=penalty["clause"])
    code = w.ledger.get("staff", penalty["engineer_id"])["code"]
    return findings.digest(findings.derive(w.ledger, w.basis, {**penalty, "engineer": code}), w.basis)


@noun.write("confirm")
def confirm(w: Write, penalties: Penalties, reason: Text = None) -> Receipt:
    chosen = [w.ledger.named("penalty", text) for text in dict.fromkeys(penalties)]
    for penalty in chosen:
        allow("penalty", penalty, "confirm")
        now = _facts_now(w, penalty)
        if penalty["status"] == "confirmed" and now == penalty["facts"]:
            raise Refused(
                "state", id=f"P{penalty['id']}", kind="penalty", status="confirmed", verb="confirm", article="4.2-4.8",
                states=("proposed",),
            )  # fmt: skip
        if now != penalty["facts"]:
            w.warn("facts_changed", id=f"P{penalty['id']}")
        _step(w, penalty, "confirm", reason, status="confirmed", facts=now)
        _warn_wage(w, penalty)
    numbers = [penalty["id"] for penalty in chosen]
    return Receipt("penalty_confirmed", "penalty", numbers[0], records=numbers if len(numbers) > 1 else ())


@noun.write("waive")
def waive(w: Write, penalty: Penalty, reason: Reason) -> Receipt:
    return _decide_one(w, penalty, "waive", reason, "waived")


@noun.write("appeal")
def appeal(w: Write, penalty: Penalty, reason: Reason) -> Receipt:
    return _decide_one(w, penalty, "appeal", reason, "appealed")


@noun.write("decide")
def decide(
    w: Write,
    penalty: Penalty,
    reason: Reason,
    uphold: Annotated[bool, typer.Option("--uphold")] = False,
    overturn: Annotated[bool, typer.Option("--overturn")] = False,
) -> Receipt:
    one_of(("--uphold", uphold), ("--overturn", overturn))
    return _decide_one(w, penalty, "decide", reason, "confirmed" if uphold else "overturned")


def _decide_one(w: Write, text: str, verb: str, reason: str, status: str) -> Receipt:
    penalty = w.ledger.named("penalty", text)
    allow("penalty", penalty, verb)
    if not reason.strip():
        raise BadInput("empty", name="--reason")
    seen = {} if verb == "appeal" else {"facts": _facts_now(w, penalty)}
    _step(w, penalty, verb if verb != "decide" else status, reason, status=status, **seen)
    return Receipt(f"penalty_{status}" if verb != "decide" else f"penalty_decided_{status}", "penalty", penalty["id"])


@noun.write("settle")
def settle(w: Write, penalties: Penalties, via: Annotated[SettledVia, typer.Option()] = "payroll") -> Receipt:
    chosen = [w.ledger.named("penalty", text) for text in dict.fromkeys(penalties)]
    for penalty in chosen:
        allow("penalty", penalty, "settle")
        if _facts_now(w, penalty) != penalty["facts"]:
            raise Refused("facts_changed", id=f"P{penalty['id']}", article=messages.word("article", penalty["clause"]))
        if via == "allowance" and penalty["clause"] != "phone_unreachable":
            raise Refused("allowance_only_phone", id=f"P{penalty['id']}", article="4.7")
        _step(w, penalty, "settle", None, status="settled", via=via, settled_at=w.at(after=penalty["decided_at"]))
        if via == "payroll":
            _warn_wage(w, penalty)
    numbers = [penalty["id"] for penalty in chosen]
    return Receipt(
        "penalty_settled", "penalty", numbers[0], {"via": messages.word("settled_via", via)}, numbers[1:] and numbers
    )


def _warn_wage(w: Write, penalty: Record) -> None:
    """Warn where a person's payroll fines of one month exceed the share of the wage or leave less than the minimum."""
    person = w.ledger.get("staff", penalty["engineer_id"])
    month = month_from(day_of(w.now, w.zone).replace(day=1), w.zone)
    total = w.ledger.value(
        "SELECT sum(amount_fen) FROM live_penalty WHERE engineer_id = ? AND sanction = 'fine'"
        " AND (status = 'confirmed'"
        "  OR (status = 'settled' AND via = 'payroll' AND settled_at >= ? AND settled_at < ?))",
        (person["id"], stored(month.start), stored(month.end)),
    )
    wage = person["wage_fen"]
    if not total:
        return
    if wage is None:
        w.warn("wage_unknown", code=person["code"], total=yuan(total))
        return
    share, least = w.basis.value("wage.share", w.now), w.basis.value("wage.minimum", w.now)
    if total * 100 > wage * share:
        w.warn("wage_share", code=person["code"], total=yuan(total), share=share, most=yuan(wage * share // 100))
    if least is not None and wage - total < least:
        w.warn("wage_minimum", code=person["code"], total=yuan(total), left=yuan(wage - total), least=yuan(least))


def _explained(r: Read, row: Record, shown: Record) -> list[tuple[str, str]]:
    """Explain a penalty: its clause in words, and each step of its history."""
    lines = [(messages.say("labels.clause_text"), messages.clause(row["clause"]))]
    for step in json.loads(row["history"]):
        when = periods.short(instant(step["at"]), r.zone)
        text = f"{when} {messages.word('penalty_step', step['step'])} ({step['by']})"
        lines.append((messages.say("labels.history"), f"{text}: {step['reason']}" if step.get("reason") else text))
    if shown["facts_changed"]:
        lines.append((messages.say("labels.attention"), messages.say("warnings.facts_changed", id=shown["id"])))
    return lines


@noun.read("notice")
def notice(
    r: Read, penalty: Penalty, format: Annotated[notices.Format, typer.Option("--format", "-f")] = "markdown"
) -> None:
    row = r.ledger.named("penalty", penalty)
    shown = records.one(r.ledger, "penalty", row["id"], r.now)
    parts = notices.sections(shown, r.ledger.get("staff", row["engineer_id"]), r.zone)
    footer = messages.say(
        "notice.footer",
        centre=r.ledger.centre["name"],
        date=periods.today(r.now, r.zone),
        entry=entry_mark(r.ledger),
    )
    print(notices.WRITERS[format](messages.say("notice.title", id=shown["id"]), parts, footer), end="")


noun.list_of(PENALTIES)
noun.show_of(PENALTIES, lambda ledger, text: ledger.named("penalty", text), _explained)
