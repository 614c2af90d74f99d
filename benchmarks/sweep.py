"""Hold what two builds print of the same ledgers against each other, byte by byte: what is made faster says the same.

    python benchmarks/sweep.py BEFORE LEDGER... [--only TEXT] [--month 2026-09]

BEFORE is the source tree of the build before, such as a git worktree; the other build is that of this file. Every list
of every register, the reports, the exports, the board and the checks are printed in every format, the reports in both
languages. A workbook is compared by what each sheet holds, how it is drawn and printed, since its parts are zipped.
Exits with 1 where anything differs.
"""

import argparse
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from measure import NOW

HERE = Path(__file__).resolve().parent.parent
_MACHINE, _PEOPLE = ("csv", "tsv", "json", "jsonl"), ("plain", "table", "markdown")
_LISTS = (
    "ticket", "dispatch", "expense", "contact", "survey", "service-report", "complaint", "penalty", "customer", "staff",
    "phone-check", "conduct", "contract", "plan", "visit", "inspection", "rectify", "suggestion", "promise", "problem",
    "equipment",
)  # fmt: skip
_FILTERED = (
    "ticket list --overdue", "ticket list --status open", "expense list --problems", "expense check",
    "penalty list --status proposed", "complaint list --status registered",
)  # fmt: skip


def commands(month: str, exported: list[str]) -> Iterator[str]:
    """List every command that is held against itself."""
    for form in (*_MACHINE, *_PEOPLE):
        for noun in _LISTS:
            yield f"{noun} list --limit 50 -f {form}"
            yield f"{noun} list --month {month} --limit 300 -f {form}"
        for line in (*_FILTERED, "status", "report deadlines", "report submissions", "report promises"):
            yield f"{line} -f {form}"
        for line in ("penalty check", "report late-entries", "report monthly --check"):
            yield f"{line} --month {month} -f {form}"
        for report in ("monthly", "projects", "staff"):
            yield f"report {report} --month {month} -f {form}"
    for report in ("monthly", "projects", "staff"):
        for form in ("html", "xlsx"):
            yield f"report {report} --month {month} -f {form}"
            yield f"--lang zh report {report} --month {month} -f {form}"
    for span in ("--quarter 2026-Q3", "--year 2026"):
        for form in ("csv", "json", "plain", "html", "xlsx"):
            yield f"report monthly {span} -f {form}"
    for table in exported:
        for form in (*_MACHINE, "xlsx"):
            yield f"export {table} --month {month} -f {form}"
        yield f"export {table} -f csv"


def printed(tree: Path, ledger: Path, line: str) -> tuple[int, bytes, bytes]:
    """Run a command of a build; return its exit code, its output and what it said beside it."""
    env = {**os.environ, "SVCDESK_NOW": NOW, "SVCDESK_LEDGER": str(ledger), "PYTHONPATH": str(tree), "COLUMNS": "120"}
    env |= {"SVCDESK_LANG": "en", "NO_COLOR": "1"}
    run = subprocess.run([sys.executable, "-m", "svcdesk", *line.split()], env=env, capture_output=True, cwd="/")
    said = re.sub(rb"/\S*/svcdesk", b"svcdesk", run.stderr)
    return run.returncode, _drawn(run.stdout) if run.stdout[:4] == b"PK\x03\x04" else run.stdout, said


def _drawn(workbook: bytes) -> bytes:
    """Return what a workbook holds, a part a line: shared and inline texts alike."""
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(workbook)
        file.flush()
        with zipfile.ZipFile(file.name) as parts:
            read = {name: parts.read(name).decode() for name in sorted(parts.namelist())}
    shared = re.findall(r"<si><t(?: [^>]*)?>(.*?)</t></si>", read.pop(_SHARED, ""), re.S)
    looks = _looks(read.pop("xl/styles.xml"))
    told = []
    for name, text in read.items():
        if name.startswith("xl/worksheets/sheet"):
            text = re.sub(r' t="s"><v>(\d+)</v>', lambda m: f' t="inlineStr"><is><t>{shared[int(m[1])]}</t></is>', text)
            text = re.sub(r' s="(\d+)"', lambda m: f" s={looks[int(m[1])]}", text)
            text = re.sub(r' xml:space="preserve"| spans="[0-9:]*"', "", text)
        elif name in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels"):  # name the shared texts, or none
            text = re.sub(r"<(Override|Relationship) [^>]*sharedStrings[^>]*>", "", text)
            text = re.sub(r'Id="rId\d+"', "", text)
        told.append(f"{name}\t{text}")
    return "\n".join(told).encode()


_SHARED = "xl/sharedStrings.xml"


def _looks(styles: str) -> list[str]:
    """Return what each format of a workbook is, in place of the numbers of its parts."""
    formats = dict(re.findall(r'<numFmt numFmtId="(\d+)" formatCode="([^"]*)"', styles))
    parts = {
        f"{one}Id": re.findall(rf"<{one}(?: [^>]*)?(?:/>|>.*?</{one}>)", styles.partition(f"<{one}s ")[2])
        for one in ("font", "fill", "border")
    }
    looks = []
    for xf in re.findall(r"<xf .*?(?:/>|</xf>)", styles.partition("<cellXfs ")[2].partition("</cellXfs>")[0]):
        for name, of in parts.items():
            xf = re.sub(rf'{name}="(\d+)"', lambda m, of=of, name=name: f"{name}={of[int(m[1])]}", xf)
        looks.append(re.sub(r'numFmtId="(\d+)"', lambda m: f"format={formats.get(m[1], m[1])}", xf))
    return looks


def _difference(old: tuple[int, bytes, bytes], new: tuple[int, bytes, bytes]) -> Iterator[str]:
    """Say where two runs first differ."""
    yield f"exit {old[0]} and {new[0]}; {len(old[1])} and {len(new[1])} bytes"
    for before, after in zip(old[1:], new[1:], strict=True):
        if before != after:
            pairs = enumerate(zip(before, after, strict=False))
            at = next((n for n, (a, b) in pairs if a != b), min(len(before), len(after)))
            yield from (f"from {at}: {told[max(0, at - 60) : at + 120]!r}" for told in (before, after))


def main() -> int:
    """Run them all with both builds, two at a time; name what differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path)
    parser.add_argument("ledgers", type=Path, nargs="+")
    parser.add_argument("--only", default="")
    parser.add_argument("--month", default="2026-09")
    given = parser.parse_args()
    sys.path.insert(0, str(HERE))
    from svcdesk.registers.index import exported

    chosen = [line for line in commands(given.month, list(exported())) if given.only in line]
    differ, digest = 0, hashlib.sha256()
    for ledger in given.ledgers:
        for line in chosen:
            with ThreadPoolExecutor(2) as both:
                runs = [both.submit(printed, tree.resolve(), ledger.resolve(), line) for tree in (given.before, HERE)]
                old, new = (run.result() for run in runs)
            digest.update(repr(new).encode())
            if old != new:
                differ += 1
                print(f"{ledger.name}: svcdesk {line}")
                print("\n".join(f"  {told}" for told in _difference(old, new)))
    print(f"{len(chosen)} commands on {len(given.ledgers)} ledgers; {differ} differ; {digest.hexdigest()[:16]}")
    return int(differ > 0)


if __name__ == "__main__":
    sys.exit(main())
