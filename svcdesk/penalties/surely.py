"""What is surely well, as conditions in SQL: most of a month is, and the pure judge is asked about the rest alone.

A condition holds only of what no clause finds anything in, by whatever policy there ever was; of some that is well it
may not hold. tests/penalties/test_surely.py holds the judge to it, which need not be believed here.
"""

from typing import Any, get_args

from svcdesk.model import DispatchKind
from svcdesk.regulation.clock import answer_hours
from svcdesk.regulation.policy import Policy
from svcdesk.rules import DITTO, required_fields

_DITTO_SIGNS = "".join(sorted({sign for word in DITTO for sign in (word[0], word[0].upper())}))

NOT_TOLD = "0"  # holds of nothing: then the judge sees all

_AT = "strftime('%Y-%m-%dT%H:%M:%SZ', {}, {})"
_SIGN = "0-9A-Za-z\u3400-\u9fff"  # what an entry surely begins with: no blank, no dash


def shortest(policy: Policy) -> dict[str, Any]:
    """Return the shortest time that any policy ever let pass between receipt and answer, to add to an instant."""
    return {"shortest": f"+{min(answer_hours(policy))} hours"}


def answered(asked: str, at: str) -> str:
    """Return where something was answered within the shortest time: ``asked`` is its alias, ``at`` when it was."""
    on_an_earlier_day = f"{asked}.answered_at < date({at}, :shortest)"  # which most are, and which is told faster
    return f"({on_an_earlier_day} OR {asked}.answered_at <= {_AT.format(at, ':shortest')})"


def soonest(policy: Policy) -> dict[str, Any]:
    """Return how soon after the return a report is in time by every policy, and the most signs any asked an entry for.

    Its deadline is the midnight after so many days; where clocks are put forward one of those has 23 hours.
    """
    hours = 24 * min(policy.every("report.due_days")) - 2
    return {"soonest": f"{hours:+d} hours", "signs": max(policy.every("report.min_chars"))}


def complete(back: str) -> str:
    """Return where a report ``r`` of a dispatch ``d`` was complete at its deadline; ``back`` is when the crew was."""
    in_time = f"(r.filed_at <= {back} OR r.filed_at <= {_AT.format(back, ':soonest')})"
    return f"(r.versions = '[]' AND {in_time} AND {entered()})"


def entered() -> str:
    """Return where a report ``r`` of a dispatch ``d`` has every entry that it needs, of ``:signs`` signs each."""
    return " AND ".join(_has(field) for field in required_fields(""))


def _has(field: str) -> str:
    """Return where a report has an entry, or where its kind of dispatch needs none."""
    held = _PARTS if field == "parts" else _is_entry(f"r.{field}", ":signs")
    exempt = [kind for kind in get_args(DispatchKind) if field not in required_fields(kind)]
    return f"(d.kind IN ({', '.join(map(repr, exempt))}) OR {held})" if exempt else held


def _is_entry(text: str, signs: str) -> str:
    """Return where a text surely is an entry of so many signs: it begins with one, and with no word for the same."""
    long = f"({signs} = 1 OR ({text} GLOB '*[{_SIGN}]' AND length({text}) >= {signs}))"
    dittos = " AND ".join(f"lower(substr({text}, 1, {len(word)})) <> '{word}'" for word in DITTO)
    other = f"({text} NOT GLOB '[{_DITTO_SIGNS}]*' OR ({dittos}))"
    return f"({text} GLOB '[{_SIGN}]*' AND {long} AND {other})"


_FIRST_PART = "json_extract(r.parts, '$[0].name')"
_PARTS = f"(r.no_parts OR {_is_entry(_FIRST_PART, '1')})"
