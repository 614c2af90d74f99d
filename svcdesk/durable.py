"""What was written reaches the disk: the power may fail right after."""

import os
from pathlib import Path

from svcdesk.errors import about


def sync(path: Path, of: Path | None = None) -> None:
    """Have a file's content, or a folder's names, reach the disk. Raises OSError, which names ``of``, else the path."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        with about(of or path):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
