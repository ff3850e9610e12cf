"""Start the components of a cluster one after the other, each as soon as what it needs is there."""

from __future__ import annotations

import json
import signal
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from fork_tools.cluster import components, folder
from fork_tools.cluster.components import Isolation
from fork_tools.cluster.crds import install_crd
from fork_tools.cluster.credentials import Credentials, write_credentials
from fork_tools.cluster.layout import Layout
from fork_tools.cluster.ports import free_port
from fork_tools.cluster.processes import ProcessRecord, interrupts_held, start
from fork_tools.cluster.readiness import HttpsProbe, wait_until
from fork_tools.cluster.state import ClusterState, Phase, write
from fork_tools.progress import Progress

# The API server makes its first namespaces a moment after it calls itself ready.
_API_SERVER_READY = ("/readyz", "/api/v1/namespaces/default", "/api/v1/namespaces/kube-system")


class Startup:
    """One attempt to start a cluster; notes each process at once, so that it can be undone even by another command."""

    def __init__(
        self, layout: Layout, state: ClusterState, *, isolation: Isolation, tied_to_parent: bool, progress: Progress
    ) -> None:
        self.state = state
        self._layout = layout
        self._assets = Path(state.assets)
        self._files = Credentials(layout.pki)
        self._isolation = isolation
        self._tied_to_parent = tied_to_parent
        self._progress = progress

    def run(self, port: int, crds: Sequence[Path], audit_log: Path | None) -> None:
        """Start everything, the API server on `port`. Raises MxforkError, and undoes nothing, when a part fails."""
        layout = self._layout
        write(layout.state, self.state)
        folder.make(layout)
        layout.audit_policy.write_text(json.dumps(components.AUDIT_POLICY), encoding="utf-8")
        write_credentials(layout, self.state.server, datetime.now(UTC))
        probe = HttpsProbe(port, self._files)
        api_server = self._start_api_server(port, probe, audit_log)
        # Before the garbage collector starts, or it would notice the new kind half a minute later only.
        self._install_crds(crds, api_server, probe)
        self._start_controller_manager()
        if self.state.nodes:
            self._start_node()
        self.state = replace(self.state, phase=Phase.UP)
        write(layout.state, self.state)

    def _start_api_server(self, port: int, probe: HttpsProbe, audit_log: Path | None) -> ProcessRecord:
        layout = self._layout
        with self._progress.task("starting etcd and kube-apiserver"):
            etcd = self._start(components.ETCD, components.etcd_command(self._assets, layout))
            # Without the socket kube-apiserver would back off for a second before it tries again.
            wait_until(components.etcd_socket(layout).exists, etcd, layout.log(etcd.name))
            command = components.api_server_command(self._assets, layout, self._files, port, audit_log)
            process = self._start(components.API_SERVER, command)
            wait_until(partial(probe.serves, *_API_SERVER_READY), process, layout.log(process.name))
        return process

    def _install_crds(self, crds: Sequence[Path], api_server: ProcessRecord, probe: HttpsProbe) -> None:
        layout = self._layout
        for crd in crds:
            with self._progress.task(f"installing {crd.name}"):
                paths = install_crd(self._assets / "kubectl", layout, crd)
                wait_until(partial(probe.serves, *paths), api_server, layout.log(api_server.name))

    def _start_controller_manager(self) -> None:
        port = free_port()
        probe = HttpsProbe(port, self._files)
        with self._progress.task("starting kube-controller-manager"):
            command = components.controller_manager_command(self._assets, self._files, port)
            process = self._start(components.CONTROLLER_MANAGER, command)
            wait_until(partial(probe.serves, "/healthz"), process, self._layout.log(process.name))

    def _start_node(self) -> None:
        layout, state = self._layout, self.state
        with self._progress.task(f"starting {state.nodes} node(s)"):
            command = components.node_command(layout, self._files, state.nodes, state.images, self._isolation)
            # The agent has pods of its own to end: it is asked, where the others are killed.
            process = self._start(components.NODE_AGENT, command, death_signal=signal.SIGTERM)
            ready_file = components.node_ready_file(layout)
            wait_until(ready_file.exists, process, layout.log(process.name))
        self.state = replace(self.state, obstacle=json.loads(ready_file.read_bytes()).get("obstacle", ""))

    def _start(self, name: str, command: Sequence[str], death_signal: signal.Signals = signal.SIGKILL) -> ProcessRecord:
        with interrupts_held():
            record = start(
                name,
                command,
                log=self._layout.log(name),
                folder=self._layout.etcd,
                dies_with_parent=death_signal if self._tied_to_parent else None,
            )
            self.state = self.state.with_process(record)
            write(self._layout.state, self.state)
        return record
