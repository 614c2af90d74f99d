"""How what was staged goes into the ledger: numbered and made ready while others may write, then copied at once.

Under the lock nothing is worked out: rows, their images, what of these is hashed, and their words all stand ready.
"""

from collections.abc import Iterable, Iterator

from svcdesk import journal
from svcdesk.errors import BadInput
from svcdesk.exchange.bulk_update import BulkUpdate
from svcdesk.exchange.rows import Row
from svcdesk.exchange.staging import REFUSED, Staging, refused
from svcdesk.finder import index
from svcdesk.model import Record
from svcdesk.schema import PERSONAL

_CACHE = -12_000  # kibibytes of the ledger held while rows are inserted: its indexes are met in no order


class BulkInsert:
    """The staged records as they will stand in the ledger, as long as nobody else numbers any meanwhile."""

    def __init__(self, staging: Staging, waiting: Iterable[str]) -> None:
        """``waiting`` are the columns that may name somebody who is still to be made."""
        self.ledger, self._staging, self._waiting = staging.ledger, staging, set(waiting)
        self._base = self._standing()
        self.changes: BulkUpdate | None = None
        self.wrote_changes = False

    def _standing(self) -> dict[str, int]:
        """Return the last number of each table that rows go into."""
        return {table: self.ledger.greatest(table) for table in (*self._staging.columns, "personal")}

    def make_ready(self, made: dict[int, int], changes: BulkUpdate | None) -> None:
        """Give all staged records the numbers they will have; ``made`` those of who and what is still to be made.

        With them stand ready the ``changes`` of records that are there already.
        """
        con, staging = self.ledger.con, self._staging
        self.changes = changes
        self._at = self._standing()
        con.execute("CREATE TEMP TABLE IF NOT EXISTS staged_made (k INTEGER PRIMARY KEY, id INTEGER)")
        con.execute("DELETE FROM temp.staged_made")
        con.executemany("INSERT INTO temp.staged_made VALUES (?, ?)", made.items())
        new = f"(CASE w.given WHEN 0 THEN w.id + {self._moved(staging.table)} ELSE w.id END)"
        self._make_personal_ready()
        kept = "LEFT JOIN temp.ready_personal p ON p.of = s.id" if self._holds_personal() else ""
        personal = {"personal_id": "p.id", "personal_hash": "p.hash"} if kept else {}
        self._make_table_ready(staging.table, {"id": new, **personal}, f"w.id = s.id {kept}")
        if staging.members:
            numbers = {"id": f"s.id + {self._moved(staging.members)}", staging.parent: new}
            self._make_table_ready(staging.members, numbers, f'w.id = s."{staging.parent}"')
        words = index.READY.format(staging.table)
        con.execute(f"DROP VIEW IF EXISTS {words}")
        said = f"SELECT {new} AS row, words, NULL AS before FROM staged_row w"
        if changes:
            said += f" UNION ALL {changes.words}"
        con.execute(f"CREATE TEMP VIEW {words.removeprefix('temp.')} AS {said}")

    def _moved(self, table: str) -> int:
        """Return by how much the numbers given beforehand have to move: others wrote meanwhile."""
        return self._at[table] - self._base[table]

    def _holds_personal(self) -> bool:
        return "personal_id" in self._staging.columns[self._staging.table]

    def _make_personal_ready(self) -> None:
        con = self.ledger.con
        con.execute("DROP TABLE IF EXISTS temp.ready_personal")
        columns = f"id INTEGER PRIMARY KEY, of INTEGER UNIQUE, {', '.join(PERSONAL)}, salt, hash"
        con.execute(f"CREATE TEMP TABLE ready_personal ({columns})")
        con.execute(
            f"INSERT INTO temp.ready_personal SELECT {self._at['personal']} + row_number() OVER (ORDER BY id), *"
            " FROM temp.staged_personal"
        )

    def _make_table_ready(self, name: str, worked_out: dict[str, str], staged: str) -> None:
        """Copy a table as it will stand; who was to be made stands in it with the number that is foreseen."""
        con, ready = self.ledger.con, journal.READY.format(name)
        made = "(CASE WHEN s.{0} < 0 THEN (SELECT m.id FROM temp.staged_made m WHERE m.k = s.{0}) ELSE s.{0} END)"
        names = journal.columns(name, con)
        values = [
            worked_out.get(column) or (made.format(f'"{column}"') if column in self._waiting else f's."{column}"')
            for column in names
        ]
        others = ", ".join(f'"{column}"' for column in names[1:])
        con.execute(f"DROP TABLE IF EXISTS {ready}")
        con.execute(f"CREATE TABLE {ready} (id INTEGER PRIMARY KEY, {others})")
        if self.changes and name == self._staging.table:
            self.changes.add_to(ready)
        con.execute(
            f'INSERT INTO {ready} SELECT {", ".join(values)} FROM temp."staged_{name}" s'
            f" JOIN temp.staged_row w ON {staged} ORDER BY s.id"
        )
        journal.make_ready(con, name)

    def has_moved(self) -> bool:
        """Return whether others numbered records meanwhile, so that these have to be numbered again."""
        return self._standing() != self._at

    def write(self) -> list[tuple[list[Row], BadInput]]:
        """Write all that stands ready into the open transaction; return the rows of what is refused even now.

        Where something is refused, ``wrote_changes`` is false: the changes are left to be written one by one.
        """
        self.wrote_changes = True
        con = self.ledger.con
        before = con.execute("PRAGMA main.cache_size").fetchone()[0]
        con.execute(f"PRAGMA main.cache_size = {_CACHE}")
        try:
            with self.ledger.savepoint():
                self.ledger.write_ready("personal", journaled=False)
                for name in self._staging.columns:
                    changed = self.changes.columns if self.changes and name == self._staging.table else ()
                    self.ledger.write_ready(name, sorted(changed))
            return []
        except REFUSED:
            self.wrote_changes = False
            return list(self._one_by_one())
        finally:
            con.execute(f"PRAGMA main.cache_size = {before}")

    def _one_by_one(self) -> Iterator[tuple[list[Row], BadInput]]:
        staging, moved = self._staging, self._moved(self._staging.table)
        if staging.members:
            ready = journal.READY.format(staging.members).removeprefix("temp.")
            self.ledger.con.execute(f'CREATE INDEX temp.ready_of ON {ready} ("{staging.parent}")')
        for given, number in self.ledger.con.execute("SELECT given, id FROM temp.staged_row ORDER BY id"):
            try:
                with self.ledger.savepoint():
                    self._write_one(number if given else number + moved)
            except REFUSED as error:
                yield staging.rows_of(number), refused(error)

    def _write_one(self, number: int) -> None:
        staging = self._staging
        (row,) = self._ready_rows(staging.table, "id", number)
        if row.get("personal_id"):
            of = f"SELECT {', '.join(PERSONAL)} FROM temp.ready_personal WHERE id = ?"
            row |= self.ledger.keep_personal(**self.ledger.rows(of, (row["personal_id"],))[0])
        self.ledger.insert(staging.table, **row)
        if staging.members:
            for member in self._ready_rows(staging.members, staging.parent, number):
                self.ledger.insert(staging.members, **member)

    def _ready_rows(self, name: str, column: str, value: int) -> list[Record]:
        return self.ledger.rows(f'SELECT * FROM {journal.READY.format(name)} WHERE "{column}" = ?', (value,))
