"""help: a topic, or what --help of a command says; and the same as manual pages."""

from pathlib import Path
from typing import Annotated, Any

import typer

from svcdesk import messages
from svcdesk.commands.examples import ARTICLES, TOPICS
from svcdesk.commands.noun import Noun
from svcdesk.errors import BadInput
from svcdesk.messages import topics
from svcdesk.rules import ARTICLES as CLAUSES

noun = Noun("help")


@noun.plain("help")
def help_(
    ctx: typer.Context,
    words: Annotated[list[str] | None, typer.Argument(metavar="TOPIC|COMMAND")] = None,
    man: Annotated[Path | None, typer.Option("--man")] = None,
) -> None:
    if man is not None:
        from svcdesk.commands import manual

        for path in manual.write(ctx.find_root(), man):
            print(path)
    elif words and words[0] in TOPICS:
        print(regulation() if words[0] == "regulation" else messages.say(f"topics.{words[0]}"))
    else:
        print(_of_command(ctx, words or []))


def _of_command(ctx: typer.Context, words: list[str]) -> str:
    """Return the help of a command by its words. Raises BadInput for one that there is not."""
    here: Any = ctx.find_root()
    for word in words:
        command = here.command
        names = command.list_commands(here) if hasattr(command, "list_commands") else []
        if word not in names:
            from difflib import get_close_matches

            known = [*TOPICS, *names] if here.parent is None else names
            raise BadInput("no_topic", text=" ".join(words), near=get_close_matches(word, known, 3, 0.5) or known)
        inner = command.get_command(here, word)
        here = inner.make_context(word, [], parent=here, resilient_parsing=True)
    return str(here.get_help()).rstrip()


def regulation() -> str:
    """Return the articles, in words, each with the commands that serve it."""
    lines = [messages.say("topics.regulation")]
    for clause in CLAUSES:
        lines += [f"  {messages.clause(clause)}", f"      {messages.comma(_serving(CLAUSES[clause]))}"]
    lines.append(messages.say("topics.regulation.other"))
    for article in topics.TEXTS:
        if article[0].isdigit():
            lines += [f"  {messages.say(f'topics.{article}')}", f"      {messages.comma(_serving(article))}"]
    return "\n".join(lines)


def _serving(article: str) -> list[str]:
    return [path.replace(".", " ") for path, named in ARTICLES.items() if article in named.split(", ")]
