"""A command that is asked for, from its first missing piece to its last receipt: what fails is asked for once more."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from svcdesk.commands import finding
from svcdesk.commands.interview import claiming, closing, drafts, opening, putting_right
from svcdesk.commands.interview.asking import tell
from svcdesk.commands.interview.talk import Script, Talk
from svcdesk.commands.interview.values import missing
from svcdesk.commands.receipts import explained
from svcdesk.errors import DeskError, NotFound
from svcdesk.session import current

SCRIPTS: dict[str, Script] = {
    "ticket.open": opening.script, "expense.add": claiming.script, "ticket.close": closing.script,
    "amend": putting_right.script,
}  # fmt: skip
_TALK = "svcdesk.talk"
Make = Callable[..., Any]
Run = Callable[[Any], Any]

# Whose answer a failure is about, where its values do not name it.
_BLAMED: dict[str, tuple[str, ...]] = {
    "future": ("at",), "before_step": ("on_site_by", "at"), "future_date": ("date",), "amount": ("amount",),
    "amount_zero": ("amount",), "contract_of_other": ("contract",), "customer_exists": ("customer", "new_customer"),
    "invoice_destroyed": ("number",), "not_on_dispatch": ("engineer",), "number_destroyed": ("serial", "phone"),
    "masked": ("phone", "person"), "staff_retired": ("taken_by",), "part": ("part",),
}  # fmt: skip


def path_of(ctx: Any) -> str:
    """Name a command by its noun and verb: ticket.open."""
    return ".".join(ctx.command_path.split()[1:])


def begin(make: Make, args: list[str]) -> Any:
    """Ask for what the arguments lack; return the command's context with all of it."""
    ctx = make(list(args), resilient_parsing=True)
    talk = _talk(ctx, args)
    if "--resume" in args:
        talk.answers |= drafts.kept(talk.path)
    talk.hold(SCRIPTS.get(talk.path, missing))
    made = make(talk.args())
    made.meta[_TALK] = talk
    return made


def _talk(ctx: Any, args: list[str]) -> Talk:
    given = {name: value for name, value in ctx.params.items() if value not in (None, False, (), [])}
    talk = Talk(path_of(ctx), ctx.command.get_params(ctx), given, args)
    for name, value in given.items():
        with suppress(NotFound):  # somebody new, or a slip: the questions will tell
            given[name] = finding.meant(talk.ledger, {name: value}, writing=True)[name]
    talk.close()
    return talk


def carry_out(ctx: Any, make: Make, run: Run) -> Any:
    """Run a command that somebody is there to be asked about. What fails by an answer is asked for once more."""
    talk = ctx.meta.get(_TALK)
    if talk is None or talk.path != path_of(ctx):
        return _run_typed(ctx, make, run)
    done = _insist(talk, ctx, make, run)
    return _go_on(talk, make, run) if talk.path == "expense.add" else done


def _run_typed(ctx: Any, make: Make, run: Run) -> Any:
    """Run a command that was typed whole, and ask for what turns out to be missing, or for what comes next."""
    talk = _talk(ctx, [])
    if talk.path == "expense.add":
        done = run(ctx)
        return _go_on(talk, make, run) if talk.given.get("dispatch") else done
    try:
        return run(ctx)
    except DeskError as error:
        if error.key != "cannot_close":
            raise
        tell(f"error: {explained(error)[0]}")
    talk.hold(SCRIPTS[talk.path])
    _before(talk, ctx)
    return run(make([*talk.args(), *_retyped(talk)]))


def _retyped(talk: Talk) -> list[str]:
    """Return what was typed, as the arguments that it came as."""
    typed = {name: value for name, value in talk.given.items() if isinstance(value, str) and name not in talk.answers}
    params = talk.params
    options = [f"{params[n].opts[0]}={v}" for n, v in typed.items() if params[n].param_type_name == "option"]
    return [*options, "--", *(v for n, v in typed.items() if params[n].param_type_name == "argument")]


def _insist(talk: Talk, ctx: Any, make: Make, run: Run) -> Any:
    while True:
        try:
            _before(talk, ctx)
            done = run(ctx)
            drafts.drop(talk.path)
            return done
        except DeskError as error:
            again = _blamed(talk, error)
            if not again:
                drafts.keep(talk.path, talk.answers)
                raise
            sentence, hint = explained(error)
            tell(f"error: {sentence}")
            tell(f"hint: {hint}")
            talk.forget(*again)
        talk.hold(SCRIPTS.get(talk.path, missing))
        ctx = make(talk.args())


def _blamed(talk: Talk, error: DeskError) -> list[str]:
    """Return the answers that a failure is about."""
    named = str(error.values.get("name", "")).lstrip("-").replace("-", "_")
    kinds = error.key.partition("_")
    about = (*_BLAMED.get(error.key, ()), named, kinds[2] if kinds[0] in ("unknown", "several") else "")
    fields = [name for name in talk.answers if name.startswith("value ") and talk.answers[f"field {name[6:]}"] == named]
    return [name for name in talk.answers if name in about] + fields


def _before(talk: Talk, ctx: Any) -> None:
    """Carry out the commands that come before the one that was asked for."""
    current.look_again()
    while talk.before:
        _perform(ctx, talk.before[0])
        talk.before.pop(0)


def _perform(ctx: Any, line: list[str]) -> None:
    top = ctx.find_root()
    noun, verb, *args = line
    group = top.command.get_command(top, noun)
    with group.make_context(noun, [], parent=top, resilient_parsing=True) as middle:
        command = group.get_command(middle, verb)
        with command.make_context(verb, args, parent=middle) as inner:
            command.invoke(inner)


def _go_on(talk: Talk, make: Make, run: Run) -> Any:
    """Ask for the further lines of the journey, until Enter ends them."""
    while True:
        claiming.go_on(talk)
        talk.hold(claiming.script)
        if not talk.answers.get("category"):
            drafts.drop(talk.path)
            return None
        _insist(talk, make(talk.args()), make, run)
