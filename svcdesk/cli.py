"""The front door: the root command, nouns loaded only when named, every failure as one line and an exit code."""

import errno
import io
import os
import signal
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from functools import cache
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command_from_info

from svcdesk import __version__, messages, periods
from svcdesk.errors import BadInput, BadRows, DeskError, StorageError
from svcdesk.session import checked_language, current, locale_language

# Every noun or single command, with the module of commands/ that holds it, in the order of a working day.
NOUNS = {
    "init": "init", "status": "status", "demo": "demo", "undo": "undo",
    "staff": "staff", "customer": "customer", "contract": "contract", "contact": "contact",
    "ticket": "ticket", "dispatch": "dispatch", "service-report": "service_report", "survey": "survey",
    "complaint": "complaint", "phone-check": "phone_check", "conduct": "conduct", "expense": "expense",
    "penalty": "penalty", "policy": "policy", "report": "report",
    "export": "export", "import": "import_", "ledger": "ledger",
}  # fmt: skip
SINGLE = ("init", "status", "demo", "undo", "export", "import")

_OK, _INTERRUPTED = 0, 130


class _Help:
    """Help in the reader's language; plain, because Rich would double the time it takes."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        usage: Any = self
        pieces = usage.collect_usage_pieces(ctx)
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=f"{messages.say('labels.usage')}: ")
        text = messages.find(f"help.{_path(ctx)}") or ""
        if text:
            formatter.write_paragraph()
            for line in text.split("\n"):
                formatter.write(f"  {line}\n")
        _options(usage, ctx, formatter)
        if isinstance(usage, Group):
            with formatter.section(messages.say("labels.commands")):
                formatter.write_dl([(name, _summary(ctx, name)) for name in usage.list_commands(ctx)])
        if epilog := messages.find(f"help.{_path(ctx)}.epilog"):
            formatter.write(f"\n{epilog}\n")


def _path(ctx: Any) -> str:
    return ".".join(ctx.command_path.split()[1:]) or "svcdesk"


def _summary(ctx: Any, name: str) -> str:
    path = _path(ctx)
    return (messages.find(f"help.{name}" if path == "svcdesk" else f"help.{path}.{name}") or "").partition("\n")[0]


def _options(command: Any, ctx: Any, formatter: Any) -> None:
    arguments, options = [], []
    for param in command.get_params(ctx):
        name = param.name.rstrip("_")
        help_text = messages.find(f"options.{_path(ctx)}.{name}") or messages.find(f"options.{name}") or ""
        if param.required:
            help_text += f" [{messages.say('labels.required')}]"
        if param.param_type_name == "argument":
            arguments.append((param.make_metavar(ctx), help_text))
        else:
            left = ", ".join([*param.opts, *param.secondary_opts])
            choices = getattr(param.type, "choices", None)
            if not param.is_flag:
                left += " " + (
                    "|".join(map(str, choices)) if choices else param.metavar or param.opts[0].lstrip("-").upper()
                )
            options.append((left, help_text))
    for title, rows in (("arguments", arguments), ("options", options)):
        if rows:
            with formatter.section(messages.say(f"labels.{title}")):
                formatter.write_dl(rows, col_max=34)


class Verb(_Help, TyperCommand):
    """One verb. On a terminal it asks for a required value that is missing."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Parse the arguments, asking for what is missing where there is somebody to ask."""
        args = list(args)
        for _ in range(20):
            try:
                return super().make_context(info_name, list(args), parent, **extra)
            except Exception as error:
                param: Any = getattr(error, "param", None)
                missing = type(error).__name__ == "MissingParameter" and param is not None
                if not missing or not (sys.stdin.isatty() and sys.stderr.isatty()):
                    raise
                asked = messages.find(f"options.{param.name.rstrip('_')}") or param.name
                value = typer.prompt(asked, err=True)
                args += [param.opts[0], value] if param.param_type_name == "option" else [value]
        raise AssertionError("unreachable: every missing value was asked for")

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments. Raises BadInput for one too many: most often an unquoted text of several words."""
        ctx.allow_extra_args = True
        rest: list[str] = super().parse_args(ctx, args)
        if rest and not ctx.resilient_parsing:
            raise BadInput("usage_extra", text=" ".join(rest), path=ctx.command_path)
        return rest


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

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the verb. Raises BadInput with the nearest names."""
        if args and args[0] not in self.list_commands(ctx) and not ctx.resilient_parsing:
            from difflib import get_close_matches

            names = self.list_commands(ctx)
            raise BadInput(
                "no_command",
                text=args[0],
                path=ctx.command_path,
                near=get_close_matches(args[0], names, 3, 0.5) or names,
            )
        return super().resolve_command(ctx, args)


