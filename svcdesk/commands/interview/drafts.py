"""Answers to questions that somebody stopped: kept beside the settings until --resume, without personal data."""

import json
import os
from pathlib import Path

from svcdesk.session import current

# Asked once more: personal data, which only the ledger keeps, and whether that was all.
_NOT_KEPT = ("person", "phone", "address", "complainant", "review")
_LONGEST = 100_000

Answers = dict[str, str]


def _path() -> Path:
    from platformdirs import user_state_path

    return user_state_path("svcdesk") / "answers.json"


def _key(command: str) -> str:
    return f"{current.path.resolve()} {command}"


def _all() -> dict[str, Answers]:
    path = _path()
    try:
        kept = json.loads(path.read_text("utf-8")) if path.stat().st_size < _LONGEST else {}
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def keep(command: str, answers: Answers) -> None:
    """Keep the answers to a command of this ledger in place of those kept before; none is kept of nothing."""
    kept = {name: value for name, value in answers.items() if name not in _NOT_KEPT}
    others = {key: value for key, value in _all().items() if key != _key(command)}
    _write(others | ({_key(command): kept} if kept else {}))


def kept(command: str) -> Answers:
    """Return the answers kept of a command of this ledger; nothing where there are none."""
    found = _all().get(_key(command), {})
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def drop(command: str) -> None:
    """Forget the answers kept of a command."""
    if kept(command):
        keep(command, {})


def _write(kept_answers: dict[str, Answers]) -> None:
    path = _path()
    if not kept_answers:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(kept_answers, file, ensure_ascii=False)
    draft.replace(path)
