"""The lake of headquarters: the feeds as they were taken, and one file that names which of them stand.

LAKE/lake.json                       the state: of each centre the feed that stands, and when it was taken
LAKE/centres.txt                     by hand, where it is there: every centre that should send, a code a line
LAKE/feeds/CODE/2026-11-03-000123-0a1b2c3d/   a feed as taken on a day, up to an entry; engines put Parquet there
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from svcdesk.durable import sync
from svcdesk.errors import BadInput, Refused, StorageError
from svcdesk.hq.feed import MANIFEST
from svcdesk.hq.intake import Feed, read_manifest
from svcdesk.model import Record
from svcdesk.render.files import whole_file

STATE, EXPECTED, FEEDS = "lake.json", "centres.txt", "feeds"
FORMAT = 1


class Centre(NamedTuple):
    """A centre of the lake: the manifest of the feed that stands, its folder, and when it was taken (UTC seconds)."""

    code: str
    manifest: Record
    folder: Path
    taken_at: int

    @property
    def zone(self) -> ZoneInfo:
        """The centre's own time zone."""
        return ZoneInfo(self.manifest["timezone"])

    def lacks(self, table: str, column: str) -> bool:
        """Return whether the feed has no such column: an older program wrote it."""
        return not any(file["table"] == table and column in file["columns"] for file in self.manifest["files"])


class Lake:
    """A lake, opened."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.state = _read_state(path)

    @property
    def centres(self) -> list[Centre]:
        """The centres that sent, by code."""
        return [self._centre(code, kept) for code, kept in sorted(self.state["centres"].items())]

    def _centre(self, code: str, kept: Record) -> Centre:
        folder = self.path / FEEDS / code / kept["folder"]
        return Centre(code, read_manifest(folder), folder, kept["taken_at"])

    @property
    def expected(self) -> list[str]:
        """Every centre that should send: those named by hand, and those that ever sent."""
        try:
            named = (self.path / EXPECTED).read_text(encoding="utf-8").split()
        except FileNotFoundError:
            named = []
        return sorted({*(code.upper() for code in named), *self.state["centres"]})

    @property
    def zone(self) -> tzinfo:
        """The zone in which a period without one is read: that of the first centre."""
        return self.centres[0].zone if self.centres else UTC

    @property
    def mark(self) -> str:
        """Name the state of the lake: the same feeds, the same mark."""
        state = [(code, kept["entry"], kept["hash"]) for code, kept in sorted(self.state["centres"].items())]
        return hashlib.sha256(json.dumps(state).encode()).hexdigest()[:12]

    def feeds_of(self, code: str) -> list[str]:
        """Name the feeds of a centre that are kept, oldest first."""
        folder = self.path / FEEDS / code
        return sorted(each.name for each in folder.iterdir() if each.name[0] != ".") if folder.is_dir() else []


def opened(path: Path) -> Lake:
    """Open a lake. Raises StorageError where there is none."""
    if not (path / STATE).is_file():
        raise StorageError("no_lake", path=path)
    return Lake(path)


def _read_state(path: Path) -> Record:
    try:
        state = json.loads((path / STATE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {"format": FORMAT, "centres": {}}
    except (OSError, ValueError) as error:
        raise StorageError("lake_unreadable", path=path, detail=error) from None
    if state["format"] > FORMAT:
        raise StorageError("feed_newer", path=path, theirs=state["format"], ours=FORMAT)
    return dict(state)


def take(path: Path, feeds: Sequence[Feed], now: datetime) -> list[str]:
    """Take feeds that were read and agree with themselves: all of them or none; return the codes that are new here.

    Raises BadInput where a centre sent twice, Refused for an older entry or another ledger's origin, StorageError.
    """
    codes = [feed.centre for feed in feeds]
    if len(set(codes)) < len(codes):
        raise BadInput("feed_twice", names=sorted({code for code in codes if codes.count(code) > 1}))
    made: list[Path] = []
    try:
        with _changing(path):
            known = Lake(path).state["centres"]
            for feed in feeds:
                _check_order(known.get(feed.centre), feed)
            kept = {feed.centre: _kept(feed, _copied_in(feed, path / FEEDS, now, made), now) for feed in feeds}
            _write_state(path, {"format": FORMAT, "centres": known | kept})
            made.clear()
    except OSError as error:
        raise StorageError("unreadable", path=path, detail=error) from None
    finally:
        for folder in made:
            shutil.rmtree(folder, ignore_errors=True)
    return [code for code in codes if code not in known]


def _check_order(kept: Record | None, feed: Feed) -> None:
    """Refuse what is no later state of the very ledger that was taken before."""
    if kept is None:
        return
    sent = feed.manifest
    if kept["origin"] != sent["origin"]:
        raise Refused("feed_origin", code=feed.centre, ours=kept["origin"][:12], theirs=sent["origin"][:12])
    if sent["entry"] < kept["entry"] or (sent["entry"] == kept["entry"] and sent["hash"] != kept["hash"]):
        raise Refused("feed_older", code=feed.centre, theirs=sent["entry"], ours=kept["entry"])


def twins(lake: Lake) -> list[tuple[str, str]]:
    """Name the pairs of codes under which one and the same ledger sends."""
    first: dict[str, str] = {}
    pairs = []
    for code, kept in sorted(lake.state["centres"].items()):
        if (other := first.setdefault(kept["origin"], code)) != code:
            pairs.append((other, code))
    return pairs


def _kept(feed: Feed, name: str, now: datetime) -> Record:
    sent = feed.manifest
    return {
        "folder": name,
        "origin": sent["origin"],
        "entry": sent["entry"],
        "hash": sent["hash"],
        "taken_at": int(now.timestamp()),
    }


def _copied_in(feed: Feed, feeds: Path, now: datetime, made: list[Path]) -> str:
    """Copy a feed's files beside where they will stand, put them there whole, and return the folder's name.

    It is named by day, entry and content, so that the same feed taken again is the same folder.
    """
    day = now.astimezone(ZoneInfo(feed.manifest["timezone"])).date()
    digest = hashlib.sha256((feed.folder / MANIFEST).read_bytes()).hexdigest()
    target = feeds / feed.centre / f"{day}-{feed.manifest['entry']:06d}-{digest[:8]}"
    if target.exists():
        return target.name
    part = target.with_name(f".{target.name}.{os.urandom(4).hex()}")
    made += [part, target]
    part.mkdir(mode=0o700, parents=True)
    for name in (*(file["file"] for file in feed.manifest["files"]), MANIFEST):
        shutil.copyfile(feed.folder / name, part / name)
        (part / name).chmod(0o600)
        sync(part / name)
    part.replace(target)
    sync(target.parent)
    return target.name


@contextmanager
def _changing(path: Path) -> Iterator[None]:
    """Keep a second taker out meanwhile."""
    import fcntl

    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write_state(path: Path, state: dict[str, Any]) -> None:
    with whole_file(path / STATE, never=path / ".lock", private=True) as part:
        part.write_text(json.dumps(state, indent=1, sort_keys=True) + "\n", encoding="utf-8")
