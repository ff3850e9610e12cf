"""The conformance report as a YAML document, in the manner of the Gateway API's: one file for an implementation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version

import yaml

from fork_tools.compat.conformance.scenario import EXTENDED, Scenario
from fork_tools.report.report import Case, Outcome, Report

API_VERSION = "conformance.mxjob-fork-kit/v1"


def conformance_document(
    report: Report, scenarios: Sequence[Scenario], implementation: Mapping[str, str], now: datetime
) -> str:
    """Write who was looked at, with what, how it went in core and extended, and how to see it again."""
    cases = {suite.name: suite.cases for suite in report.suites}
    document = {
        "apiVersion": API_VERSION,
        "kind": "ConformanceReport",
        "date": now.isoformat(timespec="seconds"),
        "implementation": dict(implementation),
        "kubernetesVersion": report.facts["kubernetes"],
        "kitVersion": version("mxjob-fork-kit"),
        "recordedFrom": report.facts["recordings"],
        "profiles": [{"name": "MXJob", **{name: _result(cases[name]) for name in cases}}],
        "reproduce": list(report.reproduce),
    }
    document["profiles"][0][EXTENDED] |= _features(cases[EXTENDED], scenarios)  # type: ignore[index]  # made above
    return yaml.safe_dump(document, sort_keys=False)


def _result(cases: Sequence[Case]) -> dict[str, object]:
    by_outcome = {outcome: [case.name for case in cases if case.outcome is outcome] for outcome in Outcome}
    failed = by_outcome[Outcome.FAILED]
    skipped = by_outcome[Outcome.SKIPPED]
    return {
        "result": "failure" if failed else "partial" if skipped else "success",
        "statistics": {
            "passed": len(by_outcome[Outcome.PASSED]),
            "failed": len(failed),
            "skipped": len(skipped),
        },
        **({"failedTests": failed} if failed else {}),
        **({"skippedTests": skipped} if skipped else {}),
    }


def _features(cases: Sequence[Case], scenarios: Sequence[Scenario]) -> dict[str, list[str]]:
    features = {scenario.name: scenario.feature for scenario in scenarios}
    failing = {features[case.name] for case in cases if case.outcome is not Outcome.PASSED}
    return {
        "supportedFeatures": sorted({features[case.name] for case in cases} - failing),
        "unsupportedFeatures": sorted(failing),
    }
