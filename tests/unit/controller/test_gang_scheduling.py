"""Jobs whose pods start together."""

from __future__ import annotations

import msgspec
import pytest

from controller.api.objects import PodGroupStatus
from tests.unit.controller.builders import dist_job, mxjob, replica_spec
from tests.unit.controller.lives import (
    ALL_PODS,
    play,
    reasons,
    settled,
    status,
    suspend,
    types,
)
from tests.unit.controller.model import ModelCluster


def admit(cluster: ModelCluster, phase: str) -> None:
    group = cluster.pod_groups["demo"]
    cluster.pod_groups["demo"] = msgspec.structs.replace(group, status=PodGroupStatus(phase))
    cluster.settle()


def test_130_volcano_holds_pods_back() -> None:
    cluster = settled(dist_job(), "volcano")
    assert (cluster.pods, cluster.services, types(cluster)) == ({}, {}, ["Created"])
    assert "lastReconcileTime" in status(cluster)
    assert "startTime" not in status(cluster)
    admit(cluster, "Inqueue")
    assert sorted(cluster.pods) == sorted(cluster.services) == ALL_PODS


def test_134_a_job_that_asks_for_too_many_waits_until_it_is_corrected() -> None:
    cluster = settled(dist_job(schedulingPolicy={"minAvailable": 10}), "volcano")
    admit(cluster, "Pending")
    assert (cluster.pod_groups["demo"].spec["minMember"], types(cluster)) == (10, ["Created"])
    cluster.edit({"spec": {"runPolicy": {"schedulingPolicy": {"minAvailable": 4}}}})
    cluster.settle()
    assert cluster.pod_groups["demo"].spec["minMember"] == 4
    admit(cluster, "Running")
    play(cluster, "*", "Running")
    play(cluster, "*", "Succeeded", 0)
    assert cluster.state() == "Succeeded"


def test_131_scheduler_plugins_does_not() -> None:
    assert sorted(settled(dist_job(), "scheduler-plugins-scheduler").pods) == ALL_PODS


@pytest.mark.parametrize("end", ["Succeeded", "Failed"])
def test_136_137_the_group_goes_once_with_the_job(end: str) -> None:
    cluster = settled(dist_job(), "volcano")
    admit(cluster, "Running")
    play(cluster, "*", "Running")
    play(cluster, "*scheduler*", end, 0)
    for _ in range(5):
        cluster.pass_()
    assert cluster.pod_groups == {}
    assert (reasons(cluster).count("JobTerminated"), reasons(cluster).count("SuccessfulDeletePodGroup")) == (1, 1)


def test_136_and_returns_after_a_rest() -> None:
    cluster = settled(dist_job(), "volcano")
    suspend(cluster, True)
    cluster.settle()
    assert cluster.pod_groups == {}
    suspend(cluster, False)
    cluster.settle()
    assert list(cluster.pod_groups) == ["demo"]


def test_137_a_job_that_waits_writes_nothing() -> None:
    cluster = settled(dist_job(), "volcano")
    before = cluster.writes.copy()
    for _ in range(10):
        cluster.pass_time(minutes=1)
        cluster.pass_()
    assert cluster.writes == before


def test_138_a_group_that_waits_again_does_not_stop_the_job() -> None:
    cluster = settled(dist_job(), "volcano")
    admit(cluster, "Running")
    play(cluster, "*", "Running")
    admit(cluster, "Pending")
    play(cluster, "*scheduler*", "Succeeded", 0)
    assert cluster.state() == "Succeeded"


def test_138_but_holds_back_what_is_missing() -> None:
    cluster = settled(dist_job(), "volcano")
    admit(cluster, "Running")
    admit(cluster, "Pending")
    cluster.delete_pod("demo-worker-0")
    cluster.settle()
    assert "demo-worker-0" not in cluster.pods


def test_133_another_scheduler_in_a_template_is_told() -> None:
    job = mxjob(worker=replica_spec(schedulerName="mine"))
    assert "SetPodTemplateSchedulerName" in reasons(settled(job, "scheduler-plugins-scheduler"))
    assert "SetPodTemplateSchedulerName" not in reasons(settled(job))
