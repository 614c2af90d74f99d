"""One tree of errors. Each carries its exit code; its sentence and hint stand in messages/errors.py under its key."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class DeskError(Exception):
    """A failure that a person can mend. ``key`` names its texts, ``values`` fill them."""

    exit_code = 70

    def __init__(self, key: str, /, **values: Any) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class BadInput(DeskError):
    """Something typed or read cannot be understood or cannot be true."""

    exit_code = 2


class Refused(DeskError):
    """A rule forbids it; the sentence names the article."""

    exit_code = 3


class NotFound(DeskError):
    """No such record."""

    exit_code = 4


class StorageError(DeskError):
    """The ledger or the storage cannot be used."""

    exit_code = 5


class Interrupted(DeskError):
    """Somebody stopped the command while SQLite was at work."""

    exit_code = 130


class BadRows(BadInput):
    """An import met bad rows. ``rows`` holds an error for each, with its line."""

    def __init__(self, key: str, /, rows: "list[tuple[int | str, DeskError]]", **values: Any) -> None:
        super().__init__(key, bad=len(rows), **values)
        self.rows = rows


@contextmanager
def about(path: object) -> Iterator[None]:
    """Have a failure of the system name the file that it is about: a write or a sync does not know."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = str(path)
        raise
