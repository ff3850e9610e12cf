"""The life of jobs on a real API server; their pods are played by patching their status."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cluster import audit, shipped
from tests.cluster.controller_process import ControllerProcess, running
from tests.cluster.kube import Namespace, Object
from tests.cluster.mxjobs import mxjob, replicas
from tests.cluster.waiting import wait_until


def distributed(name: str = "job", **run_policy: Any) -> Object:
    return mxjob(name, run_policy=run_policy, Scheduler=replicas(), Server=replicas(), Worker=replicas(replicas=2))


@pytest.fixture
def life(here: Namespace, controller: ControllerProcess) -> Life:
    return Life(here, controller)


class Life:
    """Waits for what a job comes to."""

    def __init__(self, here: Namespace, controller: ControllerProcess) -> None:
        self.here = here
        self.controller = controller

    def begin(self, job: Object, *, pods: int) -> None:
        self.here.create_job(job)
        self.wait_for_pods(pods)

    def wait_for_pods(self, count: int) -> None:
        wait_until(lambda: len(self.here.pods()) == count, otherwise=lambda: self.controller.log)

    def wait_for(self, condition: str, name: str = "job") -> None:
        wait_until(
            lambda: self.here.conditions(name).get(condition) == "True",
            otherwise=lambda: f"{self.here.conditions(name)}\n{self.controller.log}",
        )

    def reasons(self, name: str = "job") -> set[str]:
        return {event["reason"] for event in self.here.events(name)}


def test_36_70_107_a_job_runs_succeeds_and_is_cleaned_up(life: Life) -> None:
    life.begin(distributed(cleanPodPolicy="All"), pods=4)
    life.wait_for("Created")
    assert set(life.here.services()) == set(life.here.pods())
    life.here.play("*", "Running")
    life.wait_for("Running")
    # The scheduler last: its end is the job's, and what is still running then would wait for a kubelet.
    for role in ("worker-*", "server-*", "scheduler-*"):
        life.here.play(f"job-{role}", "Succeeded", exit_code=0)
    life.wait_for("Succeeded")
    assert life.here.conditions("job") == {"Created": "True", "Running": "False", "Succeeded": "True"}
    life.wait_for_pods(0)
    wait_until(lambda: not life.here.services())
    status = life.here.job("job")["status"]
    assert status["startTime"] <= status["completionTime"]


def test_75_a_job_fails(life: Life) -> None:
    life.begin(distributed(), pods=4)
    life.here.play("*", "Running")
    life.wait_for("Running")
    life.here.play("*-worker-0", "Failed", exit_code=1)
    life.wait_for("Failed")
    assert life.here.conditions("job") == {"Created": "True", "Running": "False", "Failed": "True"}


def test_a_lost_pod_is_made_again(life: Life) -> None:
    life.begin(distributed(), pods=4)
    uid = life.here.pods()["job-worker-1"]["metadata"]["uid"]
    life.here.delete_pod("job-worker-1")
    wait_until(lambda: life.here.pods().get("job-worker-1", {"metadata": {"uid": uid}})["metadata"]["uid"] != uid)
    assert len(life.here.pods()) == 4


def test_141_scaling_down_removes_the_highest_indices(life: Life) -> None:
    life.begin(distributed(), pods=4)
    life.here.patch_job("job", {"spec": {"mxReplicaSpecs": {"Worker": {"replicas": 1}}}})
    life.wait_for_pods(3)
    assert "job-worker-1" not in life.here.pods()
    wait_until(lambda: "job-worker-1" not in life.here.services())


def test_119_a_deleted_job_takes_its_children_with_it_and_frees_its_name(life: Life) -> None:
    life.begin(distributed(), pods=4)
    life.here.delete_job("job")
    wait_until(lambda: life.here.jobs() == [], within=5)
    life.wait_for_pods(0)
    wait_until(lambda: life.here.services() == {})
    life.begin(distributed(), pods=4)


def test_113_a_finished_job_is_deleted_when_its_time_is_over(life: Life) -> None:
    life.begin(mxjob(run_policy={"ttlSecondsAfterFinished": 1}), pods=1)
    life.here.play("*", "Succeeded", exit_code=0)
    wait_until(lambda: life.here.jobs() == [])
    labels = f'{{framework="mxnet",job_namespace="{life.here.name}"}}'
    wait_until(lambda: life.controller.metrics().get(f"training_operator_jobs_deleted_total{labels}") == 1)


def test_103_a_deadline_ends_a_job_without_any_event(life: Life) -> None:
    life.begin(mxjob(run_policy={"activeDeadlineSeconds": 1}), pods=1)
    life.here.play("*", "Running")
    life.wait_for("Failed")


def test_48_a_pod_name_that_is_taken_does_not_stop_the_others(life: Life) -> None:
    life.here.create_pod({"metadata": {"name": "job-worker-0"}, "spec": replicas()["template"]["spec"]})
    life.begin(mxjob(Worker=replicas(replicas=3)), pods=3)
    wait_until(lambda: "FailedCreatePod" in life.reasons())
    life.here.delete_pod("job-worker-0")
    wait_until(lambda: bool(life.here.pods().get("job-worker-0", {"metadata": {}})["metadata"].get("ownerReferences")))
    assert life.controller.metrics()['controller_runtime_reconcile_errors_total{controller="mxjob-controller"}'] == 0


def test_149_a_job_made_again_under_its_name_never_adopts_what_was_left(life: Life) -> None:
    life.begin(mxjob(), pods=1)
    life.here.delete_job("job", propagationPolicy="Orphan")
    wait_until(lambda: life.here.jobs() == [])
    left = life.here.pods()["job-worker-0"]["metadata"]["uid"]
    life.here.create_job(mxjob())
    wait_until(lambda: "FailedCreatePod" in life.reasons(), otherwise=lambda: life.controller.log)
    assert life.here.pods()["job-worker-0"]["metadata"]["uid"] == left


def test_many_jobs_at_once_are_all_served(life: Life) -> None:
    for number in range(20):
        life.here.create_job(distributed(f"job-{number}"))
    life.wait_for_pods(80)
    assert len(life.here.services()) == 80
    wait_until(lambda: all(life.here.conditions(f"job-{number}") for number in range(20)))


def test_161_a_job_that_another_controller_manages_is_left_alone(life: Life) -> None:
    life.here.create_job(mxjob("theirs", run_policy={"managedBy": "kueue.x-k8s.io/multikueue"}))
    life.begin(mxjob(), pods=1)
    life.wait_for("Created")
    assert "status" not in life.here.job("theirs")
    assert life.here.events("theirs") == []


def test_83_84_a_restarted_controller_goes_on_without_doing_anything_twice(
    access: Path, here: Namespace, namespace: str, audit_log: Path
) -> None:
    flags = (f"--kubeconfig={access}", f"--namespace={namespace}")
    with running(*flags) as first:
        life = Life(here, first)
        life.begin(distributed(), pods=4)
        life.wait_for("Created")
        here.play("*", "Running")
        life.wait_for("Running")
        wait_until(first.idle)
        assert first.stop() == 0
    before = here.job("job"), here.pods(), here.services()
    written = audit.writes(audit_log, by=shipped.USER)
    with running(*flags) as second:
        second.wait_until_ready()
        wait_until(lambda: second.metrics()['workqueue_adds_total{name="mxjob-controller"}'] >= 1)
        wait_until(second.idle)
        assert audit.writes(audit_log, by=shipped.USER) == written
        assert (here.job("job"), here.pods(), here.services()) == before
        here.play("*-scheduler-0", "Succeeded", exit_code=0)
        Life(here, second).wait_for("Succeeded")


def test_49_158_a_job_with_an_impossible_pod_says_so_and_stops_nobody(life: Life) -> None:
    life.here.create_job(mxjob("odd", Worker=replicas(pod={"nodeSelector": {"bad key!": "x"}})))
    wait_until(lambda: "FailedCreatePod" in life.reasons("odd"), otherwise=lambda: life.controller.log)
    life.begin(mxjob(), pods=1)
    life.wait_for("Created")
    life.wait_for("Created", "odd")
