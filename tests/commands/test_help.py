"""Help: every verb with two lines that work and its article, topics, and manual pages that a formatter takes."""

import shlex
import shutil
import subprocess

import pytest
from conftest import copied

from svcdesk.commands.examples import ARTICLES, EXAMPLES
from svcdesk.commands.grammar import GROUPS, NOUNS, SINGLE, build

VERBS = {
    path
    for noun in NOUNS
    for path in ([noun] if noun in SINGLE else [f"{noun}.{verb}" for verb in build().get_command(None, noun).list_commands(None)])
}  # fmt: skip
# What needs a file, another ledger, a shell or a lake that stands nowhere here: the lines are read, not carried out.
ONLY_READ = (
    "import", "hq.", "feed", "init", "demo", "ledger.restore", "ledger.verify", "ledger.anchor", "ledger.backup",
    "ledger.check-paper", "ledger.redact", "attach", "completion", "ledger.reindex", "config.set", "undo", "customer.merge",
    "plan.", "visit.", "inspection.", "rectify.", "suggestion.", "equipment.", "promise.", "problem.", "cause.", "penalty.propose",
)  # fmt: skip


def test_every_verb_has_two_examples_and_every_example_its_verb():
    assert {path for path in VERBS if len(EXAMPLES.get(path, ())) < 2} == set()
    assert set(EXAMPLES) - VERBS == set()
    assert {path for path in ARTICLES if path not in VERBS and path not in NOUNS} == set()


def test_the_lists_by_the_days_work_name_nouns_once():
    listed = [name for group in GROUPS.values() for name in group]
    assert sorted(listed) == sorted(set(listed)) and set(listed) <= set(NOUNS)


@pytest.mark.parametrize("path", sorted(EXAMPLES))
def test_examples_are_of_their_verb_and_work(path, rehearsed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for number, line in enumerate(EXAMPLES[path]):
        (tmp_path / str(number)).mkdir()
        desk = copied(rehearsed, tmp_path / str(number))
        words = shlex.split(line)
        if path.startswith(ONLY_READ):
            assert desk.run(*_without(words), "--help").stdout
            continue
        assert " ".join(words).startswith(path.replace(".", " "))
        done = desk.finished(words)
        assert done.returncode in (0, 1, 3), f"{line}\n{done.stderr}"  # 3: it is not this record's turn yet


def _without(words):
    """The verb of a line as far as it is one of ours."""
    place = words.index("svcdesk") + 1 if "svcdesk" in words else 2 if words[0] == "--ledger" else 0
    named = words[place:] if "svcdesk" not in " ".join(words) else ["completion"]
    return named[: 1 if named[0] in SINGLE else 2]


@pytest.mark.parametrize("asked", ["-h", "--help"])
def test_help_by_either_name(desk, asked):
    assert "ticket open" in desk.run("ticket", "open", asked).stdout
    assert "Every day" in desk.run(asked).stdout


def test_help_names_the_article(desk):
    assert "article 4.4" in desk.run("dispatch", "callback", "-h").stdout


@pytest.mark.parametrize("noun", ["ticket", "dispatch", "report"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_manual_pages_are_taken_by_the_formatter(desk, tmp_path, noun, language):
    desk.language = language
    desk.run("help", "--man", tmp_path / "man")
    page = tmp_path / "man" / f"svcdesk-{noun}.1"
    assert page.read_text("utf-8").count(".SH") > 3
    if not shutil.which("man"):
        pytest.skip("no man here")
    done = subprocess.run(
        ["man", "--warnings=w", "-E", "UTF-8", "-l", page],
        capture_output=True, text=True, env={"MANWIDTH": "80", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode == 0 and f"svcdesk {noun}" in done.stdout
    assert [line for line in done.stderr.splitlines() if "break" not in line and "adjust" not in line] == []
