"""Pods that fail or are deleted, and what becomes of their job."""

from __future__ import annotations

import pytest

from tests.unit.controller.builders import dist_job, mxjob
from tests.unit.controller.lives import (
    ALL_PODS,
    deleted,
    play,
    reasons,
    running,
    settled,
    status,
    types,
)


def test_89_a_retryable_exit_is_recorded_then_replaced() -> None:
    cluster = running(dist_job(restart_policy="ExitCode"))
    cluster.play("*worker-1", "Failed", 130)
    recorded, _ = cluster.pass_()
    assert (deleted(recorded), types(cluster)) == ([], ["Created", "Restarting"])
    assert deleted(cluster.pass_()[0]) == ["demo-worker-1"]
    cluster.settle()
    old = cluster.pods["demo-worker-1"].metadata.uid
    cluster.reap()
    cluster.settle()
    assert cluster.pods["demo-worker-1"].metadata.uid != old
    assert types(cluster) == ["Created", "Restarting"]
    play(cluster, "*worker-1", "Running")
    assert types(cluster) == ["Created", "Running"]


def test_92_one_failure_counts_and_is_told_once() -> None:
    cluster = running(dist_job(restart_policy="ExitCode"))
    play(cluster, "*worker-1", "Failed", 130)
    for _ in range(5):
        cluster.pass_()
    assert (cluster.counters["restarted"], reasons(cluster).count("MXJobRestarting")) == (1, 1)
    assert status(cluster)["restarts"]["count"] == 1


def test_90_91_a_permanent_exit_fails_the_job_properly() -> None:
    cluster = running(dist_job(restart_policy="ExitCode"))
    play(cluster, "*worker-1", "Failed", 1)
    message = 'job "demo" is failing because "Worker" replica(s) failed.'
    assert cluster.conditions()[-1] == ["Failed", "True", "MXJobFailed", message]
    assert sorted(cluster.pods) == ALL_PODS
    assert "completionTime" in status(cluster)
    assert (cluster.counters["failed"], "MXJobRestarting" in reasons(cluster)) == (1, False)


@pytest.mark.parametrize("policy", ["OnFailure", "Always", "ExitCode"])
def test_93_94_an_evicted_pod_is_replaced(policy: str) -> None:
    cluster = running(dist_job(restart_policy=policy))
    play(cluster, "*server*", "Failed", reason="Evicted")
    cluster.reap()
    cluster.settle()
    play(cluster, "*server*", "Running")
    assert types(cluster) == ["Created", "Running"]


def test_82_after_success_nothing_but_created_and_succeeded_is_true() -> None:
    cluster = running(dist_job(restart_policy="OnFailure"))
    play(cluster, "*worker-0", "Failed", reason="Evicted")
    play(cluster, "*scheduler*", "Succeeded", 0)
    assert types(cluster) == ["Created", "Restarting=False", "Succeeded"]
    assert "uids" not in status(cluster)["restarts"]


def test_93_a_second_failure_while_restarting_counts_too() -> None:
    cluster = running(dist_job(restart_policy="OnFailure"))
    play(cluster, "*worker-0", "Failed", reason="Evicted")
    play(cluster, "*worker-1", "Failed", reason="Evicted")
    assert (cluster.counters["restarted"], reasons(cluster).count("MXJobRestarting")) == (2, 2)


def test_77_a_pod_deleted_by_somebody_is_replaced() -> None:
    cluster = running(dist_job(restart_policy="OnFailure"))
    cluster.delete_pod("demo-worker-0")
    cluster.settle()
    assert types(cluster) == ["Created", "Restarting"]
    cluster.reap()
    cluster.settle()
    play(cluster, "*", "Running")
    assert (types(cluster), status(cluster)["restarts"]) == (["Created", "Running"], {"count": 1})


def test_77_a_never_pod_deleted_by_somebody_fails_the_job_once_it_is_gone() -> None:
    cluster = running(dist_job())
    cluster.delete_pod("demo-worker-0")
    cluster.settle()
    assert types(cluster) == ["Created", "Running"]
    cluster.reap()
    cluster.settle()
    assert cluster.state() == "Failed"
    assert status(cluster)["replicaStatuses"]["Worker"] == {"active": 1, "failed": 1}


def test_77_a_never_pod_may_still_succeed_while_it_is_deleted() -> None:
    cluster = running(mxjob(worker=1))
    cluster.delete_pod("demo-worker-0")
    cluster.settle()
    play(cluster, "*", "Succeeded", 0)
    assert cluster.state() == "Succeeded"


def test_77_a_pod_deleted_before_it_ran_is_created_again() -> None:
    cluster = settled(dist_job())
    cluster.delete_pod("demo-worker-0")
    cluster.settle()
    assert (sorted(cluster.pods), types(cluster)) == (ALL_PODS, ["Created"])
