"""The command line of each component. Pure: paths and ports in, arguments out."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from fork_tools.cluster.credentials import SERVICE_RANGE, Credentials
from fork_tools.cluster.layout import Layout
from fork_tools.cluster.ports import LOOPBACK

ETCD = "etcd"
API_SERVER = "kube-apiserver"
CONTROLLER_MANAGER = "kube-controller-manager"
NODE_AGENT = "node"

Isolation = Literal["auto", "namespaces", "shared"]

# Relative to the folder that etcd and kube-apiserver run in: a socket's full path may not exceed 107 bytes.
# etcd before v3.7 insists on a port in the address; it becomes part of the file's name.
_CLIENT_SOCKET = "unix://client.sock:0"
_PEER_SOCKET = "unix://peer.sock:0"
_MEMBER = "local"


AUDIT_POLICY = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [{"level": "Metadata"}],
}


def etcd_command(assets: Path, layout: Layout) -> list[str]:
    """Run a single member that only this user can reach; its data is worth nothing after a crash, so it never syncs."""
    return [
        str(assets / ETCD),
        f"--name={_MEMBER}",
        f"--data-dir={layout.etcd / 'data'}",
        f"--listen-client-urls={_CLIENT_SOCKET}",
        f"--advertise-client-urls={_CLIENT_SOCKET}",
        f"--listen-peer-urls={_PEER_SOCKET}",
        f"--initial-advertise-peer-urls={_PEER_SOCKET}",
        f"--initial-cluster={_MEMBER}={_PEER_SOCKET}",
        "--unsafe-no-fsync",
        "--log-level=warn",
    ]


def etcd_socket(layout: Layout) -> Path:
    """Return the socket that appears when etcd listens."""
    return layout.etcd / _CLIENT_SOCKET.removeprefix("unix://")


def api_server_command(
    assets: Path, layout: Layout, files: Credentials, port: int, audit_log: Path | None
) -> list[str]:
    """Serve on loopback with RBAC, for clients with a certificate or a service account token only.

    `audit_log` gets a line of JSON for each request: who, which verb, which object, what answer.
    """
    auditing = [f"--audit-log-path={audit_log}", f"--audit-policy-file={layout.audit_policy}"] if audit_log else []
    return [
        str(assets / API_SERVER),
        f"--etcd-servers={_CLIENT_SOCKET}",
        f"--bind-address={LOOPBACK}",
        f"--secure-port={port}",
        f"--tls-cert-file={files.api_server.certificate}",
        f"--tls-private-key-file={files.api_server.key}",
        f"--client-ca-file={files.authority}",
        "--anonymous-auth=false",
        "--authorization-mode=RBAC",
        "--endpoint-reconciler-type=none",
        f"--service-cluster-ip-range={SERVICE_RANGE}",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={files.service_account_public_key}",
        f"--service-account-signing-key-file={files.service_account_key}",
        # No controller creates the `default` service accounts that this plugin demands.
        "--disable-admission-plugins=ServiceAccount",
        "--allow-privileged=true",
        f"--kubelet-certificate-authority={files.authority}",
        f"--kubelet-client-certificate={files.node_client.certificate}",
        f"--kubelet-client-key={files.node_client.key}",
        "--kubelet-preferred-address-types=InternalIP",
        "--profiling=false",
        *auditing,
    ]


def controller_manager_command(assets: Path, files: Credentials, port: int) -> list[str]:
    """Run the controllers that an MXJob leans on: garbage collection, namespaces, jobs; `port` serves /healthz."""
    return [
        str(assets / CONTROLLER_MANAGER),
        f"--kubeconfig={files.controller_manager_kubeconfig}",
        f"--bind-address={LOOPBACK}",
        f"--secure-port={port}",
        f"--tls-cert-file={files.controller_manager.certificate}",
        f"--tls-private-key-file={files.controller_manager.key}",
        f"--client-ca-file={files.authority}",
        "--controllers=garbage-collector-controller,namespace-controller,job-controller",
        "--use-service-account-credentials=true",
        "--leader-elect=false",
        # The default of 20 requests a second would make clearing up after a large test take minutes.
        "--kube-api-qps=500",
        "--kube-api-burst=1000",
        "--profiling=false",
    ]


def node_command(
    layout: Layout, files: Credentials, nodes: int, images: Mapping[str, str], isolation: Isolation
) -> list[str]:
    """Run the agent that plays `nodes` nodes; `images` maps an image's name to the local environment it stands for."""
    return [
        *(sys.executable, "-m", "fork_tools.cluster.node"),
        *("--kubeconfig", str(files.node_kubeconfig)),
        *("--directory", str(layout.node)),
        *("--nodes", str(nodes)),
        *("--isolation", isolation),
        *(argument for name, path in images.items() for argument in ("--image", f"{name}={path}")),
        *("--serving-certificate", str(files.node.certificate)),
        *("--serving-key", str(files.node.key)),
        *("--client-ca", str(files.authority)),
        *("--ready-file", str(node_ready_file(layout))),
    ]


def node_ready_file(layout: Layout) -> Path:
    """Return the file that appears when the nodes are Ready."""
    return layout.node / "ready.json"
