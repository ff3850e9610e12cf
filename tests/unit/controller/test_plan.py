"""What is created, deleted and left alone."""

from __future__ import annotations

import pytest

from controller.api.constants import LABEL_REPLICA_INDEX
from controller.reconcile.observed import Observed
from controller.reconcile.plan import plan
from tests.unit.controller.builders import NOW, dist_job, mxjob, pod, service
from tests.unit.controller.lives import (
    ALL_PODS,
    created,
    deleted,
    play,
    replicas,
    running,
    settled,
    status,
    types,
)
from tests.unit.controller.model import ModelCluster


def test_36_a_pod_and_a_service_for_every_replica() -> None:
    cluster = settled(dist_job())
    assert sorted(cluster.pods) == sorted(cluster.services) == ALL_PODS


def test_37_one_worker_is_one_pod_and_one_service() -> None:
    cluster = settled(mxjob(worker=1))
    assert list(cluster.pods) == list(cluster.services) == ["demo-worker-0"]


def test_38_only_what_is_missing() -> None:
    job = mxjob(worker=4, server=2)
    there = [("Worker", 0), ("Worker", 2), ("Server", 1)]
    observed = Observed(job, tuple(pod(job, *each) for each in there), tuple(service(job, *each) for each in there))
    missing = ["demo-server-0", "demo-worker-1", "demo-worker-3"]
    assert created(plan(observed, NOW)) == created(plan(observed, NOW), "Service") == missing


def test_types_follow_in_a_fixed_order_services_before_pods() -> None:
    actions = plan(Observed(mxjob(worker=1, server=1, scheduler=1)), NOW).actions
    assert [(action.kind, action.name) for action in actions] == [
        (kind, f"demo-{role}-0") for role in ("scheduler", "server", "worker") for kind in ("Service", "Pod")
    ]


def test_54_a_service_deleted_by_hand_comes_back() -> None:
    cluster = running(dist_job())
    del cluster.services["demo-server-0"]
    cluster.settle()
    assert sorted(cluster.services) == ALL_PODS


def test_150_names_of_a_predecessor_are_waited_for() -> None:
    job = mxjob(worker=2)
    old = pod(job, "Worker", 0, owner_uid="uid-of-an-older-demo", phase="Failed")
    intended = plan(Observed(job, (old,)), NOW)
    assert (created(intended), intended.status.is_true("Failed")) == (["demo-worker-1"], False)


def test_149_an_orphan_is_neither_adopted_nor_counted() -> None:
    job = mxjob(worker=1)
    intended = plan(Observed(job, (pod(job, "Worker", 0, owner_uid="", phase="Succeeded"),)), NOW)
    assert (intended.status.is_true("Succeeded"), created(intended)) == (False, [])


def test_144_nothing_for_a_type_with_0_replicas() -> None:
    cluster = settled(mxjob(scheduler=1, worker=0))
    for _ in range(20):
        assert not cluster.pass_()[0].actions
    assert sorted(cluster.pods) == ["demo-scheduler-0"]


@pytest.mark.parametrize("manager", ["kueue.x-k8s.io/multikueue", "", "somebody"])
def test_161_a_job_managed_elsewhere_is_untouched(manager: str) -> None:
    cluster = settled(mxjob(worker=-1, managedBy=manager))
    assert (cluster.writes, cluster.events, cluster.counters) == ({}, [], {})


def test_161_a_job_managed_here_runs() -> None:
    assert settled(mxjob(worker=1, managedBy="kubeflow.org/training-operator")).pods


def test_119_a_job_on_its_way_out_is_untouched() -> None:
    cluster = settled(dist_job(metadata={"deletionTimestamp": "2024-09-10T07:59:00Z"}))
    assert cluster.writes == {}


