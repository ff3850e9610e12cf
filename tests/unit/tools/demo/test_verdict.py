from __future__ import annotations

from collections.abc import Mapping

import pytest

from controller.api.status import JobStatus
from fork_tools.demo.failures import failed, suspects, too_late
from fork_tools.demo.verdict import ended, judge
from tests.unit.tools.demo.states import DIGEST, OTHER_DIGEST, job, log, pod

SUCCEEDED = job(("Created", "is created"), ("Succeeded", "successfully completed"))
LOGS = {"digits-worker-0": log(), "digits-worker-1": log()}


def test_equal_weights_and_enough_accuracy_leave_nothing_to_complain_of() -> None:
    verdict = judge(SUCCEEDED, LOGS)

    assert verdict.problems == ()
    assert verdict.weights == DIGEST
    assert list(verdict.trainings) == ["digits-worker-0", "digits-worker-1"]


@pytest.mark.parametrize(
    ("status", "logs", "problem"),
    [
        pytest.param(
            job(("Failed", "1 Worker replica(s) failed")),
            {**LOGS, "digits-worker-1": ""},
            "the job is Failed: 1 Worker replica(s) failed",
            id="failed",
        ),
        pytest.param(job(("Invalid", "spec.x is wrong")), LOGS, "the job is Invalid: spec.x is wrong", id="invalid"),
        pytest.param(job(("Running", "")), LOGS, "the job has not ended, it is Running", id="still runs"),
        pytest.param(JobStatus(), LOGS, "the job has not ended, it is without any condition", id="nobody looked at it"),
        pytest.param(SUCCEEDED, {}, "no worker has written a log", id="no worker"),
        pytest.param(
            SUCCEEDED,
            {**LOGS, "digits-worker-1": "rank 1 of 2\n"},
            "the log of digits-worker-1 ends before its training did",
            id="log cut short",
        ),
        pytest.param(
            SUCCEEDED,
            {**LOGS, "digits-worker-1": log(accuracy=0.25)},
            "digits-worker-1 reached accuracy 0.2500, wanted was 0.9000",
            id="has not learned",
        ),
        pytest.param(
            SUCCEEDED,
            {**LOGS, "digits-worker-1": log(weights=OTHER_DIGEST)},
            "the workers hold different weights: digits-worker-0 0123456789abcdef…, digits-worker-1 fedcba9876543210…",
            id="weights differ",
        ),
    ],
)
def test_each_shortcoming_is_named(status: JobStatus, logs: Mapping[str, str], problem: str) -> None:
    assert judge(status, logs).problems == (problem,)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (JobStatus(), False),
        (job(("Created", ""), ("Running", "")), False),
        (job(("Restarting", "")), False),
        (job(("Succeeded", "")), True),
        (job(("Failed", "")), True),
        (job(("Invalid", "")), True),
        (job(("Succeeded", ""), status="False"), False),
    ],
)
def test_when_nothing_more_is_to_be_expected(status: JobStatus, expected: bool) -> None:
    assert ended(status) is expected


def test_the_log_of_a_pod_that_failed_explains_before_that_of_a_worker_that_waits() -> None:
    verdict = judge(job(("Failed", "")), {"digits-worker-0": "rank 0 of 2\n", "digits-worker-1": ""})
    pods = {
        "digits-worker-0": pod("Running"),
        "digits-worker-1": pod("Failed", terminated={"exitCode": 1}, name="digits-worker-1"),
    }

    assert suspects(verdict, pods) == ("digits-worker-1",)
    assert suspects(verdict, {"digits-worker-0": pod("Running")}) == ("digits-worker-0",)


def test_a_failure_shows_its_reason_the_pods_and_the_end_of_the_log() -> None:
    pods = {"digits-worker-0": pod("Failed", terminated={"exitCode": 1})}
    verdict = judge(job(("Failed", "1 Worker replica(s) failed")), {"digits-worker-0": ""})

    text = str(failed(verdict, pods, {"digits-worker-0": "\n".join(f"line {number}" for number in range(99))}))

    assert text.startswith("the job is Failed: 1 Worker replica(s) failed")
    assert "digits-worker-0 Failed (exit code 1)" in text
    assert "line 98" in text
    assert "line 50" not in text
    assert "mxfork demo --keep" in text


def test_logs_that_are_alike_are_shown_once() -> None:
    pods = {
        name: pod("Failed", terminated={"exitCode": 2}, name=name) for name in ("digits-worker-0", "digits-worker-1")
    }
    verdict = judge(job(("Failed", "2 Worker replica(s) failed")), dict.fromkeys(pods, ""))

    text = str(failed(verdict, pods, dict.fromkeys(pods, "python: can't open file")))

    assert text.count("can't open file") == 1
    assert "log of    digits-worker-0, digits-worker-1" in text


def test_a_job_that_does_not_end_is_shown_as_it_stands() -> None:
    pods = {"digits-worker-0": pod("Pending", waiting={"reason": "ErrImagePull"})}

    text = str(too_late(30, job(("Created", "")), pods, {"mxjob-controller": "controller: trouble", "node": ""}))

    assert "not ended after 30 s" in text
    assert "Created" in text
    assert "digits-worker-0 Pending (ErrImagePull)" in text
    assert "controller: trouble" in text
    assert "log of    node\n            (empty)" in text
