from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from fork_tools.compat.waivers.applying import apply_waivers, suppress_known
from fork_tools.compat.waivers.baseline import read_baseline
from fork_tools.compat.waivers.reading import read_waivers
from fork_tools.compat.waivers.waiver import Waiver
from fork_tools.errors import MxforkError
from fork_tools.report.finding import Finding, Level, Location
from fork_tools.report.render import Form, render
from fork_tools.report.report import Case, Outcome, Report, Suite

TODAY = date(2026, 11, 24)
GONE = Finding("crd/field-removed", Level.ERROR, "spec.mxReplicaSpecs[*].template", "gone")
WAIVER = Waiver(
    "crd/field-removed", "spec.mxReplicaSpecs[*].*", "as planned", "jo", date(2026, 11, 24), None, Location("w", 1)
)
ENTRY = """
[[waiver]]
rule = "crd/field-removed"
path = "spec.*"
reason = "as planned"
owner = "jo"
expires = 2026-11-24
"""


def run(*findings: Finding, outcome: Outcome = Outcome.FAILED) -> tuple[Suite, ...]:
    return (Suite("crd", (Case("mxjobs", outcome, findings=findings),)),)


def rules_told(suites: tuple[Suite, ...]) -> list[str]:
    return [f.rule for suite in suites for case in suite.cases for f in case.findings if f.suppression is None]


def test_a_waived_finding_is_kept_and_fails_nothing_until_the_end_of_its_day() -> None:
    (suite, _) = apply_waivers(run(GONE), [WAIVER], TODAY)
    (case,) = suite.cases
    assert case.outcome is Outcome.PASSED
    assert case.findings[0].suppression == WAIVER.suppression()


def test_an_expired_waiver_hides_nothing_and_is_an_error_itself() -> None:
    told = apply_waivers(run(GONE), [WAIVER], date(2026, 11, 25))
    assert rules_told(told) == ["crd/field-removed", "waiver/expired"]
    assert told[-1].cases[0].outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("waiver", "suites", "told"),
    [
        pytest.param(WAIVER, run(GONE), [], id="it covers something"),
        pytest.param(WAIVER, run(), ["waiver/unused"], id="nothing was found"),
        pytest.param(replace(WAIVER, rule="rbac/x"), run(), [], id="its kind of check did not run"),
        pytest.param(WAIVER, run(outcome=Outcome.ERROR), [], id="its check could not be run"),
        pytest.param(replace(WAIVER, path="spec"), run(GONE), ["crd/field-removed", "waiver/unused"], id="whole path"),
        pytest.param(replace(WAIVER, path="spec?*"), run(), ["waiver/unused"], id="only * is special"),
    ],
)
def test_unused(waiver: Waiver, suites: tuple[Suite, ...], told: list[str]) -> None:
    assert rules_told(apply_waivers(suites, [waiver], TODAY)) == told


@pytest.mark.parametrize(
    ("version", "waived"),
    [
        pytest.param("1.8.1", True, id="in the range"),
        pytest.param("1.9.0-rc.0", False, id="the next one's candidate"),
        pytest.param(None, False, id="no version compared with"),
    ],
)
def test_a_range_of_versions(tmp_path: Path, version: str | None, waived: bool) -> None:
    path = tmp_path / "waivers.toml"
    path.write_text(ENTRY + 'versions = ">=1.8,<1.9"', encoding="utf-8")
    compared = Version(version) if version else None
    told = apply_waivers(run(GONE), read_waivers(path), TODAY, compared)
    assert rules_told(told) == ([] if waived else ["crd/field-removed"])


@given(st.text(min_size=1))
def test_a_path_without_stars_covers_itself_alone(subject: str) -> None:
    path = subject.replace("*", "")
    assert replace(WAIVER, path=path).covers(replace(GONE, subject=path))
    assert not replace(WAIVER, path=path).covers(replace(GONE, subject=f"{path}x"))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param("[[waiver", "no TOML", id="broken"),
        pytest.param("[[waivers]]", "unknown table waivers", id="another table"),
        pytest.param(ENTRY + ENTRY.replace('owner = "jo"', ""), "owner is missing", id="no owner"),
        pytest.param(ENTRY.replace("as planned", " "), "reason is missing", id="an empty reason"),
        pytest.param(ENTRY.replace("2026-11-24", '"soon"'), "expires is no day", id="no day"),
        pytest.param(ENTRY + "until = 1", "unknown field until", id="an unknown field"),
        pytest.param(ENTRY + 'versions = "new"', "versions is no range", id="no range"),
    ],
)
def test_a_waiver_that_cannot_be_read_is_wrong_use(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "waivers.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MxforkError, match=complaint) as caught:
        read_waivers(path)
    assert caught.value.exit_code == 2


def test_a_complaint_names_the_line_of_the_entry(tmp_path: Path) -> None:
    path = tmp_path / "waivers.toml"
    path.write_text(ENTRY + ENTRY.replace('owner = "jo"', ""), encoding="utf-8")
    with pytest.raises(MxforkError) as caught:
        read_waivers(path)
    assert f"{path}:9" in str(caught.value)


def test_the_ratchet_lets_known_findings_pass_and_new_or_graver_ones_fail(tmp_path: Path) -> None:
    mild = Finding("crd/default-changed", Level.WARNING, "spec.x", "changed")
    path = tmp_path / "before.json"
    path.write_text(render(Report("compat", "t", "breaking", run(GONE, mild)), Form.JSON), encoding="utf-8")
    now = run(replace(GONE, message="worded anew"), replace(mild, level=Level.ERROR), replace(GONE, subject="spec.y"))
    told = suppress_known(now, read_baseline(path), "before.json")
    counting = [f.subject for suite in told for case in suite.cases for f in case.findings if not f.suppression]
    assert counting == ["spec.x", "spec.y"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"suites": [{"cases": [{"findings": [{}]}]}]}'])
def test_what_is_no_report_is_no_baseline(tmp_path: Path, text: str) -> None:
    path = tmp_path / "before.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MxforkError, match="is no report of mxfork"):
        read_baseline(path)
