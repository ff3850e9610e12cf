"""`patches/fork.toml`: where upstream is, which lanes the fork follows, and which paths matter to MXJob."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from fork_tools.errors import ExitCode, MxforkError
from fork_tools.upstream.lane import PLACEHOLDER, Lane, Mode, Prereleases
from fork_tools.upstream.versions import VersionRange

FILE = Path("patches") / "fork.toml"
_UPSTREAM_KEYS = frozenset({"url", "former", "watch"})
_LANE_KEYS = frozenset({"tags", "range", "prereleases", "mode", "branches", "requires", "since", "watch"})
_REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|[^/]+:[^/]")
_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Configuration:
    """What `patches/fork.toml` says. `root` is the folder that holds patches/.

    `allowed` are patterns of the paths that the queue may change; none: all.
    """

    root: Path
    url: str
    former: tuple[str, ...]
    watch: tuple[str, ...]
    lanes: tuple[Lane, ...]
    allowed: tuple[str, ...] = ()

    @property
    def patches(self) -> Path:
        """The folder of the series, the ledger and the lock."""
        return self.root / FILE.parent

    @property
    def has_queue(self) -> bool:
        """Whether the fork has a series of patches at all; without one it only follows upstream."""
        return (self.patches / "series").is_file()

    def watched(self, lane: Lane) -> tuple[str, ...]:
        """Give the path patterns that matter in a lane."""
        return lane.watch or self.watch

    def lane(self, name: str) -> Lane:
        """Find a lane by its name. Raises MxforkError naming those there are."""
        for lane in self.lanes:
            if lane.name == name:
                return lane
        raise MxforkError(
            f"{self.root / FILE} has no lane {name}",
            facts=(("it has", ", ".join(lane.name for lane in self.lanes) or "none"),),
            next_step=f'name one of these, or add [lane."{name}"]',
            exit_code=ExitCode.WRONG_USE,
        )


def find_fork(start: Path) -> Path:
    """Walk up from `start` to the folder that holds patches/fork.toml. Raises MxforkError when there is none."""
    begin = start.absolute()
    for folder in (begin, *begin.parents):
        if (folder / FILE).is_file():
            return folder
    raise MxforkError(
        f"neither {begin} nor a folder above it holds {FILE}",
        next_step="go to the fork's repository, or name it with --fork DIR",
        exit_code=ExitCode.WRONG_USE,
    )


def read_configuration(root: Path) -> Configuration:
    """Read `root`/patches/fork.toml. Raises MxforkError that names the key when something in it is wrong."""
    path = root / FILE
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong(path, str(error)) from error
    return parse_configuration(document, root)


def parse_configuration(document: Mapping[str, Any], root: Path) -> Configuration:
    """Make a Configuration of a parsed fork.toml; a relative path as url counts from `root`. Raises MxforkError."""
    reader = _Reader(root / FILE)
    reader.refuse_others(document, frozenset({"upstream", "queue", "lane"}), "")
    upstream = reader.table(document, "upstream", "")
    reader.refuse_others(upstream, _UPSTREAM_KEYS, "upstream.")
    lanes = reader.table(document, "lane", "")
    queue = reader.table(document, "queue", "")
    reader.refuse_others(queue, frozenset({"paths"}), "queue.")
    return Configuration(
        root=root,
        url=_located(reader.text(upstream, "url", "upstream."), root),
        former=tuple(_located(url, root) for url in reader.texts(upstream, "former", "upstream.")),
        watch=reader.texts(upstream, "watch", "upstream."),
        lanes=tuple(reader.lane(name, lanes) for name in lanes),
        allowed=reader.texts(queue, "paths", "queue."),
    )


def _located(url: str, root: Path) -> str:
    return url if _REMOTE.match(url) else str((root / Path(url).expanduser()).resolve())


@dataclass(frozen=True, slots=True)
class _Reader:
    """Takes typed values out of the document and says which key is wrong."""

    path: Path

    def lane(self, name: str, lanes: Mapping[str, Any]) -> Lane:
        table, at = self.table(lanes, name, "lane."), f'lane."{name}".'
        self.refuse_others(table, _LANE_KEYS, at)
        tags = self.text(table, "tags", at, default="v" + PLACEHOLDER)
        if tags.count(PLACEHOLDER) != 1:
            raise _wrong(self.path, f"{at}tags = {tags!r} is to hold {PLACEHOLDER} once")
        try:
            versions = VersionRange.parse(self.text(table, "range", at))
        except ValueError as error:
            raise _wrong(self.path, f"{at}range: {error}") from error
        return Lane(
            name=name,
            tags=tags,
            range=versions,
            prereleases=self.choice(table, "prereleases", at, Prereleases.REPORT),
            mode=self.choice(table, "mode", at, Mode.APPLY),
            branches=self.texts(table, "branches", at),
            requires=self.texts(table, "requires", at),
            since=self.text(table, "since", at) if "since" in table else "",
            watch=self.texts(table, "watch", at),
        )

    def table(self, parent: Mapping[str, Any], key: str, at: str) -> Mapping[str, Any]:
        value = parent.get(key, {})
        if not isinstance(value, dict):
            raise _wrong(self.path, f"{at}{key} is to be a table")
        return value

    def text(self, table: Mapping[str, Any], key: str, at: str, default: str | None = None) -> str:
        value = table.get(key, default)
        if not isinstance(value, str) or not value:
            raise _wrong(self.path, f"{at}{key} is missing" if value is None else f"{at}{key} is to be a text")
        return value

    def texts(self, table: Mapping[str, Any], key: str, at: str) -> tuple[str, ...]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(entry, str) and entry for entry in value):
            raise _wrong(self.path, f"{at}{key} is to be a list of texts")
        return tuple(value)

    def choice(self, table: Mapping[str, Any], key: str, at: str, default: _Choice) -> _Choice:
        value = self.text(table, key, at, default=default.value)
        try:
            return type(default)(value)
        except ValueError as error:
            choices = ", ".join(choice.value for choice in type(default))
            raise _wrong(self.path, f"{at}{key} = {value!r} is to be one of: {choices}") from error

    def refuse_others(self, table: Mapping[str, Any], known: frozenset[str], at: str) -> None:
        unknown = sorted(set(table) - known)
        if unknown:
            raise _wrong(self.path, f"{at}{unknown[0]} is no key here; there are {', '.join(sorted(known))}")


def _wrong(path: Path, what: str) -> MxforkError:
    return MxforkError(
        f"{path}: {what}", next_step="correct the file; docs/upstream.md describes it", exit_code=ExitCode.WRONG_USE
    )
