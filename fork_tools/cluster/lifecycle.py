"""Bring a local cluster up and take it down again, whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fork_tools.cluster import folder
from fork_tools.cluster.assets import find_assets, require_programs, version_of
from fork_tools.cluster.components import Isolation
from fork_tools.cluster.crds import MXJOB_CRD, require_files
from fork_tools.cluster.layout import Layout
from fork_tools.cluster.ports import LOOPBACK, free_port, require_free
from fork_tools.cluster.processes import ProcessRecord, end, interrupts_held
from fork_tools.cluster.startup import Startup
from fork_tools.cluster.state import ClusterState, Phase, write
from fork_tools.cluster.status import ClusterStatus, status
from fork_tools.progress import Progress

__all__ = ["Cluster", "ClusterStatus", "down", "status", "up"]

_GRACE = 15.0  # seconds that a process gets to end by itself


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster that is up; every path is absolute.

    `obstacle` says what keeps pods from having namespaces of their own, so that one job runs at a time; mostly nothing.
    """

    directory: Path
    kubeconfig: Path
    server: str
    kubectl: Path
    logs: Path
    version: str
    obstacle: str = ""

    def down(self) -> None:
        """End the cluster and remove what it made."""
        down(self.directory)


def up(
    directory: Path,
    *,
    assets: Path | None = None,
    version: str | None = None,
    port: int | None = None,
    nodes: int = 0,
    images: Mapping[str, Path] | None = None,
    isolation: Isolation = "auto",
    crds: bool | Sequence[Path] = True,
    audit_log: Path | None = None,
    tied_to_parent: bool = False,
    progress: Progress | None = None,
) -> Cluster:
    """Start a cluster in `directory` (absent or empty) and return once it serves.

    Its programs are those in the folder `assets`, else what `find_assets` finds for `version`. `images` maps image
    names to the local environments that the nodes run them in; `isolation` is how the nodes keep pods apart; `crds` are
    files to install, True meaning the MXJob CRD; `audit_log` is a file to note every request to the API server in. With
    `tied_to_parent` the kernel ends every process when the calling thread ends.
    Raises MxforkError, with nothing left running, when anything does not work out.
    """
    progress = progress or Progress()
    crd_files = [MXJOB_CRD] if crds is True else list(crds or ())
    layout = Layout.of(directory)
    # What a user may have to correct comes before a build that takes minutes.
    require_files(crd_files)
    folder.require_room(layout)
    port = free_port() if port is None else port
    require_free(port)
    assets = find_assets(version, progress) if assets is None else assets.absolute()
    require_programs(assets)
    server = f"https://{LOOPBACK}:{port}"
    local_images = {name: str(path.absolute()) for name, path in (images or {}).items()}
    state = ClusterState(Phase.STARTING, version_of(assets), server, str(assets), nodes, local_images)

    layout.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with folder.sole_command(layout):
        folder.require_room(layout)
        startup = Startup(layout, state, isolation=isolation, tied_to_parent=tied_to_parent, progress=progress)
        try:
            startup.run(port, crd_files, audit_log.absolute() if audit_log else None)
        except BaseException as failure:
            # Who interrupts wants nothing of it; who sees it fail wants to read the logs.
            _take_down(layout, startup.state, keep_logs=not isinstance(failure, KeyboardInterrupt))
            raise
    return Cluster(
        directory=layout.directory,
        kubeconfig=layout.kubeconfig,
        server=server,
        kubectl=assets / "kubectl",
        logs=layout.logs,
        version=state.version,
        obstacle=startup.state.obstacle,
    )


def down(directory: Path, *, keep_logs: bool = False) -> tuple[ProcessRecord, ...]:
    """End what `up` started in `directory`, the last first, and remove what it made; return what was still alive.

    Raises MxforkError where there is no cluster.
    """
    layout = Layout.of(directory)
    folder.require_cluster(layout)
    with folder.sole_command(layout):
        return _take_down(layout, folder.require_cluster(layout), keep_logs)


def _take_down(layout: Layout, state: ClusterState, keep_logs: bool) -> tuple[ProcessRecord, ...]:
    # Halfway, processes would go on that nobody asked for: a second interrupt waits until all have ended.
    with interrupts_held():
        ended = tuple(record for record in reversed(state.processes) if end(record, grace=_GRACE))
        folder.clear(layout, keep_logs=keep_logs)
        if keep_logs:
            write(layout.state, replace(state, phase=Phase.DOWN, processes=()))
    return ended