@cache  # the demo calls the same verbs again and again
def _verb(info: Any) -> Any:
    info.cls = Verb
    if prepare := getattr(info.callback, "prepare", None):
        prepare()
    return get_command_from_info(info, pretty_exceptions_short=False, rich_markup_mode=None)


class Root(Group):
    """The root: imports only the noun that is named."""

    def list_commands(self, ctx: Any) -> list[str]:
        """List the nouns in the order of a working day."""
        return list(NOUNS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import a noun's module and give its group, or its one command."""
        if cmd_name not in NOUNS:
            return None
        source = import_module(f"svcdesk.commands.{NOUNS[cmd_name]}").noun.app
        group = Group(name=cmd_name, invoke_without_command=False)
        group.source = source
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
    if no_color:
        os.environ["NO_COLOR"] = "1"


def build() -> Group:
    """Build the root command."""
    app = typer.Typer(cls=Root, add_completion=False, rich_markup_mode=None)
    app.callback()(_root)
    root = typer.main.get_group(app)
    assert isinstance(root, Root)
    return root


def main() -> None:
    """Run the command line and leave with the contract's exit code."""
    _open_closed_streams()
    for number in (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _stop)
    sys.exit(run([_utf8(arg) for arg in sys.argv[1:]]))


def _open_closed_streams() -> None:
    """Put the null device where a stream was closed by whoever started us, before a file of ours takes its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - open until the end


def _stop(number: int, _: Any) -> None:
    """Leave as on an interrupt: what is half done is taken back, and no part of a file stays."""
    raise SystemExit(128 + number)


def _utf8(arg: str) -> str:
    """Read an argument as UTF-8 where the locale knows no more than ASCII; what is no UTF-8 is refused later."""
    with suppress(UnicodeError):
        return os.fsencode(arg).decode("utf-8") if _has_surrogates(arg) else arg
    return arg


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)


def run(args: Sequence[str]) -> int:
    """Run one command. Every failure ends here, as one line on stderr and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        messages.speak("zh")
        messages.speak(locale_language())  # in which a wrong --lang is refused
        messages.speak(_language(args))
        code = _invoke(list(args))
        sys.stdout.flush()
        _keep_a_copy()
        return code
    except BrokenPipeError:
        _abandon(sys.stdout)
        return _OK
    except KeyboardInterrupt:
        _complain("")
        _say_recorded()
        return _INTERRUPTED
    except DeskError as error:
        return _tell(error)
    except sqlite3.Error as error:
        from svcdesk.store import storage_error

        return _tell(storage_error(error, current.path))
    except OSError as error:
        if error.errno == errno.EPIPE:
            _abandon(sys.stdout)
            return _OK
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            _abandon(sys.stdout)
            return _tell(StorageError("full", path=error.filename or "stdout"))
        return _tell(StorageError("os", detail=error, path=error.filename or "stdout"))
    except UnicodeEncodeError as error:  # a path, or a name from the environment, in bytes that are no text
        return _tell(BadInput("not_utf8", text=error.object[error.start : error.end]))
    except Exception as error:
        if hasattr(error, "format_message"):
            return _tell(_usage(error))
        if os.environ.get("SVCDESK_DEBUG"):
            _trace(error)
        if current.recorded:
            return _tell(DeskError("bug_recorded", kind=type(error).__name__, seq=current.recorded.seq))
        if _ledger_is_damaged():
            return _tell(StorageError("damaged", path=current.path))
        return _tell(DeskError("bug", kind=type(error).__name__))


def _ledger_is_damaged() -> bool:
    """Say whether what looks like a bug of ours comes from a ledger that holds what we never wrote."""
    from svcdesk.maintenance.verify import verify
    from svcdesk.store import open_ledger

    try:
        ledger = open_ledger(current.path)
    except Exception:
        return False
    try:
        return bool(verify(ledger))
    finally:
        ledger.close()


def _language(args: Sequence[str]) -> str:
    for place, arg in enumerate(args):
        if arg == "--lang" and place + 1 < len(args):
            return checked_language(args[place + 1])
        if arg.startswith("--lang="):
            return checked_language(arg[7:])
        if not arg.startswith("-") and (place == 0 or args[place - 1] not in ("--ledger", "--actor")):
            break
    return locale_language()


def _invoke(args: list[str]) -> int:
    for arg in args:
        if _has_surrogates(arg):
            raise BadInput("not_utf8", text=arg.encode("utf-8", "backslashreplace").decode())
    root = build()
    if "_SVCDESK_COMPLETE" in os.environ:
        return int(root.main(args, prog_name="svcdesk", standalone_mode=False) or 0)
    try:
        with root.make_context("svcdesk", args or ["--help"]) as ctx:
            root.invoke(ctx)
    except (typer.Exit, SystemExit) as done:
        return int(getattr(done, "exit_code", getattr(done, "code", 0)) or 0)
    except typer.Abort:
        return _INTERRUPTED
    return _OK


def _keep_a_copy() -> None:
    """Start the copy of the day where this command wrote and there is none yet; whatever fails there is only said."""
    path = current.written()
    if path is None:
        return
    from svcdesk.maintenance import catalogue

    now = current.now().astimezone(current.zone)
    if catalogue.settled(path, now):
        return
    from svcdesk.commands.base import caution, explained
    from svcdesk.maintenance import daily_backup

    try:
        if failed := catalogue.last_failure(path):
            caution(messages.say("warnings.copy_failed", at=periods.short(periods.instant(failed), current.zone)))
        daily_backup.start(path, now)
    except Exception as error:  # the command itself is done, and its exit code stands
        catalogue.fail(path, now)
        detail = error if isinstance(error, OSError) else type(error).__name__
        sentence, hint = explained(
            error if isinstance(error, DeskError) else StorageError("os", detail=detail, path=path)
        )
        caution(messages.say("warnings.no_copy", reason=sentence, hint=hint))


def perform(args: list[str]) -> None:
    """Run one command on the session as it stands, its receipts and warnings unsaid. Raises what it raises."""
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        root = build()
        with root.make_context("svcdesk", args) as ctx:
            root.invoke(ctx)


def _tell(error: DeskError) -> int:
    """Print a failure: one line, one line for each bad row, and the command that mends it."""
    from svcdesk.commands.base import explained

    sentence, hint = explained(error)
    _complain(f"error: {sentence}")
    if isinstance(error, BadRows):
        for line, reason in error.rows:
            _complain(f"error: {messages.say('errors.line', line=line, reason=explained(reason)[0])}")
    if not _say_recorded() and hint:
        _complain(f"hint: {hint}")
    return error.exit_code


def _say_recorded() -> bool:
    """Say, of a command that failed only after its work was recorded, that it need not be typed again."""
    if entry := current.recorded:
        _complain(f"hint: {messages.say('labels.recorded', entry=f'#{entry.seq} {entry.hash[:12]}')}")
    return entry is not None


def _trace(error: BaseException) -> None:
    """Print where an exception came from, its causes first, without their messages: those may hold personal data."""
    import traceback

    if earlier := error.__cause__ or error.__context__:
        _trace(earlier)
    print("".join(traceback.format_tb(error.__traceback__)) + type(error).__qualname__, file=sys.stderr)


def _usage(error: Any) -> DeskError:
    """Say a usage error of the command grammar in our words."""
    path = error.ctx.command_path if getattr(error, "ctx", None) else "svcdesk"
    param = getattr(error, "param", None)
    name = _shown(param) if param is not None else ""
    match type(error).__name__:
        case "MissingParameter":
            return BadInput("usage_missing", name=name, path=path)
        case "NoSuchOption":
            near = getattr(error, "possibilities", None)
            return BadInput("usage_no_option", name=error.option_name, path=path, near=near)
        case "BadParameter":
            kind: Any = getattr(param, "type", None)
            choices = getattr(kind, "choices", None)
            if choices:
                return BadInput("usage_choice", name=name, words=list(choices), path=path)
            if hasattr(kind, "min"):
                return BadInput("usage_number", name=name, range=_range(kind), path=path)
            return BadInput("usage_value", name=name, detail=error.message, path=path)
        case "BadOptionUsage":
            key = "usage_no_value" if "not take" in error.message else "usage_no_argument"
            return BadInput(key, name=error.option_name, path=path)
    return BadInput("usage", detail=error.format_message(), path=path)


def _range(kind: Any) -> str:
    ends = (("≥", kind.min), ("≤", kind.max))
    return " ".join(f"{sign} {end}" for sign, end in ends if end is not None)


def _shown(param: Any) -> str:
    return param.opts[0] if param.param_type_name == "option" else str(param.name).upper()


def _complain(line: str) -> None:
    """Print a line on stderr; where that cannot be, the exit code says enough."""
    try:
        print(line, file=sys.stderr, flush=True)
    except OSError:
        _abandon(sys.stderr)


def _abandon(stream: Any) -> None:
    """Point a stream nowhere, so that the interpreter's last flush cannot complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
