"""What stands on a form, before it is written as a page or as a workbook."""

from collections.abc import Sequence
from typing import NamedTuple


class Paper(NamedTuple):
    """A form: its title, whose it is, its lines, who signs, and the mark that leads back to the ledger.

    On the form of one record a line is a name and a text; a register has headings, with the share of the page's width
    that each takes, and lies across the page.
    """

    title: str
    head: str
    rows: Sequence[Sequence[str]]
    signers: Sequence[str]
    mark: str = ""
    headings: Sequence[str] = ()
    shares: Sequence[int] = ()  # in hundredths
