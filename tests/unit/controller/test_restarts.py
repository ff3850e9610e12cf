from __future__ import annotations

from typing import Any

import pytest

from controller.api.mxjob import read
from controller.api.objects import ContainerState, ContainerStatus, Pod, PodCondition, Terminated
from controller.api.status import Restarts
from controller.reconcile.observed import Observed
from controller.reconcile.ownership import gather
from controller.reconcile.restarts import Losses, judge_losses
from tests.unit.controller.builders import mxjob, pod

UID = "uid-of-demo-worker-0"


def losses(policy: str, *pods: Pod, known: Restarts | None = None, replicas: int = 1) -> Losses:
    job = mxjob(worker=replicas, restart_policy=policy)
    return judge_losses(gather(read(job), Observed(job, pods)), known or Restarts())


def worker(**status: Any) -> Pod:
    return pod(mxjob(worker=1), "Worker", 0, **status)


def init_failure(code: int) -> Pod:
    status = ContainerStatus(name="prepare", state=ContainerState(terminated=Terminated(exit_code=code)))
    return worker(phase="Failed", container_statuses=(), init_container_statuses=(status,))


def disrupted(code: int) -> Pod:
    condition = PodCondition(type="DisruptionTarget", status="True", reason="EvictionByEvictionAPI")
    return worker(phase="Failed", exit_code=code, conditions=(condition,))


RETRY_CODES = [128, 130, 137, 138, 255]
PERMANENT_CODES = [0, 1, 2, 3, 127]


@pytest.mark.parametrize(
    ("policy", "seen", "fate"),
    [
        *(
            pytest.param("ExitCode", worker(phase="Failed", exit_code=code), "fatal", id=f"88: {code} is permanent")
            for code in PERMANENT_CODES
        ),
        *(
            pytest.param("ExitCode", worker(phase="Failed", exit_code=code), "replaced", id=f"88: {code} is retryable")
            for code in RETRY_CODES
        ),
        pytest.param("Never", worker(phase="Failed", exit_code=137), "fatal", id="75: Never means never"),
        pytest.param("OnFailure", worker(phase="Failed", reason="Evicted"), "replaced", id="93: OnFailure, evicted"),
        pytest.param("Always", worker(phase="Failed", reason="Evicted"), "replaced", id="93: Always, evicted"),
        pytest.param("Never", worker(phase="Failed", reason="Evicted"), "fatal", id="75: Never, evicted"),
        pytest.param(
            "ExitCode", worker(phase="Failed", container_statuses=()), "replaced", id="94: no word of the container"
        ),
        pytest.param(
            "ExitCode", worker(phase="Failed", exit_code=1, reason="Evicted"), "replaced", id="94: evicted, exit code 1"
        ),
        pytest.param(
            "ExitCode", worker(phase="Failed", exit_code=1, reason="Error"), "fatal", id="90: a reason of its own"
        ),
        pytest.param("ExitCode", disrupted(1), "replaced", id="94: marked as disrupted"),
        pytest.param("ExitCode", init_failure(1), "fatal", id="94: init container failed for good"),
        pytest.param("ExitCode", init_failure(137), "replaced", id="94: init container killed"),
        pytest.param("OnFailure", worker(phase="Running", terminating=True), "replaced", id="77: deleted by somebody"),
        pytest.param("ExitCode", worker(phase="Running", terminating=True), "replaced", id="77: drained"),
        pytest.param(
            "ExitCode", worker(phase="Failed", exit_code=1, terminating=True), "replaced", id="77: ended by deletion"
        ),
        pytest.param("Never", worker(phase="Running", terminating=True), "disrupted", id="77: waits for its end"),
        pytest.param("Never", worker(phase="Failed", exit_code=143, terminating=True), "fatal", id="77: its end"),
        pytest.param("Never", worker(phase="Succeeded", exit_code=0, terminating=True), "", id="77: just made it"),
        pytest.param("OnFailure", worker(phase="Pending", terminating=True), "", id="77: nothing ran yet"),
        pytest.param("Never", worker(phase="Pending", terminating=True), "", id="77: nothing ran yet"),
        pytest.param("Always", worker(phase="Running"), "", id="69: runs"),
        pytest.param("Always", worker(phase="Unknown"), "", id="67: nothing is known"),
    ],
)
def test_verdict(policy: str, seen: Pod, fate: str) -> None:
    found = losses(policy, seen)
    assert [replica.name for replica in found.replaced] == (["demo-worker-0"] if fate == "replaced" else [])
    assert [replica.name for replica in found.fatal] == (["demo-worker-0"] if fate == "fatal" else [])
    assert found.restarts.disrupted == (("demo-worker-0",) if fate == "disrupted" else ())


def test_92_a_pod_counts_once_however_long_it_lingers() -> None:
    failed = worker(phase="Failed", exit_code=137)
    first = losses("ExitCode", failed)
    assert first.restarts == Restarts(count=1, uids=(UID,))
    again = losses("ExitCode", failed, known=first.restarts)
    assert (again.replaced, again.restarts) == ((), first.restarts)


def test_92_what_is_gone_is_forgotten_and_its_successor_counts_anew() -> None:
    known = Restarts(count=1, uids=(UID,))
    assert losses("ExitCode", known=known).restarts == Restarts(count=1)
    successor = worker(phase="Failed", exit_code=137, uid="second")
    assert losses("ExitCode", successor, known=known).restarts == Restarts(count=2, uids=("second",))


def test_77_a_disrupted_pod_that_vanished_is_a_failure() -> None:
    found = losses("Never", known=Restarts(disrupted=("demo-worker-0",)))
    assert [replica.name for replica in found.fatal] == ["demo-worker-0"]


def test_141_a_disruption_out_of_range_is_none() -> None:
    job = mxjob(worker=2)
    going = pod(job, "Worker", 2, phase="Running", terminating=True)
    family = gather(read(job), Observed(job, (going,)))
    assert judge_losses(family, Restarts(disrupted=("demo-worker-2",))).restarts.disrupted == ()


def test_148_rivals_are_not_judged() -> None:
    rival = pod(mxjob(worker=1), "Worker", 0, phase="Failed", exit_code=1)
    assert losses("Never", worker(phase="Failed"), rival).fatal == ()
