"""Manual pages from what --help says: one for svcdesk and one for each noun, in the language in use."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from svcdesk import __version__, messages
from svcdesk.commands.examples import EXAMPLES, TOPICS, article
from svcdesk.commands.grammar import NOUNS, SINGLE, option_rows, summary, usage


def write(top: Any, folder: Path) -> Iterator[Path]:
    """Write the pages into a folder; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    yield _kept(folder / "svcdesk.1", _page_of_all(top))
    for noun in NOUNS:
        yield _kept(folder / f"svcdesk-{noun}.1", _page(top, noun))


def _kept(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _page_of_all(top: Any) -> list[str]:
    root = top.command
    lines = [*_head("svcdesk", summary("svcdesk")), *_section("synopsis"), _text(usage(root, top))]
    lines += [*_section("commands"), *_listed([(f"svcdesk-{name}(1)", summary(name)) for name in NOUNS])]
    for title, rows in option_rows(root, top).items():
        lines += [*_section(title), *_listed(rows)]
    for topic in TOPICS:
        if topic != "regulation":
            lines += [
                f'.SH "{_text(topic.upper())}"',
                ".nf",
                *map(_text, messages.say(f"topics.{topic}").split("\n")),
                ".fi",
            ]
    return lines


def _page(top: Any, noun: str) -> list[str]:
    command = top.command.get_command(top, noun)
    with command.make_context(noun, [], parent=top, resilient_parsing=True) as ctx:
        lines = [*_head(f"svcdesk-{noun}", summary(noun))]
        if noun in SINGLE:
            return [*lines, *_verb(command, ctx, noun, "SH")]
        for verb in command.list_commands(ctx):
            inner = command.get_command(ctx, verb)
            with inner.make_context(verb, [], parent=ctx, resilient_parsing=True) as there:
                lines += [f'.SH "{_text(verb.upper())}"', *_verb(inner, there, f"{noun}.{verb}", "SS")]
    return lines


def _verb(command: Any, ctx: Any, path: str, level: str) -> list[str]:
    lines = [".nf", *map(_text, [usage(command, ctx), "", *messages.say(f"help.{path}").split("\n")]), ".fi"]
    if served := article(path):
        lines += [".PP", _text(messages.say("labels.article", article=served))]
    for title, rows in option_rows(command, ctx).items():
        lines += [f'.{level} "{_text(messages.say(f"labels.{title}"))}"', *_listed(rows)]
    if lines_of := EXAMPLES.get(path):
        lines += [f'.{level} "{_text(messages.say("labels.examples"))}"', ".nf", *map(_example, lines_of), ".fi"]
    return lines


def _example(line: str) -> str:
    return _text(line if "svcdesk" in line else f"svcdesk {line}")


def _head(name: str, about: str) -> list[str]:
    title = f'.TH "{name.upper()}" 1 "" "svcdesk {__version__}" "svcdesk"'
    return [title, *_section("name"), rf"{_text(name)} \- {_text(about)}"]


def _section(key: str) -> list[str]:
    return [f'.SH "{_text(messages.say(f"labels.{key}"))}"']


def _listed(rows: list[tuple[str, str]]) -> list[str]:
    return [line for left, right in rows for line in (".TP", rf"\fB{_text(left)}\fR", _text(right) or r"\&")]


def _text(text: str) -> str:
    """Write a text so that the formatter takes none of it for a command of its own."""
    safe = text.replace("\\", r"\e").replace("-", r"\-").replace('"', r"\(dq").replace("'", r"\(aq")
    return rf"\&{safe}" if safe.startswith(".") else safe
