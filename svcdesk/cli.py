"""The front door: it runs one command, and ends every failure as one line and an exit code."""

import errno
import os
import signal
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import typer

from svcdesk import messages, periods
from svcdesk.commands.grammar import build
from svcdesk.errors import BadInput, BadRows, DeskError, Interrupted, StorageError
from svcdesk.session import checked_language, current, locale_language

_OK, _ABORTED = 0, 130
_SOON_LOOKED_AT = 100_000_000  # bytes of a ledger that is verified in a second or two

_stopped_by = signal.SIGINT  # what an interrupted statement was interrupted by


class _Stopped(BaseException):
    """Somebody ended the command by a signal."""


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
    global _stopped_by
    _stopped_by = signal.Signals(number)
    raise _Stopped


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
        _say_the_rest()
        _keep_a_copy()
        return code
    except BrokenPipeError:
        _abandon(sys.stdout)
        return _OK
    except (KeyboardInterrupt, _Stopped, Interrupted):
        return _leave()
    except DeskError as error:
        return _tell(error)
    except sqlite3.Error as error:
        from svcdesk.store import storage_error

        meant = storage_error(error, current.path)
        return _leave() if isinstance(meant, Interrupted) else _tell(meant)
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


def _leave() -> int:
    """Leave on a signal: say what is recorded for good, if something is."""
    if _stopped_by == signal.SIGINT:
        _complain("")  # the terminal's ^C stands on the line
    _say_recorded()
    return 128 + _stopped_by


def _ledger_is_damaged() -> bool:
    """Return whether what looks like a bug of ours comes from a ledger that holds what we never wrote.

    Of a large one that is not found out: nobody waits a minute and more to be told that a command failed.
    """
    from svcdesk.maintenance.verify import verify
    from svcdesk.store import open_ledger

    try:
        if current.path.stat().st_size > _SOON_LOOKED_AT:
            return False
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
        from typer._completion_classes import completion_init

        completion_init()
        return int(root.main(args, prog_name="svcdesk", standalone_mode=False) or 0)
    try:
        with root.make_context("svcdesk", args or ["--help"]) as ctx:
            root.invoke(ctx)
    except (typer.Exit, SystemExit) as done:
        return int(getattr(done, "exit_code", getattr(done, "code", 0)) or 0)
    except typer.Abort:
        return _ABORTED
    return _OK


def _say_the_rest() -> None:
    """Say on stderr what belongs behind the output: that a list goes on, and which ids only a newer program knows."""
    for sentence in current.afterwords:
        _complain(sentence)
    if unknown := current.unknown:
        from svcdesk.commands.receipts import caution

        caution(messages.say("warnings.unknown", ids=messages.comma(sorted(unknown))))


def _keep_a_copy() -> None:
    """Start the copy of the day where this command wrote and there is none yet; whatever fails there is only said."""
    path = current.written()
    if path is None:
        return
    from svcdesk.maintenance import catalogue

    now = current.now().astimezone(current.zone)
    if catalogue.settled(path, now):
        return
    from svcdesk.commands.receipts import caution, explained
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


def _tell(error: DeskError) -> int:
    """Print a failure: one line, one line for each bad row, and the command that mends it."""
    from svcdesk.commands.receipts import explained

    sentence, hint = explained(error)
    _complain(f"error: {sentence}")
    if isinstance(error, BadRows):
        from svcdesk.commands.reasons import cures, gathered

        for line in gathered(error.rows):
            _complain(f"error: {line}")
        for cure in cures(error.rows):
            _complain(f"hint: {cure}")
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
    name = _shown(param, path) if param is not None else ""
    match type(error).__name__:
        case "MissingParameter":
            return BadInput("usage_missing", name=name, path=path)
        case "NoSuchOption":
            near = getattr(error, "possibilities", None)
            if near:
                return BadInput("usage_near_option", name=error.option_name, path=path, near=near)
            return BadInput("usage_no_option", name=error.option_name, path=path)
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


def _shown(param: Any, path: str) -> str:
    """Name an option as it is typed, an argument by what it is."""
    if param.param_type_name == "option":
        return str(max(param.opts, key=len))
    name, here = param.name.rstrip("_"), ".".join(path.split()[1:])
    return messages.find(f"options.{here}.{name}") or messages.find(f"options.{name}") or str(name).upper()


def _complain(line: str) -> None:
    """Print a line on stderr; where that cannot be, the exit code says enough."""
    try:
        print(line, file=sys.stderr, flush=True)
    except OSError:
        _abandon(sys.stderr)


def _abandon(stream: Any) -> None:
    """Point a stream nowhere, so that the interpreter's last flush cannot complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
