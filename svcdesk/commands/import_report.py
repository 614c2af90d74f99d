"""What an import says beside its receipt: rows as they would come in, changes, who is new, and why rows are bad."""

import sys
from datetime import tzinfo
from pathlib import Path
from typing import Any

import typer

from svcdesk import messages
from svcdesk.columns import Column
from svcdesk.commands.prompts import may_ask
from svcdesk.commands.reasons import gathered
from svcdesk.commands.receipts import caution, formatted
from svcdesk.exchange.importer import Importer
from svcdesk.exchange.rows import Source
from svcdesk.model import LETTERS, yuan
from svcdesk.periods import instant, short
from svcdesk.registers.declaring import Register

_MOST_NAMED = 10
_SAID = ("utf-8", "xlsx")


def say(key: str, **values: Any) -> None:
    """Say something on stderr."""
    print(messages.say(key, **formatted(values)), file=sys.stderr)


def say_encoding(file: Path, source: Source) -> None:
    """Say in which encoding a file was read, where it is not the usual one."""
    if (encoding := source.encoding.removesuffix("-sig")) not in _SAID:
        say("labels.encoding_found", path=file.name, encoding=encoding)


def figures(register: Register, importer: Importer, source: Source) -> dict[str, Any]:
    """Return the figures of a receipt: lines, rows, and what became of them; they add up."""
    outcome = importer.outcome
    extra = {
        name: messages.say(f"receipts.{name}", n=count) if count else ""
        for name, count in (("superseded", outcome.superseded), ("dropped", outcome.dropped))
    }
    values: dict[str, Any] = outcome._asdict() | extra | {"bad": len(outcome.bad), "table": register.name}
    several = importer.rules.folds or importer.rules.records
    values["records"] = messages.say("receipts.records", n=outcome.records) if several else ""
    parts = [messages.say(f"receipts.lines_{name}", n=count) for name, count in source.tally.aside.items()]
    values["lines"] = messages.say("receipts.lines", n=source.tally.lines, parts=messages.comma(parts)) if parts else ""
    return values | {"encoding": source.encoding.removesuffix("-sig")}


def say_unread(source: Source) -> None:
    """Name the sheets that were not read, with their rows."""
    if source.unread:
        listed = messages.comma(
            messages.say("labels.sheet_rows", name=name, n=count) for name, count in formatted_pairs(source.unread)
        )
        caution(messages.say("warnings.sheets_unread", names=listed))


def formatted_pairs(pairs: tuple[tuple[str, int], ...]) -> list[tuple[str, int]]:
    """Return names that may be shown, with their counts."""
    return [(formatted({"name": name})["name"], count) for name, count in pairs]


def show_rows(importer: Importer, zone: tzinfo) -> None:
    """Print the first records as they would come in. Personal data is not shown."""
    for row, values in importer.kept:
        cells = [f"{name}={_shown(importer, name, value, zone)}" for name, value in values.items() if value is not None]
        print(messages.say("errors.line", line=row.place, reason=" · ".join(cells)))


def _shown(importer: Importer, name: str, value: Any, zone: tzinfo) -> str:
    kind = importer.reader.kind(name)
    if kind.startswith("personal"):
        return "****"
    if kind == "money":
        return yuan(value)
    return str(formatted({"x": short(instant(value), zone) if kind == "instant" else str(value)})["x"])


def say_new(importer: Importer) -> None:
    """Say who and what would be made, and which of them look like somebody that is there already."""
    new, near = importer.new()
    for table in dict.fromkeys(each.table for each in new):
        names = [formatted({"x": each.name})["x"] for each in new if each.table == table]
        more = messages.say("labels.and_more", n=len(names) - _MOST_NAMED) if len(names) > _MOST_NAMED else ""
        say(f"labels.new_{table}", n=len(names), names=messages.comma(names[:_MOST_NAMED]) + more)
    for each, others in near[:_MOST_NAMED]:
        caution(messages.say("warnings.near_double", **formatted({"name": each.name, "others": others})))
    if len(near) > _MOST_NAMED:
        caution(messages.say("warnings.near_doubles_more", n=len(near) - _MOST_NAMED))


def preview(importer: Importer) -> None:
    """Say what an update would change: each field with its count and sums, and the first ten in full."""
    changes, zone = importer.changes, importer.reader.centre
    for field, total in changes.fields.items():
        sums = messages.say("labels.change_sum", before=yuan(total.before), after=yuan(total.after))
        say("labels.change_field", name=field, n=total.count, sums=sums if field == "amount" else "")
    for change in changes.first:
        one = change.what
        before, after = (_shown_from(importer, one.column, value, zone) for value in (one.before, one.after))
        name = change.name if one.who is None else f"{change.name} {importer.names.called('staff', one.who)}"
        say("labels.change", line=change.place, name=name, field=one.column.name, before=before, after=after)


def _shown_from(importer: Importer, column: Column, value: Any, zone: tzinfo) -> str:
    """Return a stored value as an update shows it: who and what by their keys, records by their ids."""
    if value is None:
        return messages.say("labels.none")
    if column.refers:
        return str(formatted({"x": importer.names.called(column.refers, value)})["x"])
    if column.target:
        return f"{LETTERS[column.target]}{value}"
    return _shown(importer, column.name, value, zone)


def ask_about_changes(importer: Importer, yes: bool) -> None:
    """Ask on a terminal before records are changed."""
    if importer.changes.count and not yes and may_ask():
        question = messages.say("labels.update_question", n=importer.changes.count)
        if not typer.confirm(question, err=True):
            raise typer.Exit(1)


def warn(register: Register, importer: Importer, errors: str | None) -> None:
    """Say which rows were left out, unless they were written to a file, and that nothing tells these rows again."""
    outcome = importer.outcome
    if not errors:
        for line in gathered([(row.place, error) for row, error in outcome.bad]):
            print(line, file=sys.stderr)
    if register.has_references and outcome.imported and not {"id", "reference"} & set(importer.reader.given):
        caution(messages.say("warnings.no_reference"))
