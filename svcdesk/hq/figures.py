"""Figures as records: the shape of the monthly's JSON, what an older feed cannot tell, and how a figure is written."""

import re
from collections.abc import Sequence
from typing import Any

from svcdesk.hq.lakes import Centre
from svcdesk.hq.recount import LINES, TRAVELLING, Figures
from svcdesk.model import Record, yuan

UNKNOWN = "n/a"
_MONEY = r"lines\.\w+\.(cost|excluded)|pending_cost"
_SERVICE = ("contacts", "tickets_opened", "withdrawn", "answered_in_time", "answered_late", "unanswered", "closed",
            "surveys", "mean_score")  # fmt: skip

# What a figure cannot be recounted without: a feed that lacks one of the columns makes it unknown, not nought.
_NEEDS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (r"lines\.\w+\.(persons|trips|days)", "crew", ("engineer_id", "departed_day", "returned_day")),
    (r"lines\.\w+\.cost|pending_cost", "expense", ("amount_fen", "category", "spent_day", "status")),
    (r"lines\.total\..*", "contract", ("includes_installation",)),
    (r"service\.(answered.*|unanswered)", "ticket", ("received_at", "answered_at")),
    (r"service\.(withdrawn|unanswered)", "ticket", ("cancelled_at",)),
    (r"service\.closed", "ticket", ("closed_day", "first_closed_day")),
    (r"service\.mean_score", "survey", ("score",)),
)


def unknown(centres: Sequence[Centre]) -> str | None:
    """Return a pattern of the figures that some feed is too old to tell, or None."""
    patterns = [
        pattern
        for pattern, table, columns in _NEEDS
        if any(centre.lacks(table, column) for centre in centres for column in columns)
    ]
    return "|".join(patterns) or None


def written(name: str, value: int | None, lacking: str | None = None) -> Any:
    """Write a figure as a record carries it: money and scores with two decimals, a count as it is."""
    if lacking and re.fullmatch(lacking, name):
        return UNKNOWN
    if value is None:
        return None
    return yuan(value) if re.fullmatch(_MONEY, name) or name == "service.mean_score" else value


def record(figures: Figures | None, lacking: str | None = None) -> Record:
    """Return figures in the shape of the monthly's JSON; None for each part of what is missing."""
    if figures is None:
        return {"lines": None, "pending_cost": None, "service": None}

    def line(name: str, *parts: str) -> Record:
        keys = {part: f"lines.{name}.{part}" for part in parts}
        return {"line": name, **{part: written(key, figures.get(key), lacking) for part, key in keys.items()}}

    return {
        "lines": [
            *(line(name, *(("persons", "trips", "days") if name in TRAVELLING else ()), "cost") for name in LINES),
            line("total", "cost", "excluded"),
        ],
        "pending_cost": written("pending_cost", figures["pending_cost"], lacking),
        "service": {name: written(f"service.{name}", figures.get(f"service.{name}"), lacking) for name in _SERVICE},
    }
