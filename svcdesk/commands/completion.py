"""completion: what a shell needs so that Tab knows the commands and the ledger."""

from typing import Annotated, Literal

import typer

from svcdesk.commands.noun import Noun

noun = Noun("completion")
_VARIABLE = "_SVCDESK_COMPLETE"


@noun.plain("completion")
def completion(shell: Annotated[Literal["bash", "zsh", "fish"], typer.Argument()]) -> None:
    from typer._completion_shared import get_completion_script

    print(get_completion_script(prog_name="svcdesk", complete_var=_VARIABLE, shell=shell))
