"""One run of the tool: which ledger, who types, in which language, and the one clock."""

import os
import sys
from datetime import UTC, datetime, tzinfo
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from svcdesk import periods
from svcdesk.errors import BadInput
from svcdesk.store import Ledger, OlderLedger, open_ledger

if TYPE_CHECKING:
    from svcdesk.journal import Entry, Witness


class Session:
    """What the options and the environment settled. Options come first, then SVCDESK_LEDGER, _ACTOR, _LANG, _NOW."""

    def __init__(self) -> None:
        self.ledger_option: str | None = None
        self.actor_option: str | None = None
        self.options: set[str] = set()  # the settings that an option named
        self.afterwords: list[str] = []  # what is said on stderr once the output stands, and a pager is closed
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
        named = self.ledger_option or setting("ledger")
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
        named = self.actor_option or setting("actor")
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

    def open(self, *, write: bool = False, as_found: bool = False, suspect: bool = False) -> Ledger:
        """Open the ledger, upgraded where it is of an earlier version, and learn the centre's zone from it.

        ``as_found`` is for what checks or copies the file: that leaves it as it is. ``suspect`` is for what finds out
        whether somebody else changed what the file declares.
        """
        try:
            ledger = open_ledger(self.path, write=write, as_found=as_found, suspect=suspect)
        except OlderLedger:
            self._upgrade()
            ledger = open_ledger(self.path, write=write)
        ledger.witness = self.witness
        if not any(found.acts for found in ledger.strange):
            self.zone = ledger.zone
        self._opened = ledger
        return ledger

    def witness(self) -> "Witness":
        """Say what the system knows of an entry, whoever is said to type: the wall clock, whose program, where."""
        from svcdesk.journal import Witness

        host = os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME")
        uid = os.getuid() if hasattr(os, "getuid") else None
        wall = periods.stored(datetime.now(UTC).replace(microsecond=0))
        return Witness(wall, self.rehearsing, uid, host)

    @property
    def rehearsing(self) -> bool:
        """Whether this run's time is made up."""
        return self._rehearsing or bool(os.environ.get("SVCDESK_NOW"))

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


# What may stand in the settings file, with the variable that goes before it.
SETTINGS = {
    "ledger": "SVCDESK_LEDGER", "lang": "SVCDESK_LANG", "actor": "SVCDESK_ACTOR", "pager": "SVCDESK_PAGER",
    "columns": "SVCDESK_COLUMNS",
}  # fmt: skip


def settings_file() -> Path:
    """Where the settings are kept: one TOML file in the platform's folder."""
    from platformdirs import user_config_path

    return user_config_path("svcdesk") / "config.toml"


@cache
def settings(path: Path) -> dict[str, str]:
    """Read the settings; none where there is no file. Raises BadInput for a file that is no TOML of texts."""
    if not path.is_file():
        return {}
    import tomllib

    try:
        kept = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput("file", path=path, detail=error) from None
    if not all(isinstance(value, str) for value in kept.values()):
        raise BadInput("settings", path=path, keys=list(SETTINGS))
    return kept


def setting(key: str) -> str | None:
    """Return a setting: its variable where that is not empty, else what the file says."""
    return os.environ.get(SETTINGS[key]) or settings(settings_file()).get(key)


def keep_setting(key: str, value: str) -> Path:
    """Write a setting to the file; the others stay. Raises BadInput for an unknown key or language."""
    if key not in SETTINGS:
        raise BadInput("setting_unknown", text=key, keys=list(SETTINGS))
    if key == "lang":
        checked_language(value)
    path = settings_file()
    kept = {**settings(path), key: value}
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text("".join(f"{name} = {_toml(text)}\n" for name, text in kept.items()), "utf-8")
    draft.replace(path)
    settings.cache_clear()
    return path


def _toml(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def locale_language() -> str:
    """Choose the language: SVCDESK_LANG, else the settings, the locale, else zh. Raises BadInput for an unknown one."""
    named = setting("lang")
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
