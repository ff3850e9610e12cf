"""How far apart pods are kept: in namespaces of their own, or, where the kernel forbids those, not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from ipaddress import IPv4Interface
from pathlib import Path
from typing import Protocol

from fork_tools.cluster.node.sandbox.bundle import Bundle
from fork_tools.cluster.node.sandbox.kernel import (
    MountFlag,
    Namespace,
    enter,
    mount,
    set_hostname,
    unshare,
)
from fork_tools.cluster.node.sandbox.network import PodNetwork
from fork_tools.cluster.node.sandbox.orphans import end_descendants, kill_children
from fork_tools.cluster.node.sandbox.root import RootPlan, enter_root, folders_with_mounts


class Isolation(Protocol):
    """What surrounds a pod's processes."""

    def attach(self, pod: str, address: IPv4Interface, /) -> None:
        """Make what a pod's containers share. Raises OSError."""

    def detach(self, pod: str, /) -> None:
        """Take it away again."""

    def forking(self) -> AbstractContextManager[None]:
        """Surround the fork of a container's init."""

    def surround(self, pod: str, bundle: Bundle, /) -> Callable[[], None]:
        """Return what the init of a container is to call before it starts the command."""

    def sweep(self, inits: frozenset[int], /) -> None:
        """End what containers left behind, given the inits that still run."""

    def end(self) -> None:
        """End every process of every pod."""


class Namespaces:
    """Every container has its own mount, process, IPC and host name namespace, every pod its own network."""

    def __init__(self, stage: Path, gateway: IPv4Interface, *, privileged: bool) -> None:
        """Use the empty folder `stage` as a mount point; this process is the first of its own namespaces."""
        split = folders_with_mounts(Path("/proc/self/mountinfo").read_text(encoding="utf-8"))
        self._root = RootPlan(stage, split, privileged)
        proc_flags = MountFlag.NO_SUID | MountFlag.NO_DEVICES | MountFlag.NO_EXEC
        mount("proc", "/proc", "proc", proc_flags)
        self._own_processes = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        self._network = PodNetwork(gateway)
        self._attached: dict[str, int] = {}

    def attach(self, pod: str, address: IPv4Interface) -> None:
        """Give the pod a network namespace on the bridge."""
        self._attached[pod] = self._network.attach(address)

    def detach(self, pod: str) -> None:
        """Let go of the pod's network namespace; the kernel removes it with its interfaces."""
        namespace = self._attached.pop(pod, None)
        if namespace is not None:
            os.close(namespace)

    @contextmanager
    def forking(self) -> Iterator[None]:
        """Let the child be the first process of a new namespace."""
        unshare(Namespace.PID)
        try:
            yield
        finally:
            enter(self._own_processes, Namespace.PID)

    def surround(self, pod: str, bundle: Bundle) -> Callable[[], None]:
        """Enter the pod's network and a root of the container's own."""
        network = self._attached[pod]

        def enter_all() -> None:
            enter(network, Namespace.NETWORK)
            unshare(Namespace.MOUNT | Namespace.HOSTNAME | Namespace.IPC)
            set_hostname(bundle.hostname)
            enter_root(self._root, bundle.binds)
            Path(bundle.working_directory).mkdir(parents=True, exist_ok=True)

        return enter_all

    def sweep(self, _inits: frozenset[int]) -> None:
        """Nothing to do: the kernel ends a process namespace with its init."""

    def end(self) -> None:
        """Nothing to do: the kernel ends a process namespace with its first process, which is this one."""


class Shared:
    """Plain processes of the host; the sandbox adopts, and kills, what a container leaves behind."""

    def attach(self, _pod: str, _address: IPv4Interface) -> None:
        """Nothing to do: pods use the host's network."""

    def detach(self, _pod: str) -> None:
        """Nothing to do."""

    def forking(self) -> AbstractContextManager[None]:
        """Nothing to do."""
        return nullcontext()

    def surround(self, _pod: str, _bundle: Bundle) -> Callable[[], None]:
        """Nothing to do."""
        return lambda: None

    def sweep(self, inits: frozenset[int]) -> None:
        """Kill the orphans of containers that have ended."""
        kill_children(spare=inits)

    def end(self) -> None:
        """Kill all that descends from this process."""
        end_descendants()
