from __future__ import annotations

import pytest

from controller.api.objects import Pod
from controller.api.status import JobStatus
from fork_tools.demo.narration import Line, Tone, describe, job_lines, pod_lines
from tests.unit.tools.demo.states import job, pod


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        pytest.param(None, "gone", id="no pod"),
        pytest.param(pod("Pending"), "Pending", id="not scheduled yet"),
        pytest.param(
            pod("Pending", waiting={"reason": "ContainerCreating"}), "Pending", id="an ordinary wait tells nothing"
        ),
        pytest.param(
            pod("Pending", waiting={"reason": "ErrImagePull", "message": "no such image"}),
            "Pending (ErrImagePull: no such image)",
            id="a wait that will not end",
        ),
        pytest.param(pod("Running", running={}), "Running", id="runs"),
        pytest.param(pod("Running", terminating=True), "Terminating", id="being deleted"),
        pytest.param(pod("Succeeded", terminated={"exitCode": 0}), "Succeeded", id="well"),
        pytest.param(pod("Failed", terminated={"exitCode": 3}), "Failed (exit code 3)", id="exit code"),
        pytest.param(
            pod("Failed", terminated={"exitCode": 127, "message": "trian.py: not found"}),
            "Failed (exit code 127: trian.py: not found)",
            id="exit code and message",
        ),
    ],
)
def test_a_pod_is_described_by_its_phase_and_what_is_unusual(state: Pod | None, expected: str) -> None:
    assert describe(state) == expected


def test_a_pod_is_told_of_when_it_changes_and_only_then() -> None:
    assert list(pod_lines(None, pod("Pending"))) == [Line("pod", "digits-worker-0 Pending")]
    assert list(pod_lines(pod("Pending"), pod("Pending", waiting={"reason": "ContainerCreating"}))) == []
    assert list(pod_lines(pod("Pending"), pod("Running"))) == [Line("pod", "digits-worker-0 Running")]
    assert list(pod_lines(pod("Running"), None)) == [Line("pod", "digits-worker-0 gone")]
    assert list(pod_lines(None, None)) == []


@pytest.mark.parametrize(("phase", "tone"), [("Running", Tone.PLAIN), ("Succeeded", Tone.GOOD), ("Failed", Tone.BAD)])
def test_a_pods_end_is_told_in_its_tone(phase: str, tone: Tone) -> None:
    assert [line.tone for line in pod_lines(None, pod(phase))] == [tone]


def test_each_condition_is_told_once_in_the_order_of_the_status() -> None:
    created, running = job(("Created", "is created")), job(("Created", "is created"), ("Running", "is running"))

    assert list(job_lines(JobStatus(), running)) == [
        Line("job", "Created: is created"),
        Line("job", "Running: is running"),
    ]
    assert list(job_lines(created, running)) == [Line("job", "Running: is running")]
    assert list(job_lines(running, running)) == []


def test_a_condition_that_stops_to_hold_is_not_told_but_told_again_when_it_returns() -> None:
    running, stopped = job(("Running", "is running")), job(("Running", "is running"), status="False")

    assert list(job_lines(running, stopped)) == []
    assert list(job_lines(stopped, running)) == [Line("job", "Running: is running")]


@pytest.mark.parametrize(
    ("condition", "tone"),
    [("Succeeded", Tone.GOOD), ("Failed", Tone.BAD), ("Invalid", Tone.BAD), ("Created", Tone.PLAIN)],
)
def test_the_jobs_end_is_told_in_its_tone(condition: str, tone: Tone) -> None:
    assert [line.tone for line in job_lines(JobStatus(), job((condition, "")))] == [tone]
