"""From findings to the one word that a compatibility gate needs."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from fork_tools.report.finding import Finding, Level
from fork_tools.report.report import Outcome, Suite


class Verdict(StrEnum):
    """The words, best first; the last one means that nothing is known."""

    COMPATIBLE = "compatible"
    WITH_NOTES = "compatible with notes"
    NEEDS_PORT = "needs port"
    BREAKING = "breaking"
    UNKNOWN = "could not check"


# An error here means that upstream moved and the controller has to follow; nobody's job breaks today.
_PORTS = ("upstream/",)


def verdict(suites: Sequence[Suite]) -> Verdict:
    """Judge a whole run. What is waived, or less than an error, makes notes."""
    cases = [case for suite in suites for case in suite.cases]
    findings = [finding for case in cases for finding in case.findings]
    errors = [finding for finding in findings if finding.level is Level.ERROR and finding.suppression is None]
    if any(not _is_port(finding) for finding in errors):
        return Verdict.BREAKING
    if any(case.outcome is Outcome.ERROR for case in cases):
        return Verdict.UNKNOWN
    if errors:
        return Verdict.NEEDS_PORT
    return Verdict.WITH_NOTES if findings else Verdict.COMPATIBLE


def _is_port(finding: Finding) -> bool:
    return finding.rule.startswith(_PORTS)
