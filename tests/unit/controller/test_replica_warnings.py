from __future__ import annotations

from typing import Any

import pytest

from controller.api.constants import LABEL_REPLICA_INDEX
from controller.api.mxjob import read
from controller.api.objects import ContainerState, ContainerStatus, Pod, PodCondition, Terminated, Waiting
from controller.reconcile.actions import Event
from controller.reconcile.observed import Observed
from controller.reconcile.obstacles import MOST_OF_A_KIND
from controller.reconcile.ownership import gather
from controller.reconcile.replica_warnings import replica_warnings
from tests.unit.controller.builders import mxjob, pod, pods_of

JOB = mxjob(worker=1)


def told(*pods: Pod, job: dict[str, Any] | None = None) -> tuple[Event, ...]:
    raw = job or JOB
    return replica_warnings(gather(read(raw), Observed(raw, pods)))


def waiting(reason: str, message: str = "", name: str = "mxnet") -> ContainerStatus:
    return ContainerStatus(name, 0, ContainerState(waiting=Waiting(reason, message)))


def terminated(code: int, reason: str = "", name: str = "mxnet") -> ContainerStatus:
    return ContainerStatus(name, 0, ContainerState(terminated=Terminated(code, reason)))


def unscheduled(index: int = 0, status: str = "False") -> Pod:
    condition = PodCondition("PodScheduled", status, "Unschedulable", "0/3 nodes are available")
    earlier = PodCondition("Initialized", "False", "Earlier", "", "2024-09-10T07:00:00Z")
    later = PodCondition(condition.type, status, condition.reason, condition.message, "2024-09-10T07:30:00Z")
    return pod(mxjob(worker=99), "Worker", index, conditions=(later, earlier))


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        pytest.param(
            {"container_statuses": (waiting("CrashLoopBackOff", "back-off 10s"),)},
            [("CrashLoopBackOff", "Pod demo-worker-0, container mxnet: back-off 10s")],
            id="162: crash loop",
        ),
        pytest.param(
            {"container_statuses": (waiting("ContainerCreating"),)}, [], id="162: waiting without a word is no trouble"
        ),
        pytest.param(
            {"container_statuses": (terminated(3, "Error", "sidecar"),)},
            [("Error", "Pod demo-worker-0, container sidecar: exit code 3")],
            id="162: a container ended badly",
        ),
        pytest.param({"container_statuses": (terminated(0, "Completed"),)}, [], id="162: a container ended well"),
        pytest.param(
            {
                "init_container_statuses": (terminated(1, "Error", "prepare"),),
                "container_statuses": (waiting("PodInitializing"),),
            },
            [("Error", "Pod demo-worker-0, container prepare: exit code 1")],
            id="162: an init container failed",
        ),
    ],
)
def test_troubled_pods(seen: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert [(each.reason, each.message) for each in told(pod(JOB, "Worker", **seen))] == expected


def test_162_a_pod_that_no_node_takes() -> None:
    assert told(unscheduled()) == (Event("Warning", "Unschedulable", "Pod demo-worker-0: 0/3 nodes are available"),)


def test_162_what_has_been_mended_is_no_trouble() -> None:
    assert told(unscheduled(status="True")) == ()


def test_162_one_trouble_of_many_pods_is_told_of_the_first_few() -> None:
    pods = tuple(unscheduled(index) for index in range(99))
    assert len(told(*pods, job=mxjob(worker=99))) == MOST_OF_A_KIND


@pytest.mark.parametrize(
    ("phase", "code", "expected"),
    [("Failed", 137, ["ExitedWithCode"]), ("Succeeded", 0, []), ("Running", None, [])],
)
def test_exit_codes_are_told_when_they_mean_failure(phase: str, code: int | None, expected: list[str]) -> None:
    assert [each.reason for each in told(pod(JOB, "Worker", phase=phase, exit_code=code))] == expected


def test_148_rivals_are_named() -> None:
    (warning,) = told(pod(JOB, "Worker", 0), pod(JOB, "Worker", 1, labels={LABEL_REPLICA_INDEX: "0"}))
    assert warning.reason == "DuplicateReplica"
    assert "demo-worker-0, demo-worker-1" in warning.message


def test_146_misleading_labels_are_named() -> None:
    (warning,) = told(pod(JOB, "Worker", 0, labels={LABEL_REPLICA_INDEX: "x"}))
    assert warning.reason == "UnexpectedReplicaLabels"
    assert "replica-index=x" in warning.message


def test_162_pods_on_their_way_out_are_no_trouble() -> None:
    assert told(*pods_of(JOB, "Pending", terminating=True, container_statuses=(waiting("X", "y"),))) == ()
