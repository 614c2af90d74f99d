"""One question after the other at a terminal: choices numbered, each answer checked at once, Enter for what is most
likely, < to go back. questionary draws them; where a terminal can draw nothing, a plain line does.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from svcdesk import messages
from svcdesk.commands.receipts import explained
from svcdesk.errors import DeskError, NotFound
from svcdesk.render import tables

BACK = ("<", "＜", "《")  # as a Chinese keyboard gives it too


class Unfit(Exception):
    """An answer that will not do, for a reason that only a question can have."""


class Choice(NamedTuple):
    """One of the answers that are offered: what it is to the command, and what is shown."""

    value: str
    shown: str


class Question(NamedTuple):
    """What is asked once.

    ``read`` returns what the command is given for an answer, or raises a DeskError or Unfit. A choice is taken by its
    number; what else may be typed is for ``read`` to say. ``notes`` are said before it.
    """

    label: str
    read: Callable[[str], str] = str.strip
    choices: Sequence[Choice] = ()
    default: str = ""
    needed: bool = True
    notes: Sequence[str] = ()
    several: Callable[[str], Sequence[Choice]] | None = None  # what an answer may mean that means several things
    completes: Callable[[str], Iterable[Any]] | None = None  # what a half-typed answer may become
    shows: str = ""  # the default as it is shown


Ask = Callable[[Question], str]


def meant(question: Question, text: str) -> str:
    """Return what the command is given for an answer; "" for none. Raises DeskError or Unfit."""
    text = text.strip() or question.default
    if not text:
        if question.needed:
            raise Unfit(messages.say("asking.needed"))
        return ""
    if text.isascii() and text.isdigit() and 1 <= int(text) <= len(question.choices):
        return question.choices[int(text) - 1].value
    return question.read(text)


def one_of(choices: Sequence[Choice], pairs: dict[str, str]) -> Callable[[str], str]:
    """Return what reads a choice: by its value, its word in either language, or a beginning that only one has."""

    def read(text: str) -> str:
        said = text.strip().lower()
        exact = {choice.value.lower(): choice.value for choice in choices} | pairs
        begun = sorted({value for word, value in exact.items() if word.startswith(said)})
        if said in exact or len(begun) == 1:
            return exact.get(said) or begun[0]
        shown = messages.comma(f"{number} {choice.shown}" for number, choice in enumerate(choices, 1))
        raise Unfit(messages.say("asking.choice", text=text.strip(), words=shown))

    return read


def ask(question: Question) -> str:
    """Ask until an answer will do; return what the command is given for it, or < for the question before.

    Raises KeyboardInterrupt where somebody stops.
    """
    for line in question.notes:
        tell(line)
    for line in _offered(question.choices):
        tell(line)
    text = (_drawn if _can_draw() else _plain)(question).strip()
    if text in BACK:
        return BACK[0]
    try:
        return meant(question, text)
    except NotFound:
        assert question.several  # else the answer would not have been taken
        found = question.several(text)
    names = {choice.shown.lower(): choice.value for choice in found}
    return ask(Question(messages.say("labels.which"), one_of(found, names), found))


def _offered(choices: Sequence[Choice]) -> Iterator[str]:
    """Number the choices, as many in a line as the terminal holds; none is torn in two."""
    room, line = os.get_terminal_size(sys.stderr.fileno()).columns if sys.stderr.isatty() else 80, ""
    for number, choice in enumerate(choices, 1):
        shown = f"{number} {choice.shown}"
        if line and tables.width(f"{line}  {shown}") >= room:
            yield line
            line = ""
        line = f"{line}  {shown}" if line else shown
    if line:
        yield line


def tell(line: str) -> None:
    """Say something beside the questions."""
    print(tables.disarm(line), file=sys.stderr, flush=True)


def _fault(question: Question, text: str) -> str:
    """Return what is wrong with an answer as it stands; nothing where it will do."""
    if text.strip() in BACK:
        return ""
    try:
        meant(question, text)
    except Unfit as error:
        return str(error)
    except NotFound as error:
        if error.key.startswith("several_") and question.several:
            return ""
        return explained(error)[0]
    except DeskError as error:
        sentence, hint = explained(error)
        return f"{sentence} → {hint}" if hint else sentence
    return ""


def _prompt(question: Question) -> str:
    shown = question.shows or question.default
    return f"{question.label} [{tables.disarm(shown)}]" if shown else question.label


def _can_draw() -> bool:
    if os.environ.get("TERM", "dumb") == "dumb" or not sys.stdin.isatty():
        return False
    from importlib.util import find_spec

    return find_spec("questionary") is not None


def _plain(question: Question) -> str:
    """Ask in a line, as a terminal without a cursor needs it."""
    while True:
        print(f"{_prompt(question)}: ", end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line:
            raise KeyboardInterrupt
        fault = _fault(question, line)
        if not fault:
            return line
        tell(f"  {fault}")


def _drawn(question: Question) -> str:
    """Ask with questionary, on stderr: what is wrong stands under the line, Tab completes from the ledger."""
    import questionary
    from prompt_toolkit.output import create_output

    prompt = questionary.text(
        f"{_prompt(question)}:", validate=lambda text: _fault(question, text) or True, qmark="?",
        output=create_output(stdout=sys.stderr), completer=_completer(question), complete_while_typing=False,
        validate_while_typing=False,
    )  # fmt: skip
    try:
        return str(prompt.unsafe_ask())
    except EOFError:
        raise KeyboardInterrupt from None


def _completer(question: Question) -> Any:
    from prompt_toolkit.completion import Completer, Completion

    class FromTheLedger(Completer):
        def get_completions(self, document: Any, complete_event: Any) -> Iterator[Any]:
            begun = document.text_before_cursor
            for item in question.completes(begun) if question.completes else ():
                yield Completion(item.value, start_position=-len(begun), display_meta=item.help)

    return FromTheLedger()
