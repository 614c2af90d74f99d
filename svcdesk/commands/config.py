"""config: what holds on this machine where no option says otherwise, and where it comes from."""

import os
from collections.abc import Callable
from typing import Annotated

import typer

from svcdesk import messages
from svcdesk.columns import Column
from svcdesk.commands.noun import Flag, Format, Noun
from svcdesk.errors import BadInput
from svcdesk.render import tables
from svcdesk.session import SETTINGS, current, keep_setting, setting, settings, settings_file

noun = Noun("config")
_IN_USE: dict[str, Callable[[], str]] = {
    "ledger": lambda: str(current.path),
    "lang": messages.language,
    "actor": lambda: current.actor,
    "pager": lambda: setting("pager") or os.environ.get("PAGER") or "less",
    "columns": lambda: setting("columns") or "",
}


@noun.plain("show")
def show(origin: Flag = False, format: Format = None) -> None:
    columns = [Column("key", said="policy_key"), Column("value"), *([Column("origin")] if origin else [])]
    rows = [{"key": key, "value": _IN_USE[key](), "origin": _origin(key)} for key in SETTINGS]
    shown = [{column.name: row[column.name] for column in columns} for row in rows]
    tables.records(shown, columns, tables.chosen(format), current.zone)


def _origin(key: str) -> str:
    """Say where a setting comes from: an option, a variable, the file, or nowhere."""
    if key in current.options:
        return f"--{key}"
    if os.environ.get(SETTINGS[key]):
        return SETTINGS[key]
    return str(settings_file()) if key in settings(settings_file()) else "default"


def _checked_columns(text: str) -> None:
    """Check the columns that lists are to show: ticket=id,customer,summary; expense=… Raises BadInput."""
    from svcdesk.commands.listing import chosen
    from svcdesk.registers.index import is_register, register_of

    for part in filter(str.strip, text.split(";")):
        name, _, named = part.partition("=")
        table = name.strip().replace("-", "_")
        if not named or not is_register(table):
            raise BadInput("columns_setting", text=part.strip())
        chosen(register_of(table).seen(detail=False), named)


@noun.plain("set")
def set_(key: Annotated[str, typer.Argument()], value: Annotated[str, typer.Argument()]) -> None:
    if key == "columns":
        _checked_columns(value)
    path = keep_setting(key, value)
    print(messages.say("receipts.setting_kept", key=key, value=tables.disarm(value), path=path))
