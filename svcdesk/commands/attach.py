"""attach: a scan, a photo, an invoice, kept with the record that it belongs to."""

from pathlib import Path
from typing import Annotated

import typer

from svcdesk.commands.context import Write
from svcdesk.commands.noun import Noun
from svcdesk.desk.act import Receipt
from svcdesk.errors import BadInput
from svcdesk.maintenance import attachments
from svcdesk.model import LETTERS, AttachmentKind, named, table_of

noun = Noun("attach")


@noun.write("attach")
def attach(
    w: Write,
    record: Annotated[str, typer.Argument(metavar="ID")],
    file: Annotated[Path, typer.Argument()],
    kind: Annotated[AttachmentKind, typer.Option()] = "other",
) -> Receipt:
    table = table_of(record)
    if table is None:
        raise BadInput("id", text=record, letter="/".join(LETTERS.values()))
    owner = named(table, w.ledger.named(table, record)["id"])
    sha256, size = attachments.keep(w.ledger.path, file)
    number = w.ledger.insert(
        "attachment", record=owner, kind=kind, name=file.name, size=size, sha256=sha256, at=w.at(), by=w.by
    )
    return Receipt("attached", "attachment", number, {"file": file.name, "record": owner, "sha256": sha256[:12]})
