"""A command that is asked for piece by piece: what was given, what was answered, and the arguments both come to."""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any, NamedTuple

from svcdesk import messages
from svcdesk.commands.interview import asking, drafts
from svcdesk.commands.interview.asking import BACK, Ask, Question, tell
from svcdesk.session import current
from svcdesk.store import Ledger

YES, NO = "yes", "no"
REVIEW = "review"  # the last question: Enter, or what else to say


class Step(NamedTuple):
    """One question of a script, and what there is to say once its answer is known."""

    name: str
    question: Callable[[], Question]
    remarks: Callable[[str], Iterable[str]] | None = None


Script = Callable[["Talk"], Iterator[Step]]


class Talk:
    """The questions of one command. A script is gone through from its start for each: what is asked may depend on all
    that was answered before.
    """

    def __init__(self, path: str, params: list[Any], given: dict[str, Any], args: list[str], put: Ask | None = None):
        self.path, self.params, self.given = path, {param.name: param for param in params}, given
        self.put = put or asking.ask
        self._args = args
        self.answers: dict[str, str] = {}
        self.presumed: dict[str, str] = {}  # what holds where nobody says otherwise
        self.wanted: set[str] = set()  # what was asked for at the review
        self.before: list[list[str]] = []  # commands to be carried out first
        self._asked: list[str] = []

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger, open for reading: no lock is held while somebody thinks."""
        return current.open()

    def close(self) -> None:
        """Let go of the ledger, so that the command can open it for writing."""
        if "ledger" in self.__dict__:
            self.ledger.close()
            del self.__dict__["ledger"]

    def value(self, name: str) -> Any:
        """Return what was answered or given; None where nothing was."""
        return self.answers.get(name) or self.given.get(name) or self.presumed.get(name)

    def forget(self, *names: str) -> None:
        """Take answers back, so that their questions come again."""
        for name in names:
            self.answers.pop(name, None)
            if name in self._asked:
                self._asked.remove(name)

    def begin_again(self, answers: dict[str, str], presumed: dict[str, str]) -> None:
        """Make ready for a further command like this one, of which some is known."""
        self.given, self._args, self._asked = {}, [], []
        self.answers, self.presumed = answers, presumed

    def hold(self, script: Script) -> None:
        """Ask what the script asks. Where somebody stops, what was answered is kept, and the stop goes on."""
        try:
            if not self._asked and not self.answers:
                tell(messages.say("asking.help"))
            self._tell_given(script)
            while (step := self._next(script)) is not None:
                self._put(step)
        except KeyboardInterrupt:
            drafts.keep(self.path, self.answers)
            if self.answers:
                tell("")
                tell(messages.say("asking.kept", command=f"svcdesk {self.path.replace('.', ' ')} --resume"))
            raise
        finally:
            self.close()

    def _tell_given(self, script: Script) -> None:
        """Say of what was given or answered before what would have been said of it then."""
        for step in script(self):
            known = self.answers.get(step.name) or self.given.get(step.name)
            if known is None:
                return
            self._tell(step, known)

    def _next(self, script: Script) -> Step | None:
        return next((s for s in script(self) if s.name not in self.answers and self.given.get(s.name) is None), None)

    def _put(self, step: Step) -> None:
        said = self.put(step.question())
        if said == BACK[0]:
            if self._asked:
                self.answers.pop(self._asked.pop(), None)
        elif step.name == REVIEW and said:
            self._want(said)
        else:
            self.answers[step.name] = said
            self._asked.append(step.name)
            self._tell(step, said)

    def _want(self, said: str) -> None:
        """Take up what was said at the review: NAME is asked for, NAME=VALUE is its answer."""
        name, answered, value = said.partition("=")
        self.wanted.add(name)
        self.forget(name)
        if answered:
            self.answers[name] = value
            self._asked.append(name)

    def _tell(self, step: Step, said: str) -> None:
        for line in step.remarks(said) if step.remarks and said else ():
            tell(f"  {line}")

    def args(self) -> list[str]:
        """Return the arguments: those typed, with the answers as the options and arguments that they are."""
        options: list[str] = []
        places: list[str] = []
        for name, value in (self.presumed | self.answers).items():
            param = self.params.get(name)
            if param is None or not value or (name not in self.answers and self.given.get(name) is not None):
                continue
            if param.param_type_name == "argument":
                places += value.split("\n")
            elif param.is_flag:
                options += param.opts[:1] if value == YES else []
            else:
                options += [f"{_long(param)}={part}" for part in value.split("\n")]
        return [*options, *self._args, *(["--", *places] if places and "--" not in self._args else places)]


def _long(param: Any) -> str:
    return str(next(opt for opt in param.opts if opt.startswith("--")))
