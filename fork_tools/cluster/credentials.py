"""Every certificate, key and access file of a cluster, written into its `pki` folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fork_tools.cluster.kubeconfig import kubeconfig
from fork_tools.cluster.layout import Layout
from fork_tools.cluster.pki import Authority, KeyPair, signing_key
from fork_tools.cluster.ports import LOOPBACK

# What `kubernetes.default` resolves to: the first address of the service range.
SERVICE_RANGE = "10.96.0.0/16"
SERVICE_ADDRESS = "10.96.0.1"

_ADMINISTRATORS = ("system:masters",)
_API_SERVER_NAMES = (
    LOOPBACK,
    SERVICE_ADDRESS,
    "localhost",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
)


@dataclass(frozen=True, slots=True)
class PairFiles:
    """Where a certificate and its key lie."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Credentials:
    """The files that the components are started with."""

    pki: Path

    @property
    def authority(self) -> Path:
        """The certificate that everyone trusts."""
        return self.pki / "ca.crt"

    @property
    def administrator(self) -> PairFiles:
        """The same identity as the user's kubeconfig."""
        return self._pair("administrator")

    @property
    def api_server(self) -> PairFiles:
        """Shown by kube-apiserver to its clients."""
        return self._pair("apiserver")

    @property
    def controller_manager(self) -> PairFiles:
        """Shown by kube-controller-manager to who asks for its health."""
        return self._pair("controller-manager")

    @property
    def node(self) -> PairFiles:
        """Shown by the node agent to kube-apiserver when it asks for logs."""
        return self._pair("node")

    @property
    def node_client(self) -> PairFiles:
        """Shown by kube-apiserver to the node agent."""
        return self._pair("apiserver-node-client")

    @property
    def controller_manager_kubeconfig(self) -> Path:
        """The access of kube-controller-manager."""
        return self.pki / "controller-manager.kubeconfig"

    @property
    def node_kubeconfig(self) -> Path:
        """The access of the node agent, a user of its own so that audit logs tell it apart."""
        return self.pki / "node.kubeconfig"

    @property
    def service_account_key(self) -> Path:
        """Signs service account tokens."""
        return self.pki / "service-account.key"

    @property
    def service_account_public_key(self) -> Path:
        """Verifies service account tokens."""
        return self.pki / "service-account.pub"

    def _pair(self, name: str) -> PairFiles:
        return PairFiles(self.pki / f"{name}.crt", self.pki / f"{name}.key")


def write_credentials(layout: Layout, server: str, now: datetime) -> Credentials:
    """Issue and write the credentials of a new cluster whose API server is at the URL `server`."""
    files = Credentials(layout.pki)
    authority = Authority("mxfork local cluster", now)
    trusted = authority.certificate
    administrator = authority.client("mxfork-administrator", _ADMINISTRATORS)
    controller_manager = authority.client("system:kube-controller-manager")
    node = authority.client("mxfork-node-agent", _ADMINISTRATORS)
    private, public = signing_key()

    _write(files.authority, trusted)
    _write_pair(files.administrator, administrator)
    _write_pair(files.api_server, authority.server("kube-apiserver", _API_SERVER_NAMES))
    _write_pair(files.controller_manager, authority.server("kube-controller-manager", (LOOPBACK, "localhost")))
    _write_pair(files.node, authority.server("mxfork-node-agent", (LOOPBACK, "localhost")))
    _write_pair(files.node_client, authority.client("kube-apiserver-node-client", _ADMINISTRATORS))
    _write(files.service_account_key, private)
    _write(files.service_account_public_key, public)
    _write(files.controller_manager_kubeconfig, kubeconfig(server, trusted, controller_manager).encode())
    _write(files.node_kubeconfig, kubeconfig(server, trusted, node).encode())
    _write(layout.kubeconfig, kubeconfig(server, trusted, administrator).encode())
    return files


def _write_pair(files: PairFiles, pair: KeyPair) -> None:
    _write(files.certificate, pair.certificate)
    _write(files.key, pair.key)


def _write(path: Path, content: bytes) -> None:
    """Write for the user's eyes only, from the first byte on."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
