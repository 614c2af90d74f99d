"""The bad rows of an import, gathered by reason: how many, where they begin, and what cures them."""

from collections.abc import Iterator, Sequence

from svcdesk import messages
from svcdesk.commands.receipts import explained, formatted
from svcdesk.errors import DeskError

_FIRST = 3  # lines named of one reason
_MOST = 8  # reasons told
_OF_RECORDS = ("known_differs", "known_in_file")  # their name is a record's, not a field's
_LONGEST = 40  # characters of a value in a cure

Bad = tuple[int | str, DeskError]


def gathered(rows: Sequence[Bad]) -> list[str]:
    """Return a line for each reason, those of most rows first, and after them the cures."""
    by_reason: dict[tuple[str, str], list[Bad]] = {}
    for line, error in rows:
        field = "" if error.key in _OF_RECORDS else str(error.values.get("name", ""))
        by_reason.setdefault((error.key, field), []).append((line, error))
    groups = sorted(by_reason.values(), key=len, reverse=True)
    lines = [_line(group) for group in groups[:_MOST]]
    if len(groups) > _MOST:
        left = sum(map(len, groups[_MOST:]))
        lines.append(messages.say("errors.more_reasons", n=len(groups) - _MOST, rows=left))
    return lines


def cures(rows: Sequence[Bad]) -> Iterator[str]:
    """Name the rule or command that cures each reason, once."""
    cured: set[str] = set()
    for _, error in rows:
        values = formatted(error.values) | {"field_name": error.values.get("name", "engineer")}
        if (cure := messages.find(f"cures.{error.key}")) and error.key not in cured:
            cured.add(error.key)
            yield cure.format_map(values | {"text": str(values.get("text", ""))[:_LONGEST]})


def _line(group: list[Bad]) -> str:
    """Tell one reason: of a single row by its line, of several with their number and their first lines."""
    line, error = group[0]
    reason = explained(error)[0]
    if len(group) == 1:
        return messages.say("errors.line", line=line, reason=reason)
    others = len({explained(each)[0] for _, each in group}) - 1
    if others:
        reason += messages.say("errors.and_the_like", n=others)
    first = messages.comma(line for line, _ in group[:_FIRST])
    return messages.say("errors.lines", n=len(group), reason=reason, first=first)
