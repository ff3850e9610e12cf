"""With the controller down, what it made can still be deleted: no webhook and no finalizer waits for it (B39)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cluster.controller_process import running
from tests.cluster.kube import CORE, Kube, Namespace
from tests.cluster.mxjobs import mxjob, replicas
from tests.cluster.waiting import wait_until


@pytest.fixture
def doomed(access: Path, kube: Kube) -> Namespace:
    """Make a namespace with a job that a controller, which is gone by now, has given its pods and services."""
    here = kube.in_namespace("doomed")
    kube.request("POST", f"{CORE}/namespaces", {"metadata": {"name": here.name}})
    with running(f"--kubeconfig={access}", f"--namespace={here.name}") as controller:
        controller.wait_until_ready()
        here.create_job(mxjob(Worker=replicas(replicas=2)))
        wait_until(lambda: len(here.pods()) == 2 and controller.idle(), otherwise=lambda: controller.log)
        assert controller.stop() == 0
    return here


def namespaces(kube: Kube) -> list[str]:
    return [each["metadata"]["name"] for each in kube.items(f"{CORE}/namespaces")]


def test_159_a_job_goes_with_its_children_and_a_namespace_with_its_jobs(kube: Kube, doomed: Namespace) -> None:
    doomed.delete_job("job")
    wait_until(lambda: not doomed.jobs() and not doomed.pods() and not doomed.services())
    doomed.create_job(mxjob("another"))
    kube.request("DELETE", f"{CORE}/namespaces/{doomed.name}")
    wait_until(lambda: doomed.name not in namespaces(kube), within=60)
