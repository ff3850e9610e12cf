from __future__ import annotations

from dataclasses import replace

import pytest

from fork_tools.compat.verdict import Verdict, verdict
from fork_tools.report.finding import Finding, Level, Suppression
from fork_tools.report.report import Case, Outcome, Suite

BREAK = Finding("crd/field-removed", Level.ERROR, "spec.x", "gone")
PORT = Finding("upstream/field-added", Level.ERROR, "runPolicy.managedBy", "new")
NOTE = Finding("crd/description-changed", Level.NOTE, "spec.x", "changed")
WAIVED = replace(BREAK, suppression=Suppression("planned", "jo"))


@pytest.mark.parametrize(
    ("findings", "outcome", "expected"),
    [
        pytest.param([], Outcome.PASSED, Verdict.COMPATIBLE, id="nothing"),
        pytest.param([NOTE], Outcome.PASSED, Verdict.WITH_NOTES, id="a note"),
        pytest.param([WAIVED], Outcome.PASSED, Verdict.WITH_NOTES, id="a waived break is a note"),
        pytest.param([PORT, NOTE], Outcome.FAILED, Verdict.NEEDS_PORT, id="upstream moved"),
        pytest.param([PORT, BREAK], Outcome.FAILED, Verdict.BREAKING, id="a break outweighs a port"),
        pytest.param([], Outcome.ERROR, Verdict.UNKNOWN, id="could not look: never compatible"),
        pytest.param([PORT], Outcome.ERROR, Verdict.UNKNOWN, id="could not look at all of it"),
        pytest.param([BREAK], Outcome.ERROR, Verdict.BREAKING, id="what is broken stays broken"),
    ],
)
def test_verdict(findings: list[Finding], outcome: Outcome, expected: Verdict) -> None:
    assert verdict([Suite("crd", (Case("mxjobs", outcome, findings=tuple(findings)),))]) is expected
