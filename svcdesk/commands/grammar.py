"""The command grammar: the root and its nouns, loaded only when named; help in the reader's language."""

import io
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from functools import cache, partial
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.main import get_command_from_info

from svcdesk import __version__, messages
from svcdesk.commands.prompts import may_ask
from svcdesk.errors import BadInput
from svcdesk.model import FLAT
from svcdesk.session import current, setting

# Every noun or single command, with the module of commands/ that holds it, in the order of a working day. The nouns of
# flat registers need no module: what is declared is all that there is to them.
NOUNS = {
    "init": "init", "centre": "centre", "status": "status", "search": "search", "demo": "demo",
    "amend": "amend", "undo": "undo",
    "staff": "staff", "customer": "customer", "contract": "contract", "contact": "contact",
    "ticket": "ticket", "dispatch": "dispatch", "service-report": "service_report", "survey": "survey",
    "complaint": "complaint", **dict.fromkeys(FLAT, "noun"), "expense": "expense",
    "plan": "plan", "visit": "visit", "inspection": "inspection", "rectify": "rectify", "suggestion": "suggestion",
    "promise": "promise", "problem": "problem",
    "cause": "cause", "equipment": "equipment", "penalty": "penalty", "policy": "policy", "report": "report",
    "export": "export", "import": "import_", "ledger": "ledger",
    "form": "form", "attach": "attach", "attachment": "attachment", "config": "config", "completion": "completion",
    "feed": "feed", "hq": "hq", "help": "help",
}  # fmt: skip
SINGLE = (
    "init",
    "status",
    "search",
    "demo",
    "amend",
    "undo",
    "export",
    "import",
    "attach",
    "completion",
    "feed",
    "help",
)

# The nouns as help lists them, by the day's work; a noun in no group stands among the further registers.
GROUPS = {
    "day": ("status", "search", "contact", "ticket", "dispatch", "service-report", "survey"),
    "papers": ("form", "attach", "attachment"),
    "right": ("amend", "undo"),
    "people": ("staff", "customer", "contract"),
    "judged": ("complaint", "phone-check", "conduct", "penalty"),
    "month": ("expense", "report", "export", "import"),
    "registers": (),
    "ledger": ("init", "centre", "policy", "ledger", "config", "completion", "help", "demo"),
    "hq": ("feed", "hq"),
}  # fmt: skip


class _Help:
    """Help in the reader's language; plain, because Rich would double the time it takes."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        path = _path(ctx)
        formatter.write(f"{messages.say('labels.usage')}{usage(self, ctx)}\n")
        if text := messages.find(f"help.{path}"):
            formatter.write_paragraph()
            for line in text.split("\n"):
                formatter.write(f"  {line}\n")
        _serves(path, formatter)
        for title, rows in option_rows(self, ctx).items():
            _section(formatter, messages.say(f"labels.{title}"), rows)
        for title, names in _listed(self, ctx):
            _section(formatter, title, [(name, summary(_under(path, name))) for name in names])
        if epilog := messages.find(f"help.{path}.epilog"):
            formatter.write(f"\n{epilog}\n")


def _section(formatter: Any, title: str, rows: list[tuple[str, str]]) -> None:
    formatter.write(f"\n{messages.say('labels.titled', title=title)}\n")
    formatter.indent()
    formatter.write_dl(rows, col_max=34)
    formatter.dedent()


def usage(command: Any, ctx: Any) -> str:
    """Return how a command is written."""
    words = ("OPTIONS", "COMMAND", "ARGS") if isinstance(command, Group) else ("OPTIONS",)
    places = [param for param in command.get_params(ctx) if param.param_type_name == "argument"]
    names = (name if param.required else f"[{name}]" for param, name in zip(places, map(_place, places), strict=True))
    return " ".join([ctx.command_path, *(messages.say(f"labels.usage_{word}") for word in words), *names])


def _place(param: Any) -> str:
    """Write an argument as its place in a line is named: RECORD, monthly|projects, FEEDS..."""
    if param.metavar:
        return str(param.metavar)
    choices = getattr(param.type, "choices", None)
    name = "|".join(map(str, choices)) if choices else param.name.rstrip("_").upper()
    return name if param.nargs == 1 else f"{name}..."


def _serves(path: str, formatter: Any) -> None:
    """Tell the article that a verb serves, and two lines of it as they are typed."""
    from svcdesk.commands.examples import EXAMPLES, article

    if path not in EXAMPLES:
        return
    if named := article(path):
        formatter.write(f"  {messages.say('labels.article', article=named)}\n")
    formatter.write(f"\n{messages.say('labels.titled', title=messages.say('labels.examples'))}\n")
    for line in EXAMPLES[path]:
        formatter.write(f"  {line if 'svcdesk' in line else f'svcdesk {line}'}\n")


def _listed(command: Any, ctx: Any) -> list[tuple[str, list[str]]]:
    """List the nouns by the day's work, or the verbs of a noun."""
    if not isinstance(command, Group):
        return []
    names = command.list_commands(ctx)
    if not isinstance(command, Root):
        return [(messages.say("labels.commands"), names)]
    grouped = {name for group in GROUPS.values() for name in group}
    groups = {key: group or tuple(name for name in names if name not in grouped) for key, group in GROUPS.items()}
    return [(messages.say(f"labels.group_{key}"), [*group]) for key, group in groups.items() if group]


