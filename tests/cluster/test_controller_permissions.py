"""The least that the controller has to be permitted, in one namespace (spec §6.4)."""

from __future__ import annotations

from pathlib import Path

import pytest

from fork_tools.cluster.lifecycle import Cluster
from tests.cluster.controller_process import running
from tests.cluster.kube import Kube, Namespace
from tests.cluster.mxjobs import mxjob, replicas
from tests.cluster.permissions import LEAST, service_account
from tests.cluster.waiting import wait_until


@pytest.fixture
def restricted(cluster: Cluster, kube: Kube, namespace: str, tmp_path: Path) -> Path:
    """Make a service account with the least permissions; returns its kubeconfig."""
    return service_account(cluster, kube, namespace, LEAST, tmp_path / "kubeconfig")


def test_a_whole_life_with_the_least_permissions(restricted: Path, here: Namespace) -> None:
    with running(f"--kubeconfig={restricted}", f"--namespace={here.name}") as controller:
        controller.wait_until_ready()
        policy = {"cleanPodPolicy": "All", "ttlSecondsAfterFinished": 1}
        here.create_pod({"metadata": {"name": "job-worker-1"}, "spec": replicas()["template"]["spec"]})
        here.create_job(mxjob(run_policy=policy, Scheduler=replicas(), Worker=replicas(replicas=2)))
        wait_until(lambda: len(here.pods()) == 3, otherwise=lambda: controller.log)
        wait_until(lambda: "FailedCreatePod" in {event["reason"] for event in here.events("job")})
        here.delete_pod("job-worker-1")
        wait_until(lambda: len(here.pods()) == 3)
        here.play("*", "Running")
        wait_until(lambda: here.conditions("job").get("Running") == "True")
        here.play("*-scheduler-0", "Succeeded", exit_code=0)
        wait_until(lambda: here.jobs() == [], otherwise=lambda: controller.log)
        refused = [name for name in controller.metrics() if name.startswith("rest_client") and 'code="403"' in name]
        assert refused == []
        assert controller.stop() == 0
        assert "WARNING" not in controller.log


def test_without_a_namespace_the_same_role_is_told_to_be_too_small(restricted: Path) -> None:
    with running(f"--kubeconfig={restricted}") as controller:
        controller.wait_for_log("not permitted to list mxjobs.kubeflow.org in all namespaces")
        assert controller.probe("/healthz") == (200, "ok")
        assert controller.stop() == 0
