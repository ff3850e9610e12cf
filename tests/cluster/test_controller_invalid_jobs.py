"""Jobs that no schema judged when they were stored: each says what is wrong, and none stops another (B1, B4, B6)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from fork_tools.cluster.assets import find_assets
from fork_tools.cluster.crds import MXJOB_CRD
from fork_tools.cluster.lifecycle import Cluster, up
from tests.cluster import shipped
from tests.cluster.controller_process import ControllerProcess, running
from tests.cluster.kube import CORE, Kube, Namespace, Object
from tests.cluster.kubectl import output
from tests.cluster.mxjobs import container, mxjob, of_types, replicas
from tests.cluster.waiting import wait_until

INVALID = {
    "no-spec": {"apiVersion": "kubeflow.org/v1", "kind": "MXJob", "metadata": {"name": "no-spec"}},
    "no-types": of_types({}, "no-types"),
    "null-type": of_types({"Worker": None}, "null-type"),
    "empty-worker": mxjob("empty-worker", Worker={}),
    "empty-template": mxjob("empty-template", Worker={"template": {}}),
    "no-mxnet": mxjob("no-mxnet", Worker=replicas(container("main"))),
    "no-image": mxjob("no-image", Worker=replicas({"name": "mxnet"})),
    "negative": mxjob("negative", Worker=replicas(replicas=-1)),
    "words": of_types({"Worker": "three"}, "words"),
    "list": of_types({"Worker": [replicas()]}, "list"),
}


def permissive(crd: Object) -> Object:
    """Let everything in, as if no schema had been written."""
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    versions = [version | {"schema": schema} for version in crd["spec"]["versions"]]
    return crd | {"spec": crd["spec"] | {"versions": versions}}


@pytest.fixture(scope="module")
def bare_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Start a control plane without any CRD."""
    cluster = up(tmp_path_factory.mktemp("b") / "cluster", assets=find_assets(), crds=False, tied_to_parent=True)
    yield cluster
    cluster.down()


@pytest.fixture(scope="module")
def controller(bare_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControllerProcess]:
    """Run a controller that was there before the CRD."""
    access = shipped.access(bare_cluster, tmp_path_factory.mktemp("access"))
    with running(f"--kubeconfig={access}") as controller:
        controller.wait_for_log("the CRD mxjobs.kubeflow.org is not installed; next: kubectl apply -f crds/")
        crd = permissive(yaml.safe_load(Path(MXJOB_CRD).read_text(encoding="utf-8")))
        output(bare_cluster, "apply", "-f", "-", stdin=yaml.safe_dump(crd))
        controller.wait_until_ready()
        yield controller


@pytest.fixture(scope="module")
def here(bare_cluster: Cluster, controller: ControllerProcess) -> Iterator[Namespace]:
    """Store every invalid job, and then a valid one."""
    kube = Kube(bare_cluster.kubeconfig)
    here = kube.in_namespace("jobs")
    kube.request("POST", f"{CORE}/namespaces", {"metadata": {"name": here.name}})
    wait_until(lambda: here.jobs() == [], otherwise=lambda: controller.log)
    for job in (*INVALID.values(), mxjob("valid")):
        here.create_job(job)
    yield here
    kube.close()


def test_32_158_a_valid_job_runs_among_them(here: Namespace, controller: ControllerProcess) -> None:
    wait_until(lambda: here.conditions("valid") == {"Created": "True"}, otherwise=lambda: controller.log)
    assert list(here.pods()) == ["valid-worker-0"]


@pytest.mark.parametrize("name", INVALID)
def test_30_an_invalid_job_says_what_is_wrong(here: Namespace, controller: ControllerProcess, name: str) -> None:
    wait_until(
        lambda: here.conditions(name) == {"Created": "True", "Invalid": "True"},
        otherwise=lambda: f"{here.conditions(name)}\n{controller.log}",
    )
    wait_until(lambda: [event["reason"] for event in here.events(name)] == ["MXJobFailedValidation"])


def test_158_nothing_about_them_is_an_error_of_the_controller(here: Namespace, controller: ControllerProcess) -> None:
    wait_until(lambda: all(here.conditions(name) for name in INVALID))
    wait_until(controller.idle)
    errors = 'controller_runtime_reconcile_errors_total{controller="mxjob-controller"}'
    assert controller.metrics()[errors] == 0, controller.log
    assert "Traceback" not in controller.log


def test_31_a_mended_job_runs(here: Namespace, controller: ControllerProcess) -> None:
    here.create_job(mxjob("mended", Worker=replicas(replicas=-1)))
    wait_until(lambda: here.conditions("mended").get("Invalid") == "True", otherwise=lambda: controller.log)
    here.patch_job("mended", {"spec": {"mxReplicaSpecs": {"Worker": {"replicas": 1}}}})
    wait_until(lambda: "mended-worker-0" in here.pods(), otherwise=lambda: controller.log)
    wait_until(lambda: here.conditions("mended") == {"Created": "True"})