def _under(path: str, name: str) -> str:
    return name if path == "svcdesk" else f"{path}.{name}"


def _path(ctx: Any) -> str:
    return ".".join(ctx.command_path.split()[1:]) or "svcdesk"


def summary(path: str) -> str:
    """Return what a command is for, in a line."""
    return (messages.find(f"help.{path}") or "").partition("\n")[0]


def option_rows(command: Any, ctx: Any) -> dict[str, list[tuple[str, str]]]:
    """Return the arguments and the options of a command, each with what it means."""
    found: dict[str, list[tuple[str, str]]] = {"arguments": [], "options": []}
    for param in command.get_params(ctx):
        name = param.name.rstrip("_")
        meaning = messages.find(f"options.{_path(ctx)}.{name}") or messages.find(f"options.{name}") or ""
        if param.required:
            meaning += f" [{messages.say('labels.required')}]"
        place = param.param_type_name == "argument"
        found["arguments" if place else "options"].append((_place(param) if place else _left(param), meaning))
    return {title: rows for title, rows in found.items() if rows}


def _left(param: Any) -> str:
    """Write an option as it is typed, with its choices or the name of its value."""
    left = ", ".join([*sorted(param.opts, key=len, reverse=True), *param.secondary_opts])
    if param.is_flag:
        return left
    choices = getattr(param.type, "choices", None)
    long = max(param.opts, key=len).lstrip("-").upper()
    return f"{left} {'|'.join(map(str, choices)) if choices else param.metavar or long}"


# What is asked for though no option of it is required, and what goes on when it is done.
_ASKS_WITHOUT = {"svcdesk amend": "values"}
_RESUMES = ("ticket.open", "expense.add", "ticket.close")  # whose answers are kept where somebody stops
_GOES_ON = ("svcdesk expense add", "svcdesk ticket close")


