"""The ledger: one way to open it, one transaction a command, one way to write a row."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from difflib import get_close_matches
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast
from urllib.parse import quote
from zoneinfo import ZoneInfo

from svcdesk import schema
from svcdesk.errors import BadInput, DeskError, Interrupted, NotFound, Refused, StorageError
from svcdesk.guards import check_file, refuse_unknown
from svcdesk.model import LETTERS, Record, number_of
from svcdesk.periods import stored
from svcdesk.regulation.policy import Policy
from svcdesk.schema import comparison

T = TypeVar("T")

BUSY_SECONDS = 30.0  # how long a command waits for another writer before it gives up
_STEP_SECONDS = 0.05
_LONGEST_PAUSE = 0.02
_LONGEST = 100_000_000  # bytes of one value: no record comes near it
_STEPS = 200_000  # of SQLite's machine, some milliseconds, after which a signal is heard
_REHEARSES_SINCE = 3  # the version
ERASED = "*"  # stands for a home or a wage of a date, which stands outside the journal or is erased
_TRIES = 3  # of reading at one state beside writers before these have to wait

_ALWAYS = {"foreign_keys": 1, "trusted_schema": 0, "cell_size_check": 1, "mmap_size": 0, "recursive_triggers": 1}
_READ = {**_ALWAYS, "query_only": 1}
_WRITE = {**_ALWAYS, "secure_delete": 1, "synchronous": 3}


def storage_error(error: sqlite3.Error, path: Path) -> DeskError:
    """Say what an SQLite failure means to the person at the desk."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith("SQLITE_INTERRUPT"):
        return Interrupted("interrupted")
    for prefix, key in _MEANING:
        if name.startswith(prefix):
            return StorageError(key, path=path, seconds=int(BUSY_SECONDS))
    if isinstance(error, sqlite3.IntegrityError):
        return BadInput("integrity", detail=what_failed(error))
    return StorageError("damaged", path=path)


def what_failed(error: Exception) -> str:
    """Return what a constraint insists on without SQLite's own words, which are English: wage_fen >= 0."""
    said = str(error)
    return said.partition(" constraint failed: ")[2] or said


_MEANING = (
    ("SQLITE_BUSY", "busy"),
    ("SQLITE_LOCKED", "busy"),
    ("SQLITE_READONLY", "readonly"),
    ("SQLITE_CANTOPEN", "readonly"),
    ("SQLITE_FULL", "full"),
    ("SQLITE_IOERR", "io"),
    ("SQLITE_PERM", "readonly"),
    ("SQLITE_TOOBIG", "damaged"),
)


def connect(path: Path, *, write: bool) -> sqlite3.Connection:
    """Connect to a checked ledger file, every safeguard on. Raises StorageError."""
    mode = "rw" if write else "ro"
    con = sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?mode={mode}", uri=True, isolation_level=None, timeout=BUSY_SECONDS
    )
    con.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
    con.set_progress_handler(_let_signals_in, _STEPS)
    for name, value in (_WRITE if write else _READ).items():
        con.execute(f"PRAGMA {name} = {value}")
        if (took := con.execute(f"PRAGMA {name}").fetchone()) and took[0] != value:
            raise StorageError("pragma", path=path, name=name)
    return con


def _let_signals_in() -> int:
    """Return from SQLite to the interpreter for a moment: an interrupt is raised here, and ends the statement."""
    return 0


class OlderLedger(StorageError):
    """The ledger is of an earlier version and must be upgraded before it is used."""

    def __init__(self, path: Path, theirs: int) -> None:
        super().__init__("older", path=path, theirs=theirs, ours=schema.VERSION)


