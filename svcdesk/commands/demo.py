"""demo: a new ledger filled with a believable month, then its summary and what to try next."""

import io
import time
from contextlib import redirect_stderr, redirect_stdout
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from svcdesk import demo as story
from svcdesk import periods, reports, words
from svcdesk.commands.base import Noun, Read
from svcdesk.commands.init import found
from svcdesk.commands.report import print_monthly
from svcdesk.session import current

noun = Noun("demo")

_CENTRE, _ZONE, _HOME = "北方客服支撑中心", "Asia/Shanghai", "北京"
_NEXT = ("status", "find", "show", "late", "expenses", "penalties", "appeal", "verify", "zh")


@noun.plain("demo")
def demo(into: Annotated[Path, typer.Option()] = Path("svcdesk-demo.db")) -> None:
    started = time.perf_counter()
    zone = periods.zone(_ZONE)
    now = current.now(zone)
    month = periods.read_month("last", now, zone)
    count = Player(into, now).play(story.plan(month.first, now.astimezone(zone), zone))
    current.rehearse(now, into)
    ledger = current.open()
    print_monthly(Read(ledger, None), reports.monthly(ledger, month, now))
    ledger.close()
    print()
    print(words.say("demo.made", n=count, path=into, seconds=f"{time.perf_counter() - started:.1f}"))
    for name in _NEXT:
        print("  " + words.say(f"demo.{name}", svcdesk=f"svcdesk --ledger {into}", month=month.month))


class Player:
    """Plays a plan on a new ledger, each act as the command that a desk would have typed, at its own time."""

    def __init__(self, path: Path, now: datetime) -> None:
        from svcdesk.cli import build

        self.path, self.now, self.root = path, now, build()
        self._made: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def play(self, plan: story.Plan) -> int:
        """Make the ledger, perform every act in the order of time, decide the penalties; give the count of commands."""
        acts = plan.in_order()
        current.rehearse(acts[0].at, self.path)
        found(_CENTRE, _ZONE, _HOME)
        for act in acts:
            self.perform(act.at, act.who, [arg.format_map(self._made) for arg in act.args])
            if act.makes:
                letter = act.makes[0]
                self._counts[letter] = self._counts.get(letter, 0) + 1
                self._made[act.makes] = f"{letter}{self._counts[letter]}"
        return len(acts) + self._settle_accounts(plan)

    def _settle_accounts(self, plan: story.Plan) -> int:
        """Approve, refuse and pay what was claimed; record the month's penalties and decide some."""
        month, paid = f"{plan.first:%Y-%m}", self._expense_decisions()
        for args in paid:
            self.perform(min(self.now, plan.day(28, "10:00")), "M01", list(args))
        self.perform(self.now, "M01", ["penalty", "check", "--month", month, "--record"])
        decided = list(story.decisions(self._ids("penalty", "amount_fen IS NOT NULL")))
        for args in decided:
            self.perform(self.now, "M01", list(args))
        return len(paid) + 1 + len(decided)

    def _expense_decisions(self) -> list[tuple[str, ...]]:
        clean = self._clean_expenses()
        fraud = self._ids("expense", f"invoice = '{story.FALSIFIED}'")
        return [
            ("expense", "approve", *clean[:30]),
            ("expense", "reimburse", *clean[:12]),
            ("expense", "reject", clean[30], "--reason", "超出行程"),
            ("expense", "falsified", f"E{fraud[0]}", "--sanction", "demerit", "--evidence", "车票系涂改"),
        ]

    def _clean_expenses(self) -> list[str]:
        from svcdesk import views
        from svcdesk.registers import EXPENSES

        ledger = current.open()
        rows = list(views.records(ledger, EXPENSES, self.now))
        ledger.close()
        return [row["id"] for row in rows if not row["problems"]]

    def _ids(self, table: str, condition: str) -> list[int]:
        ledger = current.open()
        found = [row["id"] for row in ledger.rows(f"SELECT id FROM {table} WHERE {condition} ORDER BY id")]
        ledger.close()
        return found

    def perform(self, at: datetime, who: str, args: list[str]) -> None:
        """Perform one command at its time, its receipt unsaid. Raises what it raises."""
        current.rehearse(at, self.path)
        line = ["--ledger", str(self.path), "--actor", who, *args]
        with (
            redirect_stdout(io.StringIO()),
            redirect_stderr(io.StringIO()),
            self.root.make_context("svcdesk", line) as ctx,
        ):
            self.root.invoke(ctx)
