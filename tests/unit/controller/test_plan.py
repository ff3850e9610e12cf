"""Whole lives of jobs, as their owners see them: conditions, counts, pods, events and counters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from controller.api.constants import LABEL_REPLICA_INDEX
from controller.api.objects import PodGroupStatus
from controller.reconcile.actions import Create, Delete
from controller.reconcile.observed import Observed
from controller.reconcile.plan import Plan, plan
from controller.reconcile.settings import Settings
from tests.unit.controller.builders import NOW, ago, condition, dist_job, mxjob, pod, pods_of, replica_spec, service
from tests.unit.controller.model import ModelCluster

ALL_PODS = ["demo-scheduler-0", "demo-server-0", "demo-worker-0", "demo-worker-1"]


def settled(job: dict[str, Any], gang: str = "") -> ModelCluster:
    cluster = ModelCluster(job, Settings(gang_scheduler_name=gang))
    cluster.settle()
    return cluster


def running(job: dict[str, Any]) -> ModelCluster:
    cluster = settled(job)
    cluster.play("*", "Running")
    cluster.settle()
    return cluster


def play(cluster: ModelCluster, pattern: str, phase: str, exit_code: int | None = None, **more: Any) -> None:
    cluster.play(pattern, phase, exit_code, **more)
    cluster.settle()


def suspend(cluster: ModelCluster, value: bool) -> None:
    cluster.edit({"spec": {"runPolicy": {"suspend": value}}})


def replicas(cluster: ModelCluster, **counts: int) -> None:
    cluster.edit({"spec": {"mxReplicaSpecs": {key: {"replicas": value} for key, value in counts.items()}}})


def status(cluster: ModelCluster) -> Mapping[str, Any]:
    assert cluster.job is not None
    result: Mapping[str, Any] = cluster.job["status"]
    return result


def types(cluster: ModelCluster) -> list[str]:
    return [name if value == "True" else f"{name}={value}" for name, value, *_ in cluster.conditions()]


def reasons(cluster: ModelCluster) -> list[str]:
    return [event.reason for event in cluster.events]


def created(intended: Plan, kind: str = "Pod") -> list[str]:
    return [action.name for action in intended.actions if isinstance(action, Create) and action.kind == kind]


def deleted(intended: Plan, kind: str = "Pod") -> list[str]:
    return [action.name for action in intended.actions if isinstance(action, Delete) and action.kind == kind]


class TestCreation:
    def test_36_a_pod_and_a_service_for_every_replica(self) -> None:
        cluster = settled(dist_job())
        assert sorted(cluster.pods) == sorted(cluster.services) == ALL_PODS

    def test_38_only_what_is_missing(self) -> None:
        job = mxjob(worker=4, server=2)
        there = [("Worker", 0), ("Worker", 2), ("Server", 1)]
        observed = Observed(job, tuple(pod(job, *each) for each in there), tuple(service(job, *each) for each in there))
        missing = ["demo-server-0", "demo-worker-1", "demo-worker-3"]
        assert created(plan(observed, NOW)) == created(plan(observed, NOW), "Service") == missing

    def test_types_follow_in_a_fixed_order_services_before_pods(self) -> None:
        actions = plan(Observed(mxjob(worker=1, server=1, scheduler=1)), NOW).actions
        assert [(action.kind, action.name) for action in actions] == [
            (kind, f"demo-{role}-0") for role in ("scheduler", "server", "worker") for kind in ("Service", "Pod")
        ]

    def test_54_a_service_deleted_by_hand_comes_back(self) -> None:
        cluster = running(dist_job())
        del cluster.services["demo-server-0"]
        cluster.settle()
        assert sorted(cluster.services) == ALL_PODS

    def test_150_names_of_a_predecessor_are_waited_for(self) -> None:
        job = mxjob(worker=2)
        old = pod(job, "Worker", 0, owner_uid="uid-of-an-older-demo", phase="Failed")
        intended = plan(Observed(job, (old,)), NOW)
        assert (created(intended), intended.status.is_true("Failed")) == (["demo-worker-1"], False)

    def test_149_an_orphan_is_neither_adopted_nor_counted(self) -> None:
        job = mxjob(worker=1)
        intended = plan(Observed(job, (pod(job, "Worker", 0, owner_uid="", phase="Succeeded"),)), NOW)
        assert (intended.status.is_true("Succeeded"), created(intended)) == (False, [])

    def test_144_nothing_for_a_type_with_0_replicas(self) -> None:
        cluster = settled(mxjob(scheduler=1, worker=0))
        for _ in range(20):
            assert not cluster.pass_()[0].actions
        assert sorted(cluster.pods) == ["demo-scheduler-0"]


class TestInvalid:
    def test_30_told_once_and_nothing_is_created(self) -> None:
        cluster = settled(mxjob(specs={"Worker": {}}))
        cluster.pass_time(hours=1)
        cluster.settle()
        assert types(cluster) == ["Created", "Invalid"]
        assert reasons(cluster) == ["MXJobFailedValidation"]
        assert (cluster.pods, cluster.services, cluster.writes["status"]) == ({}, {}, 1)
        assert cluster.counters == {"created": 1}
        assert "startTime" not in status(cluster)

    def test_30_told_again_for_another_generation(self) -> None:
        cluster = settled(mxjob(worker=-1))
        cluster.edit({"spec": {"mxReplicaSpecs": {"Worker": {"replicas": -2}}}})
        cluster.settle()
        assert reasons(cluster) == ["MXJobFailedValidation"] * 2

    def test_31_runs_as_soon_as_it_is_mended(self) -> None:
        cluster = settled(mxjob(worker=-1))
        replicas(cluster, Worker=1)
        cluster.settle()
        assert (types(cluster), list(cluster.pods)) == (["Created"], ["demo-worker-0"])

    def test_33_a_running_job_that_becomes_invalid_keeps_its_pods(self) -> None:
        cluster = running(dist_job())
        replicas(cluster, Worker=-1)
        cluster.settle()
        assert (types(cluster), sorted(cluster.pods)) == (["Created", "Running", "Invalid"], ALL_PODS)

    def test_33_a_finished_job_is_not_judged_again(self) -> None:
        cluster = running(mxjob(worker=1, ttlSecondsAfterFinished=60))
        play(cluster, "*", "Succeeded", 0)
        replicas(cluster, Worker=2**31 - 1)
        cluster.settle()
        assert types(cluster) == ["Created", "Running=False", "Succeeded"]
        cluster.pass_time(seconds=60)
        cluster.settle()
        assert cluster.job is None


class TestLeftAlone:
    @pytest.mark.parametrize("manager", ["kueue.x-k8s.io/multikueue", "", "somebody"])
    def test_161_a_job_managed_elsewhere_is_untouched(self, manager: str) -> None:
        cluster = settled(mxjob(worker=-1, managedBy=manager))
        assert (cluster.writes, cluster.events, cluster.counters) == ({}, [], {})

    def test_161_a_job_managed_here_runs(self) -> None:
        assert settled(mxjob(worker=1, managedBy="kubeflow.org/training-operator")).pods

    def test_119_a_job_on_its_way_out_is_untouched(self) -> None:
        cluster = settled(dist_job(metadata={"deletionTimestamp": "2024-09-10T07:59:00Z"}))
        assert cluster.writes == {}


class TestProgress:
    def test_67_pending_pods_make_no_running_job(self) -> None:
        cluster = settled(dist_job())
        assert types(cluster) == ["Created"]
        assert status(cluster)["replicaStatuses"] == {"Scheduler": {}, "Server": {}, "Worker": {}}

    def test_68_the_scheduler_makes_it_running_workers_do_not(self) -> None:
        cluster = settled(dist_job())
        play(cluster, "*worker*", "Running")
        assert types(cluster) == ["Created"]
        play(cluster, "*scheduler*", "Running")
        assert cluster.conditions()[-1] == ["Running", "True", "MXJobRunning", "MXJob demo is running."]

    def test_69_active_is_what_runs(self) -> None:
        cluster = running(dist_job())
        assert status(cluster)["replicaStatuses"] == {
            "Scheduler": {"active": 1},
            "Server": {"active": 1},
            "Worker": {"active": 2},
        }
        assert status(cluster)["startTime"] == "2024-09-10T08:00:00Z"

    def test_70_the_scheduler_makes_it_succeeded(self) -> None:
        cluster = running(dist_job())
        cluster.pass_time(minutes=5)
        play(cluster, "*scheduler*", "Succeeded", 0)
        assert types(cluster) == ["Created", "Running=False", "Succeeded"]
        assert status(cluster)["completionTime"] == "2024-09-10T08:05:00Z"
        assert (reasons(cluster).count("MXJobSucceeded"), cluster.counters["successful"]) == (1, 1)

    def test_71_workers_that_succeed_do_not(self) -> None:
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
    def test_jobs_run_and_succeed_by_their_deciding_type(self, job: dict[str, Any], early: str, deciding: str) -> None:
        cluster = running(job)
        assert cluster.state() == "Running"
        play(cluster, early, "Succeeded", 0)
        assert cluster.state() == "Running"
        play(cluster, deciding, "Succeeded", 0)
        assert cluster.state() == "Succeeded"

    def test_75_one_failed_never_pod_fails_the_job(self) -> None:
        cluster = running(dist_job())
        play(cluster, "*worker-0", "Failed", 1)
        message = "mxjob demo is failed because 1 Worker replica(s) failed."
        assert cluster.conditions()[-1] == ["Failed", "True", "MXJobFailed", message]
        assert "completionTime" in status(cluster)
        assert cluster.counters["failed"] == 1
        assert [event.type for event in cluster.events if event.reason == "MXJobFailed"] == ["Warning"]

    def test_76_success_of_the_deciding_type_wins(self) -> None:
        cluster = running(dist_job())
        cluster.play("*scheduler*", "Succeeded", 0)
        play(cluster, "*worker-0", "Failed", 1)
        assert types(cluster) == ["Created", "Running=False", "Succeeded"]
        assert cluster.counters == {"created": 1, "successful": 1}

    def test_84_a_job_at_rest_is_not_written(self) -> None:
        cluster = running(dist_job())
        before = cluster.writes.copy()
        for _ in range(10):
            cluster.pass_time(hours=1)
            cluster.pass_()
        assert cluster.writes == before

    def test_83_a_job_edited_before_its_first_pass_is_created_first(self) -> None:
        cluster = ModelCluster(dist_job())
        cluster.edit({"metadata": {"labels": {"a": "b"}}})
        cluster.settle()
        assert types(cluster) == ["Created"]
        assert cluster.counters["created"] == 1


class TestRestarts:
    def test_89_a_retryable_exit_is_recorded_then_replaced(self) -> None:
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

    def test_92_one_failure_counts_and_is_told_once(self) -> None:
        cluster = running(dist_job(restart_policy="ExitCode"))
        play(cluster, "*worker-1", "Failed", 130)
        for _ in range(5):
            cluster.pass_()
        assert (cluster.counters["restarted"], reasons(cluster).count("MXJobRestarting")) == (1, 1)
        assert status(cluster)["restarts"]["count"] == 1

    def test_90_91_a_permanent_exit_fails_the_job_properly(self) -> None:
        cluster = running(dist_job(restart_policy="ExitCode"))
        play(cluster, "*worker-1", "Failed", 1)
        message = 'job "demo" is failing because "Worker" replica(s) failed.'
        assert cluster.conditions()[-1] == ["Failed", "True", "MXJobFailed", message]
        assert sorted(cluster.pods) == ALL_PODS
        assert "completionTime" in status(cluster)
        assert (cluster.counters["failed"], "MXJobRestarting" in reasons(cluster)) == (1, False)

    @pytest.mark.parametrize("policy", ["OnFailure", "Always", "ExitCode"])
    def test_93_94_an_evicted_pod_is_replaced(self, policy: str) -> None:
        cluster = running(dist_job(restart_policy=policy))
        play(cluster, "*server*", "Failed", reason="Evicted")
        cluster.reap()
        cluster.settle()
        play(cluster, "*server*", "Running")
        assert types(cluster) == ["Created", "Running"]

    def test_82_after_success_nothing_but_created_and_succeeded_is_true(self) -> None:
        cluster = running(dist_job(restart_policy="OnFailure"))
        play(cluster, "*worker-0", "Failed", reason="Evicted")
        play(cluster, "*scheduler*", "Succeeded", 0)
        assert types(cluster) == ["Created", "Restarting=False", "Succeeded"]
        assert "uids" not in status(cluster)["restarts"]

    def test_93_a_second_failure_while_restarting_counts_too(self) -> None:
        cluster = running(dist_job(restart_policy="OnFailure"))
        play(cluster, "*worker-0", "Failed", reason="Evicted")
        play(cluster, "*worker-1", "Failed", reason="Evicted")
        assert (cluster.counters["restarted"], reasons(cluster).count("MXJobRestarting")) == (2, 2)

    def test_77_a_pod_deleted_by_somebody_is_replaced(self) -> None:
        cluster = running(dist_job(restart_policy="OnFailure"))
        cluster.delete_pod("demo-worker-0")
        cluster.settle()
        assert types(cluster) == ["Created", "Restarting"]
        cluster.reap()
        cluster.settle()
        play(cluster, "*", "Running")
        assert (types(cluster), status(cluster)["restarts"]) == (["Created", "Running"], {"count": 1})

    def test_77_a_never_pod_deleted_by_somebody_fails_the_job_once_it_is_gone(self) -> None:
        cluster = running(dist_job())
        cluster.delete_pod("demo-worker-0")
        cluster.settle()
        assert types(cluster) == ["Created", "Running"]
        cluster.reap()
        cluster.settle()
        assert cluster.state() == "Failed"
        assert status(cluster)["replicaStatuses"]["Worker"] == {"active": 1, "failed": 1}

    def test_77_a_never_pod_may_still_succeed_while_it_is_deleted(self) -> None:
        cluster = running(mxjob(worker=1))
        cluster.delete_pod("demo-worker-0")
        cluster.settle()
        play(cluster, "*", "Succeeded", 0)
        assert cluster.state() == "Succeeded"

    def test_77_a_pod_deleted_before_it_ran_is_created_again(self) -> None:
        cluster = settled(dist_job())
        cluster.delete_pod("demo-worker-0")
        cluster.settle()
        assert (sorted(cluster.pods), types(cluster)) == (ALL_PODS, ["Created"])


class TestLimits:
    def test_96_restarts_in_place_reach_the_limit(self) -> None:
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
    def test_the_clean_up_after_a_limit_follows_the_policy(self, policy: str, left: list[str]) -> None:
        cluster = running(mxjob(worker=2, restart_policy="OnFailure", backoffLimit=1, cleanPodPolicy=policy))
        play(cluster, "*", "Running", restarts=1)
        cluster.reap()
        cluster.settle()
        assert (cluster.state(), sorted(cluster.pods), sorted(cluster.services)) == ("Failed", left, left)

    def test_98_the_third_failure_is_one_too_many(self) -> None:
        cluster = running(dist_job(restart_policy="ExitCode", backoffLimit=2))
        for failures in (1, 2):
            play(cluster, "*worker-1", "Failed", 137)
            assert (cluster.state(), status(cluster)["restarts"]["count"]) == ("Restarting", failures)
            cluster.reap()
            cluster.settle()
            play(cluster, "*", "Running")
        play(cluster, "*worker-1", "Failed", 137)
        assert "backoff limit" in cluster.conditions()[-1][3]

    def test_100_a_limit_of_zero_names_the_limit(self) -> None:
        cluster = running(dist_job(backoffLimit=0))
        play(cluster, "*worker-1", "Failed", 1)
        assert "backoff limit" in cluster.conditions()[-1][3]

    def test_102_103_the_deadline_ends_the_job_without_any_event(self) -> None:
        cluster = running(dist_job(activeDeadlineSeconds=30))
        cluster.pass_time(seconds=10)
        assert cluster.pass_()[1].requeue_after == timedelta(seconds=20)
        cluster.pass_time(seconds=20)
        cluster.settle()
        cluster.reap()
        cluster.settle()
        assert "deadline" in cluster.conditions()[-1][3]
        assert (cluster.pods, cluster.services) == ({}, {})

    def test_105_a_limit_counts_as_a_failure_and_leaves_nothing_active(self) -> None:
        cluster = running(dist_job(activeDeadlineSeconds=30))
        cluster.pass_time(seconds=30)
        cluster.settle()
        cluster.reap()
        cluster.settle()
        assert cluster.counters["failed"] == 1
        assert status(cluster)["replicaStatuses"] == {"Scheduler": {}, "Server": {}, "Worker": {}}

    def test_76_success_wins_over_a_deadline_noticed_with_it(self) -> None:
        cluster = running(dist_job(activeDeadlineSeconds=30))
        cluster.pass_time(hours=1)
        play(cluster, "*scheduler*", "Succeeded", 0)
        assert cluster.state() == "Succeeded"

    def test_128_the_deadline_counts_from_the_resume(self) -> None:
        cluster = running(dist_job(activeDeadlineSeconds=30))
        suspend(cluster, True)
        cluster.settle()
        cluster.reap()
        cluster.pass_time(hours=1)
        suspend(cluster, False)
        assert cluster.pass_()[1].requeue_after == timedelta(seconds=30)


class TestAfterEnd:
    @pytest.mark.parametrize(
        ("policy", "phase", "left"),
        [
            pytest.param("Running", "Running", 0, id="109: Running takes running pods"),
            pytest.param("Running", "Succeeded", 6, id="109: Running keeps succeeded pods"),
            pytest.param("None", "Running", 6, id="109: None keeps all"),
            pytest.param("All", "Succeeded", 0, id="109: All takes all"),
        ],
    )
    def test_clean_up(self, policy: str, phase: str, left: int) -> None:
        ended = {"conditions": [condition("Created"), condition("Succeeded")]}
        job = mxjob(worker=4, server=2, cleanPodPolicy=policy, status=ended)
        cluster = ModelCluster(job, pods={each.metadata.name: each for each in pods_of(job, phase)})
        cluster.settle()
        assert len(cluster.pods) == left

    def test_111_servers_that_go_on_are_told_as_active(self) -> None:
        cluster = running(dist_job())
        play(cluster, "*scheduler*", "Succeeded", 0)
        assert status(cluster)["replicaStatuses"]["Server"] == {"active": 1}
        play(cluster, "*server*", "Succeeded", 0)
        assert status(cluster)["replicaStatuses"]["Server"] == {"succeeded": 1}

    def test_the_pass_that_ends_a_job_creates_nothing(self) -> None:
        cluster = running(dist_job())
        cluster.play("*worker-0", "Failed", 1)
        del cluster.pods["demo-worker-1"]
        assert cluster.pass_()[0].actions == ()

    def test_the_end_is_on_record_before_anything_is_deleted(self) -> None:
        cluster = running(dist_job(cleanPodPolicy="All"))
        cluster.play("*scheduler*", "Succeeded", 0)
        intended, conclusion = cluster.pass_()
        assert (intended.actions, conclusion.status_patch is None) == ((), False)

    @pytest.mark.parametrize(
        ("pattern", "phase", "code"), [("*scheduler*", "Succeeded", 0), ("*worker-0", "Failed", 1)]
    )
    def test_113_the_job_goes_when_its_ttl_is_over(self, pattern: str, phase: str, code: int) -> None:
        cluster = running(dist_job(ttlSecondsAfterFinished=3))
        play(cluster, pattern, phase, code)
        assert cluster.pass_()[1].requeue_after == timedelta(seconds=3)
        cluster.pass_time(seconds=3)
        cluster.settle()
        assert cluster.job is None
        assert cluster.counters["deleted"] == 1

    def test_127_suspending_a_finished_job_changes_nothing(self) -> None:
        cluster = running(dist_job())
        play(cluster, "*scheduler*", "Succeeded", 0)
        before = status(cluster)
        suspend(cluster, True)
        cluster.settle()
        assert (status(cluster), sorted(cluster.pods)) == (before, ALL_PODS)


class TestSuspension:
    def test_120_born_suspended(self) -> None:
        cluster = settled(dist_job(suspend=True))
        assert cluster.conditions() == [
            ["Created", "True", "MXJobCreated", "MXJob demo is created."],
            ["Suspended", "True", "MXJobSuspended", "MXJob demo is suspended."],
        ]
        assert set(status(cluster)) == {"conditions"}
        assert (cluster.pods, cluster.services) == ({}, {})

    def test_121_then_set_free(self) -> None:
        cluster = settled(dist_job(suspend=True))
        suspend(cluster, False)
        cluster.settle()
        assert sorted(cluster.pods) == sorted(cluster.services) == ALL_PODS
        assert "startTime" in status(cluster)

    def test_122_a_running_job_rests(self) -> None:
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
        assert "restarts" not in status(cluster)

    def test_123_and_goes_on(self) -> None:
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

    @pytest.mark.parametrize("policy", ["Never", "OnFailure", "Always", "ExitCode"])
    @pytest.mark.parametrize(
        ("end", "code"),
        [("Running", None), ("Failed", 1), ("Failed", 143), ("Succeeded", 0)],
        ids=["while they run", "failed", "killed", "succeeded"],
    )
    def test_125_pods_of_the_run_before_mean_nothing(self, policy: str, end: str, code: int | None) -> None:
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

    def test_126_suspending_and_resuming_are_told_once(self) -> None:
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


class TestGangs:
    def admit(self, cluster: ModelCluster, phase: str) -> None:
        group = cluster.pod_groups["demo"]
        cluster.pod_groups["demo"] = msgspec.structs.replace(group, status=PodGroupStatus(phase))
        cluster.settle()

    def test_130_volcano_holds_pods_back(self) -> None:
        cluster = settled(dist_job(), "volcano")
        assert (cluster.pods, cluster.services, types(cluster)) == ({}, {}, ["Created"])
        assert "lastReconcileTime" in status(cluster)
        assert "startTime" not in status(cluster)
        self.admit(cluster, "Inqueue")
        assert sorted(cluster.pods) == sorted(cluster.services) == ALL_PODS

    def test_131_scheduler_plugins_does_not(self) -> None:
        assert sorted(settled(dist_job(), "scheduler-plugins-scheduler").pods) == ALL_PODS

    @pytest.mark.parametrize("end", ["Succeeded", "Failed"])
    def test_136_137_the_group_goes_once_with_the_job(self, end: str) -> None:
        cluster = settled(dist_job(), "volcano")
        self.admit(cluster, "Running")
        play(cluster, "*", "Running")
        play(cluster, "*scheduler*", end, 0)
        for _ in range(5):
            cluster.pass_()
        assert cluster.pod_groups == {}
        assert (reasons(cluster).count("JobTerminated"), reasons(cluster).count("SuccessfulDeletePodGroup")) == (1, 1)

    def test_136_and_returns_after_a_rest(self) -> None:
        cluster = settled(dist_job(), "volcano")
        suspend(cluster, True)
        cluster.settle()
        assert cluster.pod_groups == {}
        suspend(cluster, False)
        cluster.settle()
        assert list(cluster.pod_groups) == ["demo"]

    def test_137_a_job_that_waits_writes_nothing(self) -> None:
        cluster = settled(dist_job(), "volcano")
        before = cluster.writes.copy()
        for _ in range(10):
            cluster.pass_time(minutes=1)
            cluster.pass_()
        assert cluster.writes == before

    def test_138_a_group_that_waits_again_does_not_stop_the_job(self) -> None:
        cluster = settled(dist_job(), "volcano")
        self.admit(cluster, "Running")
        play(cluster, "*", "Running")
        self.admit(cluster, "Pending")
        play(cluster, "*scheduler*", "Succeeded", 0)
        assert cluster.state() == "Succeeded"

    def test_138_but_holds_back_what_is_missing(self) -> None:
        cluster = settled(dist_job(), "volcano")
        self.admit(cluster, "Running")
        self.admit(cluster, "Pending")
        cluster.delete_pod("demo-worker-0")
        cluster.settle()
        assert "demo-worker-0" not in cluster.pods

    def test_133_another_scheduler_in_a_template_is_told(self) -> None:
        job = mxjob(worker=replica_spec(schedulerName="mine"))
        assert "SetPodTemplateSchedulerName" in reasons(settled(job, "scheduler-plugins-scheduler"))
        assert "SetPodTemplateSchedulerName" not in reasons(settled(job))


class TestScaling:
    def test_141_scaling_down_removes_the_last_and_fails_nothing(self) -> None:
        cluster = running(mxjob(scheduler=1, worker=3))
        replicas(cluster, Worker=2)
        cluster.settle()
        assert (cluster.pods["demo-worker-2"].terminating, types(cluster)) == (True, ["Created", "Running"])
        play(cluster, "*worker-2", "Failed", 143)
        cluster.reap()
        cluster.settle()
        assert types(cluster) == ["Created", "Running"]
        assert sorted(cluster.services) == ["demo-scheduler-0", "demo-worker-0", "demo-worker-1"]

    def test_142_scaling_up_adds_the_new_ones(self) -> None:
        cluster = running(mxjob(scheduler=1, worker=1))
        replicas(cluster, Worker=3)
        cluster.settle()
        assert sorted(cluster.services) == sorted(cluster.pods)
        assert len(cluster.pods) == 4

    def test_145_gaps_out_of_range_are_never_filled(self) -> None:
        job = mxjob(worker=1)
        cluster = ModelCluster(job, pods={f"demo-worker-{i}": pod(job, "Worker", i) for i in (0, 3)})
        intended, _ = cluster.pass_()
        assert (created(intended), deleted(intended)) == ([], ["demo-worker-3"])
        cluster.settle()
        assert list(cluster.pods) == ["demo-worker-0"]

    def test_146_a_label_that_is_no_index_is_bounded_work(self) -> None:
        job = mxjob(worker=1)
        odd = pod(job, "Worker", 0, labels={LABEL_REPLICA_INDEX: "2147483647"})
        cluster = ModelCluster(job, pods={"demo-worker-0": odd})
        cluster.settle()
        assert list(cluster.pods) == ["demo-worker-0"]

    def test_148_rivals_are_left_alone(self) -> None:
        job = mxjob(worker=2)
        rival = pod(job, "Worker", 1, phase="Failed", labels={LABEL_REPLICA_INDEX: "0"})
        observed = Observed(job, (pod(job, "Worker", 0, phase="Running"), rival))
        intended = plan(observed, NOW)
        assert (deleted(intended), intended.status.is_true("Failed")) == ([], False)

    def test_87_a_type_taken_out_of_the_spec_goes_with_its_pods(self) -> None:
        cluster = running(dist_job())
        cluster.edit({"spec": {"mxReplicaSpecs": {"Server": None}}})
        cluster.settle()
        cluster.reap()
        cluster.settle()
        assert "demo-server-0" not in cluster.pods | cluster.services
        assert list(status(cluster)["replicaStatuses"]) == ["Scheduler", "Worker"]
        assert types(cluster) == ["Created", "Running"]


def test_113_115_what_v181_left_without_a_completion_time_expires() -> None:
    ended = {"conditions": [condition("Created"), condition("Failed", at=ago(days=1))]}
    cluster = settled(mxjob(worker=1, ttlSecondsAfterFinished=60, status=ended))
    assert cluster.job is None
