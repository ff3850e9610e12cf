from __future__ import annotations

import xml.etree.ElementTree as ElementTree

from fork_tools.report.render import Form, render
from fork_tools.report.report import Report
from tests.unit.tools.report.samples import AWAY, REPORT


def read(report: Report) -> ElementTree.Element:
    return ElementTree.fromstring(render(report, Form.JUNIT))  # noqa: S314  # our own text


def test_a_suite_for_each_suite_and_a_test_for_each_case() -> None:
    document = read(REPORT)
    assert [suite.get("name") for suite in document] == ["crd", "rbac"]
    assert [(case.get("classname"), case.get("name")) for case in document.iter("testcase")] == [
        ("compat.crd", "mxjobs.kubeflow.org"),
        ("compat.crd", "tfjobs.kubeflow.org"),
        ("compat.rbac", "permissions"),
    ]
    counts = {name: document.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "3", "failures": "1", "errors": "0", "skipped": "1"}


def test_a_failure_carries_its_findings() -> None:
    failure = read(REPORT).find(".//failure")
    assert failure is not None
    assert failure.get("message") == "1 error"
    text = failure.text or ""
    assert "error: crd/field-removed: spec.mxReplicaSpecs.*.restartPolicy: the field is gone" in text
    assert "(crds/kube flow.yaml:12)" in text
    assert "next: restore the field" in text


def test_what_could_not_be_looked_at_is_an_error_and_no_failure() -> None:
    error = read(AWAY).find(".//testcase[@name='version']/error")
    assert error is not None
    assert error.get("message") == "the API server is away"


def test_characters_that_xml_does_not_know_are_replaced() -> None:
    output = read(REPORT).findtext(".//system-out")
    assert output is not None
    assert "with \ufffd[31mcontrol\ufffd" in output
    assert "[waived by platform: needed for clean-up]" in output
