"""Where a local cluster keeps its things, below the one folder that the user named."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of one cluster; `directory` is absolute."""

    directory: Path

    @classmethod
    def of(cls, directory: Path) -> Layout:
        """Lay a cluster out below `directory`, whatever the current folder becomes later."""
        return cls(directory.expanduser().absolute())

    @property
    def state(self) -> Path:
        """What was started; its presence makes the folder ours."""
        return self.directory / "state.json"

    @property
    def lock(self) -> Path:
        """Held by the command that works on this cluster."""
        return self.directory / "lock"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's access."""
        return self.directory / "kubeconfig"

    @property
    def kubectl_cache(self) -> Path:
        """What our own kubectl calls remember of the API; in the user's home it would outlive the cluster."""
        return self.directory / "kubectl-cache"

    @property
    def pki(self) -> Path:
        """Certificates and keys."""
        return self.directory / "pki"

    @property
    def audit_policy(self) -> Path:
        """What the API server's audit log is to hold."""
        return self.directory / "audit-policy.json"

    @property
    def logs(self) -> Path:
        """One file for each process."""
        return self.directory / "logs"

    @property
    def etcd(self) -> Path:
        """The database and its sockets; the current folder of every process, as sockets are named relative to it."""
        return self.directory / "etcd"

    @property
    def node(self) -> Path:
        """What the node agent keeps: pod folders, container logs, its ready file."""
        return self.directory / "node"

    def log(self, process: str) -> Path:
        """Return the file that holds the output of `process`."""
        return self.logs / f"{process}.log"

    @property
    def removable(self) -> tuple[Path, ...]:
        """What taking the cluster down removes, logs and state apart."""
        return (self.kubeconfig, self.kubectl_cache, self.audit_policy, self.pki, self.etcd, self.node)
