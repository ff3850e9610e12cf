"""Jobs that cannot be run as they are written."""

from __future__ import annotations

from tests.unit.controller.builders import dist_job, mxjob
from tests.unit.controller.lives import (
    ALL_PODS,
    play,
    reasons,
    replicas,
    running,
    settled,
    status,
    types,
)


def test_30_told_once_and_nothing_is_created() -> None:
    cluster = settled(mxjob(specs={"Worker": {}}))
    cluster.pass_time(hours=1)
    cluster.settle()
    assert types(cluster) == ["Created", "Invalid"]
    assert reasons(cluster) == ["MXJobFailedValidation"]
    assert (cluster.pods, cluster.services, cluster.writes["status"]) == ({}, {}, 1)
    assert cluster.counters == {"created": 1}
    assert "startTime" not in status(cluster)


def test_30_told_again_for_another_generation() -> None:
    cluster = settled(mxjob(worker=-1))
    cluster.edit({"spec": {"mxReplicaSpecs": {"Worker": {"replicas": -2}}}})
    cluster.settle()
    assert reasons(cluster) == ["MXJobFailedValidation"] * 2


def test_30_many_problems_are_told_by_the_first_few() -> None:
    cluster = settled(mxjob(specs={f"T{number}": {} for number in range(40)}))
    (message,) = [event.message for event in cluster.events]
    assert message.endswith("; and 35 more")


def test_30_a_long_problem_is_told_by_its_ends() -> None:
    cluster = settled(mxjob(specs={"T" * 100_000: {}}))
    (message,) = [event.message for event in cluster.events]
    assert len(message) < 1000
    assert message.endswith('needs a container named "mxnet"')


def test_31_runs_as_soon_as_it_is_mended() -> None:
    cluster = settled(mxjob(worker=-1))
    replicas(cluster, Worker=1)
    cluster.settle()
    assert (types(cluster), list(cluster.pods)) == (["Created"], ["demo-worker-0"])


def test_33_a_running_job_that_becomes_invalid_keeps_its_pods() -> None:
    cluster = running(dist_job())
    replicas(cluster, Worker=-1)
    cluster.settle()
    assert (types(cluster), sorted(cluster.pods)) == (["Created", "Running", "Invalid"], ALL_PODS)


def test_33_a_finished_job_is_not_judged_again() -> None:
    cluster = running(mxjob(worker=1, ttlSecondsAfterFinished=60))
    play(cluster, "*", "Succeeded", 0)
    replicas(cluster, Worker=2**31 - 1)
    cluster.settle()
    assert types(cluster) == ["Created", "Running=False", "Succeeded"]
    cluster.pass_time(seconds=60)
    cluster.settle()
    assert cluster.job is None
