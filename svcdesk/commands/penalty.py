"""penalty: what the clauses find, and what people decide about it (part 4)."""

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from svcdesk import messages, periods
from svcdesk.commands.context import Read, Write, writing
from svcdesk.commands.noun import PERIOD, Flag, Noun, Text, one_of
from svcdesk.commands.receipts import entry_mark, receipt_line
from svcdesk.desk.act import Receipt
from svcdesk.later import later
from svcdesk.model import ProposedSanction, Record, SettledVia
from svcdesk.periods import Period, instant
from svcdesk.registers import dated
from svcdesk.registers.computed import loads
from svcdesk.registers.penalties import FINDING_COLUMNS, PENALTIES
from svcdesk.render import tables

if TYPE_CHECKING:
    from svcdesk.desk import penalties as decisions
    from svcdesk.penalties import findings
    from svcdesk.penalties import notice as notices
else:
    decisions = later("svcdesk.desk.penalties")
    findings = later("svcdesk.penalties.findings")
    notices = later("svcdesk.penalties.notice")

noun = Noun("penalty")
Penalty = Annotated[str, typer.Argument()]
Penalties = Annotated[list[str], typer.Argument()]
Reason = Annotated[str, typer.Option()]


def _both_months(r: Read) -> Period:
    """Return the month before and the current one: what is looked at where no period is named."""
    this = periods.read_month("this", r.now, r.zone)
    last = periods.read_month("last", r.now, r.zone)
    return periods.between(last.first, this.after, r.zone)


@noun.read("check", PERIOD)
def check(
    r: Read,
    period: Period | None,
    engineer: Text = None,
    record: Flag = False,
    exit_code: Flag = False,
) -> None:
    period = period or _both_months(r)
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
    from svcdesk.values import to_json  # brings decimal, which no list needs

    rows = to_json(found, r.zone) if r.form in tables.FOR_MACHINES else found
    tables.records(rows, FINDING_COLUMNS, r.form, r.zone)
    if exit_code and any(map(findings.is_open, found)):
        raise typer.Exit(1)


def _say_recorded(w: Write, made: list[int]) -> None:
    ids = messages.comma(f"P{number}" for number in made)
    print(receipt_line("penalties_recorded", w.ledger, ids, n=len(made)), file=sys.stderr)


@noun.write("propose")
def propose(
    w: Write,
    clause: Annotated[str, typer.Argument()],
    subject: Annotated[str, typer.Argument()],
    engineer: Annotated[str, typer.Option()],
    sanction: Annotated[ProposedSanction, typer.Option()],
    reason: Reason,
    amount: Text = None,
) -> Receipt:
    return decisions.propose(w, decisions.Proposal(clause, subject, engineer, sanction, amount, reason))


@noun.write("confirm")
def confirm(w: Write, penalties: Penalties, reason: Text = None) -> Receipt:
    return decisions.confirm(w, penalties, reason)


@noun.write("waive")
def waive(w: Write, penalty: Penalty, reason: Reason) -> Receipt:
    return decisions.waive(w, penalty, reason)


@noun.write("appeal")
def appeal(w: Write, penalty: Penalty, reason: Reason) -> Receipt:
    return decisions.appeal(w, penalty, reason)


@noun.write("decide")
def decide(
    w: Write,
    penalty: Penalty,
    reason: Reason,
    uphold: Annotated[bool, typer.Option("--uphold")] = False,
    overturn: Annotated[bool, typer.Option("--overturn")] = False,
) -> Receipt:
    one_of(("--uphold", uphold), ("--overturn", overturn))
    return decisions.decide(w, penalty, reason, uphold=uphold)


@noun.write("settle")
def settle(w: Write, penalties: Penalties, via: Annotated[SettledVia, typer.Option()] = "payroll") -> Receipt:
    return decisions.settle(w, penalties, via)


@noun.write("accept-entry")
def accept_entry(w: Write, entry: Annotated[int, typer.Argument(min=1)], reason: Reason) -> Receipt:
    return decisions.accept_entry(w, entry, reason)


def _explained(r: Read, row: Record, shown: Record) -> list[tuple[str, str]]:
    """Explain a penalty: its clause in words, and each step of its history."""
    lines = [(messages.say("labels.clause_text"), messages.clause(row["clause"]))]
    for step in loads(row["history"]):
        when = periods.short(instant(step["at"]), r.zone)
        values = {"at": when, "step": messages.word("penalty_step", step["step"]), "by": step["by"]}
        key = "labels.history_reason" if step.get("reason") else "labels.history_step"
        lines.append((messages.say("labels.history"), messages.say(key, **values, reason=step.get("reason"))))
    if shown["facts_changed"]:
        lines.append((messages.say("labels.attention"), messages.say("warnings.facts_changed", id=shown["id"])))
    return lines


@noun.read("notice")
def notice(
    r: Read,
    penalty: Penalty,
    format: Annotated[Literal["markdown", "html"], typer.Option("--format", "-f")] = "markdown",
) -> None:
    row = r.ledger.named("penalty", penalty)
    person = r.ledger.get("staff", row["engineer_id"])
    person |= dated.in_force(r.ledger, periods.today(r.now, r.zone)).get(person["code"], {})
    ((_, changed),) = findings.judged_anew(r.ledger, r.basis, [{**row, "engineer": person["code"]}])
    parts = notices.sections(row, changed, person, r.zone, _appeal_days(r, row))
    footer = messages.say(
        "notice.footer",
        centre=r.ledger.centre["name"],
        date=periods.today(r.now, r.zone),
        entry=entry_mark(r.ledger),
    )
    print(notices.WRITERS[format](messages.say("notice.title", id=f"P{row['id']}"), parts, footer), end="")


def _appeal_days(r: Read, penalty: Record) -> int:
    """Return the days within which the person may appeal, by the policy when it was decided, else now."""
    decided = penalty["decided_at"]
    return int(r.basis.value("appeal.days", instant(decided) if decided else r.now))


noun.list_of(PENALTIES)
noun.show_of(PENALTIES, lambda ledger, text: ledger.named("penalty", text), _explained, shown=("history",))
