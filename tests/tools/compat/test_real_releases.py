"""What is found between real releases; runs where MXFORK_UPSTREAM names a clone of upstream."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.tools.mxfork import Mxfork

_UPSTREAM = os.environ.get("MXFORK_UPSTREAM")
_ROOT = Path(__file__).parents[3]

if _UPSTREAM:

    @pytest.fixture
    def mxfork(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Mxfork:
        monkeypatch.chdir(_ROOT)
        return Mxfork(capsys, "--upstream", str(_UPSTREAM), "--offline", "--output", "json")

    def found(mxfork: Mxfork, kind: str, old: str, new: str) -> dict[str, str]:
        document = json.loads(mxfork("compat", kind, old, new).out)
        cases = [case for suite in document["suites"] for case in suite["cases"]]
        return {each["subject"]: each["message"] for case in cases for each in case["findings"]}

    def test_managed_by_came_with_v1_9_0(mxfork: Mxfork) -> None:
        told = found(mxfork, "upstream", "upstream:v1.8.1", "upstream:v1.9.0")
        assert "#2203" in told["runPolicy.managedBy"]
        assert "[ported]" in told["runPolicy.managedBy"]

    def test_clean_pod_policy_on_the_backoff_limit_came_with_v1_9_4(mxfork: Mxfork) -> None:
        told = found(mxfork, "upstream", "upstream:v1.9.3", "upstream:v1.9.4")
        assert "#3420" in told["pkg/controller.v1/common/job.go ReconcileJobs"]

    def test_sdk_1_8_1_is_offered_all_that_it_sets_and_1_9_knows_no_mxjob(mxfork: Mxfork) -> None:
        told = found(mxfork, "sdk", "upstream:v1.8.1", ".")
        assert ".spec.runPolicy.managedBy" in told
        assert all("does not have it" in message for message in told.values())
        assert "KubeflowOrgV1MXJob" in found(mxfork, "sdk", "upstream:v1.9.4", ".")

    def test_the_operators_account_loses_mxjobs_in_v1_9(mxfork: Mxfork) -> None:
        told = found(mxfork, "rbac", "upstream:v1.8.1", "upstream:v1.9.4")
        assert told["training-operator: watch mxjobs.kubeflow.org"] == "pods of the old version are refused it"
