"""centre: what the ledger says of the centre itself."""

from typing import Annotated

import typer

from svcdesk.commands.context import Write
from svcdesk.commands.noun import Noun
from svcdesk.desk.act import Receipt
from svcdesk.model import centre_code

noun = Noun("centre")


@noun.write("set")
def set_(w: Write, code: Annotated[str, typer.Option()]) -> Receipt:
    w.ledger.update("centre", 1, code=centre_code(code))
    return Receipt("centre_set", "centre", 1, {"code": centre_code(code)})
