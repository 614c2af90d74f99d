"""Count the keys of a desk's daily tasks, by playing them: a Chinese sign, Enter and Tab are a key each.

    python docs/measure_keys.py

Counted is what is typed on the desk of tests/conftest.py: each line with its Enter, and the answers to questions.
With Tab is counted what a shell with the completion of `svcdesk completion` needs for the noun and the verb.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from conftest import InProcess, found, hire

from svcdesk.commands import grammar
from svcdesk.commands.interview import asking

# Each task: what is typed, line by line, and behind > the answers to its questions, a | between two.
TASKS = {
    "a call from a known customer, by questions": ["ticket open > 5678|||主轴过热|1|"],
    "a call from a known customer, in one line": ["ticket open -c 5678 -k 维修 -m 来电 -s 主轴过热"],
    "a caller known by the number alone": ["search 13812345678"],
    "a simple job: call, answer, sent, journey, closed": [
        "ticket open -c 5678 -k 维修 -m 来电 -s 主轴过热",
        "ticket answer T1",
        "dispatch send T1 --engineer W01 --place 唐山",
        "@22:00",
        "dispatch log D1 出发=8:50 到场=11:20 来电=17:30 离场=17:35 返回=21:00",
        "ticket close T1 > 轴承磨损|换轴承|轴承|满意|5|",
    ],
    "one expense of a journey, by questions": ["expense add > ||1|553.5||||24319900000000000009|"],
    "the next line of the same journey": ["> 1|553.5||||24319900000000000010|"],
    "yesterday's wrong arrival put right": ["amend D1 arrived_at=11:59 --reason 听错"],
}
BEFORE = {  # desk.md: a simulated week of 284 commands, with the same figures of Chinese signs
    "a call from a known customer, by questions": "110-188 keys",
    "a call from a known customer, in one line": "110-188 keys",
    "a caller known by the number alone": "not at all",
    "a simple job: call, answer, sent, journey, closed": "12 commands, 702 keys",
    "one expense of a journey, by questions": "147 keys",
    "the next line of the same journey": "147 keys",
    "yesterday's wrong arrival put right": "4 undos and retyping",
}


class Desk:
    """A desk on which what is typed is counted; answers are given in their order."""

    def __init__(self, folder: Path) -> None:
        self.desk = hire(found(InProcess(folder)))
        self.keys = self.commands = self.with_tab = 0
        self.answers: list[str] = []
        grammar.may_ask = lambda: True
        asking.ask = self.ask

    def ask(self, question: asking.Question) -> str:
        """Answer a question, and count its keys."""
        text = self.answers.pop(0) if self.answers else ""
        self.keys += len(text) + 1
        self.with_tab += len(text) + 1
        return asking.meant(question, text)

    def type(self, line: str) -> None:
        """Type a line, and the answers behind it."""
        typed, _, answers = line.partition(">")
        self.answers = answers.strip().split("|") if answers else []
        words = [part.strip() for part in typed.split()]
        self.commands += 1
        self.keys += len(f"svcdesk {' '.join(words)}") + 1
        self.with_tab += len("svcdesk ") + len(tabbed(words)) + 1
        self.desk.run(*words)
        assert not self.answers, self.answers


def tabbed(words: list[str]) -> str:
    """Write a line as it is typed with Tab for the noun and the verb: as many letters as only they begin with."""
    group = grammar.build().get_command(None, words[0])
    rest = 2 if hasattr(group, "list_commands") else 1
    nouns = shortest(words[0], grammar.NOUNS)
    verbs = [shortest(words[1], group.list_commands(None))] if rest == 2 else []
    return "".join(f"{part}\t" for part in [nouns, *verbs]) + " ".join(words[rest:])


def shortest(name: str, names: object) -> str:
    """Return the shortest beginning that only one of the names has."""
    known = list(names)  # type: ignore[call-overload]
    return next((name[:n] for n in range(1, len(name)) if sum(k.startswith(name[:n]) for k in known) == 1), name)


def main() -> None:
    """Play the tasks, and print what each took."""
    print("| task | before | commands | keys | with Tab |\n|---|---|---|---|---|")
    for task, lines in TASKS.items():
        with tempfile.TemporaryDirectory() as folder:
            desk = Desk(Path(folder))
            prepared(desk, task)
            desk.keys = desk.commands = desk.with_tab = 0
            for line in lines:
                if line.startswith("@"):
                    desk.desk.now = f"2026-10-19T{line[1:]}:00+08:00"
                elif line.startswith(">"):
                    answers = line.removeprefix("> ").split("|")
                    desk.keys = desk.with_tab = sum(len(answer) + 1 for answer in answers[:-1])
                else:
                    desk.type(line)
            print(f"| {task} | {BEFORE[task]} | {desk.commands} | {desk.keys} | {desk.with_tab} |")


def prepared(desk: Desk, task: str) -> None:
    """Have there be what the task is about: a machine that was mended, or a journey that is over."""
    desk.desk.now = "2026-10-19T08:00:00+08:00"
    if "call" in task and "job" not in task:
        desk.type("ticket open -c 华北钢厂 -k 维修 -m 来电 -s 异响 --serial SN-701 --at -2h")
    if "expense" in task or "arrival" in task or "line of" in task:
        desk.type("ticket open -c 华北钢厂 -k 维修 -m 来电 -s 异响 --at -1h")
        desk.type("dispatch send T1 --engineer W01 --place 唐山")
        desk.desk.now = "2026-10-19T23:00:00+08:00"
        desk.type("dispatch log D1 depart=8:50 arrive=11:20 callback=17:30 leave=17:35 return=21:00")
    desk.desk.now = "2026-10-19T08:30:00+08:00" if "job" in task else "2026-10-20T09:00:00+08:00"


if __name__ == "__main__":
    main()
