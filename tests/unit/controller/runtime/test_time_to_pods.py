"""Time to pods: once a job, at its first start, when the last of its pods is created."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from controller.api.objects import Metadata
from controller.reconcile.actions import Create, Delete, Outcome
from controller.runtime.decode import StoredJob
from controller.runtime.resources import ObjectKey
from controller.runtime.time_to_pods import TimeToPods

KEY = ObjectKey("ns", "job")
POD = Create("Pod", "job-worker-0", "Worker", {})
SERVICE = Create("Service", "job-worker-0", "Worker", {})
DONE = (Outcome(POD, done=True), Outcome(SERVICE, done=True))


def job(
    *conditions: str, restarts: int = 0, uid: str = "uid", created: str | None = "2024-09-10T08:00:00Z"
) -> StoredJob:
    status: dict[str, Any] = {
        "conditions": [{"type": each, "status": "True"} for each in conditions],
        "restarts": {"count": restarts},
    }
    return StoredJob(Metadata(name="job", namespace="ns", uid=uid, creation_timestamp=created), {"status": status})


def observed(*passes: tuple[StoredJob, tuple[Outcome, ...]]) -> list[float]:
    seconds: list[float] = []
    times = TimeToPods(seconds.append, lambda: datetime(2024, 9, 10, 8, 0, 7, 500_000, tzinfo=UTC))
    for stored, outcomes in passes:
        times.applied(KEY, stored, outcomes)
    return seconds


@pytest.mark.parametrize(
    ("stored", "outcomes", "expected"),
    [
        pytest.param(job(), DONE, [7.5], id="all pods"),
        pytest.param(job("Created"), DONE, [7.5], id="all pods in a later pass"),
        pytest.param(job(), (*DONE, Outcome(POD, done=False, error="quota")), [], id="one is still missing"),
        pytest.param(job(), (Outcome(SERVICE, done=True),), [], id="only services"),
        pytest.param(job(), (Outcome(Delete("Pod", "p", "u"), done=True),), [], id="only deletions"),
        pytest.param(job("Created", "Running"), DONE, [], id="a pod of a running job is replaced"),
        pytest.param(job("Created", restarts=1), DONE, [], id="a restart"),
        pytest.param(job("Created", "Suspended"), DONE, [], id="it was suspended"),
        pytest.param(job(created=None), DONE, [], id="nobody knows when it was created"),
    ],
)
def test_what_is_measured(stored: StoredJob, outcomes: tuple[Outcome, ...], expected: list[float]) -> None:
    assert observed((stored, outcomes)) == expected


def test_a_job_is_measured_once_and_its_successor_of_the_same_name_again() -> None:
    assert observed((job(), DONE), (job(), DONE), (job(uid="another"), DONE)) == [7.5, 7.5]
