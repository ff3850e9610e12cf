"""A lane: a line of upstream's releases that the fork follows, because newest by date and by number may differ."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from fork_tools.upstream.versions import Version, VersionRange

PLACEHOLDER = "{version}"


class Mode(StrEnum):
    """What the fork does with a lane: carry its queue there, or only look."""

    APPLY = "apply"
    WATCH = "watch"


class Prereleases(StrEnum):
    """What pre-releases are for: nothing, a line in the report, or the queue like any release."""

    IGNORE = "ignore"
    REPORT = "report"
    APPLY = "apply"


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane as `patches/fork.toml` describes it.

    `tags` holds `{version}` once and matches whole tags. `branches` are tips that are not released yet. A release
    without one of the paths in `requires` ends the lane. `since` is the tag whose behaviour the fork has already:
    watched commits count from there; `watch` replaces the paths that are watched elsewhere.
    """

    name: str
    tags: str
    range: VersionRange
    prereleases: Prereleases = Prereleases.REPORT
    mode: Mode = Mode.APPLY
    branches: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    since: str = ""
    watch: tuple[str, ...] = ()

    def version_text(self, tag: str) -> str | None:
        """Take the version out of `tag`; None when the tag as a whole is not of this lane's pattern."""
        before, after = (re.escape(part) for part in self.tags.split(PLACEHOLDER))
        found = re.fullmatch(f"{before}(.+){after}", tag)
        return found[1] if found else None

    def applies(self, version: Version) -> bool:
        """Whether the queue is to be applied to a release of this version."""
        return self.mode is Mode.APPLY and (not version.is_prerelease or self.prereleases is Prereleases.APPLY)
