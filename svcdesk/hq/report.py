"""The consolidated report: the figures over all centres and of each group, and who is missing from them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from svcdesk.hq import figures
from svcdesk.hq.feed import day_number
from svcdesk.hq.lakes import Centre, Lake
from svcdesk.hq.recount import Ask, By, Recount, nothing, since_epoch
from svcdesk.hq.spans import Span
from svcdesk.model import Record
from svcdesk.periods import local, today


def present(lake: Lake, span: Span, as_of: datetime) -> list[Centre]:
    """List the centres whose feed has come to the end of the span, as far as that is over."""
    return [
        centre
        for centre in lake.centres
        if day_number(today(since_epoch(centre.manifest["at"]), centre.zone))
        >= span.reached_by(today(as_of, centre.zone))
    ]


def consolidated(recount: Recount, lake: Lake, span: Span, by: By) -> Record:
    """Make the report of a span: the monthly's figures over all centres that are there, and of each group."""
    codes = tuple(centre.code for centre in recount.centres)
    found = recount.figures([Ask(span, "all", codes), Ask(span, by, codes)])
    lacking = figures.unknown(recount.centres)
    total = figures.record(found.get((0, ""), nothing()), lacking)
    missing = [code for code in lake.expected if code not in codes]
    return _report(lake, span, recount.as_of, total, _groups(by, found, codes, missing, lacking), missing)


def nobody(lake: Lake, span: Span, as_of: datetime, by: By) -> Record:
    """Make the report of a span that no feed has come to: nothing in it is nought."""
    parts = _groups(by, {}, (), lake.expected, None) if by == "centre" else []
    return _report(lake, span, as_of, figures.record(None), parts, lake.expected)


def _report(lake: Lake, span: Span, as_of: datetime, total: Record, parts: list[Record], missing: list[str]) -> Record:
    expected = lake.expected
    return {
        "period": span.name,
        "first": span.first.isoformat(),
        "last": (span.after - timedelta(days=1)).isoformat(),
        "as_of": local(as_of, lake.zone),
        **total,
        "by": parts,
        "centres": len(expected) - len(missing),
        "of": len(expected),
        "missing": missing,
        "complete": not missing,
    }


def _groups(
    by: By,
    found: dict[tuple[int, str], dict[str, int]],
    codes: Sequence[str],
    missing: Sequence[str],
    lacking: str | None,
) -> list[Record]:
    """Return a record a group, by its name; of centres every one that should be there, the missing ones empty."""
    if by == "all":
        return []
    names = sorted({*codes, *missing}) if by == "centre" else sorted(group for place, group in found if place == 1)
    return [
        {
            by: name or None,
            **figures.record(None if name in missing else found.get((1, name), nothing()), lacking),
            **({"missing": name in missing} if by == "centre" else {}),
        }
        for name in names
    ]
