"""The texts: both languages say the same, and every key that the program uses has its text."""

import ast
import importlib
import pkgutil
import re
import string
from pathlib import Path

import pytest
import typer

import svcdesk
from svcdesk import messages
from svcdesk.commands.grammar import NOUNS, build
from svcdesk.commands.receipts import _COLUMNS, _WORDED
from svcdesk.registers.index import every, exported
from svcdesk.registers.penalties import FINDING_COLUMNS
from svcdesk.regulation.policy import KEYS
from svcdesk.rules import CLAUSES

ROOT = Path(svcdesk.__file__).parent
AREAS = sorted(module.name for module in pkgutil.iter_modules([str(ROOT / "messages")]))
TEXTS = {
    name if area == "registers" else f"{area}.{name}": pair
    for area in AREAS
    for name, pair in importlib.import_module(f"svcdesk.messages.{area}").TEXTS.items()
}
SOURCES = {path.relative_to(ROOT): ast.parse(path.read_text("utf-8")) for path in sorted(ROOT.rglob("*.py"))}


def places(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def without_places(text):
    return re.sub(r"{.*?}", "", text)


def test_both_languages_fill_the_same_places():
    assert [key for key, (zh, en) in TEXTS.items() if places(zh) != places(en) or "" in places(zh)] == []


def test_both_languages_say_something_in_as_many_lines():
    assert [key for key, (zh, en) in TEXTS.items() if not (zh.strip() and en.strip())] == []
    assert [key for key, (zh, en) in TEXTS.items() if zh.count("\n") != en.count("\n")] == []


HAN = re.compile(r"[\u4e00-\u9fff]")
NAMES = {"SQLite"}  # what is called the same in both languages


def test_no_sentence_stands_untranslated():
    """A pair may be alike only where it is no sentence: a number, a symbol, a frame of places, a name."""
    alike = {key: zh for key, (zh, en) in TEXTS.items() if zh == en and re.search(r"[^\W\d_]", without_places(zh))}
    assert set(alike.values()) - NAMES == set()


def test_the_chinese_is_chinese_and_the_english_is_not():
    spoken = {key: pair for key, pair in TEXTS.items() if re.search(r"[a-z]{3}", without_places(pair[1]))}
    assert [key for key, (zh, en) in spoken.items() if not HAN.search(without_places(zh)) and en not in NAMES] == []
    assert [key for key, (_, en) in TEXTS.items() if HAN.search(without_places(en)) and "昨天" not in en] == []


def test_an_unknown_key_is_a_bug_and_a_missing_value_is_none():
    with pytest.raises(KeyError):
        messages.say("labels.no_such_label")
    assert messages.find("labels.no_such_label") is None
    assert messages.word("ticket_kind", "something else") == "something else"


# What the source uses: calls with a literal key, found in its syntax tree.


ERRORS = ("BadInput", "Refused", "NotFound", "StorageError", "DeskError", "BadRows")


def calls(*names):
    """Every call of one of the names with a literal first argument: (where, key, node)."""
    for path, tree in SOURCES.items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
            if called in names:
                for key in literals(node.args[0]):
                    yield f"{path}:{node.lineno}", key, node


def literals(node):
    """The strings that an argument may be: a literal, or either branch of a choice."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return literals(node.body) + literals(node.orelse)
    return []


def test_the_source_is_searched_at_all():
    assert len(list(calls(*ERRORS))) > 50
    assert len(list(calls("Receipt", "receipt_line"))) > 20
    assert len(list(calls("say"))) > 30


def test_every_error_raised_has_its_text():
    assert [(where, key) for where, key, _ in calls(*ERRORS) if f"errors.{key}" not in TEXTS] == []


# What is said of one row of an import stands under a sentence that has the hint for all of them.
OF_A_ROW = {
    "line", "ragged", "nul", "cell_empty", "cell", "time_format", "row_future", "row_order", "engineer_twice",
    "csv", "csv_open", "csv_quote", "csv_long", "taken_back", "row_twice", "cell_needed", "status_differs", "contradicts",
    "contract_not_theirs", "engineer_not_on_dispatch", "crew_differs", "crew_missing", "sibling_bad", "cell_error",
    "cell_formula", "date_serial", "lines", "and_the_like", "more_reasons", "name_of_two", "known_in_file",
}  # fmt: skip


def test_every_error_text_says_how_to_mend_it():
    errors = {key.removeprefix("errors."): pair for key, pair in TEXTS.items() if key.startswith("errors.")}
    without = {key for key, (zh, _) in errors.items() if "\n" not in zh}
    assert without - OF_A_ROW == set()


def test_every_receipt_and_warning_has_its_text():
    assert [(w, key) for w, key, _ in calls("Receipt", "receipt_line") if f"receipts.{key}" not in TEXTS] == []
    assert [(w, key) for w, key, _ in calls("warn") if f"warnings.{key}" not in TEXTS] == []


def test_every_text_said_by_a_literal_key_exists():
    assert [(where, key) for where, key, _ in calls("say") if key not in TEXTS] == []


def given_values(node):
    """The names that fill a text, as far as the call spells them out; None where it passes on a mapping."""
    names = set()
    for keyword in node.keywords:
        if keyword.arg is None:
            return None
        names.add(keyword.arg)
    return names


def with_words(names):
    """The names that base.told adds: the word of a value beside the value."""
    made = {f"{name}_word" for name in names if name in {*_WORDED, *_COLUMNS, "names", "dated", "words", "derived"}}
    return names | made | ({"noun", "table_word"} if "table" in names else set()) | {"near"}


@pytest.mark.parametrize(
    ("where", "key", "node"), [pytest.param(*call, id=f"{call[0]}-{call[1]}") for call in calls(*ERRORS)]
)
def test_who_raises_an_error_fills_its_text(where, key, node):
    names = given_values(node)
    if names is not None and f"errors.{key}" in TEXTS:
        extra = {"bad"} if "BadRows" in ast.dump(node.func) else set()
        assert places(TEXTS[f"errors.{key}"][1]) <= with_words(names | extra)


@pytest.mark.parametrize("step", ["departed_at", "arrived_at"])
def test_a_missing_step_is_named_in_words(step):
    assert messages.word("step", step) != step


def test_every_receipt_is_filled():
    found = []
    for where, key, node in calls("Receipt"):
        values = node.args[3] if len(node.args) > 3 else None
        if values is not None and not isinstance(values, ast.Dict):
            continue
        names = {name.value for name in values.keys} if values else set()
        found += [
            (where, key, missing)
            for missing in places(TEXTS[f"receipts.{key}"][1]) - with_words({*names, "id"})
            if f"receipts.{key}" in TEXTS
        ]
    assert found == []


@pytest.mark.parametrize("register", [one for one in every() if one.add], ids=lambda one: one.table)
def test_the_receipt_of_a_declared_verb_is_filled(register):
    add = register.add
    names = {*add.asks, "id"}  # what must be given
    assert places(TEXTS[f"receipts.{add.receipt}"][1]) <= with_words(names)


# What the registers, clauses and policy name.


def test_every_column_has_a_heading():
    columns = {column for register in exported().values() for column in register.columns if column.name[0] != "_"}
    missing = {column.name for column in {*columns, *FINDING_COLUMNS} if f"columns.{column.name}" not in TEXTS}
    assert missing == set()


def test_every_value_of_a_word_column_has_its_word():
    from svcdesk.model import WORDS

    kinds = {
        column.kind.partition(":")[2]
        for register in exported().values()
        for column in register.columns
        if column.kind.startswith("word:")
    }
    missing = [
        (kind, value)
        for kind in kinds & WORDS.keys()
        for value in WORDS[kind]
        if f"values.{kind}.{value}" not in TEXTS and f"values.{value}" not in TEXTS
    ]
    assert missing == []


def test_every_clause_and_policy_key_is_described():
    assert [clause.id for clause in CLAUSES if f"clauses.{clause.id}" not in TEXTS] == []
    assert [clause.id for clause in CLAUSES if f"values.clause.{clause.id}" not in TEXTS] == []
    assert [key for key in KEYS if f"policy.{key}" not in TEXTS] == []
    units = {key.unit for key in KEYS.values()}
    assert [unit for unit in units if f"values.unit.{unit}" not in TEXTS] == []


# The command tree.


def commands():
    """Every command of the tree as (path, command)."""
    root = build()
    context = typer.Context(root, info_name="svcdesk")
    found = [("svcdesk", root)]
    for noun in root.list_commands(context):
        command = root.get_command(context, noun)
        found.append((noun, command))
        if hasattr(command, "list_commands"):
            inner = typer.Context(command, info_name=noun, parent=context)
            found += [(f"{noun}.{verb}", command.get_command(inner, verb)) for verb in command.list_commands(inner)]
    return found


TREE = commands()


def test_the_tree_holds_the_nouns_and_verbs_of_the_contract():
    paths = {path for path, _ in TREE}
    assert set(NOUNS) <= paths
    verbs = {
        "staff": "add retire list show", "customer": "add list show", "contract": "add list show",
        "contact": "log list",
        "ticket": "open answer escalate settle-escalation hold resume appoint close reopen cancel note list show",
        "dispatch": "send depart arrive callback leave return cause cancel list show",
        "service-report": "file amend list show", "survey": "add list",
        "complaint": "open assign investigate decide remedy feedback close list show", "phone-check": "log list",
        "conduct": "record list", "expense": "add check approve reject reimburse falsified list show",
        "penalty": "check list show confirm waive appeal decide settle", "policy": "list set history",
    }  # fmt: skip
    wanted = {f"{noun}.{verb}" for noun, named in verbs.items() for verb in named.split()}
    assert wanted - paths == set()


@pytest.mark.parametrize(("path", "command"), TREE, ids=[path for path, _ in TREE])
def test_every_command_and_option_has_its_help(path, command):
    assert f"help.{path}" in TEXTS
    context = typer.Context(command, info_name=path.rpartition(".")[2])
    undescribed = [
        param.name
        for param in command.get_params(context)
        if f"options.{path}.{param.name.rstrip('_')}" not in TEXTS and f"options.{param.name.rstrip('_')}" not in TEXTS
    ]
    assert undescribed == []


def test_every_help_text_has_its_command():
    paths = {path for path, _ in TREE}
    said = {key.removeprefix("help.").removesuffix(".epilog") for key in TEXTS if key.startswith("help.")}
    assert said - paths == set()
