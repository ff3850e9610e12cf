"""Which lane each of upstream's tags belongs to, and why the others belong to none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fork_tools.upstream.configuration import Configuration
from fork_tools.upstream.lane import Lane, Mode, Prereleases
from fork_tools.upstream.versions import Version

__all__ = ["Lane", "Mode", "Prereleases", "Rejected", "Release", "Tag", "in_lane", "newest", "releases"]


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag as git has it: the object it points at, the commit that this leads to, and that commit's date (UTC)."""

    name: str
    object_id: str
    commit: str
    date: datetime


@dataclass(frozen=True, slots=True)
class Release:
    """A tag that a lane admits."""

    tag: Tag
    version: Version
    lane: Lane

    @property
    def name(self) -> str:
        """The tag's name."""
        return self.tag.name

    @property
    def commit(self) -> str:
        """The id of the released commit."""
        return self.tag.commit

    @property
    def applies(self) -> bool:
        """Whether the queue is to be applied to it."""
        return self.lane.applies(self.version)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A tag that no lane admits, and the reason."""

    tag: Tag
    reason: str


def releases(configuration: Configuration, tags: Iterable[Tag]) -> tuple[Release | Rejected, ...]:
    """Sort tags into the lanes: the releases in the order of the lanes and of SemVer, then the rejected by name."""
    sorted_out = [_place(configuration.lanes, tag) for tag in tags]
    found = [entry for entry in sorted_out if isinstance(entry, Release)]
    rejected = [entry for entry in sorted_out if isinstance(entry, Rejected)]
    order = {lane.name: position for position, lane in enumerate(configuration.lanes)}
    found.sort(key=lambda release: (order[release.lane.name], release.version, release.name))
    rejected.sort(key=lambda entry: entry.tag.name)
    return (*found, *rejected)


def in_lane(entries: Iterable[Release | Rejected], name: str) -> tuple[Release, ...]:
    """Pick the releases of one lane, the oldest version first."""
    return tuple(entry for entry in entries if isinstance(entry, Release) and entry.lane.name == name)


def newest(entries: Sequence[Release]) -> Release | None:
    """Find the newest release by version; a pre-release only when there is nothing else."""
    finals = [release for release in entries if not release.version.is_prerelease]
    return max(finals or entries, key=lambda release: release.version, default=None)


def _place(lanes: Iterable[Lane], tag: Tag) -> Release | Rejected:
    """Give `tag` to the first lane that admits it."""
    reasons: dict[str, None] = {}
    for lane in lanes:
        placed = _admit(lane, tag)
        if isinstance(placed, Release):
            return placed
        reasons[placed] = None
    return Rejected(tag, "; ".join(reasons) or "the fork has no lanes")


def _admit(lane: Lane, tag: Tag) -> Release | str:
    text = lane.version_text(tag.name)
    if text is None:
        return f"is not of the form {lane.tags}"
    try:
        version = Version.parse(text)
    except ValueError:
        return f"{text} is no SemVer version"
    if version.build is not None:
        return f"{text} carries build metadata: a fork's release, not upstream's"
    if not lane.range.contains(version):
        return f"outside {lane.range} ({lane.name})"
    if version.is_prerelease and lane.prereleases is Prereleases.IGNORE:
        return f"a pre-release, which {lane.name} ignores"
    return Release(tag, version, lane)
