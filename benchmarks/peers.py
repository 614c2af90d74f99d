"""What other tools take for much the same: the first rows of a table, one record added, a month summed up.

Each works on its own files, made once of the ledger of 10k tickets; a tool that is not installed is passed over.
"""

import os
import shutil
import sqlite3
import sys
from pathlib import Path
from typing import NamedTuple

import measure
from measure import Taken


class Peer(NamedTuple):
    """A command of another tool: what it does, with its own file for {file}."""

    tool: str
    told: str
    args: tuple[str, ...]
    file: str = ""


PEERS = {
    "sqlite-utils-rows": Peer("sqlite-utils", "20 rows of 10k tickets, csv",
                              ("sqlite-utils", "rows", "{folder}/10k.db", "ticket", "--limit", "20", "--csv")),
    "ledger-register": Peer("ledger", "a month of 20k expenses",
                            ("ledger", "-f", "{file}", "register", "-p", "2026-09"), "peer.ledger"),
    "hledger-register": Peer("hledger", "a month of 20k expenses",
                             ("hledger", "-f", "{file}", "register", "-p", "2026-09"), "peer.ledger"),
    "task-list": Peer("task", "20 of 10k tasks",
                      ("task", "rc:{folder}/taskrc", "rc.verbose=nothing", "limit:20", "next"), "taskrc"),
    "task-add": Peer("task", "one task added", ("task", "rc:{folder}/taskrc", "add", "故障"), "taskrc"),
}  # fmt: skip


def run(name: str, folder: Path) -> Taken:
    """Run a peer's command. Raises FileNotFoundError where the tool is not installed."""
    peer = PEERS[name]
    tool = shutil.which(peer.tool, path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    if tool is None:
        raise FileNotFoundError(f"{peer.tool} is not installed")
    file = folder / peer.file
    if peer.file and not file.exists():
        (_journal if peer.tool != "task" else _tasks)(folder, file)
    return measure.run([tool, *(arg.format(folder=folder, file=file) for arg in peer.args[1:])])


def _journal(folder: Path, file: Path) -> None:
    """Write the expenses as a journal of plain-text accounting."""
    con = sqlite3.connect(folder / "10k.db")
    rows = con.execute("SELECT spent_on, invoice, line, amount_fen FROM expense ORDER BY spent_on, id LIMIT 20000")
    with file.open("w", encoding="utf-8") as out:
        for day, invoice, line, fen in rows:
            out.write(f"{day} {invoice}\n    Expenses:{line}  {fen / 100:.2f} CNY\n    Assets:Bank\n\n")
    con.close()


def _tasks(folder: Path, file: Path) -> None:
    """Write the tickets as pending tasks."""
    data = folder / "tasks"
    data.mkdir(exist_ok=True)
    con = sqlite3.connect(folder / "10k.db")
    rows = con.execute("SELECT id, summary, strftime('%s', received_at) FROM ticket ORDER BY id LIMIT 10000").fetchall()
    tasks = (
        f'[description:"{summary}" entry:"{at}" status:"pending" uuid:"00000000-0000-4000-8000-{number:012d}"]\n'
        for number, summary, at in rows
    )
    (data / "pending.data").write_text("".join(tasks), encoding="utf-8")
    con.close()
    file.write_text(f"data.location={data}\nconfirmation=no\n", encoding="utf-8")
    os.environ.setdefault("TASKRC", str(file))
