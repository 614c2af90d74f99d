"""A feed held against a backup of the ledger that it says it came from: made again, it must say the same."""

import tempfile
from pathlib import Path

from svcdesk.errors import BadInput, StorageError
from svcdesk.hq import feed
from svcdesk.hq.intake import Feed
from svcdesk.maintenance.verify import verify
from svcdesk.store import open_ledger


def check(sent: Feed, backup: Path, mask: Path | None) -> None:
    """Make the feed again from a backup that verifies. Raises BadInput for the first file that differs."""
    ledger = open_ledger(backup)
    try:
        if faults := verify(ledger):
            raise StorageError("backup_broken", path=backup, n=len(faults))
        with tempfile.TemporaryDirectory(prefix="svcdesk-") as folder:
            made = feed.write(ledger, Path(folder) / "feed", feed.read_key(mask) if mask else None)
    finally:
        ledger.close()
    for name in (name for name in made if name != "files"):
        if made[name] != sent.manifest.get(name):
            raise BadInput("audit_differs", path=backup, what=name, ours=made[name], theirs=sent.manifest.get(name))
    digests = {file["table"]: file["sha256"] for file in sent.manifest["files"]}
    for file in made["files"]:
        if file["sha256"] != digests[file["table"]]:
            raise BadInput("audit_differs", path=backup, what=file["file"], ours=file["rows"], theirs="")
