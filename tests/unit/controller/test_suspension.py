"""Jobs that rest and go on."""

from __future__ import annotations

import pytest

from tests.unit.controller.builders import dist_job
from tests.unit.controller.lives import (
    ALL_PODS,
    play,
    reasons,
    running,
    settled,
    status,
    suspend,
    types,
)


def test_120_born_suspended() -> None:
    cluster = settled(dist_job(suspend=True))
    assert cluster.conditions() == [
        ["Created", "True", "MXJobCreated", "MXJob demo is created."],
        ["Suspended", "True", "MXJobSuspended", "MXJob demo is suspended."],
    ]
    assert set(status(cluster)) == {"conditions"}
    assert (cluster.pods, cluster.services) == ({}, {})


def test_116_it_does_not_expire() -> None:
    cluster = settled(dist_job(suspend=True, ttlSecondsAfterFinished=0))
    cluster.pass_time(days=1)
    _, conclusion = cluster.pass_()
    assert (conclusion.requeue_after, conclusion.retry, types(cluster)) == (None, False, ["Created", "Suspended"])


def test_121_then_set_free() -> None:
    cluster = settled(dist_job(suspend=True))
    suspend(cluster, False)
    cluster.settle()
    assert sorted(cluster.pods) == sorted(cluster.services) == ALL_PODS
    assert "startTime" in status(cluster)


def test_122_a_running_job_rests() -> None:
    cluster = running(dist_job())
    cluster.pass_time(minutes=1)
    suspend(cluster, True)
    cluster.settle()
    cluster.reap()
    cluster.settle()
    assert (cluster.pods, cluster.services) == ({}, {})
    assert [each[:3] for each in cluster.conditions()] == [
        ["Created", "True", "MXJobCreated"],
        ["Running", "False", "MXJobSuspended"],
        ["Suspended", "True", "MXJobSuspended"],
    ]
    assert status(cluster)["replicaStatuses"] == {"Scheduler": {}, "Server": {}, "Worker": {}}
    assert status(cluster)["startTime"] == "2024-09-10T08:00:00Z"


def test_a_suspended_job_is_not_written_again_when_its_pods_go() -> None:
    cluster = running(dist_job())
    suspend(cluster, True)
    cluster.settle()
    written = cluster.writes["status"]
    cluster.reap()
    cluster.settle()
    assert cluster.pods == {}
    assert cluster.writes["status"] == written


def test_123_and_goes_on() -> None:
    cluster = running(dist_job())
    suspend(cluster, True)
    cluster.settle()
    cluster.reap()
    cluster.pass_time(minutes=1)
    suspend(cluster, False)
    cluster.settle()
    play(cluster, "*", "Running")
    assert [each[:3] for each in cluster.conditions()] == [
        ["Created", "True", "MXJobCreated"],
        ["Suspended", "False", "MXJobResumed"],
        ["Running", "True", "MXJobRunning"],
    ]
    assert status(cluster)["startTime"] == "2024-09-10T08:01:00Z"
    assert "restarts" not in status(cluster)


@pytest.mark.parametrize("policy", ["Never", "OnFailure", "Always", "ExitCode"])
@pytest.mark.parametrize(
    ("end", "code"),
    [("Running", None), ("Failed", 1), ("Failed", 143), ("Succeeded", 0)],
    ids=["while they run", "failed", "killed", "succeeded"],
)
def test_125_pods_of_the_run_before_mean_nothing(policy: str, end: str, code: int | None) -> None:
    cluster = running(dist_job(restart_policy=policy))
    suspend(cluster, True)
    cluster.settle()
    suspend(cluster, False)
    cluster.settle()
    play(cluster, "*", end, code)
    assert types(cluster) == ["Created", "Running=False", "Suspended=False"]
    cluster.reap()
    cluster.settle()
    play(cluster, "*", "Running")
    assert types(cluster) == ["Created", "Suspended=False", "Running"]
    assert cluster.counters["restarted"] == 0


def test_125_resumed_before_the_suspension_was_written() -> None:
    cluster = running(dist_job())
    before = cluster.job
    suspend(cluster, True)
    cluster.pass_()
    cluster.job = before
    cluster.settle()
    cluster.reap()
    cluster.settle()
    assert types(cluster) == ["Created", "Running"]
    assert sorted(cluster.pods) == ALL_PODS


def test_126_suspending_and_resuming_are_told_once() -> None:
    cluster = running(dist_job())
    suspend(cluster, True)
    for _ in range(10):
        cluster.pass_()
    suspend(cluster, False)
    for _ in range(10):
        cluster.pass_()
    assert [reason for reason in reasons(cluster) if reason in {"MXJobSuspended", "MXJobResumed"}] == [
        "MXJobSuspended",
        "MXJobResumed",
    ]
    assert "MXJobRestarting" not in reasons(cluster)
