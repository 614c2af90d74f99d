"""What centres handed in against what their facts say now: a row a difference, with what made it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from svcdesk.hq import figures
from svcdesk.hq.lakes import Lake
from svcdesk.hq.recount import Ask, Figures, Recount, nothing, since_epoch
from svcdesk.hq.spans import Span, month
from svcdesk.model import LETTERS, Record
from svcdesk.periods import today

_MEAN = "service.mean_score"


class _Month(NamedTuple):
    """A month of a centre: what was handed in, what is recounted, the later entries, the wrong flags by figure."""

    centre: str
    name: str
    handed_in: Figures
    recounted: Figures
    entries: list[int]
    flags: dict[str, list[str]]


def differences(recount: Recount, lake: Lake, span: Span | None) -> list[Record]:
    """Return every difference of a month, or of every month that anybody handed in; by centre, month and figure."""
    handed_in: dict[tuple[str, str], Figures] = {}
    for row in recount.view("handed_in"):
        handed_in.setdefault((row["centre"], row["month"]), {})[row["figure"]] = row["number"]
    names = [span.name] if span else sorted({name for _, name in handed_in})
    if not names:
        return []
    asks = [Ask(month(name), "centre", tuple(centre.code for centre in recount.centres)) for name in names]
    recounted = recount.figures(asks)
    later = _later(recount)
    lacking = figures.unknown(recount.centres)
    found: list[Record] = []
    for place, name in enumerate(names):
        flags = _flags(recount, asks[place].span)
        for code in lake.expected:
            key = (code, name)
            if key in handed_in:
                counted = recounted.get((place, code), nothing())
                whole = _Month(code, name, handed_in[key], counted, later.get(key, []), flags.get(code, {}))
                found += _compared(whole, lacking)
            elif _should_have(lake, code, asks[place].span, recount):
                found.append(_row(code, name, None, None, None, "missing"))
    return sorted(found, key=lambda row: (row["centre"], row["month"], row["figure"] or ""))


def _should_have(lake: Lake, code: str, span: Span, recount: Recount) -> bool:
    """Return whether a centre should have handed in a month: one that is over, and in which it had a ledger."""
    centre = next((centre for centre in lake.centres if centre.code == code), None)
    if centre is None:
        return span.after <= recount.as_of.date()
    begun = today(since_epoch(centre.manifest["begun"]), centre.zone)
    return begun < span.after <= today(recount.as_of, centre.zone)


def _later(recount: Recount) -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = {}
    for row in recount.view("later_entry"):
        found.setdefault((row["centre"], row["month"]), []).append(row["entry"])
    return found


def _flags(recount: Recount, span: Span) -> dict[str, dict[str, list[str]]]:
    """Return the records of a span whose stored flag their facts do not bear out: by centre, by figure."""
    found: dict[str, dict[str, list[str]]] = {}
    for row in recount.view("wrong_flag"):
        if span.first_day <= row["day"] < span.after_day:
            for figure in _flagged(row):
                names = found.setdefault(row["centre"], {}).setdefault(figure, [])
                names.append(f"{LETTERS[row['kind']]}{row['id']}")
    return found


def _flagged(row: Record) -> Iterator[str]:
    """Yield the figures that a wrong flag makes wrong, the one that names it first."""
    if row["kind"] == "dispatch":
        yield from (f"lines.{row[line]}.{part}" for line in ("stored_line", "line") for part in _TRAVEL)
        return
    if row["excluded"] != row["stored_excluded"]:
        yield "lines.total.excluded"
        yield "lines.total.cost"
    if row["line"] != row["stored_line"]:
        yield f"lines.{row['stored_line']}.cost"
        yield f"lines.{row['line']}.cost"


_TRAVEL = ("trips", "days", "persons")


def _compared(of: _Month, lacking: str | None) -> Iterator[Record]:
    """Yield the differences of a month; a wrong flag is named though it made none, once a record."""
    flagged: set[str] = set()
    for figure in sorted({*of.handed_in, _MEAN}):
        ours, theirs = of.recounted.get(figure), of.handed_in.get(figure)
        if ours == theirs or figures.written(figure, 0, lacking) == figures.UNKNOWN:
            continue
        records = of.flags.get(figure, [])
        flagged |= {*records}
        kind = "flags" if records else "later_facts" if of.entries else "unexplained"
        entries = of.entries if kind == "later_facts" else []
        yield _row(of.centre, of.name, figure, theirs, ours, kind, entries, records)
    for figure, records in of.flags.items():
        if fresh := [record for record in records if record not in flagged]:
            flagged |= {*fresh}
            yield _row(
                of.centre, of.name, figure, of.handed_in.get(figure), of.recounted.get(figure), "flags", [], fresh
            )


def _row(
    centre: str,
    month_name: str,
    figure: str | None,
    handed_in: int | None,
    recounted: int | None,
    kind: str,
    entries: Sequence[int] = (),
    records: Sequence[str] = (),
) -> Record:
    difference = None if handed_in is None or recounted is None else recounted - handed_in
    return {
        "centre": centre,
        "month": month_name,
        "figure": figure,
        "handed_in": figures.written(figure, handed_in) if figure else None,
        "recounted": figures.written(figure, recounted) if figure else None,
        "difference": figures.written(figure, difference) if figure else None,
        "kind": kind,
        "entries": list(entries),
        "records": list(records),
    }
