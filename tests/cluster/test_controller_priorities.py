"""A gang of which only a part has to fit asks for the resources of its most important pods (B27)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fork_tools.cluster.lifecycle import Cluster
from tests.cluster import shipped
from tests.cluster.controller_process import running
from tests.cluster.kube import Kube, Namespace, Object
from tests.cluster.mxjobs import container, mxjob, replicas
from tests.cluster.permissions import LEAST, service_account
from tests.cluster.waiting import wait_until

PRIORITY_CLASSES = "/apis/scheduling.k8s.io/v1/priorityclasses"
POD_GROUPS = "/apis/scheduling.x-k8s.io/v1alpha1"
POD_GROUP_RULES = shipped.component_rules("scheduler-plugins", "(Cluster)?Role")

pytestmark = pytest.mark.usefixtures("pod_groups")


@pytest.fixture
def high(kube: Kube, namespace: str) -> Iterator[str]:
    """Make a PriorityClass of the test's own."""
    name = f"high-{namespace}"
    body = {"metadata": {"name": name}, "value": 1000}
    kube.request("POST", PRIORITY_CLASSES, body)
    yield name
    kube.request("DELETE", f"{PRIORITY_CLASSES}/{name}")


def job(high: str, *, min_available: int) -> Object:
    """Make a job whose workers ask for more, and are worth more, than its scheduler."""
    worker = replicas(
        container(resources={"requests": {"cpu": "3"}}),
        pod={"priorityClassName": high},
        replicas=2,
        restartPolicy="Never",
    )
    scheduler = replicas(container(resources={"requests": {"cpu": "1"}}))
    policy = {"schedulingPolicy": {"minAvailable": min_available}}
    return mxjob(run_policy=policy, Scheduler=scheduler, Worker=worker)


def min_resources(here: Namespace) -> Object | None:
    groups = here.kube.items(f"{POD_GROUPS}/namespaces/{here.name}/podgroups")
    return groups[0]["spec"].get("minResources") if groups else None


def test_129_the_highest_priority_counts_first(access: Path, here: Namespace, high: str) -> None:
    flags = (f"--kubeconfig={access}", f"--namespace={here.name}", "--gang-scheduler-name=plugins")
    with running(*flags) as controller:
        controller.wait_until_ready()
        here.create_job(job(high, min_available=2))
        wait_until(lambda: min_resources(here) == {"cpu": "6"}, otherwise=lambda: controller.log)
        here.patch_job("job", {"spec": {"runPolicy": {"schedulingPolicy": {"minAvailable": 3}}}})
        wait_until(lambda: min_resources(here) == {"cpu": "7"})


def test_129_without_the_permission_everything_else_works(
    cluster: Cluster, kube: Kube, here: Namespace, high: str, tmp_path: Path
) -> None:
    rules = (*LEAST, *POD_GROUP_RULES)
    kubeconfig = service_account(cluster, kube, here.name, rules, tmp_path / "kubeconfig")
    flags = (f"--kubeconfig={kubeconfig}", f"--namespace={here.name}", "--gang-scheduler-name=plugins")
    with running(*flags) as controller:
        controller.wait_until_ready()
        here.create_job(job(high, min_available=2))
        wait_until(lambda: len(here.pods()) == 3, otherwise=lambda: controller.log)
        assert min_resources(here) == {"cpu": "4"}
        line = "not permitted to list priorityclasses.scheduling.k8s.io"
        controller.wait_for_log(line)
        here.play("*", "Running")
        wait_until(lambda: here.conditions("job").get("Running") == "True")
        wait_until(controller.idle)
        assert controller.log.count(line) == 1
