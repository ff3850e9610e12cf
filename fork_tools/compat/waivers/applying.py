"""Which findings of a run are waived, and which waivers no longer hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from packaging.version import Version

from fork_tools.compat.waivers.rules import EXPIRED, UNUSED
from fork_tools.compat.waivers.waiver import Waiver
from fork_tools.report.finding import Finding, Level, Suppression
from fork_tools.report.report import Case, Outcome, Suite


def apply_waivers(
    suites: Sequence[Suite], waivers: Sequence[Waiver], today: date, version: Version | None = None
) -> tuple[Suite, ...]:
    """Suppress what is waived today, and add a suite that tells of waivers expired or unused.

    `version` is the upstream release compared with. A waiver counts as unused only if its kind of check ran, whole.
    """
    current = [waiver for waiver in waivers if waiver.expires >= today and waiver.applies_to(version)]
    waived = tuple(_suite(suite, lambda finding: _suppression(finding, current)) for suite in suites)
    found = [finding for suite in suites for case in suite.cases for finding in case.findings]
    kinds = _kinds_that_ran(suites)
    troubles = (
        *(_expired(waiver) for waiver in waivers if waiver.expires < today),
        *(_unused(waiver) for waiver in current if _kind(waiver.rule) in kinds and not any(map(waiver.covers, found))),
    )
    return (*waived, Suite("waivers", (_case(troubles),))) if waivers else waived


def suppress_known(suites: Sequence[Suite], known: frozenset[tuple[str, Level]], baseline: str) -> tuple[Suite, ...]:
    """Suppress what an earlier report told already (fingerprint and level): only what is new or graver counts."""
    reason = Suppression("known before", baseline)
    return tuple(
        _suite(suite, lambda finding: reason if (finding.fingerprint, finding.level) in known else None)
        for suite in suites
    )


def _suite(suite: Suite, suppression: Callable[[Finding], Suppression | None]) -> Suite:
    return replace(suite, cases=tuple(_with_suppressions(case, suppression) for case in suite.cases))


def _with_suppressions(case: Case, suppression: Callable[[Finding], Suppression | None]) -> Case:
    findings = tuple(
        replace(finding, suppression=finding.suppression or suppression(finding)) for finding in case.findings
    )
    failing = any(finding.level is Level.ERROR and finding.suppression is None for finding in findings)
    excused = case.outcome is Outcome.FAILED and findings and not failing
    return replace(case, findings=findings, outcome=Outcome.PASSED if excused else case.outcome)


def _suppression(finding: Finding, waivers: Sequence[Waiver]) -> Suppression | None:
    return next((waiver.suppression() for waiver in waivers if waiver.covers(finding)), None)


def _kinds_that_ran(suites: Sequence[Suite]) -> set[str]:
    return {suite.name for suite in suites if not any(case.outcome is Outcome.ERROR for case in suite.cases)}


def _kind(rule: str) -> str:
    return rule.partition("/")[0]


def _expired(waiver: Waiver) -> Finding:
    message = f"the waiver of {waiver.owner} expired on {waiver.expires.isoformat()}"
    return EXPIRED.finding(f"{waiver.rule} {waiver.path}", message, location=waiver.location, remedy=EXPIRED.fix)


def _unused(waiver: Waiver) -> Finding:
    message = "nothing was found that it covers"
    return UNUSED.finding(f"{waiver.rule} {waiver.path}", message, location=waiver.location, remedy=UNUSED.fix)


def _case(troubles: tuple[Finding, ...]) -> Case:
    outcome = Outcome.FAILED if any(finding.level is Level.ERROR for finding in troubles) else Outcome.PASSED
    return Case("patches/waivers.toml", outcome, findings=troubles)
