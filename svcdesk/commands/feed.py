"""feed: the ledger as headquarters may see it, into a folder."""

from pathlib import Path
from typing import Annotated

import typer

from svcdesk.commands.context import Read
from svcdesk.commands.noun import Noun
from svcdesk.commands.receipts import receipt_line
from svcdesk.render import tables

noun = Noun("feed")

_INFO = ("centre", "entry", "hash", "origin", "masked")


@noun.read("feed")
def feed(
    r: Read,
    folder: Annotated[Path, typer.Argument()],
    mask_customers: Annotated[Path | None, typer.Option()] = None,
) -> None:
    from svcdesk.hq import feed as feeds

    key = feeds.read_key(mask_customers) if mask_customers else None
    manifest = feeds.write(r.ledger, folder, key)
    if r.form in ("json", "jsonl"):
        print(tables.dumps({name: manifest[name] for name in _INFO} | {"files": manifest["files"]}, 2))
    else:
        rows = sum(file["rows"] for file in manifest["files"])
        print(receipt_line("feed_written", r.ledger, centre=manifest["centre"], path=folder, n=rows))
