"""Quality problems (3.8): how one stands, from what its departments answered and how that was verified. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any

Answers = Sequence[str | None]  # when each department answered, None for one that has not


def verified(answers: Answers, verifications: Iterable[dict[str, Any]]) -> bool | None:
    """Return what the last verification found, where it came after every answer; None where there is none such."""
    latest = next(iter(sorted(verifications, key=lambda one: one["at"])[::-1]), None)  # of two at once the later typed
    answered = [at for at in answers if at is not None]
    if latest is None or len(answered) < len(answers) or latest["at"] < max(answered, default=""):
        return None
    return bool(latest["solved"])


def status(closed_at: str | None, answers: Answers, solved: bool | None) -> str:
    """Name how a problem stands; one that proved not to be solved waits for its departments again."""
    if closed_at:
        return "closed"
    if not answers:
        return "open"
    if None in answers:
        return "sent"
    return "verified" if solved else "answered"