def once_a_snapshot(work: Callable[..., T]) -> Callable[..., T]:
    """Have a question about the ledger answered once in a snapshot: to the same question the answer is the same.

    Its first parameter is the ledger; the others can be looked up, and nobody changes what it returns.
    """

    @wraps(work)
    def found(ledger: "Ledger", *asked: Any) -> T:
        if ledger.found is None:
            return work(ledger, *asked)
        if (work, asked) not in ledger.found:
            ledger.found[work, asked] = work(ledger, *asked)
        return cast(T, ledger.found[work, asked])

    return found


def open_ledger(path: Path, *, write: bool = False, as_found: bool = False, suspect: bool = False) -> "Ledger":
    """Open the ledger at the path. Never makes one, never upgrades one. Raises StorageError.

    ``as_found`` is for who checks or copies a ledger: of whatever version that was released, else OlderLedger.
    ``suspect`` is for who finds out what somebody else did to it: whatever it declares, else that is refused.
    """
    check_file(path)
    if write and path.stat().st_nlink > 1:
        raise StorageError("linked", path=path)
    try:
        con = _connected(path, write)
        version = version_of(con)  # once more: a crash may have left another in the file's head than it rolls back to
        refuse_unknown(version, path)
        if version < schema.VERSION and not as_found:
            con.close()
            raise OlderLedger(path, version)
        ledger = Ledger(con, path)
        ledger.compare()
    except sqlite3.Error as error:
        raise storage_error(error, path) from error
    except UnicodeDecodeError as error:  # SQLite's own message quotes a schema that is no text any more
        raise StorageError("damaged", path=path) from error
    if not suspect:
        ledger.refuse_strange(all_of_it=write)
    return ledger


def _connected(path: Path, write: bool) -> sqlite3.Connection:
    """Connect, with what a crash left half done rolled back."""
    con = connect(path, write=write)
    try:
        con.execute(_TOUCH).fetchone()
        return con
    except sqlite3.OperationalError as error:
        name = error.sqlite_errorname or ""
        if write or not name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")):
            raise
    # A crash left a journal to roll back; only a writing connection may. Then read as asked.
    con.close()
    healing = connect(path, write=True)
    healing.execute(_TOUCH).fetchone()
    healing.close()
    return connect(path, write=False)


_TOUCH = "SELECT count(*) FROM sqlite_master"  # reads the file, and runs nothing that it declares


def version_of(con: sqlite3.Connection) -> int:
    """Return the version of the schema that a ledger was made or upgraded with."""
    return int(con.execute("PRAGMA user_version").fetchone()[0])


