"""demo: a new ledger filled with a believable month, then its summary and what to try next."""

import shlex
import time
from datetime import datetime
from itertools import takewhile
from pathlib import Path
from typing import Annotated

import typer

from svcdesk import demo as story
from svcdesk import messages, periods
from svcdesk.commands.context import Read
from svcdesk.commands.grammar import perform
from svcdesk.commands.init import create_ledger
from svcdesk.commands.noun import Noun
from svcdesk.commands.report import print_monthly
from svcdesk.registers import records
from svcdesk.registers.penalties import PENALTIES
from svcdesk.session import current

noun = Noun("demo")

_CENTRE, _ZONE, _HOME = "北方客服支撑中心", "Asia/Shanghai", "北京"
# What to try next, each with the key of its explanation.
_NEXT = (
    ("board", "status"),
    ("clocks", "ticket show T1"),
    ("findings", "penalty check --month {month}"),
    ("notice", "penalty notice P1"),
    ("expenses", "expense check"),
    ("complaints", "complaint list"),
    ("export", "export dispatches --month {month}"),
    ("verify", "ledger verify"),
    ("language", "--lang {other} report monthly"),
)


@noun.plain("demo")
def demo(into: Annotated[Path, typer.Option()] = Path("svcdesk-demo.db")) -> None:
    started = time.perf_counter()
    zone = periods.zone(_ZONE)
    now = current.now(zone)
    month = periods.read_month("last", now, zone)
    count = Player(into, now).play(story.plan(month.first, now.astimezone(zone), zone))
    current.rehearse(now, into)
    ledger = current.open()
    print_monthly(Read(ledger), month)
    ledger.close()
    print()
    print(messages.say("demo.made", n=count, path=into, seconds=f"{time.perf_counter() - started:.1f}"))
    other = messages.say("demo.other")
    desk = f"svcdesk --ledger {shlex.quote(str(into))}"
    lines = [(f"{desk} {line.format(month=month.month, other=other)}", key) for key, line in _NEXT]
    width = max(len(line) for line, _ in lines)
    for line, key in lines:
        print(f"  {line:<{width}}  # {messages.say(f'demo.{key}')}")


class Player:
    """Plays a plan on a new ledger, each act as the command that a desk would have typed, at its own time."""

    def __init__(self, path: Path, now: datetime) -> None:
        self.path, self.now = path, now
        self._made: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def play(self, plan: story.Plan) -> int:
        """Make the ledger and perform every act in the order of time; return the count of commands."""
        acts = plan.in_order()
        current.rehearse(acts[0].at, self.path)
        create_ledger(_CENTRE, _ZONE, _HOME)
        try:
            for act in acts:
                self._perform(act)
        except BaseException:
            # Half a month is no sample; the file is ours, made a moment ago.
            self.path.unlink(missing_ok=True)
            raise
        return len(acts) + 1

    def _perform(self, act: story.Act) -> None:
        current.rehearse(act.at, self.path)
        perform(["--ledger", str(self.path), "--actor", act.who, *(arg.format_map(self._made) for arg in act.args)])
        if act.makes == story.PENALTIES:
            self._name_penalties()
        elif act.makes:
            letters = "".join(takewhile(str.isupper, act.makes))
            self._made[act.makes] = self._next(letters, letters)

    def _next(self, name: str, prefix: str) -> str:
        self._counts[name] = self._counts.get(name, 0) + 1
        return f"{prefix}{self._counts[name]}"

    def _name_penalties(self) -> None:
        ledger = current.open()
        for row in records.records(ledger, PENALTIES, self.now):
            name = f"P{row['clause']}"
            self._made[self._next(name, name)] = row["id"]
        ledger.close()
