"""Backups that the desk's own policy never thins: a folder of copies, each named by the hash of what it holds."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from svcdesk.durable import sync
from svcdesk.errors import StorageError, about
from svcdesk.maintenance import attachments, backup
from svcdesk.maintenance.anchors import Anchor
from svcdesk.store import Ledger


def keep(ledger: Ledger, folder: Path) -> tuple[Path, Anchor]:
    """Copy a ledger, with what is attached, into the folder; return the copy, and its newest entry.

    What is there already stays as it is. Raises StorageError.
    """
    with about(folder), suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        sync(folder.absolute().parent)
    draft = folder / f".{os.urandom(8).hex()}.db"
    newest = backup.copy(ledger, draft)
    try:
        kept = folder / f"{attachments.digest_of(draft)}.db"
        draft.chmod(0o400)
        backup.take_files_along(draft, ledger.path, kept)
        if not kept.exists():
            os.link(draft, kept)
        sync(folder)
    except OSError as error:
        raise StorageError("unreadable", path=folder, detail=error) from None
    finally:
        draft.unlink()
    return kept, newest


def changed(folder: Path) -> Iterator[Path]:
    """Find the copies of a folder that are no longer what their names say."""
    for path in sorted(folder.glob("*.db")):
        if not path.is_file() or attachments.digest_of(path) != path.stem:
            yield path
