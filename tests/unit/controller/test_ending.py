"""Limits that end a job, and what happens after its end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.controller.builders import ago, condition, dist_job, mxjob, pods_of
from tests.unit.controller.lives import (
    ALL_PODS,
    play,
    running,
    settled,
    status,
    suspend,
)
from tests.unit.controller.model import ModelCluster


def test_96_restarts_in_place_reach_the_limit() -> None:
    job = mxjob(scheduler=1, worker=4, restart_policy="OnFailure", backoffLimit=4, cleanPodPolicy="All")
    cluster = running(job)
    cluster.play("*worker*", "Running", restarts=1)
    cluster.settle()
    cluster.reap()
    assert "backoff limit" in cluster.conditions()[-1][3]
    assert (cluster.pods, cluster.services) == ({}, {})


@pytest.mark.parametrize(
    ("policy", "left"),
    [
        pytest.param("None", ["demo-worker-0", "demo-worker-1"], id="97: None"),
        pytest.param("Running", [], id="97: Running"),
        pytest.param("All", [], id="97: All"),
    ],
)
def test_the_clean_up_after_a_limit_follows_the_policy(policy: str, left: list[str]) -> None:
    cluster = running(mxjob(worker=2, restart_policy="OnFailure", backoffLimit=1, cleanPodPolicy=policy))
    play(cluster, "*", "Running", restarts=1)
    cluster.reap()
    cluster.settle()
    assert (cluster.state(), sorted(cluster.pods), sorted(cluster.services)) == ("Failed", left, left)


def test_98_the_third_failure_is_one_too_many() -> None:
    cluster = running(dist_job(restart_policy="ExitCode", backoffLimit=2))
    for failures in (1, 2):
        play(cluster, "*worker-1", "Failed", 137)
        assert (cluster.state(), status(cluster)["restarts"]["count"]) == ("Restarting", failures)
        cluster.reap()
        cluster.settle()
        play(cluster, "*", "Running")
    play(cluster, "*worker-1", "Failed", 137)
    assert "backoff limit" in cluster.conditions()[-1][3]


def test_100_a_limit_of_zero_names_the_limit() -> None:
    cluster = running(dist_job(backoffLimit=0))
    play(cluster, "*worker-1", "Failed", 1)
    assert "backoff limit" in cluster.conditions()[-1][3]


def test_102_103_the_deadline_ends_the_job_without_any_event() -> None:
    cluster = running(dist_job(activeDeadlineSeconds=30))
    cluster.pass_time(seconds=10)
    assert cluster.pass_()[1].requeue_after == timedelta(seconds=20)
    cluster.pass_time(seconds=20)
    cluster.settle()
    cluster.reap()
    cluster.settle()
    assert "deadline" in cluster.conditions()[-1][3]
    assert (cluster.pods, cluster.services) == ({}, {})


def test_105_a_limit_counts_as_a_failure_and_leaves_nothing_active() -> None:
    cluster = running(dist_job(activeDeadlineSeconds=30))
    cluster.pass_time(seconds=30)
    cluster.settle()
    cluster.reap()
    cluster.settle()
    assert cluster.counters["failed"] == 1
    assert status(cluster)["replicaStatuses"] == {"Scheduler": {}, "Server": {}, "Worker": {}}


def test_76_success_wins_over_a_deadline_noticed_with_it() -> None:
    cluster = running(dist_job(activeDeadlineSeconds=30))
    cluster.pass_time(hours=1)
    play(cluster, "*scheduler*", "Succeeded", 0)
    assert cluster.state() == "Succeeded"


def test_128_the_deadline_counts_from_the_resume() -> None:
    cluster = running(dist_job(activeDeadlineSeconds=30))
    suspend(cluster, True)
    cluster.settle()
    cluster.reap()
    cluster.pass_time(hours=1)
    suspend(cluster, False)
    assert cluster.pass_()[1].requeue_after == timedelta(seconds=30)


@pytest.mark.parametrize(
    ("policy", "phase", "left"),
    [
        pytest.param("Running", "Running", 0, id="109: Running takes running pods"),
        pytest.param("Running", "Succeeded", 6, id="109: Running keeps succeeded pods"),
        pytest.param("None", "Running", 6, id="109: None keeps all"),
        pytest.param("All", "Succeeded", 0, id="109: All takes all"),
    ],
)
def test_clean_up(policy: str, phase: str, left: int) -> None:
    ended = {"conditions": [condition("Created"), condition("Succeeded")]}
    job = mxjob(worker=4, server=2, cleanPodPolicy=policy, status=ended)
    cluster = ModelCluster(job, pods={each.metadata.name: each for each in pods_of(job, phase)})
    cluster.settle()
    assert len(cluster.pods) == left


def test_111_servers_that_go_on_are_told_as_active() -> None:
    cluster = running(dist_job())
    play(cluster, "*scheduler*", "Succeeded", 0)
    assert status(cluster)["replicaStatuses"]["Server"] == {"active": 1}
    play(cluster, "*server*", "Succeeded", 0)
    assert status(cluster)["replicaStatuses"]["Server"] == {"succeeded": 1}


def test_the_pass_that_ends_a_job_creates_nothing() -> None:
    cluster = running(dist_job())
    cluster.play("*worker-0", "Failed", 1)
    del cluster.pods["demo-worker-1"]
    assert cluster.pass_()[0].actions == ()


def test_the_end_is_on_record_before_anything_is_deleted() -> None:
    cluster = running(dist_job(cleanPodPolicy="All"))
    cluster.play("*scheduler*", "Succeeded", 0)
    intended, conclusion = cluster.pass_()
    assert (intended.actions, conclusion.status_patch is None) == ((), False)


@pytest.mark.parametrize(("pattern", "phase", "code"), [("*scheduler*", "Succeeded", 0), ("*worker-0", "Failed", 1)])
def test_113_the_job_goes_when_its_ttl_is_over(pattern: str, phase: str, code: int) -> None:
    cluster = running(dist_job(ttlSecondsAfterFinished=3))
    play(cluster, pattern, phase, code)
    assert cluster.pass_()[1].requeue_after == timedelta(seconds=3)
    cluster.pass_time(seconds=3)
    cluster.settle()
    assert cluster.job is None
    assert cluster.counters["deleted"] == 1


def test_127_suspending_a_finished_job_changes_nothing() -> None:
    cluster = running(dist_job())
    play(cluster, "*scheduler*", "Succeeded", 0)
    before = status(cluster)
    suspend(cluster, True)
    cluster.settle()
    assert (status(cluster), sorted(cluster.pods)) == (before, ALL_PODS)


def test_113_115_what_v181_left_without_a_completion_time_expires() -> None:
    ended = {"conditions": [condition("Created"), condition("Failed", at=ago(days=1))]}
    cluster = settled(mxjob(worker=1, ttlSecondsAfterFinished=60, status=ended))
    assert cluster.job is None
