"""A control plane of its own for what harms controllers, and sometimes it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fork_tools.cluster.assets import find_assets
from fork_tools.cluster.lifecycle import Cluster, down, up
from tests.cluster.conftest import here, kube, namespace, pod_groups

__all__ = ["here", "kube", "namespace", "pod_groups"]


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Start a control plane with the MXJob CRD and without nodes."""
    directory = tmp_path_factory.mktemp("f") / "cluster"
    yield up(directory, assets=find_assets(), tied_to_parent=True)
    down(directory)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell how many crashes were tried."""
    reports = [report for report in terminalreporter.stats.get("passed", []) if report.when == "call"]
    crashes = sum(value for report in reports for name, value in report.user_properties if name == "crash points")
    if crashes:
        terminalreporter.write_line(f"crash points tried: {crashes}")
