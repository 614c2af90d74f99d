"""import --suggest: a first rules file for a register, and its first rows as they would come in."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from shlex import quote

from svcdesk import messages
from svcdesk.errors import StorageError
from svcdesk.registers.declaring import Register
from svcdesk.registers.index import register_of
from svcdesk.session import current
from svcdesk.store import Ledger


def write_draft(register: Register, file: Path, path: Path, encoding: str | None, show: int) -> None:
    """Write a first rules file for the register, and say what comes next. Raises StorageError where one stands."""
    from svcdesk.exchange.suggest import Place, suggest

    command = f"svcdesk import {register.name} {quote(str(file))} --rules {quote(str(path))} --dry-run"
    with _ledger_if_any() as ledger:

        def known(field: str, text: str) -> bool:
            named = register.field(field)
            table = named.refers if named and named.refers else "staff"
            key = register_of(table).key_column if named and named.refers else "name"  # people are also known by name
            return ledger is not None and ledger.holds(table, key, text)

        zone = ledger.zone if ledger is not None else None
        place = Place(zone, current.now(zone or UTC))
        draft = suggest(register, file, encoding, command, place, known)
    try:
        with path.open("x", encoding="utf-8") as out:
            out.write(draft.text)
    except FileExistsError:
        raise StorageError("exists", path=path) from None
    except OSError as error:
        raise StorageError("unreadable", path=path, detail=error) from None
    for line in draft.rows[:show]:
        print(line)
    lacking = messages.say("receipts.suggested_lacking", names=messages.comma(draft.lacking)) if draft.lacking else ""
    found = messages.comma(draft.found)
    print(
        messages.say("receipts.suggested", path=path, n=len(draft.found), found=found, lacking=lacking, command=command)
    )


@contextmanager
def _ledger_if_any() -> Iterator[Ledger | None]:
    """Open the ledger where there is one: a rules file can be drafted before it is made."""
    if not current.path.exists():
        yield None
        return
    ledger = current.open()
    try:
        yield ledger
    finally:
        ledger.close()
