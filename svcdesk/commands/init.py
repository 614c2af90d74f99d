"""init: make the ledger."""

from typing import Annotated

import typer

from svcdesk import periods
from svcdesk.commands.noun import Noun, Text
from svcdesk.commands.receipts import receipt_line
from svcdesk.model import centre_code
from svcdesk.session import current
from svcdesk.store import create, open_ledger

noun = Noun("init")


@noun.plain("init")
def init(
    centre: Annotated[str, typer.Option()] = "客服支撑中心",
    timezone: Annotated[str, typer.Option()] = "Asia/Shanghai",
    home: Text = None,
    code: Text = None,
    rehearsal: Annotated[bool, typer.Option("--rehearsal")] = False,
) -> None:
    create_ledger(centre, timezone, home, code, rehearsal=rehearsal)
    ledger = current.open()
    print(receipt_line("init", ledger, centre=centre, timezone=timezone, path=current.path))
    ledger.close()


def create_ledger(
    centre: str, timezone: str, home: str | None, code: str | None = None, *, rehearsal: bool = False
) -> None:
    """Make the ledger at the session's path and write the centre into it as the first entry.

    A ledger that is made in a rehearsal is one for rehearsals.
    """
    periods.zone(timezone)
    own_code = centre_code(code) if code is not None else None
    create(current.path)
    ledger = open_ledger(current.path, write=True)
    ledger.witness = current.witness
    allowed = 1 if rehearsal or current.rehearsing else None
    with ledger.command(at=current.now(periods.zone(timezone)), actor=current.actor, command="init"):
        ledger.insert("centre", id=1, name=centre, timezone=timezone, home=home, code=own_code, rehearsal=allowed)
    ledger.close()
