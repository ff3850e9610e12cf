"""A CRD marked as deprecated: kubectl warns, and the controller tells each job once, even if it is started again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from fork_tools.cluster.assets import find_assets
from fork_tools.cluster.crds import MXJOB_CRD
from fork_tools.cluster.lifecycle import Cluster, up
from fork_tools.commands.crd import crd
from tests.cluster import shipped
from tests.cluster.controller_process import ControllerProcess, running
from tests.cluster.kube import CORE, Kube, Namespace
from tests.cluster.kubectl import kubectl, output
from tests.cluster.mxjobs import mxjob
from tests.cluster.waiting import wait_until

MESSAGE = 'MXJob is "going", für immer; see https://example.test/moving'


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Start a control plane of its own: a deprecated CRD would disturb other tests."""
    cluster = up(tmp_path_factory.mktemp("d") / "cluster", assets=find_assets(), tied_to_parent=True)
    yield cluster
    cluster.down()


@pytest.fixture(scope="module")
def access(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shipped.access(cluster, tmp_path_factory.mktemp("access"))


@pytest.fixture(scope="module")
def deprecated_crd(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Generate a CRD whose version is deprecated."""
    path = tmp_path_factory.mktemp("crd") / "crd.yaml"
    arguments = [
        "generate",
        "--kubeconfig",
        str(cluster.kubeconfig),
        "--deprecated",
        MESSAGE,
        "--output-file",
        str(path),
    ]
    assert CliRunner().invoke(crd, arguments).exit_code == 0
    return path


@pytest.fixture(scope="module")
def here(cluster: Cluster) -> Iterator[Namespace]:
    kube = Kube(cluster.kubeconfig)
    kube.request("POST", f"{CORE}/namespaces", {"metadata": {"name": "jobs"}})
    yield kube.in_namespace("jobs")
    kube.close()


def told(here: Namespace, job: str) -> list[tuple[str, str, int]]:
    """Return type, message and count of the job's events about the deprecation."""
    events = [event for event in here.events(job) if event["reason"] == "MXJobDeprecated"]
    return [(event["type"], event["message"], event["count"]) for event in events]


def lines(controller: ControllerProcess, job: str) -> int:
    """Count the log lines that tell of the job's deprecation."""
    return controller.log.count(f"jobs/{job}: MXJobDeprecated: {MESSAGE}")


def serves(here: Namespace, controller: ControllerProcess, job: str) -> None:
    """Create a job, and wait until the controller has taken it up and rests."""
    here.create_job(mxjob(job))
    wait_until(lambda: here.conditions(job) == {"Created": "True"}, otherwise=lambda: controller.log)
    wait_until(controller.idle)


def test_each_job_is_told_once_while_the_crd_is_deprecated(
    cluster: Cluster, access: Path, deprecated_crd: Path, here: Namespace
) -> None:
    once = [("Warning", MESSAGE, 1)]
    flags = (f"--kubeconfig={access}",)
    with running(*flags) as controller:
        controller.wait_until_ready()
        serves(here, controller, "before")
        assert "Warning" not in kubectl(cluster, "get", "mxjobs", "-n", "jobs").stderr
        assert told(here, "before") == []

        output(cluster, "apply", "-f", str(deprecated_crd))
        wait_until(lambda: f"Warning: {MESSAGE}" in kubectl(cluster, "get", "mxjobs", "-n", "jobs").stderr)
        wait_until(lambda: told(here, "before") == once, otherwise=lambda: controller.log)
        serves(here, controller, "during")
        wait_until(lambda: told(here, "during") == once, otherwise=lambda: controller.log)
        assert controller.stop() == 0
        assert (lines(controller, "before"), lines(controller, "during")) == (1, 1)

    with running(*flags) as controller:
        controller.wait_until_ready()
        conflicts = 'rest_client_requests_total{code="409"'
        wait_until(lambda: sum(n for name, n in controller.metrics().items() if name.startswith(conflicts)) == 2)
        serves(here, controller, "restarted")
        wait_until(lambda: told(here, "restarted") == once, otherwise=lambda: controller.log)
        assert told(here, "before") == told(here, "during") == once
        assert [lines(controller, job) for job in ("before", "during", "restarted")] == [0, 0, 1]

        output(cluster, "apply", "-f", str(MXJOB_CRD))
        controller.wait_for_log("the API server warns of MXJobs: no longer")
        assert "Warning" not in kubectl(cluster, "get", "mxjobs", "-n", "jobs").stderr
        serves(here, controller, "after")
        assert told(here, "after") == []


def test_the_published_crd_is_not_deprecated() -> None:
    (version,) = yaml.safe_load(MXJOB_CRD.read_text(encoding="utf-8"))["spec"]["versions"]
    assert "deprecated" not in version
