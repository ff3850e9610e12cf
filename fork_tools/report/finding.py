"""One thing that a check found: which rule, how grave, where, and what to do next."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum


class Level(IntEnum):
    """How grave a finding is; a run fails when one reaches the level that it was asked to fail on."""

    NOTE = 1
    WARNING = 2
    ERROR = 3

    @property
    def label(self) -> str:
        """The level as every output writes it: `note`, `warning` or `error` (SARIF 2.1.0 §3.27.10)."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file; `path` is relative to what was checked, lines and columns count from 1."""

    path: str
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why a finding does not count: somebody answers for it, until a day (ISO 8601) if one is named."""

    reason: str
    owner: str
    until: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that did not hold.

    `rule` is stable between releases (`crd/field-removed`), `subject` is what it is about (a step's name, a field's
    path): rule and subject together identify the finding from run to run. `message` is one line without a full stop,
    `remedy` the next thing to type or to do, `details` what only this rule knows (JSON values: a direction, a witness).
    A finding with a `suppression` is told, and fails nothing.
    """

    rule: str
    level: Level
    subject: str
    message: str
    location: Location | None = None
    remedy: str = ""
    details: Mapping[str, object] = field(default_factory=dict)
    suppression: Suppression | None = None

    @property
    def fingerprint(self) -> str:
        """What stays the same from run to run, however the message is worded: 32 hexadecimal digits."""
        return hashlib.sha256(f"{self.rule}\0{self.subject}".encode()).hexdigest()[:32]
