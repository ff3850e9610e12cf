"""How a step fared on a tree: its class, the changes it makes, and what became of each path and hunk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class StepClass(StrEnum):
    """What a user has to know of a step on a release in one word."""

    CLEAN = "clean"
    OFFSET = "offset"
    THREE_WAY = "three-way"
    REWRITTEN = "rewritten"
    REGENERATED = "regenerated"
    ALREADY_UPSTREAM = "already-upstream"
    RETARGETED = "retargeted"
    PATH_DELETED = "path-deleted"
    PATH_RENAMED = "path-renamed"
    CONFLICT = "conflict"
    CORRUPT = "corrupt"
    EMPTY = "empty"
    BLOCKED = "blocked"
    LANE_ENDED = "lane-ended"
    FAILED = "failed"


class Degree(StrEnum):
    """How much of a step upstream has: the very change, the change and more, or something like it."""

    EXACT = "exact"
    SUPERSET = "superset"
    TWEAKED = "tweaked"


APPLIED = frozenset(
    {StepClass.CLEAN, StepClass.OFFSET, StepClass.THREE_WAY, StepClass.REWRITTEN, StepClass.REGENERATED}
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in a tree: git's mode (`100644`) and the id of its blob."""

    mode: str
    id: str


Changes = Mapping[str, Entry | None]


@dataclass(frozen=True, slots=True)
class HunkResult:
    """A hunk of a patch: its number in the file (from 1), whether it found its place, and how far off (lines)."""

    number: int
    applied: bool
    offset: int = 0


@dataclass(frozen=True, slots=True)
class PathResult:
    """A path of a step. `two_way` and `three_way` tell what each of git's ways says, where both were asked (None: not).

    `conflicted` is the file with conflict markers; `lost` are added lines that a merge took for already there.
    """

    path: str
    step_class: StepClass
    detail: str = ""
    hunks: tuple[HunkResult, ...] = ()
    two_way: bool | None = None
    three_way: bool | None = None
    conflicted: bytes | None = None
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StepResult:
    """What a step does to a tree. `changes` are whole or empty: a step that does not apply changes nothing.

    `degree` goes with `already-upstream`. `suggestion` is what to look at next when it did not apply; `log` is the
    file that a generator's words were kept in.
    """

    name: str
    step_class: StepClass
    message: str = ""
    changes: Changes = field(default_factory=dict)
    paths: tuple[PathResult, ...] = ()
    degree: Degree | None = None
    suggestion: str = ""
    log: str = ""
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def applied(self) -> bool:
        """Whether the step's change is in the tree through this step."""
        return self.step_class in APPLIED

    @property
    def holds(self) -> bool:
        """Whether what the step is for is true of the tree afterwards: what requires it may go on."""
        merged = self.step_class is StepClass.ALREADY_UPSTREAM and self.degree is not Degree.TWEAKED
        return self.applied or merged

    @property
    def label(self) -> str:
        """The class as tables show it."""
        return f"{self.step_class} ({self.degree})" if self.degree else str(self.step_class)


_GRAVITY = (
    StepClass.CORRUPT,
    StepClass.RETARGETED,
    StepClass.PATH_RENAMED,
    StepClass.PATH_DELETED,
    StepClass.CONFLICT,
    StepClass.EMPTY,
    StepClass.THREE_WAY,
    StepClass.OFFSET,
    StepClass.CLEAN,
    StepClass.ALREADY_UPSTREAM,
)


def gravest(paths: tuple[PathResult, ...]) -> StepClass:
    """Return the class of a step whose paths fared as `paths` say: that of the worst one."""
    return next((grave for grave in _GRAVITY if any(path.step_class is grave for path in paths)), StepClass.EMPTY)
