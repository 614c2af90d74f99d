"""The schema by version: hand-written SQL, one file a version, applied in order."""

from importlib.resources import files

APPLICATION_ID = 0x53564344  # "SVCD"
VERSION = 1


def script(version: int) -> str:
    """Give the SQL that takes a ledger from version - 1 to version."""
    return (files(__package__) / f"{version:04d}.sql").read_text(encoding="utf-8")
