"""A workbook being written: whole at the end, or gone with every part of it, whatever the disk does."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from svcdesk.render.files import scratch


@contextmanager
def book(path: Path, **options: Any) -> Iterator[Any]:
    """Hold a workbook in which no text acts, written to the path at the end. Raises OSError where it cannot be."""
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError

    with scratch() as parts:
        inert = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        made = Workbook(str(path), {**inert, "tmpdir": parts, **options})
        try:
            yield made
            made.close()
        except FileCreateError as error:
            raise OSError(*error.args[0].args) from error
        finally:
            made.fileclosed = True  # else it is written once more when it is forgotten
