"""The index of words: which texts hold which two signs, or three letters, so that a search reads few rows.

It is derived and outside the journal; the store keeps it inside the transaction that writes a text. A search looks at
the rows themselves once more, so an entry too many does no harm; verify looks for one that is missing.
"""

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import islice
from typing import Any

# The texts that are searched, by table. A document's number is its record's, times eight, and its table's place here.
SOURCES: dict[str, tuple[str, ...]] = {
    "ticket": ("summary", "product", "serial", "resolution", "notes"),
    "service_report": ("fault_cause", "solution", "customer_opinion"),
    "complaint": ("summary", "steps"),
    "contact": ("summary",),
    "conduct": ("note",),
    "equipment": ("serial", "product"),
}
_LISTS = ("notes", "steps")  # JSON lists of what was said, each under text or note
PLACES = 8
_TABLES = tuple(SOURCES)
_SPELT = 10_000  # names remembered: an import spells those of new customers before it takes the lock
_CUT, _SHORT = 1000, 24  # texts remembered, of so many signs at most: products, and what is said again and again
_LOOKED_AT = 1000  # documents whose words are looked for together
_ADD = "INSERT INTO search_word (rowid, words) VALUES (?, ?)"
_DROP = "INSERT INTO search_word (search_word, rowid, words) VALUES ('delete', ?, ?)"
_MATCH = "SELECT rowid FROM search_word WHERE search_word MATCH ?"


@cache
def _runs() -> re.Pattern[str]:
    """Find what stands together: Chinese signs, or letters and digits."""
    return re.compile(rf"[{_CHINESE}]+|[^\W_{_CHINESE}]+")


_CHINESE = "\u3400-\u9fff\U00020000-\U0003ffff"


def _size(run: str) -> int:
    """Return how long the terms of a run are: two Chinese signs, three letters or digits of whatever script."""
    first = run[0]
    return 2 if "\u3400" <= first <= "\u9fff" or "\U00020000" <= first <= "\U0003ffff" else 3


def folded(text: str) -> str:
    """Write a text as it is compared: full width as narrow, capitals as small letters."""
    if text.isascii():
        return text.lower()
    from unicodedata import normalize

    return normalize("NFKC", text).lower()


def terms(text: str) -> list[str]:
    """Cut a text into the terms of the index: 主轴过热 VMC-8801 is 主轴 轴过 过热 vmc 880 801."""
    found: list[str] = []
    for run in _runs().findall(folded(text)):
        size = _size(run)
        found += [run[at : at + size] for at in range(max(len(run) - size, 0) + 1)]
    return found


def query(text: str) -> str | None:
    """Write what the index is asked for a text; None where no part of it is long enough to be asked for."""
    asked = []
    for run in _runs().findall(folded(text)):
        size = _size(run)
        if len(run) >= size:
            asked += [f'"{run[at : at + size]}"' for at in range(len(run) - size + 1)]
    return " ".join(dict.fromkeys(asked)) or None


def pieces(text: str) -> str | None:
    """Write what the index is asked for a text of short pieces alone, such as SZ-7: each as it stands between marks.

    The last may go on where the text was cut off: SZ-7 finds SZ-701.
    """
    found = [run for run in _runs().findall(folded(text)) if _size(run) == 3]
    return " ".join(f'"{piece}"' for piece in found) + " *" if len("".join(found)) > 1 else None


def said(values: Iterable[Any], names: Iterable[str]) -> list[str]:
    """Return the texts of a record's columns; of a list of notes, what each says."""
    return [
        _spoken(value) if name in _LISTS else str(value) for name, value in zip(names, values, strict=True) if value
    ]


def _spoken(notes: str) -> str:
    if notes == "[]":
        return ""
    import json

    return "\n".join(str(item.get("text") or item.get("note") or "") for item in json.loads(notes))


def _words(values: Iterable[Any], names: Sequence[str]) -> str:
    return " ".join(
        filter(None, (_cut(text) if len(text) <= _SHORT else _joined(text) for text in said(values, names)))
    )


def _joined(text: str) -> str:
    return " ".join(terms(text))


_cut = lru_cache(_CUT)(_joined)


# Where the words of rows written in bulk stand ready, beside the ledger: (row, words, before) as ``ready`` gives them,
# ``before`` those that the index holds of a row until now.
READY = 'temp."ready_words_{}"'


def ready(table: str, row: dict[str, Any]) -> str | None:
    """Return what the index will hold of a new row, worked out before it is written; None where that is nothing."""
    if table == "customer":
        import json

        return json.dumps([row["name"], *spelt(row["name"])])
    names = SOURCES.get(table)
    return (_words(map(row.get, names), names) or None) if names else None


def keep(
    con: sqlite3.Connection,
    touched: Iterable[tuple[str, int]],
    loaded: Iterable[Sequence[Any]] = (),
    ready: Iterable[str] = (),
) -> None:
    """Take the texts of the rows into the index that the open transaction writes, before its entry is written.

    What a row said before stands in its last image in the journal. ``loaded`` are runs of new rows: table, first, last;
    ``ready`` are tables whose rows stand beside with their words. An index that is damaged never stands in the way
    of a write: verify names what it lacks.
    """
    try:
        for table, row in touched:
            if table in SOURCES:
                _replace(con, table, row)
            elif table == "customer":
                _spell(con, row, row)
        for table, first, last in loaded:
            if table in SOURCES:
                con.executemany(_ADD, _documents(con, table, first, last))
            elif table == "customer":
                _spell(con, first, last)
        for table in ready:
            _copy_ready(con, table)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorname != "SQLITE_CORRUPT_VTAB":
            raise


