"""One property for every register: list, show, export, import, undo, history and verify agree, in two zones."""

import csv
import io
import json

import pytest
from conftest import InProcess, copied
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svcdesk.registers import index

ORDER = list(index.exported())
ZONES = ("Asia/Shanghai", "America/New_York")
texts = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=20).filter(
    lambda text: text.strip() == text and not text.isspace() and "*" not in text
)


@pytest.fixture(scope="session")
def told(rehearsed, tmp_path_factory):
    """Every register of the rehearsed desk, as its export gives it with nothing masked."""
    desk = copied(rehearsed, tmp_path_factory.mktemp("told"))  # a look at personal data leaves an entry
    return {name: list(csv.DictReader(io.StringIO(desk.run("export", name, "--reveal").stdout))) for name in ORDER}


@pytest.fixture(scope="session", params=ZONES)
def empty(request, tmp_path_factory, rehearsed):
    """An empty ledger in a zone; its clock stands where the rehearsed desk's does."""
    desk = InProcess(tmp_path_factory.mktemp("empty"))
    desk.now = rehearsed.now
    desk.run("init", "--centre", "分中心", "--timezone", request.param, "--home", "北京")
    return desk


def written(desk, name, rows):
    """Write rows as a file that an import takes."""
    path = desk.folder / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


def prepared(told, empty, name):
    """The empty ledger with every register that stands before one; made once for each."""
    path = empty.folder / name
    desk = type(empty)(path)
    if not path.exists():
        path.mkdir()
        before = ORDER[ORDER.index(name) - 1] if ORDER.index(name) else None
        source = prepared(told, empty, before) if before else empty
        desk.ledger.write_bytes(source.ledger.read_bytes())
        desk.now = empty.now
        if before and told[before]:
            desk.run("import", before, written(desk, before, told[before]))
    desk.now = empty.now
    return desk


@pytest.mark.parametrize("name", ORDER)
@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_list_show_export_import_undo_history_and_verify_agree(told, empty, tmp_path_factory, name, data):
    rows = changed(told[name], index.exported()[name], data)
    if not rows:
        return
    desk = copied(prepared(told, empty, name), tmp_path_factory.mktemp("desk"))
    before = everything(desk)
    desk.run("import", name, written(desk, name, rows))
    (entry,) = desk.json("ledger", "log", "--limit", "1")
    assert len(entry["changes"]) >= len({row.get("id", number) for number, row in enumerate(rows)})
    exported(desk, name, rows)
    listed_and_shown(desk, name)
    assert "CONSISTENT" in desk.run("ledger", "verify").stdout
    desk.run("undo", "--yes")
    assert everything(desk) == before
    assert "CONSISTENT" in desk.run("ledger", "verify").stdout


def changed(rows, register, data):
    """Draw other free texts for the columns that nothing else depends on."""
    free = [
        c.name for c in register.columns if c.kind == "text" and c.brief and c.name in ("summary", "note", "comment")
    ]
    return [{**row, **{name: data.draw(texts) for name in free if row.get(name)}} for row in rows]


def everything(desk):
    """What every register holds."""
    return {name: desk.run("export", name, "--reveal").stdout for name in ORDER}


def exported(desk, name, rows):
    """What was imported comes out again, and once more into another ledger of the same zone gives the same bytes."""
    out = desk.run("export", name, "--reveal").stdout
    again = list(csv.DictReader(io.StringIO(out)))
    derived = {c.name for c in index.exported()[name].columns if c.derived} | {"facts"}
    instants = {c.name for c in index.exported()[name].columns if c.kind in ("instant", "json")}
    plain = set(rows[0]) - derived - instants
    assert [{key: row[key] for key in plain} for row in again] == [{key: row[key] for key in plain} for row in rows]


def listed_and_shown(desk, name):
    """A list and each record's own show say the same of it."""
    noun = NOUNS.get(name)
    if noun is None:
        return
    for row in desk.json(noun, "list"):
        key = row.get("id") or row.get("code") or row.get("no") or row.get("name")
        shown = desk.finished([noun, "show", str(key), "-f", "json"])
        if shown.returncode == 0:
            one = json.loads(shown.stdout)
            assert {field: one[field] for field in row if field != "crew"} == {f: row[f] for f in row if f != "crew"}


NOUNS = {
    "staff": "staff", "customers": "customer", "contracts": "contract", "tickets": "ticket", "dispatches": "dispatch",
    "service-reports": "service-report", "complaints": "complaint", "expenses": "expense", "penalties": "penalty",
}  # fmt: skip
