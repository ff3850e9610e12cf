from __future__ import annotations

from typing import Any

import pytest

from controller.api.mxjob import read
from controller.api.status import ReplicaStatus
from controller.reconcile.observed import Observed
from controller.reconcile.ownership import gather
from controller.reconcile.replica_statuses import count, count_after_end
from tests.unit.controller.builders import condition, mxjob, pod, pods_of


def test_77_every_phase_counts_as_what_it_is() -> None:
    job = mxjob(worker=9)
    phases = ["Failed"] * 2 + ["Succeeded"] * 3 + ["Running"] * 2 + ["Pending", "Unknown"]
    pods = [pod(job, "Worker", index, phase=phase) for index, phase in enumerate(phases)]
    pods[6] = pod(job, "Worker", 6, phase="Running", terminating=True)
    family = gather(read(job), Observed(job, tuple(pods)))
    assert count(read(job), family, given_up=()) == {"Worker": ReplicaStatus(active=1, succeeded=3, failed=2)}


@pytest.mark.parametrize(
    ("phase", "terminating", "expected"),
    [
        pytest.param("Succeeded", True, ReplicaStatus(succeeded=1), id="77: succeeded before it goes"),
        pytest.param("Failed", True, ReplicaStatus(failed=1), id="77: failed before it goes"),
        pytest.param("Pending", False, ReplicaStatus(), id="67: pending"),
    ],
)
def test_one_pod(phase: str, terminating: bool, expected: ReplicaStatus) -> None:
    job = mxjob(worker=1)
    family = gather(read(job), Observed(job, (pod(job, "Worker", phase=phase, terminating=terminating),)))
    assert count(read(job), family, given_up=()) == {"Worker": expected}


@pytest.mark.parametrize(("phase", "failed"), [("Running", 0), ("Succeeded", 0), ("Failed", 1), ("Pending", 0)])
def test_125_a_pod_given_up_counts_only_when_it_failed(phase: str, failed: int) -> None:
    job = mxjob(worker=1)
    seen = pod(job, "Worker", phase=phase)
    family = gather(read(job), Observed(job, (seen,)))
    assert count(read(job), family, given_up={seen.metadata.uid}) == {"Worker": ReplicaStatus(failed=failed)}


def test_87_only_types_of_the_spec_are_counted_in_their_order() -> None:
    job = mxjob(worker=1, server=1, scheduler=1)
    family = gather(read(job), Observed(job, (pod(job, "Tuner", phase="Running"), *pods_of(job, "Running"))))
    assert list(count(read(job), family, given_up=())) == ["Scheduler", "Server", "Worker"]


@pytest.mark.parametrize(
    ("end", "before", "now", "expected"),
    [
        pytest.param("Succeeded", {"active": 2}, ["Running"] * 2, ReplicaStatus(active=2), id="111: still running"),
        pytest.param("Succeeded", {"active": 2}, [], ReplicaStatus(succeeded=2), id="111: cleaned up"),
        pytest.param(
            "Succeeded", {"active": 2}, ["Succeeded", "Running"], ReplicaStatus(active=1, succeeded=1), id="111: ending"
        ),
        pytest.param(
            "Succeeded", {"active": 2}, ["Failed", "Running"], ReplicaStatus(active=1, failed=1), id="111: failing late"
        ),
        pytest.param(
            "Succeeded", {"succeeded": 2}, [], ReplicaStatus(succeeded=2), id="111: ended pods removed by hand"
        ),
        pytest.param(
            "Succeeded", {"succeeded": 1}, ["Running"], ReplicaStatus(active=1), id="111: v1.8.1 told of a live server"
        ),
        pytest.param("Succeeded", {}, ["Running"], ReplicaStatus(active=1), id="111: came up late"),
        pytest.param("Failed", {"active": 2, "failed": 1}, [], ReplicaStatus(failed=1), id="105: none is active"),
        pytest.param(
            "Failed", {"active": 1, "failed": 1}, ["Running", "Failed"], ReplicaStatus(1, 0, 1), id="105: kept by None"
        ),
        pytest.param("Failed", {"active": 1}, ["Succeeded"], ReplicaStatus(succeeded=1), id="105: ended well, late"),
    ],
)
def test_count_after_end(end: str, before: dict[str, int], now: list[str], expected: ReplicaStatus) -> None:
    status: dict[str, Any] = {"conditions": [condition(end)], "replicaStatuses": {"Worker": before}}
    job = mxjob(worker=2, status=status)
    pods = tuple(pod(job, "Worker", index, phase=phase) for index, phase in enumerate(now))
    assert count_after_end(read(job), gather(read(job), Observed(job, pods))) == {"Worker": expected}


@pytest.mark.parametrize(
    ("end", "before", "expected"),
    [
        pytest.param("Succeeded", {"active": 1}, ReplicaStatus(succeeded=1), id="111: of a job that succeeded"),
        pytest.param("Failed", {"active": 1}, ReplicaStatus(), id="105: of a job that failed"),
        pytest.param("Failed", {"failed": 1}, ReplicaStatus(failed=1), id="105: had failed before"),
    ],
)
def test_a_pod_killed_by_the_clean_up_has_not_failed(end: str, before: dict[str, int], expected: ReplicaStatus) -> None:
    job = mxjob(worker=1, status={"conditions": [condition(end)], "replicaStatuses": {"Worker": before}})
    killed = pod(job, "Worker", phase="Failed", exit_code=143, terminating=True)
    assert count_after_end(read(job), gather(read(job), Observed(job, (killed,)))) == {"Worker": expected}
