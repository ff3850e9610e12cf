from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from fork_tools.compat.conformance.gateway_style import conformance_document
from fork_tools.compat.conformance.scenario import CORE, EXTENDED, Scenario, load, shipped
from fork_tools.compat.conformance.snapshot import differences
from fork_tools.errors import MxforkError
from fork_tools.report.report import Case, Outcome, Report, Suite


@pytest.mark.parametrize("scenario", shipped(), ids=lambda scenario: scenario.name)
def test_a_shipped_scenario_has_what_its_steps_look_at(scenario: Scenario) -> None:
    labels = [argument for action, argument in scenario.steps if action == "snap"]
    assert labels
    assert sorted(labels) == sorted(scenario.recorded)
    assert scenario.profile in (CORE, EXTENDED)
    assert bool(scenario.feature) is (scenario.profile == EXTENDED)


@pytest.mark.parametrize("text", ["", "[]", "name: x", "{", "name: x\njob: {}\nsteps: [pods]"])
def test_a_file_that_holds_no_scenario_is_wrong_use(tmp_path: Path, text: str) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MxforkError, match="holds no scenario") as caught:
        load(path)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("expected", "actual", "told"),
    [
        ({"a": []}, {}, []),
        ({"a": 1}, {"a": True}, ["a: 1 expected, true found"]),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, ["a[0].b: 1 expected, 2 found"]),
        ({"a": [1]}, {"a": [1, 2]}, ["a: [1] expected, [1, 2] found"]),
        ({"a": {"b": 1}}, {"a": None}, ['a: {"b": 1} expected, null found']),
    ],
)
def test_differences(expected: object, actual: object, told: list[str]) -> None:
    assert list(differences(expected, actual)) == told


def test_a_failing_extended_scenario_makes_its_feature_unsupported() -> None:
    scenarios = [scenario for scenario in shipped() if scenario.feature == "Suspend"]
    outcomes = [Outcome.PASSED, Outcome.FAILED]
    cases = tuple(Case(each.name, outcome) for each, outcome in zip(scenarios, outcomes, strict=True))
    facts = {"kubernetes": "v1.37.2", "recordings": "training-operator v1.8.1"}
    report = Report(
        "conformance", "t", "does not conform", (Suite(CORE, ()), Suite(EXTENDED, cases)), facts, ("again",)
    )
    text = conformance_document(report, scenarios, {"project": "x"}, datetime(2026, 11, 24, tzinfo=UTC))
    document = yaml.safe_load(text)
    (profile,) = document["profiles"]
    assert profile["core"] == {"result": "success", "statistics": {"passed": 0, "failed": 0, "skipped": 0}}
    assert profile["extended"]["failedTests"] == [scenarios[1].name]
    assert profile["extended"]["unsupportedFeatures"] == ["Suspend"]
    assert (document["date"], document["reproduce"]) == ("2026-11-24T00:00:00+00:00", ["again"])
