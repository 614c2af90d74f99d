"""Beside another writer: how long somebody waits who wants to write while something else is done."""

import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

_PAUSE = 0.002


def beside_another(ledger: Path, work: Callable[[], T]) -> tuple[T, float]:
    """Do some work beside another who takes the lock again and again; what it gave, and that writer's longest wait."""
    over, waits = threading.Event(), [0.0]
    beside = threading.Thread(target=_try_to_write, args=(ledger, over, waits))
    beside.start()
    try:
        given = work()
    finally:
        over.set()
        beside.join()
    return given, max(waits)


def _try_to_write(ledger: Path, over: threading.Event, waits: list[float]) -> None:
    con = sqlite3.connect(ledger, isolation_level=None, timeout=0)
    while not over.is_set():
        began = time.perf_counter()
        while not over.is_set():
            try:
                con.execute("BEGIN IMMEDIATE")
                con.execute("ROLLBACK")
                break
            except sqlite3.OperationalError:
                time.sleep(_PAUSE / 2)
        waits.append(time.perf_counter() - began)
        time.sleep(_PAUSE)
    con.close()
