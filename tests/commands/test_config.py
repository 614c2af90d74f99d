"""The settings of a machine: what is kept, what goes before it, and where each comes from."""

import pytest


@pytest.fixture
def settled(executable, tmp_path):
    """A desk whose settings lie in a folder of their own, without variables that go before them."""
    executable.more = {"XDG_CONFIG_HOME": str(tmp_path / "config"), "SVCDESK_LANG": "", "SVCDESK_ACTOR": ""}
    return executable


def said(desk, *args, code=0, **more):
    done = desk.finished([*args], env=desk.full_env(**{**desk.more, **more}))
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def test_a_setting_holds_until_a_variable_or_an_option_says_otherwise(settled):
    said(settled, "config", "set", "lang", "en")
    said(settled, "config", "set", "actor", '小王 "前台"')
    shown = said(settled, "config", "show", "--origin", "-f", "csv")
    assert "config.toml" in shown.split("lang,en,")[1].splitlines()[0]
    assert '"小王 ""前台"""' in shown and "ledger" in shown and "SVCDESK_LEDGER" in shown
    assert "lang,zh,SVCDESK_LANG" in said(settled, "config", "show", "--origin", "-f", "csv", SVCDESK_LANG="zh")
    assert "lang,zh,--lang" in said(settled, "--lang", "zh", "config", "show", "--origin", "-f", "csv")
    assert "T1" in said(
        settled, "ticket", "open", "--customer", "机床", "--kind", "repair", "--channel", "call", "--summary", "x"
    )
    assert '小王 "前台"' in said(settled, "ledger", "log", "--limit", "1", "-f", "plain")


@pytest.mark.parametrize(("key", "value"), [("colour", "red"), ("lang", "fr")])
def test_what_is_no_setting_is_refused(settled, key, value):
    said(settled, "config", "set", key, value, code=2)


@pytest.mark.parametrize("text", ["lang = en", "lang = 5", "x" * 40])
def test_a_broken_file_is_named(settled, tmp_path, text):
    file = tmp_path / "config" / "svcdesk" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text, "utf-8")
    assert "config.toml" in said(settled, "ticket", "list", code=2)
