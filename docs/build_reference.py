"""Write docs/reference/ anew from the code: every command's help in both languages, and the policy keys.

    python docs/build_reference.py [--check]

With --check nothing is written; the exit code is 1 where a page is not what the code says.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from svcdesk import messages
from svcdesk.commands.grammar import SINGLE, build
from svcdesk.regulation.policy import KEYS

FOLDER = Path(__file__).parent / "reference"
_TITLES = {"en": "Every command", "zh": "全部命令"}


def command_page(language: str) -> str:
    """Return the page of every noun and verb: what its own --help says."""
    messages.speak(language)
    parts = [f"# {_TITLES[language]}", *(_chapter(path, text) for path, text in _helps())]
    return "\n\n".join(parts) + "\n"


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


def pages() -> dict[str, str]:
    """Return every page by its file's name."""
    return {
        "commands.md": command_page("en"),
        "commands.zh.md": command_page("zh"),
        "policy.md": policy_page(),
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
