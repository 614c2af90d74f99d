"""What leaves a centre: nothing personal, no free text, the same bytes for the same state; and what is not taken."""

import gzip
import hashlib
import json
import os
import shutil
import stat

import pytest
from conftest import InProcess, copied
from desks import NOW, ZONES, random_desk, sent

from svcdesk.hq import feed, intake, lakes
from svcdesk.hq.facts import COLUMNS
from svcdesk.model import WORDS
from svcdesk.schema import tables
from svcdesk.store import open_ledger


@pytest.fixture(scope="module")
def demo(demo_month, tmp_path_factory):
    """The demo's ledger with a code, October handed in, and its feed."""
    desk = copied(demo_month, tmp_path_factory.mktemp("demo"))
    desk.run("centre", "set", "--code", "bj01")
    desk.run("staff", "add", "W90", "--name", "段无名", "--company-no", "G90", "--phone", "13911112222")
    if not desk.json("report", "submissions"):
        desk.run("report", "submit", "monthly", "--month", "2026-10", "--to", "企管室")
    desk.run("feed", desk.folder / "feed")
    return desk


def contents(folder):
    """The rows of a feed's files, without their headings."""
    return b"".join(gzip.decompress(path.read_bytes()).partition(b"\n")[2] for path in sorted(folder.glob("*.gz")))


SENT_ELSEWHERE = {"centre": {"name", "code", "timezone"}, "submission": {"month"}}


def test_no_personal_data_and_no_free_text_leaves(demo):
    """Every value of the personal table, and of every text column that is not sent, is looked for in the bytes."""
    ledger, sent_text = open_ledger(demo.ledger), contents(demo.folder / "feed").decode()
    sent_text += str(intake.read_manifest(demo.folder / "feed") | {"files": None})
    secret = {value for row in ledger.con.execute("SELECT name, phone, address FROM personal") for value in row}
    allowed = set()
    for table in tables():
        for _, column, kind, *_ in ledger.con.execute(f"PRAGMA table_info({table})").fetchall():
            if kind == "TEXT":
                values = {value for (value,) in ledger.con.execute(f'SELECT DISTINCT "{column}" FROM {table}')}
                known = SENT_ELSEWHERE.get(table, set()) | {name for name, _ in COLUMNS.get(table, ())}
                (allowed if column in known and (table, column) != ("staff", "name") else secret).update(values)
    ledger.close()
    words = {word for kind in WORDS.values() for word in kind}
    told = {value for value in secret - allowed - words - {None} if len(value) > 1}
    assert {"段无名", "13911112222"} < told and len(told) > 200
    assert [value for value in told if value in sent_text] == []


def test_the_same_state_gives_the_same_bytes(demo, tmp_path):
    later = copied(demo, tmp_path)
    later.now = "2026-12-24T09:00:00+08:00"
    later.run("feed", tmp_path / "again")
    for path in (demo.folder / "feed").iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((demo.folder / "feed").stat().st_mode) == 0o700


def test_a_feed_takes_the_place_of_the_one_before_and_of_nothing_else(demo, tmp_path):
    desk = copied(demo, tmp_path)
    desk.run("feed", tmp_path / "feed")
    desk.run(
        "contact", "log", "--customer", desk.json("customer", "list")[0]["name"], "--channel", "call", "--summary", "问"
    )
    desk.run("feed", tmp_path / "feed")
    assert intake.read(tmp_path / "feed").manifest["entry"] > intake.read(demo.folder / "feed").manifest["entry"]
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("dear")
    desk.run("feed", tmp_path / "other", code=2)
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["letter.txt"]
    assert not list(tmp_path.glob(".*.part")) and not list(tmp_path.glob(".*.old"))


def test_a_centre_without_a_code_sends_nothing(desk):
    done = desk.run("feed", desk.folder / "feed", code=3)
    assert "svcdesk centre set --code" in done.stderr
    assert not (desk.folder / "feed").exists()


def test_masked_customers_are_the_same_in_two_centres(tmp_path):
    key = tmp_path / "key"
    key.write_bytes(b"0123456789abcdef")
    names = []
    for place in range(2):
        path = random_desk(tmp_path / f"{place}.db", place, ZONES[0], code=f"C{place}")
        folder = tmp_path / f"feed{place}"
        sent(path, folder, feed.read_key(key))
        rows = gzip.decompress((folder / "customer.csv.gz").read_bytes()).decode().splitlines()
        names.append([row.split(",")[5:] for row in rows[1:]])
        assert "客户1" not in contents(folder).decode()
    assert names[0] == names[1] and len(names[0][0][0]) == 64


