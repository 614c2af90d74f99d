"""Write docs/reference/ anew from the code: every command's help in both languages, the policy keys, the registers with
their fields, the keys of every JSON record, and what may stand in a rules file.

    python docs/build_reference.py [--check]

With --check nothing is written; the exit code is 1 where a page is not what the code says.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from svcdesk import messages
from svcdesk.columns import Column
from svcdesk.commands.grammar import SINGLE, build
from svcdesk.exchange.rules_toml import FIXED, SECTIONS
from svcdesk.model import WORDS
from svcdesk.registers.index import exported
from svcdesk.regulation.policy import KEYS

FOLDER = Path(__file__).parent / "reference"
JSON_KEYS = Path(__file__).parent.parent / "tests" / "golden" / "json_keys.txt"  # held against every record by its test
_TITLES = {"en": "Every command", "zh": "全部命令"}


def command_page(language: str) -> str:
    """Return the page of every noun and verb: what its own --help says."""
    messages.speak(language)
    helps = list(_helps())
    nouns = [path[1] for path, _ in helps if len(path) == 2]
    contents = " · ".join(f"[{noun}](#svcdesk-{noun})" for noun in nouns)
    return "\n\n".join([f"# {_TITLES[language]}", contents, *(_chapter(*one) for one in helps)]) + "\n"


def _helps() -> Iterator[tuple[tuple[str, ...], str]]:
    root = build()
    with root.make_context("svcdesk", ["status"], resilient_parsing=True, terminal_width=100) as top:
        yield ("svcdesk",), root.get_help(top)
        for noun in root.list_commands(top):
            group = root.get_command(top, noun)
            with group.make_context(noun, [], parent=top, resilient_parsing=True) as middle:
                yield ("svcdesk", noun), group.get_help(middle)
                for verb in () if noun in SINGLE else group.list_commands(middle):
                    command = group.get_command(middle, verb)
                    with command.make_context(verb, [], parent=middle, resilient_parsing=True) as ctx:
                        yield ("svcdesk", noun, verb), command.get_help(ctx)


def _chapter(path: tuple[str, ...], text: str) -> str:
    return f"{'#' * min(len(path) + 1, 3)} {' '.join(path)}\n\n```text\n{text.rstrip()}\n```"


def policy_page() -> str:
    """Return the page of the policy keys: first value, unit, and what each settles in both languages."""
    lines = ["# The policy keys", "", "| key | first value | 含义 | meaning |", "|---|---|---|---|"]
    for name, key in KEYS.items():
        zh, en = messages.pair(f"policy.{name}")
        lines.append(f"| `{name}` | {key.first} | {zh} | {en} |")
    return "\n".join(lines) + "\n"


def registers_page() -> str:
    """Return the page of the registers: their fields as CSV and JSON name them, and what each may hold."""
    names = exported()
    lines = [
        "# The registers and their fields", "",
        "What `export` writes and `import` takes, by the name of the register. A field that is *worked out* is",
        "read past by an import.",
        "", " · ".join(f"[{name}](#{name})" for name in names),
    ]  # fmt: skip
    for name, register in names.items():
        lines += ["", f"## {name}", "", "| field | 中文 | English | holds |", "|---|---|---|---|"]
        lines += [_field(column) for column in register.seen(detail=True)]
    return "\n".join(lines) + "\n"


def _field(column: Column) -> str:
    zh, en = messages.pair(f"columns.{column.name}")
    kind, _, rest = column.kind.partition(":")
    holds = {
        "word": " ".join(f"`{word}`" for word in column.words or WORDS.get(rest, ())), "id": "an id", "json": "JSON",
        "money": "an amount of CNY", "instant": "a time", "date": "a date", "flag": "`true` or `false`",
        "int": "a whole number", "personal": "personal data, masked without `--reveal`",
    }.get(kind, "text")  # fmt: skip
    holds += ", worked out" if column.derived else ", needed" if column.need and column.name != "id" else ""
    return f"| `{column.name}` | {zh} | {en} | {holds} |"


def json_page() -> str:
    """Return the page of the keys of every JSON record, with the types of their values."""
    records = JSON_KEYS.read_text("utf-8").strip().split("\n\n")
    heads = [record.partition(":")[0] for record in records]
    contents = " · ".join(f"[{head}](#{head.replace(' ', '-')})" for head in heads)
    parts = ["# The keys of JSON", "They never change with the language; a key is added, none is taken away.", contents]
    for head, record in zip(heads, records, strict=True):
        shown, _, keys = record.partition(":")[2].strip().partition("\n")
        parts.append(f"## {head}\n\nShown by `{shown.replace(', ', '`, `')}`.\n\n```text\n{keys}\n```")
    return "\n\n".join(parts) + "\n"


def rules_page() -> str:
    """Return the page of rules files: sections, their known keys, and how they are written, in both languages."""
    zh, en = messages.pair("help.import.epilog")
    lines = [
        "# Rules files", "",
        "TOML that says how a register kept elsewhere reads; `svcdesk import TABLE FILE --suggest RULES.toml`",
        "drafts one. Worked ones for public registers stand in [examples/](../../examples).", "",
        "| section | its keys |", "|---|---|",
    ]  # fmt: skip
    known = {name: " ".join(f"`{key}`" for key in keys) for name, keys in FIXED.items()}
    lines += [f"| `[{name}]` | {known.get(name, 'fields or headings')} |" for name in SECTIONS]
    return "\n".join([*lines, "", "```text", en.strip("\n"), "```", "", "```text", zh.strip("\n"), "```"]) + "\n"


def pages() -> dict[str, str]:
    """Return every page by its file's name."""
    return {
        "commands.md": command_page("en"),
        "commands.zh.md": command_page("zh"),
        "policy.md": policy_page(),
        "registers.md": registers_page(),
        "json.md": json_page(),
        "rules.md": rules_page(),
    }


def main() -> int:
    """Write the pages, or with --check compare them."""
    made = pages()
    if "--check" in sys.argv:
        stale = [name for name, text in made.items() if (FOLDER / name).read_text("utf-8") != text]
        print("\n".join(f"docs/reference/{name} is not what the code says" for name in stale), end="")
        return bool(stale)
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
