"""One run of the tool: which ledger, who types, in which language, and the one clock."""

import os
import sys
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from svcdesk import periods
from svcdesk.errors import BadInput
from svcdesk.store import Ledger, OlderLedger, open_ledger

if TYPE_CHECKING:
    from svcdesk.journal import Entry


class Session:
    """What the options and the environment settled. Options come first, then SVCDESK_LEDGER, _ACTOR, _LANG, _NOW."""

    def __init__(self) -> None:
        self.ledger_option: str | None = None
        self.actor_option: str | None = None
        self.zone: tzinfo = UTC
        self._now: datetime | None = None
        self._rehearsing = False
        self._opened: Ledger | None = None

    def rehearse(self, at: datetime, ledger: Path) -> None:
        """Stand at another time with another ledger, as the demo does for each of its acts; the clock is not read."""
        self._now, self.ledger_option, self._rehearsing = at, str(ledger), True

    def look_again(self) -> None:
        """Read the clock once more, for a board that is watched."""
        if not self._rehearsing:
            self._now = None

    @property
    def path(self) -> Path:
        """Where the ledger is."""
        named = self.ledger_option or os.environ.get("SVCDESK_LEDGER")
        if named:
            try:
                return Path(named).expanduser()
            except RuntimeError:  # ~somebody, where there is no such user
                return Path(named)
        from platformdirs import user_data_path

        return user_data_path("svcdesk") / "ledger.db"

    @property
    def actor(self) -> str:
        """Who is typing."""
        named = self.actor_option or os.environ.get("SVCDESK_ACTOR")
        if named and named.strip():
            return named.strip()
        import getpass

        try:
            return getpass.getuser()
        except (KeyError, OSError):
            return "unknown"

    def now(self, zone: tzinfo | None = None) -> datetime:
        """Read the clock, once a run, to the second; SVCDESK_NOW fixes it. Raises BadInput for an unreal one."""
        if self._now is None:
            fixed = os.environ.get("SVCDESK_NOW")
            clock = datetime.now(UTC).replace(microsecond=0)
            self._now = periods.read_time(fixed, clock, zone or UTC) if fixed else clock
        return self._now

    def open(self, *, write: bool = False, as_found: bool = False) -> Ledger:
        """Open the ledger, upgraded where it is of an earlier version, and learn the centre's zone from it.

        ``as_found`` is for what checks or copies the file: that leaves it as it is.
        """
        try:
            ledger = open_ledger(self.path, write=write, as_found=as_found)
        except OlderLedger:
            self._upgrade()
            ledger = open_ledger(self.path, write=write)
        self.zone, self._opened = ledger.zone, ledger
        return ledger

    def written(self) -> Path | None:
        """Return the ledger that this run wrote an entry to; None in a rehearsal, whose days are not the ledger's."""
        if self._opened is None or self.recorded is None or os.environ.get("SVCDESK_NOW"):
            return None
        return self._opened.path

    def _upgrade(self) -> None:
        from svcdesk import messages
        from svcdesk.maintenance.migrations import migrate

        if done := migrate(self.path, self.now()):
            said = messages.say("labels.upgraded", path=self.path, theirs=done.theirs, ours=done.ours, copy=done.copy)
            print(said, file=sys.stderr)

    @property
    def unknown(self) -> set[str]:
        """What the ledger holds that only a newer program knows, as far as this run met it."""
        return self._opened.unknown if self._opened else set()

    @property
    def recorded(self) -> "Entry | None":
        """The entry that this run has written for good, whatever went wrong after that; a look at data is none."""
        entry = self._opened.entry if self._opened and not self._rehearsing else None
        return None if entry is None or entry.command.endswith("--reveal") else entry


def locale_language() -> str:
    """Choose the language: SVCDESK_LANG, else the locale, else zh. Raises BadInput for an unknown one."""
    named = os.environ.get("SVCDESK_LANG")
    if named:
        return checked_language(named)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "zh" if value.startswith(("zh", "C", "POSIX")) else "en"
    return "zh"


def checked_language(name: str) -> str:
    """Read a language by its name: zh or en, with or without a country."""
    short = name.lower().replace("_", "-").partition("-")[0]
    if short not in ("zh", "en"):
        raise BadInput("language", text=name)
    return short


current = Session()
