"""What the queue is applied to: a release, or the tip of a branch that becomes one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from fork_tools.errors import ExitCode, MxforkError
from fork_tools.upstream.configuration import Configuration
from fork_tools.upstream.lane import Lane, Mode
from fork_tools.upstream.lanes import Release, releases
from fork_tools.upstream.repository import Repository
from fork_tools.upstream.versions import Version


@dataclass(frozen=True, slots=True)
class Target:
    """A commit of upstream's with the name and version that steps go by.

    `tag_object` is None for a branch or a bare commit; their version is that of the newest release they contain.
    """

    name: str
    version: Version
    commit: str
    date: datetime
    lane: Lane | None = None
    tag_object: str | None = None


def choose(
    configuration: Configuration, repository: Repository, *, to: str | None, lane: str | None, every: bool
) -> tuple[Target, ...]:
    """Choose what to apply to: one tag, branch or commit; a lane's releases and tips; or those of every applying lane.

    Raises MxforkError when that means nothing: a name that upstream lacks, a lane without releases.
    """
    known = [entry for entry in releases(configuration, repository.tags()) if isinstance(entry, Release)]
    if to is not None:
        return (_one(configuration, repository, known, to),)
    lanes = (
        (configuration.lane(lane),) if lane else tuple(each for each in configuration.lanes if each.mode is Mode.APPLY)
    )
    del every
    found = tuple(target for chosen in lanes for target in _of_lane(chosen, repository, known, named=bool(lane)))
    if not found:
        raise MxforkError(
            "there is no release to apply the queue to",
            facts=(("lanes", ", ".join(entry.name for entry in lanes) or "none that applies"),),
            next_step="mxfork upstream releases    shows what each lane admits",
            exit_code=ExitCode.WRONG_USE,
        )
    return found


def ended(repository: Repository, target: Target) -> str | None:
    """Say which path of those that the lane requires the target lacks, or None."""
    required = target.lane.requires if target.lane else ()
    return next((path for path in required if not repository.has(target.commit, path)), None)


def _of_lane(lane: Lane, repository: Repository, known: Iterable[Release], *, named: bool) -> tuple[Target, ...]:
    mine = [
        entry
        for entry in known
        if entry.lane.name == lane.name and (entry.applies or (named and not entry.version.is_prerelease))
    ]
    tips = repository.tips()
    branches = [_tip(repository, known, branch, tips) for branch in lane.branches if branch in tips]
    return tuple(_release(entry) for entry in mine) + tuple(
        Target(branch.name, branch.version, branch.commit, branch.date, lane) for branch in branches
    )


def _release(release: Release) -> Target:
    tag = release.tag
    return Target(tag.name, release.version, tag.commit, tag.date, release.lane, tag.object_id)


def _one(configuration: Configuration, repository: Repository, known: Iterable[Release], to: str) -> Target:
    for release in known:
        if release.name == to:
            return _release(release)
    tips = repository.tips()
    lane = next((entry for entry in configuration.lanes if to in entry.branches), None)
    if to not in tips:
        tips = {to: repository.resolve(to)}
    target = _tip(repository, known, to, tips)
    return Target(target.name, target.version, target.commit, target.date, lane)


def _tip(repository: Repository, known: Iterable[Release], name: str, tips: Mapping[str, str]) -> Target:
    commit = tips[name]
    inside = [release for release in known if repository.is_ancestor(release.commit, commit)]
    newest = max((release.version for release in inside), default=Version.parse("0.0.0"))
    return Target(name, newest, commit, repository.commit(commit).date)