def test_a_code_is_given_at_the_beginning_or_later(tmp_path):
    desk = InProcess(tmp_path)
    desk.run("init", "--centre", "x", "--code", "sh-02")
    desk.run("feed", tmp_path / "feed")
    assert intake.read(tmp_path / "feed").centre == "SH-02"
    desk.run("centre", "set", "--code", "a/b", code=2)


def test_the_company_number_comes_back_through_the_register(demo, tmp_path):
    source, desk = copied(demo, tmp_path), InProcess(tmp_path)
    desk.ledger = tmp_path / "new.db"
    desk.run("init")
    (tmp_path / "staff.csv").write_text(source.run("export", "staff", "--reveal").stdout, encoding="utf-8")
    desk.run("import", "staff", tmp_path / "staff.csv")
    assert desk.json("staff", "show", "W90")["company_no"] == "G90"


# What is refused


def spoil(folder, table, change, *, honest=()):
    """Change a file's text; with ``honest`` the manifest says so, as far as it is named."""
    path = folder / f"{table}.csv.gz"
    text = change(gzip.decompress(path.read_bytes()).decode()).encode()
    path.write_bytes(gzip.compress(text, mtime=0))
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    file = next(file for file in manifest["files"] if file["table"] == table)
    file.update({"sha256": hashlib.sha256(text).hexdigest()} if "sha256" in honest else {})
    file.update({"rows": text.count(b"\n") - 1} if "rows" in honest else {})
    file.update({"sums": {"amount_fen": None}} if "sums" in honest else {})
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def without_last(text):
    return "".join(text.splitlines(keepends=True)[:-1])


def one_more(text):
    """The first claim for ten million fen more."""
    head, first, *rest = text.splitlines(keepends=True)
    cells = first.split(",")
    place = head.split(",").index("amount_fen")
    cells[place] = str(int(cells[place]) + 10**7)
    return "".join([head, ",".join(cells), *rest])


SPOILT = {
    "a row is gone": lambda folder: spoil(folder, "expense", without_last),
    "a row is gone and the hash agrees": lambda folder: spoil(folder, "expense", without_last, honest=("sha256",)),
    "the sum differs": lambda folder: spoil(folder, "expense", one_more, honest=("sha256",)),
    "an engineer is gone": lambda folder: spoil(folder, "staff", lambda text: "".join(text.splitlines(keepends=True)[:2]), honest=("sha256", "rows")),
    "a row of another centre": lambda folder: spoil(folder, "contact", lambda text: text.replace("\nBJ01", "\nSH02", 1), honest=("sha256",)),
    "a word for a number": lambda folder: spoil(folder, "survey", lambda text: text.replace("BJ01,1,", "BJ01,eins,", 1), honest=("sha256",)),
    "two rows of one id": lambda folder: spoil(folder, "contact", lambda text: text.replace("BJ01,2,", "BJ01,1,", 1), honest=("sha256",)),
    "a column more": lambda folder: spoil(folder, "staff", lambda text: text.replace("code", "code,name", 1), honest=("sha256",)),
    "a file is gone": lambda folder: (folder / "survey.csv.gz").unlink(),
    "a file is cut short": lambda folder: (folder / "survey.csv.gz").write_bytes((folder / "survey.csv.gz").read_bytes()[:-9]),
    "no manifest": lambda folder: (folder / "manifest.json").unlink(),
    "a pipe for a manifest": lambda folder: ((folder / "manifest.json").unlink(), os.mkfifo(folder / "manifest.json")),
    "a device for a manifest": lambda folder: ((folder / "manifest.json").unlink(), (folder / "manifest.json").symlink_to("/dev/zero")),
    "a manifest without a bottom": lambda folder: (folder / "manifest.json").write_text("[" * 100_000),
    "no list of files": lambda folder: rewrite(folder, files=5),
    "files that are none": lambda folder: rewrite(folder, files=[5]),
    "a pipe for a file": lambda folder: ((folder / "survey.csv.gz").unlink(), os.mkfifo(folder / "survey.csv.gz")),
    "a line without an end": lambda folder: spoil(folder, "staff", lambda text: "x" * (1 << 23), honest=("sha256",)),
    "no code of a centre": lambda folder: rewrite(folder, centre="../x"),
    "a file elsewhere": lambda folder: rewrite(folder, files=[{"table": "staff", "file": "../staff.csv.gz"}]),
}  # fmt: skip


