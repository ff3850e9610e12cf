from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from controller.api.mxjob import read
from controller.api.objects import ContainerStatus, Pod
from controller.api.status import Restarts
from controller.reconcile.limits import overran, past_backoff_limit, time_left
from controller.reconcile.observed import Observed
from controller.reconcile.ownership import gather
from controller.reconcile.restarts import judge_losses
from tests.unit.controller.builders import NOW, ago, condition, mxjob, pod, pods_of


def past(limit: int | None, policy: str, *pods: Pod, count: int = 0, workers: int = 4) -> bool:
    job = mxjob(worker=workers, restart_policy=policy, backoffLimit=limit)
    family = gather(read(job), Observed(job, pods))
    return past_backoff_limit(read(job), family, judge_losses(family, Restarts(count=count)))


def workers(phase: str = "Running", number: int = 4, **more: Any) -> tuple[Pod, ...]:
    return pods_of(mxjob(worker=number), phase, **more)


def crashing_init(restarts: int, *, terminating: bool = False) -> Pod:
    statuses = (ContainerStatus("prepare", restarts),)
    return pod(mxjob(worker=1), "Worker", terminating=terminating, init_container_statuses=statuses)


@pytest.mark.parametrize(
    ("limit", "policy", "pods", "count", "expected"),
    [
        pytest.param(3, "OnFailure", workers(number=1, restarts=3), 0, True, id="95: reached in place"),
        pytest.param(3, "OnFailure", workers(number=1, restarts=2), 0, False, id="95: not reached"),
        pytest.param(0, "OnFailure", workers(), 0, False, id="95: zero, and no restart"),
        pytest.param(0, "OnFailure", workers(number=1, restarts=1), 0, True, id="95: zero, and a restart"),
        pytest.param(4, "OnFailure", workers(restarts=1), 0, True, id="96: four workers, once each"),
        pytest.param(4, "Never", workers(restarts=1), 0, False, id="99: Never is not counted"),
        pytest.param(None, "OnFailure", workers(restarts=99), 99, False, id="95: no limit"),
        pytest.param(2, "OnFailure", (crashing_init(2),), 0, True, id="95: init containers count, before the pod runs"),
        pytest.param(2, "ExitCode", workers("Failed", 1, exit_code=137), 1, False, id="98: the second replacement"),
        pytest.param(2, "ExitCode", workers("Failed", 1, exit_code=137), 2, True, id="98: the third failure"),
        pytest.param(2, "OnFailure", workers(number=1, restarts=1), 2, True, id="98: replaced and in place add up"),
        pytest.param(2, "OnFailure", workers(number=1, restarts=1), 1, False, id="98: and may reach the limit"),
        pytest.param(3, "OnFailure", workers("Succeeded", 1, restarts=3), 0, False, id="95: got there in the end"),
        pytest.param(2, "OnFailure", (crashing_init(9, terminating=True),), 0, False, id="95: on its way out"),
        pytest.param(0, "Never", workers("Failed", 1, exit_code=1), 0, True, id="100: zero, and one Never pod failed"),
        pytest.param(
            0, "ExitCode", workers("Failed", 1, exit_code=137), 0, True, id="98: zero, and one to be replaced"
        ),
        pytest.param(1, "Never", workers("Failed", 1, exit_code=1), 0, False, id="99: the ordinary failure"),
    ],
)
def test_past_backoff_limit(limit: int | None, policy: str, pods: tuple[Pod, ...], count: int, expected: bool) -> None:
    assert past(limit, policy, *pods, count=count) is expected


@pytest.mark.parametrize(
    ("deadline", "started", "left"),
    [
        pytest.param(None, ago(days=1), None, id="102: no deadline"),
        pytest.param(0, NOW, 0, id="101: none at all"),
        pytest.param(2, NOW, 2, id="101: not yet"),
        pytest.param(2, None, None, id="101: not started"),
        pytest.param(30, ago(seconds=10), 20, id="103: wakes when it passes"),
        pytest.param(30, ago(seconds=45), -15, id="104: passed while nobody looked"),
    ],
)
def test_time_left(deadline: int | None, started: Any, left: int | None) -> None:
    job = read(mxjob(worker=1, activeDeadlineSeconds=deadline))
    assert time_left(job, started, NOW) == (None if left is None else timedelta(seconds=left))


@pytest.mark.parametrize(
    ("end", "after", "expected"),
    [
        pytest.param("Failed", 30, True, id="102: at its deadline"),
        pytest.param("Failed", 29, False, id="75: failed before it"),
        pytest.param("Succeeded", 31, False, id="70: succeeded, if late"),
    ],
)
def test_overran(end: str, after: int, expected: bool) -> None:
    at = NOW + timedelta(seconds=after)
    status = {"startTime": "2024-09-10T08:00:00Z", "conditions": [condition("Created"), condition(end, at=at)]}
    assert overran(read(mxjob(worker=1, activeDeadlineSeconds=30, status=status))) is expected


def test_overran_needs_an_end() -> None:
    assert not overran(read(mxjob(worker=1, activeDeadlineSeconds=30)))
