"""Jobs that do not get what they ask for: they say so, once, and go on as soon as they can (B10, B30)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.controller.builders import dist_job, mxjob
from tests.unit.controller.lives import ALL_PODS, play, reasons, running, settled, suspend, types
from tests.unit.controller.model import ModelCluster

QUOTA = "exceeded quota: team, requested: pods=1, used: pods={}, limited: pods=9"
UNAVAILABLE = "the CRD podgroups is not installed; next: install it"
OTHERS = ["demo-scheduler-0", "demo-server-0", "demo-worker-1"]


def begun(prepare: str = "", **how: Any) -> ModelCluster:
    cluster = ModelCluster(dist_job())
    if prepare:
        cluster.refuse(prepare, **how)
    cluster.settle()
    return cluster


def message(cluster: ModelCluster) -> str:
    (found,) = [text for name, _, _, text in cluster.conditions() if name == "Blocked"]
    return found


def why(cluster: ModelCluster) -> list[str]:
    return [reason for name, _, reason, _ in cluster.conditions() if name == "Blocked"]


def taken() -> ModelCluster:
    cluster = ModelCluster(dist_job())
    cluster.take_name("demo-worker-0")
    cluster.settle()
    return cluster


class TestTakenName:
    def test_48_it_is_told_and_the_others_are_made(self) -> None:
        cluster = taken()
        assert types(cluster) == ["Created", "Blocked"]
        assert "pod: demo-worker-0: the name belongs to TFJob other; delete or rename that, or the job" in message(
            cluster
        )
        assert [event.message for event in cluster.events if event.reason == "FailedCreatePod"] == [message(cluster)]
        assert sorted(cluster.services) == sorted(cluster.pods) == ALL_PODS

    def test_48_the_others_object_is_never_touched(self) -> None:
        cluster = taken()
        before = cluster.pods["demo-worker-0"]
        suspend(cluster, True)
        cluster.settle()
        assert list(cluster.pods.values()) == [before]

    def test_48_one_write_and_then_rest(self) -> None:
        cluster = taken()
        before = cluster.writes.copy()
        for _ in range(10):
            cluster.pass_time(minutes=1)
            cluster.pass_()
        assert (cluster.writes, cluster.writes["status"]) == (before, 1)

    def test_48_its_end_is_seen_at_once(self) -> None:
        cluster = taken()
        del cluster.pods["demo-worker-0"]
        cluster.settle()
        assert (types(cluster), sorted(cluster.pods)) == (["Created"], ALL_PODS)

    def test_48_a_name_that_no_cache_shows_is_looked_at_again_soon(self) -> None:
        cluster = begun("demo-worker-0", taken_by="TFJob other")
        assert (types(cluster), why(cluster)) == (["Created", "Blocked"], ["NameTaken"])
        _, conclusion = cluster.pass_()
        assert conclusion.retry
        assert conclusion.requeue_after == timedelta(seconds=30)

    def test_48_the_same_is_told_however_it_was_found(self) -> None:
        assert message(taken()) in message(begun("demo-worker-0", taken_by="TFJob other"))

    def test_the_job_shows_how_far_it_has_come_all_the_same(self) -> None:
        cluster = taken()
        play(cluster, "*scheduler*", "Running")
        assert types(cluster) == ["Created", "Blocked", "Running"]
        assert cluster.state() == "Running"

    def test_none_at_the_end(self) -> None:
        cluster = taken()
        play(cluster, "*scheduler*", "Succeeded", 0)
        assert types(cluster) == ["Created", "Succeeded"]

    def test_150_a_predecessors_pod_goes_by_itself(self) -> None:
        cluster = ModelCluster(mxjob(worker=1, metadata={"uid": "uid-of-another"}))
        cluster.settle()
        assert cluster.job is not None
        cluster.job["metadata"]["uid"] = "uid-of-demo"
        del cluster.job["status"]
        cluster.settle()
        assert types(cluster) == ["Created"]


class TestRefusal:
    def test_49_it_is_told_with_the_status(self) -> None:
        cluster = begun("demo-worker-*", error=QUOTA.format(8))
        assert (types(cluster), why(cluster)) == (["Created", "Blocked"], ["CreationFailed"])
        assert "exceeded quota: team; " in message(cluster)
        assert cluster.job is not None
        assert "startTime" in cluster.job["status"]
        assert sorted(cluster.pods) == ["demo-scheduler-0", "demo-server-0"]

    def test_49_what_only_varies_in_its_figures_is_not_told_again(self) -> None:
        cluster = begun("demo-worker-*", error=QUOTA.format(8))
        for used in range(10):
            cluster.refuse("demo-worker-*", QUOTA.format(used))
            cluster.pass_time(seconds=10)
            cluster.pass_()
        assert cluster.writes["status"] == 1
        assert reasons(cluster).count("FailedCreatePod") == 1

    def test_49_it_is_over_when_the_request_succeeds(self) -> None:
        cluster = begun("demo-worker-*", error=QUOTA.format(8))
        cluster.refusals.clear()
        cluster.settle()
        assert (types(cluster), sorted(cluster.pods)) == (["Created"], ALL_PODS)

    @pytest.mark.parametrize("permanent", [False, True])
    def test_49_it_is_looked_at_again_without_any_event(self, permanent: bool) -> None:
        cluster = ModelCluster(dist_job())
        cluster.refuse("demo-worker-*", "no", permanent=permanent)
        assert cluster.pass_()[1].requeue_after == timedelta(minutes=2)

    def test_a_suspended_job_has_no_pods_to_miss(self) -> None:
        cluster = begun("demo-worker-*", error="no")
        suspend(cluster, True)
        cluster.settle()
        assert types(cluster) == ["Created", "Suspended"]

    def test_an_invalid_one_has_another_trouble(self) -> None:
        cluster = begun("demo-worker-*", error="no")
        cluster.edit({"spec": {"mxReplicaSpecs": {"Worker": {"replicas": -1}}}})
        cluster.settle()
        assert types(cluster) == ["Created", "Invalid"]

    def test_a_pod_that_cannot_be_deleted_is_told_as_well(self) -> None:
        cluster = running(dist_job())
        cluster.refuse("demo-worker-1", "no")
        cluster.edit({"spec": {"mxReplicaSpecs": {"Worker": {"replicas": 1}}}})
        cluster.settle()
        assert (types(cluster), why(cluster)) == (["Created", "Blocked", "Running"], ["DeletionFailed"])


class TestTroubleOfTheApiServer:
    def test_a_moment_of_it_is_no_obstacle(self) -> None:
        cluster = begun("demo-worker-*", error="etcd is away", transient=True)
        assert types(cluster) == ["Created"]
        cluster.refusals.clear()
        cluster.settle()
        assert cluster.writes["status"] == 1

    def test_lasting_trouble_is(self) -> None:
        cluster = begun("demo-worker-*", error="etcd is away", transient=True)
        for _ in range(20):
            cluster.pass_()
        assert (types(cluster), cluster.writes["status"]) == (["Created", "Blocked"], 2)
        cluster.refusals.clear()
        cluster.settle()
        assert types(cluster) == ["Created"]

    def test_it_says_nothing_about_an_obstacle_that_was_there_before(self) -> None:
        cluster = begun("demo-worker-*", error="no")
        writes, cluster.failures = cluster.writes["status"], 0
        cluster.refuse("demo-worker-*", "etcd is away", transient=True)
        for _ in range(3):
            cluster.pass_()
        assert (types(cluster), cluster.writes["status"]) == (["Created", "Blocked"], writes)
        assert message(cluster).endswith(": no")


class TestPodGroups:
    def unavailable(self) -> ModelCluster:
        cluster = settled(dist_job(), "scheduler-plugins-scheduler")
        assert types(cluster) == ["Created"]
        cluster = ModelCluster(dist_job(), cluster.settings, pod_groups_unavailable=UNAVAILABLE)
        cluster.settle()
        return cluster

    def test_a_missing_crd_is_told(self) -> None:
        cluster = self.unavailable()
        assert (types(cluster), why(cluster)) == (["Created", "Blocked"], ["PodGroupUnavailable"])
        assert "the CRD podgroups is not installed" in message(cluster)
        assert "--gang-scheduler-name" in message(cluster)
        assert reasons(cluster) == ["FailedCreatePodGroup"]
        assert (cluster.pods, cluster.pod_groups, cluster.writes) == ({}, {}, {"status": 1})

    def test_its_end_is_seen_at_once(self) -> None:
        cluster = self.unavailable()
        cluster.pod_groups_unavailable = ""
        cluster.settle()
        assert (types(cluster), sorted(cluster.pods)) == (["Created"], ALL_PODS)

    def test_no_business_of_a_job_that_ended(self) -> None:
        cluster = self.unavailable()
        suspend(cluster, True)
        cluster.settle()
        assert types(cluster) == ["Created", "Suspended"]

    def test_139_a_group_of_another_job_is_told(self) -> None:
        cluster = settled(dist_job("other"), "volcano")
        group = cluster.pod_groups["other"]
        cluster = ModelCluster(dist_job(), cluster.settings, pod_groups={"demo": group})
        cluster.settle()
        assert (types(cluster), why(cluster)) == (["Created", "Blocked"], ["NameTaken"])
        assert "PodGroup: demo: the name belongs to MXJob other" in message(cluster)
        assert cluster.pod_groups == {"demo": group}
        del cluster.pod_groups["demo"]
        cluster.settle()
        assert types(cluster) == ["Created"]


def test_a_pod_stuck_on_a_lost_node_is_told_with_what_to_do() -> None:
    cluster = running(mxjob(scheduler=1, worker=1, restart_policy="ExitCode"))
    cluster.delete_pod("demo-worker-0")
    cluster.settle()
    assert "Blocked" not in types(cluster)
    cluster.pass_time(minutes=10)
    cluster.settle()
    assert why(cluster) == ["PodOverdue"]
    assert "kubectl delete pod demo-worker-0 --force" in message(cluster)
    cluster.reap()
    cluster.settle()
    assert "Blocked" not in types(cluster)
