"""A whole run as a value: suites of cases with their findings, and one verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from fork_tools.report.finding import Finding, Level


class Outcome(StrEnum):
    """How a case ended. `error` means that it could not be looked at: never to be taken for `passed`."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that was looked at (a step on a release, a check): `summary` is one line, `text` what explains it."""

    name: str
    outcome: Outcome
    summary: str = ""
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Suite:
    """Cases that belong together: those of a release, of a kind of check."""

    name: str
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What a command tells in every form: `verdict` is the one word, `facts` what was compared, and the versions."""

    kind: str
    title: str
    verdict: str
    suites: tuple[Suite, ...]
    facts: Mapping[str, str] = field(default_factory=dict)
    reproduce: tuple[str, ...] = ()

    def findings(self) -> Iterator[Finding]:
        """All findings, in the order of the report."""
        return (finding for suite in self.suites for case in suite.cases for finding in case.findings)

    def complete(self) -> bool:
        """Whether everything could be looked at."""
        return not any(case.outcome is Outcome.ERROR for suite in self.suites for case in suite.cases)

    def reaches(self, level: Level) -> bool:
        """Whether a finding that is not suppressed is at least as grave as `level`."""
        return any(finding.level >= level for finding in self.findings() if finding.suppression is None)

    def counts(self) -> dict[Level, int]:
        """How many findings of each level there are, gravest first; those suppressed are left out."""
        levels = Counter(finding.level for finding in self.findings() if finding.suppression is None)
        return {level: levels[level] for level in sorted(Level, reverse=True)}

    def suppressed(self) -> int:
        """How many findings do not count."""
        return sum(finding.suppression is not None for finding in self.findings())
