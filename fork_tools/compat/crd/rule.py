"""What a rule of the CRD check is: how grave, whom it breaks, why, and what helps."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from fork_tools.report.finding import Level


class Effect(Enum):
    """What a change can do to an object that the old definition takes."""

    REJECTS = "rejects"
    PRUNES = "prunes"
    DEFAULTS = "defaults"
    MERGES = "merges"
    WIDENS = "widens"
    UNREACHABLE = "unreachable"
    NONE = "none"

    @property
    def breaks(self) -> bool:
        """Whether an object can be lost, refused or altered by it."""
        return self in (Effect.REJECTS, Effect.PRUNES, Effect.DEFAULTS)


class Direction(Enum):
    """Whom a change breaks."""

    WRITERS = "writers"
    READERS = "readers"
    STORED = "stored objects"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule; `level` is its default, None when it is off unless somebody asks. `crdify` is its name there, if any."""

    id: str
    level: Level | None
    effect: Effect
    directions: tuple[Direction, ...]
    title: str
    why: str
    remedy: str
    crdify: str = ""
