"""Attachments: kept under their hash beside the ledger, checked, taken along, and erased with a customer."""

import os

import pytest
from conftest import open_ticket


@pytest.fixture
def kept(desk, tmp_path):
    """A scan that is kept with T1; the file that was named is gone."""
    open_ticket(desk)
    scan = tmp_path / "报告单.pdf"
    scan.write_bytes(b"%PDF signed")
    desk.run("attach", "t1", scan, "--kind", "扫描件")
    scan.unlink()
    return desk


def files(desk, ledger="ledger.db"):
    return [path for path in (desk.folder / f"{ledger}.files").rglob("*") if path.is_file()]


def test_a_file_is_kept_privately_under_its_hash(kept):
    [row] = kept.json("attachment", "list", "T1")
    assert (row["record"], row["kind"], row["name"], row["size"]) == ("T1", "scan", "报告单.pdf", 11)
    [file] = files(kept)
    assert file.name == row["sha256"] and file.stat().st_mode & 0o077 == 0
    kept.run("attachment", "export", "1", "-o", kept.folder / "out.pdf")
    assert (kept.folder / "out.pdf").read_bytes() == b"%PDF signed"
    kept.run("attachment", "export", "1", "-o", kept.folder / "out.pdf", code=5)
    kept.run("ledger", "verify", "--full")


@pytest.mark.parametrize("hurt", ["changed", "missing"])
def test_a_file_that_is_missing_or_changed_is_found(kept, hurt):
    [file] = files(kept)
    file.write_bytes(b"forged") if hurt == "changed" else file.unlink()
    assert hurt in kept.run("ledger", "verify", "--full", code=1).stdout
    kept.run("ledger", "verify")
    kept.run("attachment", "export", "1", "-o", kept.folder / "out.pdf", code=5)


def test_a_copy_takes_its_files_along(kept):
    kept.run("ledger", "backup", kept.folder / "copy.db")
    kept.run("ledger", "restore", kept.folder / "copy.db", "--to", kept.folder / "again.db")
    assert [file.name for file in files(kept, "again.db")] == [file.name for file in files(kept)]


def test_undo_leaves_the_file_and_takes_the_row_back(kept):
    kept.run("undo", "--yes")
    assert kept.json("attachment", "list") == [] and len(files(kept)) == 1


def test_redaction_erases_a_customers_files(kept):
    kept.run("ledger", "redact", "江南机床", "--reason", "x", "--yes")
    assert files(kept) == []
    kept.run("ledger", "verify", "--full")


@pytest.mark.parametrize(("record", "file", "code"), [("T9", "a", 4), ("X1", "a", 2), ("T1", "none", 2), ("T1", "", 2)])
def test_what_cannot_be_kept_is_refused(kept, record, file, code):
    (kept.folder / "a").write_bytes(b"a")
    kept.run("attach", record, kept.folder / file, code=code)
    assert len(files(kept)) == 1


def test_the_name_of_a_file_is_durable_before_a_row_names_it(desk, monkeypatch):
    """Every folder down to the file is synced: the power model sees only the ledger's own folder."""
    open_ticket(desk)
    (desk.folder / "photo.jpg").write_bytes(b"jpeg")
    synced, fsync = [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (synced.append(os.readlink(f"/proc/self/fd/{fd}")), fsync(fd)))
    desk.run("attach", "T1", desk.folder / "photo.jpg")
    (kept,) = (path for path in (desk.folder / "ledger.db.files").rglob("*") if path.is_file())
    assert {str(path) for path in (kept.parent, kept.parent.parent, desk.folder)} <= set(synced)


def test_a_copy_has_its_name_only_with_its_files(kept):
    """One that was broken off before would stand as a backup, and forbid its own name to the next try."""
    (file,) = files(kept)
    content = file.read_bytes()
    file.write_bytes(b"changed")
    for line in (("backup", kept.folder / "copy.db"), ("backup", "--append-only", kept.folder / "added")):
        kept.run("ledger", *line, code=5)
    assert [path.name for path in kept.folder.rglob("*.db")] == ["ledger.db"]
    file.write_bytes(content)
    kept.run("ledger", "backup", kept.folder / "copy.db")


def test_what_is_acknowledged_beside_the_ledger_has_a_durable_name(kept, monkeypatch):
    """The folder of each new name is synced, and that of a new folder."""
    synced, fsync = [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (synced.append(os.readlink(f"/proc/self/fd/{fd}")), fsync(fd)))
    (kept.folder / "apart").mkdir()
    kept.run("ledger", "backup", "--append-only", kept.folder / "added")
    assert synced[-1] == str(kept.folder / "added") and str(kept.folder) in synced
    synced.clear()
    kept.run("ledger", "anchor", "--to", kept.folder / "apart" / "anchors.txt")
    assert str(kept.folder / "apart") in synced
