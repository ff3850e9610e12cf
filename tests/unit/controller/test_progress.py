"""How jobs come to run, succeed and fail."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.controller.builders import dist_job, mxjob
from tests.unit.controller.lives import (
    play,
    reasons,
    running,
    settled,
    status,
    types,
)
from tests.unit.controller.model import ModelCluster


def test_67_pending_pods_make_no_running_job() -> None:
    cluster = settled(dist_job())
    assert types(cluster) == ["Created"]
    assert status(cluster)["replicaStatuses"] == {"Scheduler": {}, "Server": {}, "Worker": {}}


def test_68_the_scheduler_makes_it_running_workers_do_not() -> None:
    cluster = settled(dist_job())
    play(cluster, "*worker*", "Running")
    assert types(cluster) == ["Created"]
    play(cluster, "*scheduler*", "Running")
    assert cluster.conditions()[-1] == ["Running", "True", "MXJobRunning", "MXJob demo is running."]


def test_69_active_is_what_runs() -> None:
    cluster = running(dist_job())
    assert status(cluster)["replicaStatuses"] == {
        "Scheduler": {"active": 1},
        "Server": {"active": 1},
        "Worker": {"active": 2},
    }
    assert status(cluster)["startTime"] == "2024-09-10T08:00:00Z"


def test_70_the_scheduler_makes_it_succeeded() -> None:
    cluster = running(dist_job())
    cluster.pass_time(minutes=5)
    play(cluster, "*scheduler*", "Succeeded", 0)
    assert types(cluster) == ["Created", "Running=False", "Succeeded"]
    assert status(cluster)["completionTime"] == "2024-09-10T08:05:00Z"
    assert (reasons(cluster).count("MXJobSucceeded"), cluster.counters["successful"]) == (1, 1)


def test_71_workers_that_succeed_do_not() -> None:
    cluster = running(dist_job())
    play(cluster, "*worker*", "Succeeded", 0)
    assert types(cluster) == ["Created", "Running"]


@pytest.mark.parametrize(
    ("job", "early", "deciding"),
    [
        pytest.param(mxjob(worker=1), "", "*", id="72: one worker"),
        pytest.param(mxjob(worker=2), "*worker-0", "*worker-1", id="74: all workers"),
        pytest.param(mxjob(worker=1, server=1), "*server*", "*worker*", id="74: workers beside servers"),
        pytest.param(
            mxjob(mode="MXTune", tuner_tracker=1, tuner_server=1, tuner=1),
            "*tunerserver*",
            "*tuner-0",
            id="73: tuners",
        ),
        pytest.param(mxjob(scheduler=2, worker=1), "*scheduler-0", "*scheduler-1", id="68: all schedulers"),
    ],
)
def test_jobs_run_and_succeed_by_their_deciding_type(job: dict[str, Any], early: str, deciding: str) -> None:
    cluster = running(job)
    assert cluster.state() == "Running"
    play(cluster, early, "Succeeded", 0)
    assert cluster.state() == "Running"
    play(cluster, deciding, "Succeeded", 0)
    assert cluster.state() == "Succeeded"


def test_75_one_failed_never_pod_fails_the_job() -> None:
    cluster = running(dist_job())
    play(cluster, "*worker-0", "Failed", 1)
    message = "mxjob demo is failed because 1 Worker replica(s) failed."
    assert cluster.conditions()[-1] == ["Failed", "True", "MXJobFailed", message]
    assert "completionTime" in status(cluster)
    assert cluster.counters["failed"] == 1
    assert [event.type for event in cluster.events if event.reason == "MXJobFailed"] == ["Warning"]


def test_76_success_of_the_deciding_type_wins() -> None:
    cluster = running(dist_job())
    cluster.play("*scheduler*", "Succeeded", 0)
    play(cluster, "*worker-0", "Failed", 1)
    assert types(cluster) == ["Created", "Running=False", "Succeeded"]
    assert cluster.counters == {"created": 1, "successful": 1}


def test_84_a_job_at_rest_is_not_written() -> None:
    cluster = running(dist_job())
    before = cluster.writes.copy()
    for _ in range(10):
        cluster.pass_time(hours=1)
        cluster.pass_()
    assert cluster.writes == before


def test_83_a_job_edited_before_its_first_pass_is_created_first() -> None:
    cluster = ModelCluster(dist_job())
    cluster.edit({"metadata": {"labels": {"a": "b"}}})
    cluster.settle()
    assert types(cluster) == ["Created"]
    assert cluster.counters["created"] == 1
