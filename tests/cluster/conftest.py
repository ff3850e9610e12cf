"""One control plane for the whole run; a namespace and a controller of its own for each test."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from controller.api.constants import CONTROLLER_NAME
from fork_tools.cluster.assets import find_assets
from fork_tools.cluster.lifecycle import Cluster, down, up
from fork_tools.compat.conformance.scenario import POD_GROUP_CRDS
from tests.cluster import audit, shipped
from tests.cluster.controller_process import ControllerProcess, running
from tests.cluster.kube import CORE, Kube, Namespace
from tests.cluster.kubectl import output, until_established

ADMINISTRATOR: Final = "mxfork-administrator"
_serial = itertools.count(1)


@pytest.fixture(scope="session")
def audit_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Name the file in which the control plane notes every request."""
    return tmp_path_factory.mktemp("audit") / "audit.jsonl"


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory, audit_log: Path) -> Iterator[Cluster]:
    """Start a control plane with the MXJob CRD and without nodes."""
    # A short path: etcd's socket lies below it, and a socket's path has to be short.
    directory = tmp_path_factory.mktemp("c") / "cluster"
    cluster = up(directory, assets=find_assets(), audit_log=audit_log, tied_to_parent=True)
    yield cluster
    down(directory)


@pytest.fixture(scope="session")
def kube(cluster: Cluster) -> Iterator[Kube]:
    """Connect to the API server."""
    kube = Kube(cluster.kubeconfig)
    yield kube
    kube.close()


@pytest.fixture(scope="session")
def access(cluster: Cluster, audit_log: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give a controller what deploy/ ships and nothing more: the kubeconfig of its service account.

    At the end of the run it shows whether that was enough, and whether every controller came with it.
    """
    yield shipped.access(cluster, tmp_path_factory.mktemp("access"))
    seen = [request for request in audit.requests(audit_log) if request.agent.startswith(CONTROLLER_NAME)]
    refused = {str(request.permission) for request in seen if request.user == shipped.USER and request.forbidden}
    assert not refused, "the shipped permissions lack these, which the controller asked for"
    assert ADMINISTRATOR not in {request.user for request in seen}, "give controllers `access`, not all permissions"


@pytest.fixture
def namespace(kube: Kube) -> Iterator[str]:
    """Make a new namespace."""
    name = f"test-{next(_serial)}"
    kube.request("POST", f"{CORE}/namespaces", {"metadata": {"name": name}})
    yield name
    kube.request("DELETE", f"{CORE}/namespaces/{name}")


@pytest.fixture
def here(kube: Kube, namespace: str) -> Namespace:
    """Look at what is in the test's namespace."""
    return kube.in_namespace(namespace)


@pytest.fixture(scope="module")
def pod_groups(cluster: Cluster) -> Iterator[None]:
    """Install the PodGroup CRDs of both kinds of gang scheduler."""
    output(cluster, "apply", "-f", str(POD_GROUP_CRDS))
    until_established(cluster, "-f", str(POD_GROUP_CRDS))
    yield
    output(cluster, "delete", "-f", str(POD_GROUP_CRDS))


@pytest.fixture
def controller(access: Path, namespace: str) -> Iterator[ControllerProcess]:
    """Run a controller for the test's namespace until it is ready."""
    with running(f"--kubeconfig={access}", f"--namespace={namespace}") as controller:
        controller.wait_until_ready()
        yield controller
