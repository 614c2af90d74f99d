"""How well was served over all centres: shares and the median, recounted, for neither can be added up."""

from svcdesk.hq.recount import Ask, By, Recount, half_up
from svcdesk.hq.spans import Span
from svcdesk.model import Record

_SHARES = {
    "quality_answers": "answered_in_time",
    "quality_arrivals": "on_time_arrival",
    "quality_fixes": "first_time_fix",
    "quality_repeats": "repeat_repairs",
    "quality_surveys": "survey_coverage",
    "quality_complaints": "complaints_upheld",
}
_ORDER = (
    "answered_in_time", "response_median", "on_time_arrival", "first_time_fix", "repeat_repairs", "survey_coverage",
    "mean_score", "complaints", "complaints_upheld",
)  # fmt: skip
_TEN_THOUSAND = 10_000  # a value has four decimals, rounded half up from the two integers


def indicators(recount: Recount, span: Span, by: By) -> list[Record]:
    """Return every figure of service of every group as {group, figure, numerator, denominator, value, unit}.

    A rate is a fraction, per_100 a count on a hundred, hours and score as they are.
    """
    codes = tuple(centre.code for centre in recount.centres)
    recount.ask([Ask(span, by, codes)])
    found = [row for name, figure in _SHARES.items() for row in _shares(recount, name, figure, by)]
    found += [*_medians(recount, by), *_scores(recount, by), *_complaints(recount, by)]
    return sorted(found, key=lambda row: (row.get(by) or "", _ORDER.index(row["figure"])))


def _shares(recount: Recount, view: str, figure: str, by: By) -> list[Record]:
    rows = recount.view(view)
    return [_row(by, row["grp"], figure, row["numerator"], row["denominator"], "rate") for row in rows]


def _medians(recount: Recount, by: By) -> list[Record]:
    """The mean of the two middle ones where their number is even; seconds are told as hours."""
    return [
        _row(by, row["grp"], "response_median", None, row["denominator"], "hours")
        | {"value": half_up(row["numerator"] * _TEN_THOUSAND, row["middles"] * 3600) / _TEN_THOUSAND}
        for row in recount.view("quality_median")
    ]


def _scores(recount: Recount, by: By) -> list[Record]:
    rows = recount.view("surveyed")
    return [_row(by, row["grp"], "mean_score", row["score"], row["surveys"], "score") for row in rows]


def _complaints(recount: Recount, by: By) -> list[Record]:
    made = {row["grp"]: row["made"] for row in recount.view("quality_complaints")}
    received = {row["grp"]: row["tickets_opened"] for row in recount.view("received")}
    found = []
    for group in sorted({*made, *received}):
        row = _row(by, group, "complaints", made.get(group, 0), received.get(group, 0), "per_100")
        if row["denominator"]:
            row["value"] = half_up(100 * row["numerator"] * _TEN_THOUSAND, row["denominator"]) / _TEN_THOUSAND
        found.append(row)
    return found


def _row(by: By, group: str, figure: str, numerator: int | None, denominator: int, unit: str) -> Record:
    value = None
    if numerator is not None and denominator:
        value = half_up(numerator * _TEN_THOUSAND, denominator) / _TEN_THOUSAND
    return {
        **({} if by == "all" else {by: group or None}),
        "figure": figure,
        "numerator": numerator,
        "denominator": denominator,
        "value": value,
        "unit": unit,
    }
