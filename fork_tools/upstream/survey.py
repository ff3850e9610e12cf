"""Where upstream stands in every lane, against what the fork knows: the look behind `mxfork upstream check`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fork_tools.upstream.changes import Change, Changes, changes
from fork_tools.upstream.configuration import Configuration
from fork_tools.upstream.lane import Lane
from fork_tools.upstream.lanes import Rejected, Release, in_lane, releases
from fork_tools.upstream.repository import Commit, Repository


@dataclass(frozen=True, slots=True)
class LaneEnd:
    """The first release that lacks what the lane requires, the path, and the commit that took it away."""

    release: Release
    path: str
    commit: Commit | None


@dataclass(frozen=True, slots=True)
class Looked:
    """A release, what came with it since the one before (None for a lane's first), and whether it was seen before."""

    release: Release
    changes: Changes | None
    seen: bool


@dataclass(frozen=True, slots=True)
class Tip:
    """A branch that is ahead of its lane's last release."""

    branch: str
    changes: Changes


@dataclass(frozen=True, slots=True)
class LaneSurvey:
    """One lane: its releases up to its end, and what is not released yet."""

    lane: Lane
    releases: tuple[Looked, ...]
    end: LaneEnd | None
    tips: tuple[Tip, ...]

    def watched(self) -> tuple[Change, ...]:
        """All watched commits of the lane's releases, the oldest first."""
        return tuple(change for looked in self.releases if looked.changes for change in looked.changes.commits)


@dataclass(frozen=True, slots=True)
class Survey:
    """All lanes, and the tags that belong to none."""

    lanes: tuple[LaneSurvey, ...]
    rejected: tuple[Rejected, ...]


def survey(configuration: Configuration, repository: Repository, seen: Mapping[str, str]) -> Survey:
    """Look at every lane. `seen` are the tags of the last look; an empty one means that this is the first."""
    found = releases(configuration, repository.tags())
    lanes = tuple(
        _lane(configuration, repository, lane, in_lane(found, lane.name), seen) for lane in configuration.lanes
    )
    return Survey(lanes, tuple(entry for entry in found if isinstance(entry, Rejected)))


def lane_end(repository: Repository, lane: Lane, found: Sequence[Release]) -> LaneEnd | None:
    """Find the first release that lacks a path which the lane requires."""
    for release in found:
        for path in lane.requires:
            if not repository.has(release.commit, path):
                last = repository.commits(release.commit, "--max-count=1", paths=(path,))
                return LaneEnd(release, path, last[0] if last else None)
    return None


def _lane(
    configuration: Configuration,
    repository: Repository,
    lane: Lane,
    found: Sequence[Release],
    seen: Mapping[str, str],
) -> LaneSurvey:
    end = lane_end(repository, lane, found)
    alive = found[: found.index(end.release)] if end else found
    watched = configuration.watched(lane)
    before = repository.resolve(lane.since) if lane.since else None
    looked: list[Looked] = []
    for release in alive:
        since = changes(repository, before, release.commit, watched) if before else None
        looked.append(Looked(release, since, not seen or release.name in seen))
        before = release.commit
    return LaneSurvey(lane, tuple(looked), end, _tips(repository, lane, before, watched))


def _tips(repository: Repository, lane: Lane, newest: str | None, watched: Sequence[str]) -> tuple[Tip, ...]:
    there = repository.tips()
    if newest is None:
        return ()
    return tuple(
        Tip(branch, changes(repository, newest, there[branch], watched)) for branch in lane.branches if branch in there
    )
