"""What the clauses find in a period, matched with the penalties that were recorded for it."""

import json
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from typing import Any

from svcdesk.model import Fen, Record, number_in
from svcdesk.penalties import late_entries
from svcdesk.penalties.facts import SOURCES
from svcdesk.periods import Period, month_of
from svcdesk.regulation.policy import Basis
from svcdesk.rules import CLAUSES, Finding
from svcdesk.store import Ledger
from svcdesk.values import to_json

Key = tuple[str, str, str | None]  # clause, natural key, engineer


def check(ledger: Ledger, basis: Basis, period: Period, engineer: str | None = None) -> list[Finding]:
    """Derive every finding whose fact happened in the period, in the order of their times."""

    @cache
    def facts(name: str) -> list[Any]:
        source = SOURCES[name]
        where = source.every if late_entries.asks(ledger) else source.during
        return list(source.read(ledger, where(ledger, period)))

    found = [
        finding
        for clause in CLAUSES
        for fact in facts(clause.facts)
        for finding in late_entries.judged(ledger, basis, clause, fact)
        if period.start <= finding.at < period.end and engineer in (None, finding.engineer)
    ]
    return sorted(found, key=lambda finding: (finding.at, finding.article, finding.subject, finding.engineer or ""))


def derive(ledger: Ledger, basis: Basis, penalties: Sequence[Record]) -> dict[Key, Finding]:
    """Derive the findings behind recorded penalties anew, from the facts as they stand, by what each is about.

    A penalty is a record with the code of its ``engineer``. There is none where nothing is found any more.
    """
    found: dict[Key, Finding] = {}
    for clause in CLAUSES:
        numbers = {number_in(one["natural_key"]) for one in penalties if one["clause"] == clause.id}
        if not numbers:
            continue
        source = SOURCES[clause.facts]
        for fact in source.read(ledger, source.about(ledger, sorted(numbers))):
            for finding in late_entries.judged(ledger, basis, clause, fact):
                found.setdefault(key_of(finding), finding)
    return found


def key_of(finding: Finding) -> Key:
    """Return what a finding is about for good, and whom."""
    return finding.clause, finding.key, finding.engineer


def _recorded_key(penalty: Record) -> Key:
    return penalty["clause"], penalty["natural_key"], penalty["engineer"]


def people_found(ledger: Ledger, basis: Basis, sources: Collection[str], number: int) -> set[str]:
    """Name by code whom the clauses find something against by the facts about one record."""
    return {
        finding.engineer
        for clause in CLAUSES
        if clause.facts in sources
        for fact in SOURCES[clause.facts].read(ledger, SOURCES[clause.facts].about(ledger, [number]))
        for finding in late_entries.judged(ledger, basis, clause, fact)
        if finding.engineer is not None
    }


def judged_anew(
    ledger: Ledger, basis: Basis, penalties: Sequence[Record]
) -> Iterator[tuple[Finding | None, bool | None]]:
    """Return the finding behind each penalty as the facts stand, and whether they changed since it was recorded.

    A clause of a newer program cannot be judged: (None, None), and the ledger notes it as unknown.
    """
    found = derive(ledger, basis, penalties)
    for penalty in penalties:
        if penalty["clause"] in _BY_ID:
            finding = found.get(_recorded_key(penalty))
            yield finding, digest(finding, basis) != penalty["facts"]
        else:
            ledger.unknown.add(penalty["clause"])
            yield None, None


_BY_ID = {clause.id: clause for clause in CLAUSES}


def digest(finding: Finding | None, basis: Basis) -> str:
    """Return a finding's facts as one text, to see later whether they changed. Empty where there is no finding."""
    if finding is None:
        return ""
    facts = to_json(record_of(finding, basis), basis.zone)
    return json.dumps(
        {name: facts[name] for name in ("subject", "at", "sanction", "needs", "evidence", "absorbed_by")},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )


def record_of(finding: Finding, basis: Basis, penalty: Record | None = None) -> Record:
    """Return a finding as a record, its values not yet written; an open one with the measure that was proposed."""
    kind, amount, needs = finding.sanction, finding.amount_fen, finding.needs
    if penalty and kind == "open":
        kind, amount, needs = penalty["sanction"], penalty["amount_fen"], None
    return {
        "clause": finding.clause,
        "article": finding.article,
        "engineer": finding.engineer,
        "subject": finding.subject,
        "at": finding.at,
        "month": month_of(finding.at, basis.zone),
        "sanction": {
            "kind": kind,
            "amount": Fen(amount) if amount is not None else None,
        },
        "needs": needs,
        "evidence": finding.evidence,
        "penalty": f"P{penalty['id']}" if penalty else None,
        "status": penalty["status"] if penalty else "new",
        "absorbed_by": finding.absorbed_by,
    }


def matched(ledger: Ledger, basis: Basis, findings: Sequence[Finding]) -> Iterator[Record]:
    """Return findings as records, each with the penalty that was recorded for it."""
    known = recorded(ledger, findings)
    for finding in findings:
        yield record_of(finding, basis, known.get(key_of(finding)))


def recorded(ledger: Ledger, findings: Sequence[Finding]) -> dict[Key, Record]:
    """Find the penalties recorded for findings, by what each is about."""
    keys = json.dumps([(finding.clause, finding.key) for finding in findings])
    return {_recorded_key(penalty): penalty for penalty in ledger.rows(_RECORDED, (keys,))} if findings else {}


_RECORDED = """
    SELECT p.*, e.code AS engineer FROM json_each(?) j CROSS JOIN live_penalty p
      ON p.clause = json_extract(j.value, '$[0]') AND p.natural_key = json_extract(j.value, '$[1]')
    JOIN live_staff e ON e.id = p.engineer_id"""


def is_open(record: Record) -> bool:
    """Return whether somebody can decide something about a finding: record it, state what it needs, decide it."""
    if record["status"] != "new":
        return bool(record["status"] == "proposed")
    return bool(record["sanction"]["kind"] != "none" and not record["absorbed_by"])


def new_among(ledger: Ledger, findings: Sequence[Finding]) -> list[Finding]:
    """List the recordable findings that have no penalty yet."""
    known = recorded(ledger, findings)
    return [finding for finding in findings if finding.is_recordable and key_of(finding) not in known]


def record_new(ledger: Ledger, basis: Basis, findings: Sequence[Finding]) -> list[int]:
    """Record as proposed every recordable finding that has no penalty yet; return the new numbers."""
    found = [finding for finding in new_among(ledger, findings) if finding.engineer is not None]
    return [record(ledger, basis, finding, finding.sanction, finding.amount_fen) for finding in found]


def record(ledger: Ledger, basis: Basis, finding: Finding, sanction: str, amount_fen: int | None, **more: Any) -> int:
    """Record a finding as a proposed penalty with its measure; return the penalty's number."""
    assert finding.engineer is not None
    return ledger.insert(
        "penalty",
        clause=finding.clause,
        subject=finding.subject,
        natural_key=finding.key,
        engineer_id=ledger.staff(finding.engineer)["id"],
        at=finding.at,
        sanction=sanction,
        amount_fen=amount_fen,
        status="proposed",
        evidence=json.dumps(to_json(finding.evidence, basis.zone), ensure_ascii=False),
        facts=digest(finding, basis),
        **more,
    )
