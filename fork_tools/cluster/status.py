"""What of a cluster runs just now."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fork_tools.cluster.folder import require_cluster
from fork_tools.cluster.layout import Layout
from fork_tools.cluster.processes import is_alive
from fork_tools.cluster.state import Phase


@dataclass(frozen=True, slots=True)
class ProcessStatus:
    """One process of the cluster."""

    name: str
    pid: int
    alive: bool
    log: Path


@dataclass(frozen=True, slots=True)
class ClusterStatus:
    """The cluster as it stands; `phase` tells an unfinished start from one that got up.

    `obstacle` says why the nodes run one job at a time, if they do.
    """

    directory: Path
    phase: Phase
    version: str
    server: str
    kubeconfig: Path
    kubectl: Path
    nodes: int
    obstacle: str
    processes: tuple[ProcessStatus, ...]

    @property
    def runs(self) -> bool:
        """Whether it got up and every process still lives."""
        return self.phase is Phase.UP and all(process.alive for process in self.processes)


def status(directory: Path) -> ClusterStatus:
    """Look at the cluster in `directory`. Raises MxforkError where there is none."""
    layout = Layout.of(directory)
    state = require_cluster(layout)
    return ClusterStatus(
        directory=layout.directory,
        phase=state.phase,
        version=state.version,
        server=state.server,
        kubeconfig=layout.kubeconfig,
        kubectl=Path(state.assets) / "kubectl",
        nodes=state.nodes,
        obstacle=state.obstacle,
        processes=tuple(
            ProcessStatus(record.name, record.pid, is_alive(record), layout.log(record.name))
            for record in state.processes
        ),
    )
