"""What a rule is: the text behind a finding's rule id, for `mxfork explain` and for outputs that carry it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from fork_tools.report.finding import Finding, Level, Location

_NO_DETAILS: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by its id (`crd/field-removed`).

    `level` is the gravest that its findings have, `why` says whom it hurts and how, `fix` what helps.
    """

    id: str
    level: Level
    title: str
    why: str
    fix: str

    def finding(
        self,
        subject: str,
        message: str,
        *,
        level: Level | None = None,
        location: Location | None = None,
        remedy: str = "",
        details: Mapping[str, object] = _NO_DETAILS,
    ) -> Finding:
        """Say that the rule does not hold for `subject`; as grave as the rule unless `level` says less."""
        return Finding(self.id, level or self.level, subject, message, location, remedy, details)
