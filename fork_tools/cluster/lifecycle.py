"""Bring a local cluster up and take it down again, whole or not at all."""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from fork_tools.cluster import components, folder
from fork_tools.cluster.assets import find_assets, require_programs, version_of
from fork_tools.cluster.components import Audit
from fork_tools.cluster.crds import MXJOB_CRD, install_crds, require_files
from fork_tools.cluster.credentials import Credentials, write_credentials
from fork_tools.cluster.layout import Layout
from fork_tools.cluster.ports import LOOPBACK, free_port, require_free
from fork_tools.cluster.processes import ProcessRecord, end, start
from fork_tools.cluster.readiness import HttpsProbe, wait_until
from fork_tools.cluster.state import ClusterState, Phase, write
from fork_tools.cluster.status import ClusterStatus, status
from fork_tools.progress import Progress

__all__ = ["Audit", "Cluster", "ClusterStatus", "down", "status", "up"]

_GRACE = 15.0  # seconds that a process gets to end by itself
# The API server makes its first namespaces a moment after it calls itself ready.
_API_SERVER_READY = ("/readyz", "/api/v1/namespaces/default", "/api/v1/namespaces/kube-system")


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster that is up; every path is absolute."""

    directory: Path
    kubeconfig: Path
    server: str
    kubectl: Path
    logs: Path
    version: str

    def down(self) -> None:
        """End the cluster and remove what it made."""
        down(self.directory)


def up(
    directory: Path,
    *,
    assets: Path | None = None,
    port: int | None = None,
    nodes: int = 0,
    images: Mapping[str, Path] | None = None,
    crds: bool | Sequence[Path] = True,
    audit: Audit | None = None,
    tied_to_parent: bool = False,
    progress: Progress | None = None,
) -> Cluster:
    """Start a cluster in `directory` (absent or empty) and return once it serves.

    `images` maps image names to the local environments that the nodes run them in; `crds` are files to install, True
    meaning the MXJob CRD. With `tied_to_parent` the kernel ends every process when the calling thread ends.
    Raises MxforkError, with nothing left running, when anything does not work out.
    """
    progress = progress or Progress()
    crd_files = [MXJOB_CRD] if crds is True else list(crds or ())
    require_files(crd_files)
    if port is not None:
        require_free(port)
    assets = find_assets(progress=progress) if assets is None else assets.absolute()
    require_programs(assets)
    layout = Layout.of(directory)
    folder.require_room(layout)
    layout.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with folder.sole_command(layout):
        folder.require_room(layout)
        server_port = port or free_port()
        server = f"https://{LOOPBACK}:{server_port}"
        local_images = {name: str(path.absolute()) for name, path in (images or {}).items()}
        state = ClusterState(Phase.STARTING, version_of(assets), server, str(assets), nodes, local_images)
        startup = _Startup(layout, state, tied_to_parent, progress)
        try:
            startup.run(server_port, crd_files, audit)
        except KeyboardInterrupt:
            startup.undo(keep_logs=False)
            raise
        except BaseException:
            startup.undo(keep_logs=True)
            raise
    return Cluster(layout.directory, layout.kubeconfig, server, assets / "kubectl", layout.logs, state.version)


def down(directory: Path, *, keep_logs: bool = False) -> tuple[ProcessRecord, ...]:
    """End what `up` started in `directory`, the last first, and remove what it made; return what was still alive.

    Raises MxforkError where there is no cluster.
    """
    layout = Layout.of(directory)
    folder.require_cluster(layout)
    with folder.sole_command(layout):
        return _take_down(layout, folder.require_cluster(layout), keep_logs)


def _take_down(layout: Layout, state: ClusterState, keep_logs: bool) -> tuple[ProcessRecord, ...]:
    ended = tuple(record for record in reversed(state.processes) if end(record, grace=_GRACE))
    folder.clear(layout, keep_logs=keep_logs)
    if keep_logs:
        write(layout.state, replace(state, phase=Phase.DOWN, processes=()))
    return ended


class _Startup:
    """One attempt to start a cluster; notes each process at once, so that it can be undone even by another command."""

    def __init__(self, layout: Layout, state: ClusterState, tied_to_parent: bool, progress: Progress) -> None:
        self._layout = layout
        self._state = state
        self._assets = Path(state.assets)
        self._tied_to_parent = tied_to_parent
        self._progress = progress

    def run(self, port: int, crds: Sequence[Path], audit: Audit | None) -> None:
        layout = self._layout
        write(layout.state, self._state)
        folder.make(layout)
        files = write_credentials(layout, self._state.server, datetime.now(UTC))
        self._start_api_server(files, port, audit)
        # Before the garbage collector starts, or it would notice the new kind half a minute later only.
        with self._progress.task("installing the CRD"):
            install_crds(self._assets / "kubectl", layout.kubeconfig, crds)
        self._start_controller_manager(files)
        if self._state.nodes:
            self._start_node(files)
        self._state = replace(self._state, phase=Phase.UP)
        write(layout.state, self._state)

    def undo(self, *, keep_logs: bool) -> None:
        _take_down(self._layout, self._state, keep_logs)

    def _start_api_server(self, files: Credentials, port: int, audit: Audit | None) -> None:
        layout = self._layout
        with self._progress.task("starting etcd and kube-apiserver"):
            etcd = self._start(components.ETCD, components.etcd_command(self._assets, layout))
            # Without the socket kube-apiserver would back off for a second before it tries again.
            wait_until((layout.etcd / "client.sock").exists, etcd, layout.log(etcd.name))
            command = components.api_server_command(self._assets, files, port, audit)
            process = self._start(components.API_SERVER, command)
            probe = HttpsProbe(port, files)
            wait_until(lambda: all(map(probe.succeeds, _API_SERVER_READY)), process, layout.log(process.name))

    def _start_controller_manager(self, files: Credentials) -> None:
        with self._progress.task("starting kube-controller-manager"):
            port = free_port()
            command = components.controller_manager_command(self._assets, files, port)
            process = self._start(components.CONTROLLER_MANAGER, command)
            probe = HttpsProbe(port, files)
            wait_until(lambda: probe.succeeds("/healthz"), process, self._layout.log(process.name))

    def _start_node(self, files: Credentials) -> None:
        layout, state = self._layout, self._state
        with self._progress.task(f"starting {state.nodes} node(s)"):
            command = components.node_command(layout, files, state.nodes, state.images)
            # The agent has pods of its own to end: it is asked, where the others are killed.
            process = self._start(components.NODE_AGENT, command, death_signal=signal.SIGTERM)
            wait_until(components.node_ready_file(layout).exists, process, layout.log(process.name))

    def _start(self, name: str, command: Sequence[str], death_signal: signal.Signals = signal.SIGKILL) -> ProcessRecord:
        record = start(
            name,
            command,
            log=self._layout.log(name),
            folder=self._layout.etcd,
            dies_with_parent=death_signal if self._tied_to_parent else None,
        )
        self._state = self._state.with_process(record)
        write(self._layout.state, self._state)
        return record
