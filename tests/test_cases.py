"""The cases in which the ledger must hold, each named by a test with the mark ``case(number)``."""

import re
from pathlib import Path

import pytest

CASES = {
    1: "kill -9 at random moments of an import: all or nothing",
    2: "SIGKILL, EIO or ENOSPC at each write, sync and unlink: every printed receipt is in the ledger",
    3: "a full disk: exit 5, reads still work",
    4: "a backup onto a full disk: no partial file, the earlier backup intact",
    5: "an export to a full disk: exit 5; to a closed pipe: quiet",
    6: "50 processes, each writing 100 times: 5,000 rows, a contiguous chain",
    7: "a stopped writer holds the lock: the second gives up after the stated wait",
    8: "a monthly report beside writers equals one committed state",
    9: "two submit a report at once: one wins",
    10: "eight processes open an old ledger: one migrates, all succeed",
    11: "SIGINT in an import: rolled back, exit 130",
    12: "the same request id twice: one row; other content under it: refused",
    13: "a mistyped ledger path: exit 5, no file made",
    14: "a folder, a FIFO, a device, another file: exit 5, untouched, no hang",
    15: "a newer ledger: exit 5, both versions named",
    16: "a truncated or zeroed page: exit 5, a restore is suggested",
    17: "one bit flipped in a note, an amount, a hash: broken at the right entry",
    18: "a read-only file or folder: reads work, writes are exit 5",
    19: "a row, a trigger, a table, a CHECK changed behind our back: named",
    20: "a tail cut off, or all hashed anew after an edit: anchors show it",
    21: "amounts in odd forms: only plain ASCII ones pass, to the fen",
    22: "dates that are not real: exit 2",
    23: "a bad row, encoding, NUL, ragged row, heading twice, huge field in an import: nothing goes in, lines are named",
    24: "formulas, markup, escapes, bidi, long text, lone surrogates: literal or refused, never live",
    25: "a redacted customer: no plaintext in the file's bytes, the chain still holds",
    26: "a restore of a backup older than the newest anchor: refused until the loss is accepted by number",
    27: "under umask 022 every file is 0600; no personal data in a traceback",
    28: "a trigger, view or table planted under any name: named, and no write goes through it",
    29: "a planted journal, link, FIFO or device beside the ledger: refused, nothing deleted, no hang",
    30: "a slow reader of a list or log stops no writer",
    31: "an import prepares without the lock: others write meanwhile, and it is numbered anew",
    32: "an amount changed after it was approved is named, whoever changed it",
    33: "a full disk or file limit with a workbook: exit 5, nothing left",
    34: "a text too long is refused where it is typed or imported, and takes no report away",
    35: "LEDGER.copies proves a cut tail; a loss that was accepted, and another ledger's lines, are said",
    36: "request digests and replaced personal data are held; a clock that was set back is remarked",
    37: "each entry keeps the wall clock, the rehearsal, the user and the host; made-up times go into rehearsals alone",
    38: "a policy that holds from before it was set, a backup made weaker: on the month's check list, told by doctor",
    39: "a redaction names where the text still stands, refuses to write it again, and erases staff who left",
    40: "what is masked is told neither by its order nor by a short number",
    41: "a device as rules, anchors or @FILE, a hostile mapping: bad input",
    42: "a signal at any moment: quiet, and what is recorded is said",
    43: "hidden characters are shown, full-width formulas are text, no JSON number is infinite",
    44: "the copy of the day makes no writer wait for long",
    45: "anchors are signed and checked by OpenSSH, and agree in order",
    46: "the lowest versions that are allowed are stated, and the whole suite is run with them",
}


def marked():
    """Every case that some test of the suite is marked with."""
    sources = "".join(path.read_text("utf-8") for path in Path(__file__).parent.rglob("test_*.py"))
    numbers = re.findall(r"^\s*(?:@|pytestmark = .*)pytest\.mark\.case\(([\d, ]+)\)", sources, re.MULTILINE)
    return {int(number) for group in numbers for number in group.split(",")}


@pytest.mark.parametrize("number", CASES)
def test_each_case_is_named_by_a_test(number):
    assert number in marked(), CASES[number]


def test_no_test_names_a_case_that_is_none():
    assert marked() <= CASES.keys()


def test_no_case_is_left_out():
    assert list(CASES) == sorted(CASES) and set(CASES) == set(range(1, 47))
