"""cause: which texts of reports name one fault cause, so that what comes again is seen (3.8)."""

from typing import TYPE_CHECKING, Annotated

import typer

from svcdesk.commands.context import Write
from svcdesk.commands.noun import Noun
from svcdesk.desk.act import Receipt
from svcdesk.errors import BadInput
from svcdesk.later import later
from svcdesk.registers.problems import CAUSE_ALIASES

if TYPE_CHECKING:
    from svcdesk.desk import problems
else:
    problems = later("svcdesk.desk.problems")

noun = Noun("cause")


@noun.write("alias")
def alias(w: Write, texts: Annotated[list[str], typer.Argument(metavar="TEXT = TEXT")]) -> Receipt:
    text, sign, means = (part.strip() for part in " ".join(texts).replace("＝", "=").partition("="))
    if not (text and sign and means):
        raise BadInput("not_an_alias", text=" ".join(texts))
    return problems.alias(w, text, means)


noun.list_of(CAUSE_ALIASES)
