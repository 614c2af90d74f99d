"""Count the keys of a desk's daily tasks, by playing them: a Chinese sign, Enter and Tab are a key each.

    python docs/measure_keys.py

Counted is what is typed on the desk of tests/conftest.py: each line with its Enter, and the answers to questions.
Written out is counted beside it with the noun and the verb in all their letters, as a script writes them.
tests/commands/test_keys.py holds the goals, and that the table of docs/how-to/telephone.md is this one.
"""

import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple
from unittest import mock

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from conftest import InProcess, hire, new_ledger

from svcdesk.commands import grammar
from svcdesk.commands.interview import asking


class Task(NamedTuple):
    """Each line that is typed, behind > the answers to its questions, a | between two; and what the task took once."""

    name: str
    before: str  # desk.md: a simulated week of 284 commands, with the same figures of Chinese signs
    most: int  # keys
    lines: tuple[str, ...]


TASKS = (
    Task("a call from a known customer, by questions", "110-188 keys", 25, ("t o > 5678|主轴过热|",)),
    Task("the same, and which machine it is about", "110-188 keys", 27, ("t o > 5678|主轴过热|1|",)),
    Task("a call from a known customer, in one line", "110-188 keys", 60, ("t o -c 5678 -k 维修 -m 来电 -s 主轴过热",)),
    Task("a caller known by the number alone", "not at all", 60, ("sea 13812345678",)),
    Task(
        "a simple job: call, answer, sent, journey, closed", "12 commands, 702 keys", 250,
        (
            "t o > 5678|主轴过热|",
            "t an T1",
            "di se T1 > W01|唐山",
            "@22:00",
            "di lo D1 出发=8:50 到场=11:20 来电=17:30 离场=17:35 返回=21:00",
            "t cl T1 > 轴承磨损|换轴承|轴承|满意|5|",
        ),
    ),
    Task("one expense of a journey, by questions", "147 keys", 60, ("expe ad > ||1|553.5||||24319900000000000009|",)),
    Task("the next line of the same journey", "147 keys", 60, ("> 1|553.5||||24319900000000000010|",)),
    Task("yesterday's wrong arrival put right", "4 undos and retyping", 60, ("am D1 arrived_at=11:59 --reason 听错",)),
)  # fmt: skip
HEAD = "| task | before | commands | look-ups | keys | written out |\n|---|---|---|---|---|---|"


class Count(NamedTuple):
    """What a task took."""

    commands: int
    look_ups: int  # of them, those that only read
    keys: int
    written_out: int


class Typist:
    """Somebody at a desk whose keys are counted; answers are given in their order."""

    def __init__(self, folder: Path) -> None:
        self.desk = hire(new_ledger(InProcess(folder)))
        self.desk.language = "zh"
        self.keys = self.commands = self.look_ups = self.letters_spared = 0
        self.answers: list[str] = []

    def ask(self, question: asking.Question) -> str:
        """Answer a question, and count its keys."""
        text = self.answers.pop(0) if self.answers else ""
        self.keys += len(text) + 1
        return asking.meant(question, text)

    def type(self, line: str) -> None:
        """Type a line, and the answers behind it."""
        typed, _, answers = line.partition(">")
        self.answers = answers.strip().split("|") if answers else []
        if typed.strip():
            words = typed.split()
            self.commands += 1
            self.keys += len(f"svcdesk {' '.join(words)}") + 1
            whole = written_out(words)
            self.look_ups += bool({*whole[:2]} & {"search", "list", "show", "status"})
            self.letters_spared += len(" ".join(whole)) - len(" ".join(words))
            self.desk.run(*words)
            assert not self.answers, self.answers
        else:  # the questions went on by themselves
            self.keys += sum(len(answer) + 1 for answer in self.answers[:-1])

    def play(self, task: Task) -> Count:
        """Have there be what the task is about, then play it."""
        self._prepare(task.name)
        self.keys = self.commands = self.look_ups = self.letters_spared = 0
        for line in task.lines:
            if line.startswith("@"):
                self.desk.now = f"2026-10-19T{line[1:]}:00+08:00"
            else:
                self.type(line)
        return Count(self.commands, self.look_ups, self.keys, self.keys + self.letters_spared)

    def _prepare(self, task: str) -> None:
        self.desk.now = "2026-10-19T08:00:00+08:00"
        if "call from" in task or "which machine" in task:
            self.type("ticket open -c 华北钢厂 -k 维修 -m 来电 -s 异响 --serial SN-701 --at -2h")
        if "expense" in task or "arrival" in task or "line of" in task:
            self.type("ticket open -c 华北钢厂 -k 维修 -m 来电 -s 异响 --at -1h")
            self.type("dispatch send T1 --engineer W01 --place 唐山")
            self.desk.now = "2026-10-19T23:00:00+08:00"
            self.type("dispatch log D1 depart=8:50 arrive=11:20 callback=17:30 leave=17:35 return=21:00")
        self.desk.now = "2026-10-19T08:30:00+08:00" if "job" in task else "2026-10-20T09:00:00+08:00"


def written_out(words: list[str]) -> list[str]:
    """Write a line with its noun and verb in all their letters."""
    noun = next(name for name in grammar.NOUNS if name.startswith(words[0]))
    group = grammar.build().get_command(None, noun)
    if not hasattr(group, "list_commands"):
        return [noun, *words[1:]]
    return [noun, next(verb for verb in group.list_commands(None) if verb.startswith(words[1])), *words[2:]]


def counted() -> Iterator[tuple[Task, Count]]:
    """Play the tasks; yield what each took."""
    with mock.patch.object(grammar, "may_ask", return_value=True), mock.patch.object(asking, "ask") as ask:
        for task in TASKS:
            with tempfile.TemporaryDirectory() as folder:
                typist = Typist(Path(folder))
                ask.side_effect = typist.ask
                yield task, typist.play(task)


def table(found: Iterable[tuple[Task, Count]]) -> str:
    """Write what the tasks took as it stands in the documents."""
    rows = [f"| {task.name} | {task.before} | {' | '.join(map(str, count))} |" for task, count in found]
    return "\n".join([HEAD, *rows])


if __name__ == "__main__":
    print(table(counted()))