def _copy_ready(con: sqlite3.Connection, table: str) -> None:
    words = f"FROM {READY.format(table)} WHERE words IS NOT NULL"
    if table in SOURCES:
        document = f"row * {PLACES} + {_TABLES.index(table)}"
        gone = f"SELECT 'delete', {document}, before FROM {READY.format(table)} WHERE before IS NOT NULL"
        con.execute(f"INSERT INTO search_word (search_word, rowid, words) {gone}")
        con.execute(f"INSERT INTO search_word (rowid, words) SELECT {document}, words {words}")
    elif table == "customer":
        spelt = ", ".join(f"json_extract(words, '$[{place}]')" for place in range(3))
        con.execute(f"INSERT OR REPLACE INTO spelling SELECT row, {spelt} {words}")


def _replace(con: sqlite3.Connection, table: str, row: int) -> None:
    import json

    now = next(_documents(con, table, row, row), None)
    image = con.execute(_LAST_IMAGE, (table, row)).fetchone()
    before = _words(map(json.loads(image[0]).get, SOURCES[table]), SOURCES[table]) if image else ""
    if now and now[1] != before:
        if before:
            con.execute(_DROP, (now[0], before))
        con.execute(_ADD, now)


_LAST_IMAGE = 'SELECT after FROM change WHERE "table" = ? AND row = ? ORDER BY entry DESC LIMIT 1'


def _documents(con: sqlite3.Connection, table: str, first: int, last: int) -> Iterator[tuple[int, str]]:
    names = SOURCES[table]
    place = _TABLES.index(table)
    found = con.execute(f"SELECT id, {', '.join(names)} FROM {table} WHERE id BETWEEN ? AND ?", (first, last))
    for number, *values in found:
        yield number * PLACES + place, _words(values, names)


@lru_cache(_SPELT)
def spelt(name: str) -> tuple[str, str]:
    """Return a name in pinyin, in full and by its initials: 江南机床 is jiangnanjichuang and jnjc."""
    from svcdesk.finder import spelling

    return spelling.of(folded(name))


def learn(names: Iterable[str]) -> None:
    """Have the spelling of many names ready, which costs little more than that of one."""
    from svcdesk.finder import spelling

    spelling.learn(map(folded, names))


def _spell(con: sqlite3.Connection, first: int, last: int) -> None:
    """Keep how the names of customers are spelt that are new or were changed."""
    rows = con.execute(_UNSPELT + " AND c.id BETWEEN ? AND ?", (first, last)).fetchall()
    if len(rows) > 1:
        learn(name for _, name in rows)
    con.executemany("INSERT OR REPLACE INTO spelling VALUES (?, ?, ?, ?)", [(*row, *spelt(row[1])) for row in rows])


_UNSPELT = """
    SELECT c.id, c.name FROM customer c LEFT JOIN spelling s ON s.customer_id = c.id WHERE s.name IS NOT c.name"""


def _there(con: sqlite3.Connection) -> list[str]:
    """List the tables with texts that the ledger has: one of an earlier version lacks some."""
    known = {name for (name,) in con.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return [table for table in SOURCES if table in known]


def rebuild(con: sqlite3.Connection) -> None:
    """Make the whole index anew, inside a transaction: after an upgrade, or where verify found a word missing."""
    con.execute("INSERT INTO search_word (search_word) VALUES ('delete-all')")
    for table in _there(con):
        last = con.execute(f'SELECT max(id) FROM "{table}"').fetchone()[0] or 0
        con.executemany(_ADD, _documents(con, table, 1, last))
    _spell(con, 1, con.execute("SELECT max(id) FROM customer").fetchone()[0] or 0)


def matches(con: sqlite3.Connection, asked: str, most: int) -> list[tuple[str, int]]:
    """List the rows that may say a text, the newest of each table first, at most so many."""
    found = con.execute(f"{_MATCH} ORDER BY rowid DESC LIMIT ?", (asked, most)).fetchall()
    return [(_TABLES[number % PLACES], number // PLACES) for (number,) in found]


def missing(con: sqlite3.Connection, most: int | None = None) -> Iterator[tuple[str, int]]:
    """Find the rows whose words are not in the index: of all rows, or of so many newest of each table."""
    for number, _ in con.execute(_UNSPELT):
        yield "customer", number
    for table in _there(con):
        last = con.execute(f'SELECT max(id) FROM "{table}"').fetchone()[0] or 0
        documents = iter(_documents(con, table, max(1, last - most + 1) if most else 1, last))
        while block := [*islice(documents, _LOOKED_AT)]:
            yield from ((table, number // PLACES) for number in sorted(_lost(con, block)))


def _lost(con: sqlite3.Connection, block: Sequence[tuple[int, str]]) -> set[int]:
    """Return the documents of which the index has not every word: each word is asked for once, of all of them."""
    holders: dict[str, set[int]] = defaultdict(set)
    for number, words in block:
        for word in words.split():
            holders[word].add(number)
    among = f"{_MATCH} AND rowid BETWEEN {min(block)[0]} AND {max(block)[0]}"
    lost: set[int] = set()
    for word, held in holders.items():
        lost |= held.difference(*zip(*con.execute(among, (f'"{word}"',)), strict=True))
    return lost