def create(path: Path) -> None:
    """Make an empty ledger of the newest version, mode 0600. Raises StorageError where a file stands there already."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        raise StorageError("exists", path=path) from None
    except OSError as error:
        raise StorageError("unreadable", path=path, detail=error) from None
    import sqlite_utils

    try:
        con = connect(path, write=True)
        con.execute("PRAGMA journal_mode = DELETE")
        con.execute("BEGIN IMMEDIATE")
        con.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        for version in range(1, schema.VERSION + 1):
            for statement in schema.statements(version):
                con.execute(statement)
        con.execute(f"PRAGMA user_version = {schema.VERSION}")
        database = sqlite_utils.Database(con, execute_plugins=False)
        loose = [t.name for t in database.tables if not (t.strict or t.name.startswith("search_word"))]
        if loose:
            raise StorageError("sqlite_old", version=sqlite3.sqlite_version)
        con.execute("COMMIT")
        con.close()
    except sqlite3.Error as error:
        path.unlink(missing_ok=True)
        raise storage_error(error, path) from error


class Prepared(Protocol):
    """What a command prepares while others may write."""

    def prepare(self) -> None:
        """Prepare what has to be, for the ledger as it stands now."""

    def holds(self) -> bool:
        """Return whether nobody wrote meanwhile what the preparation rests on."""


class Ledger:
    """An open ledger. Reads at any time; writes only inside ``command``."""

    def __init__(self, con: sqlite3.Connection, path: Path) -> None:
        self.con = con
        self.path = path
        self.entry: Any = None
        self.witness: Callable[[], Any] | None = None  # what the system says of each entry that is written
        self.found: dict[Any, Any] | None = None  # what was worked out while one snapshot is held
        self.unknown: set[str] = set()  # clauses and policy keys of a newer program, as they were met
        self.strange: list[comparison.Difference] = []  # what the file declares otherwise than a ledger does
        self._compared: int | None = None  # the count of SQLite's that goes up with each change of what it declares
        self._meant: list[tuple[str, int, Record]] = []  # what was written where, to be read again before it counts
        self._touched: dict[tuple[str, int], None] | None = None
        self._loaded: list[list[Any]] = []  # runs of rows written in bulk: table, first, last
        self._ready: list[str] = []  # tables whose rows stand beside just as they were written
        self._changed: set[str] = set()  # those where some of these rows were there before

    def close(self) -> None:
        """Close the file."""
        self.con.close()

    def compare(self) -> None:
        """Compare what the file declares with what a ledger of its version does, once for each change of it."""
        count = self.value("PRAGMA schema_version")
        if count != self._compared:
            self.strange, self._compared = comparison.differences(self.con, version_of(self.con)), count

    def refuse_strange(self, *, all_of_it: bool) -> None:
        """Refuse what might run when the ledger is read; to write, whatever is not ours. Raises StorageError."""
        if names := [found.name for found in self.strange if all_of_it or found.acts]:
            self.con.close()
            raise StorageError("strange", path=self.path, names=names[:5])

    @cached_property
    def centre(self) -> Record:
        """The centre: name, timezone, home."""
        return self.rows("SELECT name, timezone, home FROM centre")[0]

    @cached_property
    def rehearses(self) -> bool:
        """Whether times may be made up in this ledger, as was chosen when it was made."""
        since = version_of(self.con) >= _REHEARSES_SINCE
        return since and bool(self.value("SELECT rehearsal FROM centre"))

    @cached_property
    def zone(self) -> ZoneInfo:
        """The centre's time zone."""
        return ZoneInfo(self.centre["timezone"])

    @cached_property
    def policy(self) -> Policy:
        """The policy with every value set so far."""
        rows = self.con.execute('SELECT "key", value, from_on FROM policy WHERE undone_at IS NULL ORDER BY id')
        return Policy((key, value, date.fromisoformat(since)) for key, value, since in rows)

    def forget_policy(self) -> None:
        """Have the policy read anew, after a value was set or taken back."""
        vars(self).pop("policy", None)

    # Reading

    def rows(self, sql: str, values: Iterable[Any] | dict[str, Any] = ()) -> list[Record]:
        """Run a query and give its rows as records."""
        return list(self.stream(sql, values))

    def every(self, table: str) -> list[Record]:
        """Read every row of a table, those taken back too."""
        return self.rows(f'SELECT * FROM "{table}" ORDER BY id')

    def count(self, table: str) -> int:
        """Count the rows of a table or a view."""
        return int(self.value(f'SELECT count(*) FROM "{table}"'))

    def holds(self, table: str, column: str, value: Any) -> bool:
        """Return whether a record that stands has the value in a column."""
        return self.value(f'SELECT 1 FROM "live_{table}" WHERE "{column}" = ?', (value,)) is not None

    def greatest(self, table: str) -> int:
        """Return the greatest number a table ever gave, 0 where it gave none: a number is never used again."""
        return int(self.value(f'SELECT max(id) FROM "{table}"') or 0)

    def newest_of(self, table: str, column: str, owner: int) -> int | None:
        """Return the number of the newest row that belongs to a record, None where there is none."""
        found: int | None = self.value(f'SELECT max(id) FROM "live_{table}" WHERE "{column}" = ?', (owner,))
        return found

    def ever_held(self, table: str, number: int) -> bool:
        """Return whether a table has the row, taken back or not."""
        return self.value(f'SELECT 1 FROM "{table}" WHERE id = ?', (number,)) is not None

    def stream(self, sql: str, values: Iterable[Any] | dict[str, Any] = ()) -> Iterator[Record]:
        """Run a query and give its rows one by one as records."""
        cursor = self.con.execute(sql, values if isinstance(values, dict) else tuple(values))
        names = [column[0] for column in cursor.description]
        for row in cursor:
            yield dict(zip(names, row, strict=True))

    def one(self, sql: str, values: Iterable[Any] = ()) -> Record | None:
        """Run a query and give its first row, or None."""
        return next(self.stream(sql, values), None)

    def value(self, sql: str, values: Iterable[Any] | dict[str, Any] = ()) -> Any:
        """Run a query and give the first value of its first row, or None."""
        row = self.con.execute(sql, values if isinstance(values, dict) else tuple(values)).fetchone()
        return row[0] if row else None

    def get(self, table: str, record_id: int) -> Record:
        """Load a record by its number. Raises NotFound where there is none or it was taken back."""
        found = self.one(f'SELECT * FROM "live_{table}" WHERE id = ?', (record_id,))
        if found is None:
            raise NotFound("record", table=table, id=f"{LETTERS.get(table, '')}{record_id}")
        return found

    def named(self, table: str, text: str) -> Record:
        """Load a record by an id as typed (T12, t12, 12). Raises BadInput or NotFound."""
        return self.get(table, number_of(table, text))

    def staff(self, code: str) -> Record:
        """Load a member of staff by code. Raises NotFound, with the nearest codes."""
        return self.keyed("staff", "code", code)

    def customer(self, name: str) -> Record:
        """Load a customer by name. Raises NotFound, with the nearest names: never made silently."""
        return self.keyed("customer", "name", name)

    def number_of_customer(self, name: str) -> int | None:
        """Return whose name it is, or was: a former name leads to who bears another now. None where it is nobody's."""
        found: int | None = self.value(
            "SELECT id FROM live_customer WHERE name = ?1 UNION ALL SELECT * FROM ("
            " SELECT f.customer_id FROM live_former_name f JOIN live_customer c ON c.id = f.customer_id"
            " WHERE f.name = ?1 ORDER BY f.id DESC)",
            (name,),
        )
        return found

    def bears(self, name: str) -> bool:
        """Return whether a customer bears a name, one that was merged too: undo gives it back to them."""
        return self.value("SELECT 1 FROM customer WHERE name = ? AND undone_at IS NULL", (name,)) is not None

    def contract(self, no: str) -> Record:
        """Load a contract by its number. Raises NotFound, with the nearest numbers."""
        return self.keyed("contract", "no", no)

    def keyed(self, table: str, column: str, text: str) -> Record:
        """Load a record by the column that names it. Raises NotFound, with the nearest names."""
        said = text.strip()
        found = self.one(f'SELECT * FROM "live_{table}" WHERE "{column}" = ?', (said,))
        if found is None and table == "customer" and (number := self.number_of_customer(said)):
            return self.get(table, number)
        if found is None:
            names = [row[0] for row in self.con.execute(f'SELECT "{column}" FROM "live_{table}"')]
            raise NotFound(f"unknown_{table}", text=text, near=get_close_matches(text, names, 3, 0.4))
        return found

    def at_one_state(self, read: Callable[[], None]) -> None:
        """Read the ledger so that all that is read is of one state, and no writer waits for long.

        ``read`` may read in many short transactions. Where somebody wrote meanwhile it is called again, from the start;
        at last once more in one transaction, for the end of which writers wait.
        """
        for _ in range(_TRIES):
            before = self.value("PRAGMA data_version")
            read()
            if self.value("PRAGMA data_version") == before:
                return
        self.con.execute("BEGIN")
        try:
            read()
        finally:
            self.con.execute("COMMIT")

    # Writing

    @contextmanager
    def command(
        self,
        *,
        at: datetime,
        actor: str,
        command: str,
        note: str | None = None,
        request_id: str | None = None,
        typed: str = "",
        undoes: int | None = None,
        prepared: "Prepared | None" = None,
    ) -> Iterator[None]:
        """Hold the one transaction of a command: all that is saved inside is one journal entry, or nothing is."""
        from svcdesk import journal
        from svcdesk.finder import index

        try:
            if prepared:
                self._begin_with(prepared)
            else:
                self.begin()
            witness = self.witness() if self.witness else journal.Witness()
            if witness.rehearsal and not self.rehearses and self.greatest("centre"):
                raise Refused("no_rehearsal", path=self.path)
            self._touched, self._loaded, self._meant, self._ready, self._changed = {}, [], [], [], set()
            if request_id is not None:
                self.refuse_repeated(request_id, typed)
            yield
            self._read_again()
            index.keep(self.con, self._touched, self._loaded, self._ready)
            salt = os.urandom(16)
            digest = journal.commitment(salt, typed) if request_id is not None else None
            entry = journal.append(
                self.con, self._touched, at=stored(at), actor=actor, command=command, note=note,
                request_id=request_id, undoes=undoes, loaded=map(tuple, self._loaded), ready=self._ready,
                witness=witness, request=digest,
            )  # fmt: skip
            if digest is not None:
                self.con.execute("INSERT INTO request VALUES (?, ?, ?)", (entry.seq, salt, digest))
            self._commit(entry)
        except BaseException as error:
            if self.con.in_transaction:
                self.con.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise storage_error(error, self.path) from error
            raise
        finally:
            self._touched, self._loaded, self._meant, self._ready, self._changed = None, [], [], [], set()

    def begin(self) -> None:
        """Take the write lock, waiting with jitter for other writers. Raises StorageError when the wait is over."""
        self.patiently("BEGIN IMMEDIATE")
        refuse_unknown(version_of(self.con), self.path)  # a newer program may have upgraded it meanwhile
        self.compare()
        self.refuse_strange(all_of_it=True)

    def _begin_with(self, prepared: "Prepared") -> None:
        """Take the write lock for what was prepared without it; once others wrote too often, prepare under the lock."""
        for _ in range(_TRIES):
            prepared.prepare()
            self.begin()
            if prepared.holds():
                return
            self.con.execute("ROLLBACK")
        self.begin()
        prepared.prepare()

    def _read_again(self) -> None:
        """Hold every row against what was meant to be written. Raises StorageError where the file has another."""
        meant: dict[tuple[str, int], Record] = {}
        for table, row, values in self._meant:
            meant.setdefault((table, row), {}).update(values)
        for (table, row), values in meant.items():
            names = ", ".join(f'"{name}"' for name in values)
            found = self.con.execute(f'SELECT {names} FROM "{table}" WHERE id = ?', (row,)).fetchone()
            if found != tuple(values.values()):
                raise StorageError("written_otherwise", path=self.path, table=table, id=row)

    def _commit(self, entry: Any) -> None:
        try:
            self.patiently("COMMIT")  # a reader may hold COMMIT up; the work itself is not done again
        except StorageError as error:
            if error.key != "io" or not self._stands(entry):
                raise
            self.entry = entry  # the journal file is gone, and the disk failed only at making that durable
            raise StorageError("unconfirmed", path=self.path) from error
        self.entry = entry

    def _stands(self, entry: Any) -> bool:
        """Return whether the entry is in the file all the same, after a COMMIT that failed."""
        with suppress(sqlite3.Error):
            if self.con.in_transaction:
                self.con.execute("ROLLBACK")
            return bool(self.value("SELECT hash FROM entry WHERE seq = ?", (entry.seq,)) == entry.hash)
        return False

    def patiently(self, statement: str, seconds: float | None = None) -> None:
        """Execute what needs a lock, waiting with jitter for others. Raises StorageError when the wait is over."""
        until = time.monotonic() + (BUSY_SECONDS if seconds is None else seconds)
        self._wait_at_most(_STEP_SECONDS)
        while True:
            try:
                self.con.execute(statement)
                self._wait_at_most(BUSY_SECONDS)
                return
            except sqlite3.OperationalError as error:
                if not (error.sqlite_errorname or "").startswith("SQLITE_BUSY") or time.monotonic() > until:
                    raise storage_error(error, self.path) from error
                time.sleep(os.urandom(1)[0] / 255 * _LONGEST_PAUSE)  # jitter, without importing random

    def _wait_at_most(self, seconds: float) -> None:
        """Set how long SQLite itself waits for a lock: long for reading, a step for what is tried again with jitter."""
        self.con.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")

    def refuse_repeated(self, request_id: str, typed: str) -> None:
        """Raise AlreadyRecorded for a request that stands in the ledger, Refused where it was another."""
        from svcdesk import journal

        found = self.one(
            "SELECT e.seq, r.salt, r.digest, EXISTS (SELECT 1 FROM entry u WHERE u.undoes = e.seq) AS undone"
            " FROM entry e LEFT JOIN request r ON r.entry = e.seq WHERE e.request_id = ?",
            (request_id,),
        )
        if found is None:
            return
        if found["undone"]:
            raise Refused("request_undone", request_id=request_id, seq=found["seq"])
        if found["salt"] is not None and journal.commitment(found["salt"], typed) != found["digest"]:
            raise Refused("request_differs", request_id=request_id, seq=found["seq"])
        raise AlreadyRecorded(found["seq"])

    def insert(self, table: str, **values: Any) -> int:
        """Write a new row and give its number. Instants are datetimes, money is fen."""
        plain = {name: as_stored(value) for name, value in values.items()}
        names, marks = ", ".join(f'"{name}"' for name in plain), ", ".join("?" * len(plain))
        cursor = self.con.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', [*plain.values()])
        assert cursor.lastrowid is not None
        self.touch(table, cursor.lastrowid)
        self._meant.append((table, cursor.lastrowid, plain))
        return cursor.lastrowid

    def update(self, table: str, row: int, **values: Any) -> None:
        """Change a row."""
        plain = {name: as_stored(value) for name, value in values.items()}
        pairs = ", ".join(f'"{name}" = ?' for name in plain)
        self.con.execute(f'UPDATE "{table}" SET {pairs} WHERE id = ?', [*plain.values(), row])
        self.touch(table, row)
        self._meant.append((table, row, plain))

    def insert_many(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Write many new rows as the ledger stores them; their numbers are given, as the first column."""
        assert columns[0] == "id"
        names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
        self.con.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', rows)
        self._read_rows_again(table, names, rows)
        for row in rows:
            self._note_loaded(table, row[0])

    def write_ready(self, table: str, changed: Sequence[str] = (), *, journaled: bool = True) -> None:
        """Write the rows that stand ready beside the ledger (``journal.READY``), and read them again.

        ``changed`` are columns: they are set of those rows that stand in the ledger already (``journal.CHANGED``); the
        others are new. All passed the checks of their table there. Raises StorageError where the file has others than
        were written.
        """
        from svcdesk import journal

        ready, names = journal.READY.format(table), journal.columns(table, self.con)
        listed, mine, theirs = (", ".join(f'{of}"{name}"' for name in names) for of in ("", "s.", "t."))
        self.con.execute("PRAGMA ignore_check_constraints = ON")  # which take as long as all the rest
        try:
            new, known = f"SELECT {listed} FROM {ready}", journal.CHANGED.format(table)
            if changed:
                pairs = ", ".join(f'"{name}" = s."{name}"' for name in changed)
                self.con.execute(f'UPDATE main."{table}" AS t SET {pairs} FROM {known} s WHERE s.id = t.id')
                self._changed.add(table)
                new += f" WHERE id NOT IN (SELECT id FROM {known})"
            self.con.execute(f'INSERT INTO main."{table}" ({listed}) {new} ORDER BY id')
        finally:
            self.con.execute("PRAGMA ignore_check_constraints = OFF")
        odd = f'SELECT s.id FROM {ready} s LEFT JOIN main."{table}" t ON t.id = s.id WHERE ({mine}) IS NOT ({theirs})'
        if (number := self.value(f"{odd} LIMIT 1")) is not None:
            raise StorageError("written_otherwise", path=self.path, table=table, id=number)
        if journaled:
            self._ready.append(table)

    def _note_loaded(self, table: str, number: int) -> None:
        if self._loaded and self._loaded[-1][0] == table and self._loaded[-1][2] == number - 1:
            self._loaded[-1][2] = number
        else:
            self._loaded.append([table, number, number])

    def _read_rows_again(self, table: str, names: str, rows: Sequence[Sequence[Any]]) -> None:
        """Hold rows written in bulk, in the order of their numbers, against what was meant. Raises StorageError."""
        ends = rows[0][0], rows[-1][0]
        found = self.con.execute(f'SELECT {names} FROM "{table}" WHERE id BETWEEN ? AND ? ORDER BY id', ends).fetchall()
        if found != [tuple(row) for row in rows]:
            odd = next((row[0] for row, written in zip(rows, found, strict=False) if tuple(row) != written), rows[0][0])
            raise StorageError("written_otherwise", path=self.path, table=table, id=odd)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Take back what is written inside, and that alone, where it fails."""
        assert self._touched is not None, "rows are written only inside a command"
        touched, loaded = len(self._touched), [run.copy() for run in self._loaded[-1:]]
        ready = self._ready.copy()
        runs, meant = len(self._loaded), len(self._meant)
        self.con.execute("SAVEPOINT step")
        try:
            yield
        except BaseException:
            if self.con.in_transaction:  # a full disk has rolled all of it back already
                self.con.execute("ROLLBACK TO step")
                self.con.execute("RELEASE step")
            while len(self._touched) > touched:
                self._touched.popitem()
            self._loaded[max(runs - 1, 0) :] = loaded
            del self._meant[meant:]
            self._ready = ready
            raise
        self.con.execute("RELEASE step")

    def touch(self, table: str, row: int) -> None:
        """Have the command's entry hold the row's image."""
        assert self._touched is not None, "rows are written only inside a command"
        if table in self._ready:
            self._unless_written_ready(table, row)
        if not any(run[0] == table and run[1] <= row <= run[2] for run in self._loaded):
            self._touched[table, row] = None

    def _unless_written_ready(self, table: str, row: int) -> None:
        """Let no image stand ready of a table, one of whose rows, written ready, is written once more."""
        from svcdesk import journal

        ready = journal.READY.format(table)
        if self.value(f"SELECT 1 FROM {ready} WHERE id = ?", (row,)):
            self._ready.remove(table)
            assert self._touched is not None
            was_there = f"id IN (SELECT id FROM {journal.CHANGED.format(table)})" if table in self._changed else "0"
            for number, changed in self.con.execute(f"SELECT id, {was_there} FROM {ready} ORDER BY id"):
                if changed:
                    self._touched[table, number] = None
                else:
                    self._note_loaded(table, number)

    def keep_personal(
        self,
        name: str | None = None,
        phone: str | None = None,
        address: str | None = None,
        home: str | None = None,
        wage_fen: int | None = None,
    ) -> Record:
        """Keep personal data outside the journal; return the columns by which a record refers to it."""
        if not (name or phone or address or home or wage_fen is not None):
            return {"personal_id": None, "personal_hash": None}
        from svcdesk import journal

        salt, fields = os.urandom(16), (name, phone, address, home, wage_fen)
        kept = {**dict(zip(schema.PERSONAL, fields, strict=True)), "salt": salt}
        sql = f"INSERT INTO personal ({', '.join(kept)}) VALUES ({', '.join('?' * len(kept))})"
        cursor = self.con.execute(sql, [*kept.values()])
        assert cursor.lastrowid is not None
        self._meant.append(("personal", cursor.lastrowid, kept))
        return {"personal_id": cursor.lastrowid, "personal_hash": journal.promise(salt, *fields)}

    def personal(self, number: int | None) -> Record:
        """Return what is kept of a person under a number; of one that is erased, or nobody, nothing."""
        return self.one(f"SELECT {', '.join(schema.PERSONAL)} FROM personal WHERE id = ?", (number,)) or {}

    def apart(self, table: str, values: Record, given: Record | None = None, before: Record | None = None) -> Record:
        """Keep what is personal of a row outside the journal; return what is to be written of the row itself.

        ``values`` are its columns, ``given`` the parts of its personal data that have no column. Of ``before``, the row
        as it is read, what is not given stays as it is. Raises BadInput for somebody without a name.
        """
        if table == "staff_value":
            return self._apart_value(values)
        names, before = schema.APART.get(table, ()), before or {}
        row = {name: value for name, value in values.items() if name not in names}
        kept = self.personal(before.get("personal_id"))
        was = dict.fromkeys(schema.PERSONAL) | kept | {name: before.get(name) for name in names}
        told = {name: values[name] for name in names if name in values} | (given or {})
        now = was | {name: None if value == "" else as_stored(value) for name, value in told.items()}
        if now == was and (before or not names):
            return row
        if names:
            if not now["name"]:
                raise BadInput("empty", name="name")
            row |= dict.fromkeys(names) | {"name": values.get("code") or before["code"]}
        return row | self.keep_personal(**now)

    def _apart_value(self, values: Record) -> Record:
        """Keep a home or a wage that holds from a date on outside the journal; a post stands where it stood."""
        field, value = values["field"], values["value"]
        if field == "role":
            return values
        kept = {"wage_fen": int(value)} if field == "wage" else {"home": value}
        return {**values, "value": ERASED, **self.keep_personal(**kept)}

    def with_personal(self, table: str, image: Record) -> Record:
        """Return an image of a row with what stands outside the journal filled in, as far as it is not erased."""
        names = schema.APART.get(table)
        if not names or image.get("personal_id") is None:
            return image
        kept = {name: value for name, value in self.personal(image["personal_id"]).items() if value is not None}
        if table == "staff_value":
            return image | {"value": str(next(iter(kept.values()), ERASED))}
        return image | {name: kept[name] for name in names if name in kept}

    def reindex(self) -> None:
        """Make the index of words anew; it is derived, so no entry tells it."""
        from svcdesk.finder import index

        self.begin()
        index.rebuild(self.con)
        self.patiently("COMMIT")

    def forget(self, table: str, row: int) -> None:
        """Erase a record's personal data in every version, and the salts of requests that typed it; journal that."""
        of_row = 'FROM change WHERE "table" = ? AND row = ?'
        self.con.execute(
            f"UPDATE personal SET {', '.join(f'{name} = NULL' for name in (*schema.PERSONAL, 'salt'))}"
            f" WHERE id IN (SELECT json_extract(after, '$.personal_id') {of_row})",
            (table, row),
        )
        self.con.execute(f"UPDATE request SET salt = NULL WHERE entry IN (SELECT entry {of_row})", (table, row))
        self.touch(table, row)


def as_stored(value: Any) -> Any:
    """Return a value as the ledger stores it."""
    if isinstance(value, datetime):
        return stored(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, list):
        import json

        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return value


class AlreadyRecorded(Exception):
    """The same request was recorded before, as the entry ``seq``. Not a failure."""

    def __init__(self, seq: int) -> None:
        super().__init__(seq)
        self.seq = seq