def rewrite(folder, **values):
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    (folder / "manifest.json").write_text(json.dumps(manifest | values), encoding="utf-8")


@pytest.fixture
def fed(demo, tmp_path):
    shutil.copytree(demo.folder / "feed", tmp_path / "feed")
    return copied(demo, tmp_path)


@pytest.mark.parametrize("how", SPOILT)
def test_a_spoilt_feed_is_not_taken(fed, how):
    SPOILT[how](fed.folder / "feed")
    fed.run("hq", "take", fed.folder / "feed", "--into", fed.folder / "lake", code=2)
    assert not (fed.folder / "lake").exists()


def test_of_two_feeds_both_are_taken_or_none(fed):
    shutil.copytree(fed.folder / "feed", fed.folder / "bad")
    SPOILT["a row is gone"](fed.folder / "bad")
    fed.run("hq", "take", fed.folder / "feed", fed.folder / "bad", "--into", fed.folder / "lake", code=2)
    assert not (fed.folder / "lake").exists()


def test_a_feed_of_a_newer_program_is_refused_with_both_versions(fed):
    rewrite(fed.folder / "feed", format=9)
    done = fed.run("hq", "take", fed.folder / "feed", "--into", fed.folder / "lake", code=5)
    assert "9" in done.stderr and "1" in done.stderr


def test_an_older_state_and_another_ledger_are_refused(fed, tmp_path):
    desk, lake = fed, fed.folder / "lake"
    customer = desk.json("customer", "list")[0]["name"]
    desk.run("contact", "log", "--customer", customer, "--channel", "call", "--summary", "问")
    desk.run("feed", tmp_path / "later")
    desk.run("hq", "take", tmp_path / "later", "--into", lake)
    desk.run("hq", "take", desk.folder / "feed", "--into", lake, code=3)
    other = random_desk(tmp_path / "other.db", 1, ZONES[0])
    sent(other, tmp_path / "of-other")
    assert "BJ01" in desk.run("hq", "take", tmp_path / "of-other", "--into", lake, code=3).stderr
    assert len(lakes.opened(lake).feeds_of("BJ01")) == 1


def test_the_same_feed_again_changes_nothing(fed):
    for _ in range(2):
        fed.run("hq", "take", fed.folder / "feed", "--into", fed.folder / "lake")
    assert len(lakes.opened(fed.folder / "lake").feeds_of("BJ01")) == 1


def test_one_ledger_under_two_codes_is_warned_of(fed, tmp_path):
    fed.run("centre", "set", "--code", "SH02")
    fed.run("feed", tmp_path / "twin")
    done = fed.run("hq", "take", fed.folder / "feed", tmp_path / "twin", "--into", fed.folder / "lake")
    assert "BJ01" in done.stderr and "SH02" in done.stderr


def test_a_feed_is_held_against_a_backup(fed, tmp_path):
    into = ("--into", fed.folder / "lake")
    fed.run("hq", "take", fed.folder / "feed", *into, "--audit", fed.ledger)
    customer = fed.json("customer", "list")[0]["name"]
    fed.run("contact", "log", "--customer", customer, "--channel", "call", "--summary", "问")
    fed.run("hq", "take", fed.folder / "feed", *into, "--audit", fed.ledger, code=2)


def test_a_failed_write_leaves_the_lake_as_it_was(fed, monkeypatch):
    read = intake.read(fed.folder / "feed")
    lakes.take(fed.folder / "lake", [read], NOW)
    before = (fed.folder / "lake" / "lake.json").read_bytes()
    fed.run(
        "contact", "log", "--customer", fed.json("customer", "list")[0]["name"], "--channel", "call", "--summary", "问"
    )
    fed.run("feed", fed.folder / "later")

    def full(*_):
        raise OSError(28, "no space")

    monkeypatch.setattr(lakes, "_write_state", full)
    with pytest.raises(Exception, match="unreadable"):
        lakes.take(fed.folder / "lake", [intake.read(fed.folder / "later")], NOW)
    assert (fed.folder / "lake" / "lake.json").read_bytes() == before
    assert len(lakes.opened(fed.folder / "lake").feeds_of("BJ01")) == 1


def test_a_key_that_is_a_device_is_refused(fed):
    fed.run("feed", fed.folder / "masked", "--mask-customers", "/dev/zero", code=2)
    assert not (fed.folder / "masked").exists()