def test_141_scaling_down_removes_the_last_and_fails_nothing() -> None:
    cluster = running(mxjob(scheduler=1, worker=3))
    replicas(cluster, Worker=2)
    cluster.settle()
    assert (cluster.pods["demo-worker-2"].terminating, types(cluster)) == (True, ["Created", "Running"])
    play(cluster, "*worker-2", "Failed", 143)
    cluster.reap()
    cluster.settle()
    assert types(cluster) == ["Created", "Running"]
    assert sorted(cluster.services) == ["demo-scheduler-0", "demo-worker-0", "demo-worker-1"]


@pytest.mark.parametrize("policy", ["Never", "OnFailure", "Always", "ExitCode"])
@pytest.mark.parametrize("code", [None, 0, 1, 143])
def test_141_scaling_up_again_before_the_pod_has_gone_fails_nothing(policy: str, code: int | None) -> None:
    cluster = running(mxjob(scheduler=1, worker=3, restart_policy=policy, backoffLimit=0))
    replicas(cluster, Worker=2)
    cluster.settle()
    replicas(cluster, Worker=3)
    cluster.settle()
    assert types(cluster) == ["Created", "Running"]
    play(cluster, "*worker-2", "Running" if code is None else "Failed" if code else "Succeeded", code)
    cluster.reap()
    cluster.settle()
    assert (types(cluster), cluster.counters["restarted"]) == (["Created", "Running"], 0)
    assert sorted(cluster.pods) == ["demo-scheduler-0", "demo-worker-0", "demo-worker-1", "demo-worker-2"]


def test_141_a_pod_that_failed_is_told_apart_from_one_out_of_range() -> None:
    cluster = running(mxjob(scheduler=1, worker=3, restart_policy="OnFailure"))
    cluster.play("*worker-0", "Failed", 137)
    replicas(cluster, Worker=2)
    cluster.settle()
    told = [event.message for event in cluster.events if event.reason == "MXJobRestarting"]
    assert told == ["Worker replica(s) failed and are replaced: demo-worker-0"]


def test_142_scaling_up_adds_the_new_ones() -> None:
    cluster = running(mxjob(scheduler=1, worker=1))
    replicas(cluster, Worker=3)
    cluster.settle()
    assert sorted(cluster.services) == sorted(cluster.pods)
    assert len(cluster.pods) == 4


def test_145_gaps_out_of_range_are_never_filled() -> None:
    job = mxjob(worker=1)
    cluster = ModelCluster(job, pods={f"demo-worker-{i}": pod(job, "Worker", i) for i in (0, 3)})
    recorded, _ = cluster.pass_()
    intended, _ = cluster.pass_()
    assert (created(recorded), created(intended)) == ([], [])
    assert (deleted(recorded), deleted(intended)) == ([], ["demo-worker-3"])
    cluster.settle()
    assert list(cluster.pods) == ["demo-worker-0"]


def test_146_a_label_that_is_no_index_is_bounded_work() -> None:
    job = mxjob(worker=1)
    odd = pod(job, "Worker", 0, labels={LABEL_REPLICA_INDEX: "2147483647"})
    cluster = ModelCluster(job, pods={"demo-worker-0": odd})
    cluster.settle()
    assert list(cluster.pods) == ["demo-worker-0"]


def test_148_rivals_are_left_alone() -> None:
    job = mxjob(worker=2)
    rival = pod(job, "Worker", 1, phase="Failed", labels={LABEL_REPLICA_INDEX: "0"})
    observed = Observed(job, (pod(job, "Worker", 0, phase="Running"), rival))
    intended = plan(observed, NOW)
    assert (deleted(intended), intended.status.is_true("Failed")) == ([], False)


def test_87_a_type_taken_out_of_the_spec_goes_with_its_pods() -> None:
    cluster = running(dist_job())
    cluster.edit({"spec": {"mxReplicaSpecs": {"Server": None}}})
    cluster.settle()
    cluster.reap()
    cluster.settle()
    assert "demo-server-0" not in cluster.pods | cluster.services
    assert list(status(cluster)["replicaStatuses"]) == ["Scheduler", "Worker"]
    assert types(cluster) == ["Created", "Running"]