class Verb(_Help, TyperCommand):
    """One verb. On a terminal it asks for what is missing."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Parse the arguments, asking for what is missing where there is somebody to ask."""
        make: Any = partial(super().make_context, info_name, parent=parent, **extra)
        try:
            ctx = make(list(args))
            without = _ASKS_WITHOUT.get(ctx.command_path)
            if without is None or ctx.params.get(without) or ctx.resilient_parsing or not may_ask():
                return ctx
        except Exception as error:
            if type(error).__name__ != "MissingParameter" or not may_ask():
                raise
        from svcdesk.commands.interview import conversing

        return conversing.begin(make, list(args))

    def invoke(self, ctx: Any) -> Any:
        """Carry the command out; what somebody answered wrongly is asked for once more."""
        if getattr(self.callback, "pages", False) and sys.stdout.isatty() and not ctx.params.get("watch"):
            from svcdesk.render.paging import paged

            with paged(setting("pager")):
                return super().invoke(ctx)
        if not (ctx.meta or ctx.command_path in _GOES_ON) or not may_ask():
            return super().invoke(ctx)
        from svcdesk.commands.interview import conversing

        make = partial(super().make_context, ctx.info_name, parent=ctx.parent)
        return conversing.carry_out(ctx, make, super().invoke)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments. Raises BadInput for one too many: most often an unquoted text of several words."""
        ctx.allow_extra_args = True
        _refuse_twice(self, ctx, args)
        rest: list[str] = super().parse_args(ctx, args)
        if rest and not ctx.resilient_parsing:
            raise BadInput("usage_extra", text=" ".join(rest), path=ctx.command_path)
        return rest


def _refuse_twice(command: Any, ctx: Any, args: list[str]) -> None:
    """Refuse an option that takes one value and is given two: the first would be lost. Raises BadInput."""
    _, _, order = command.make_parser(ctx).parse_args(args=list(args))
    seen: set[str] = set()
    for param in order:
        single = param.param_type_name == "option" and not (param.multiple or param.is_flag or param.count)
        if single and param.name in seen and not ctx.resilient_parsing:
            raise BadInput("option_twice", name=param.opts[0])
        seen.add(param.name)


class Group(_Help, TyperGroup):
    """A noun: builds only the verb that is called."""

    source: typer.Typer | None = None

    def list_commands(self, ctx: Any) -> list[str]:
        """List the verbs in the order in which they are declared."""
        assert self.source is not None
        return [info.name for info in self.source.registered_commands if info.name]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Build one verb."""
        assert self.source is not None
        for info in self.source.registered_commands:
            if info.name == cmd_name:
                return _verb(info)
        return None

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments. Raises BadInput where no verb is named."""
        rest: list[str] = super().parse_args(ctx, args)
        if not args and not ctx.resilient_parsing:
            raise BadInput("no_verb", path=ctx.command_path, names=self.list_commands(ctx))
        return rest

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """List the verbs that begin so, each with what it is for, without building them."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        from svcdesk.commands.completing import Item

        return [
            Item(name, summary(_under(_path(ctx), name)))
            for name in self.list_commands(ctx)
            if name.startswith(incomplete)
        ]

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the verb; at a terminal by as much of it as no other begins with. Raises BadInput with the nearest."""
        names = self.list_commands(ctx)
        if args and args[0] not in names and not ctx.resilient_parsing:
            from difflib import get_close_matches

            begun = [name for name in names if name.startswith(args[0])]
            if len(begun) != 1 or begun[0] in _WRITTEN_OUT or not may_ask():
                near = begun or get_close_matches(args[0], names, 3, 0.5) or names
                raise BadInput("no_command", text=args[0], path=ctx.command_path, near=near)
            args = [begun[0], *args[1:]]
        return super().resolve_command(ctx, args)


# What a few letters never stand for: it erases, or cannot be taken back by its own verb.
_WRITTEN_OUT = frozenset(("undo", "merge", "rename", "retire", "restore", "redact", "retention", "submit"))


@cache  # the demo calls the same verbs again and again
def _verb(info: Any) -> Any:
    info.cls = Verb
    if prepare := getattr(info.callback, "prepare", None):
        prepare()
    command = get_command_from_info(info, pretty_exceptions_short=False, rich_markup_mode=None)
    if os.environ.get("_SVCDESK_COMPLETE"):
        from svcdesk.commands import completing

        completing.attach(command)
    if getattr(info.callback, "path", "") in _RESUMES:
        resume = TyperOption(param_decls=["--resume"], is_flag=True, default=False, expose_value=False)
        command.params.append(resume)
    for param in command.params:
        if choices := getattr(param.type, "choices", None):
            _take_shown_words(param.type, tuple(map(str, choices)))
    return command


def _take_shown_words(kind: Any, choices: tuple[str, ...]) -> None:
    """Have a choice take its values as lists show them, in either language: 维修 beside repair."""
    convert = kind.convert

    def taken(value: Any, param: Any, ctx: Any) -> Any:
        if isinstance(value, str) and value not in choices:
            value = _meant(value, choices)
        return convert(value, param, ctx)

    kind.convert = taken


def _meant(text: str, choices: tuple[str, ...]) -> str:
    from svcdesk.model import WORDS  # the root's help needs none of them

    kinds = [kind for kind, words in WORDS.items() if set(choices) <= set(words)]
    said = text.strip().lower()
    return next((word for kind in kinds if (word := messages.shown_words(kind, choices).get(said))), text)


class Root(Group):
    """The root: imports only the noun that is named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse what stands before the noun. Raises BadInput for an option that is given twice."""
        _refuse_twice(self, ctx, args)
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: Any) -> list[str]:
        """List the nouns in the order of a working day."""
        return list(NOUNS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import a noun's module and give its group, or its one command."""
        if cmd_name not in NOUNS:
            return None
        module = import_module(f"svcdesk.commands.{NOUNS[cmd_name]}")
        group = Group(name=cmd_name, invoke_without_command=False)
        group.source = module.flat(cmd_name).app if cmd_name in FLAT else module.noun.app
        return group.get_command(ctx, cmd_name) if cmd_name in SINGLE else group


def _tell_version(wanted: bool) -> None:
    if wanted:
        print(f"svcdesk {__version__}")
        raise typer.Exit


def _root(
    ledger: Annotated[str | None, typer.Option("--ledger")] = None,
    lang: Annotated[str | None, typer.Option("--lang")] = None,
    actor: Annotated[str | None, typer.Option("--actor")] = None,
    no_color: Annotated[bool, typer.Option("--no-color")] = False,
    version: Annotated[bool, typer.Option("--version", "-V", is_eager=True, callback=_tell_version)] = False,
) -> None:
    current.ledger_option, current.actor_option = ledger, actor
    current.options = {name for name, value in (("ledger", ledger), ("lang", lang), ("actor", actor)) if value}
    if no_color:
        os.environ["NO_COLOR"] = "1"


def build() -> Group:
    """Build the root command."""
    app = typer.Typer(
        cls=Root, add_completion=False, rich_markup_mode=None, context_settings={"help_option_names": ["--help", "-h"]}
    )
    app.callback()(_root)
    root = typer.main.get_group(app)
    assert isinstance(root, Root)
    return root


def perform(args: list[str]) -> None:
    """Run one command on the session as it stands, its receipts and warnings unsaid. Raises what it raises."""
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        root = build()
        with root.make_context("svcdesk", args) as ctx:
            root.invoke(ctx)
