"""A control plane for the tests of the nodes, and agents to run against it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from fork_tools.cluster.assets import find_assets
from fork_tools.cluster.lifecycle import Cluster, down, up
from tests.cluster.kubectl import output
from tests.cluster.node.pods import NodeAgent, Pods, node_agent

_NAMESPACES = itertools.count()


@pytest.fixture(scope="session")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Bring up a control plane without nodes, shared by every module that starts agents."""
    directory = tmp_path_factory.mktemp("nodes") / "cluster"
    cluster = up(directory, assets=find_assets(), crds=False, tied_to_parent=True)
    yield cluster
    down(directory)


@pytest.fixture(scope="module")
def nodes(control_plane: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeAgent]:
    """Run two nodes for the tests of one module."""
    with node_agent(control_plane, tmp_path_factory.mktemp("agent"), nodes=2) as agent:
        yield agent


@pytest.fixture
def pods(control_plane: Cluster) -> Iterator[Pods]:
    """Make a namespace; its pods are deleted at once when the test is over."""
    namespace = f"pods-{next(_NAMESPACES)}"
    output(control_plane, "create", "namespace", namespace)
    yield Pods(control_plane, namespace)
    output(control_plane, "delete", "pods", "--all", "-n", namespace, "--grace-period=0", "--force")
