"""Pods' network: a bridge in the sandbox's own network namespace, and one namespace with an `eth0` for each pod.

Nothing leads out of it: pods reach each other by address, and the host reaches none of them.
"""

from __future__ import annotations

import os
from ipaddress import IPv4Interface

from pyroute2 import IPRoute  # type: ignore[import-untyped]  # ships no type information

from fork_tools.cluster.node.sandbox.kernel import Namespace, enter, unshare

_BRIDGE = "pods"


class PodNetwork:
    """The bridge and the namespaces on it. Made after this process has entered its own network namespace."""

    def __init__(self, gateway: IPv4Interface) -> None:
        """Lay the bridge; `gateway` is its address and thereby the pods' subnet."""
        self._home = _current()
        with IPRoute() as link:
            link.link("set", index=link.link_lookup(ifname="lo")[0], state="up")
            link.link("add", ifname=_BRIDGE, kind="bridge")
            self._bridge: int = link.link_lookup(ifname=_BRIDGE)[0]
            link.addr("add", index=self._bridge, address=str(gateway.ip), prefixlen=gateway.network.prefixlen)
            link.link("set", index=self._bridge, state="up")
        self._next = 0

    def attach(self, address: IPv4Interface) -> int:
        """Make a namespace with `eth0` at `address` on the bridge; returns its descriptor, the caller's to close."""
        self._next += 1
        cable = f"pod{self._next}"
        pod = self._new_namespace()
        try:
            with IPRoute() as link:
                link.link("add", ifname=cable, kind="veth", peer={"ifname": "eth0", "net_ns_fd": pod})
                link.link("set", index=link.link_lookup(ifname=cable)[0], master=self._bridge, state="up")
            self._configure(pod, address)
        except BaseException:
            os.close(pod)
            raise
        return pod

    def _new_namespace(self) -> int:
        unshare(Namespace.NETWORK)
        try:
            return _current()
        finally:
            enter(self._home, Namespace.NETWORK)

    def _configure(self, pod: int, address: IPv4Interface) -> None:
        enter(pod, Namespace.NETWORK)
        try:
            with IPRoute() as link:
                link.link("set", index=link.link_lookup(ifname="lo")[0], state="up")
                eth0 = link.link_lookup(ifname="eth0")[0]
                link.addr("add", index=eth0, address=str(address.ip), prefixlen=address.network.prefixlen)
                link.link("set", index=eth0, state="up")
        finally:
            enter(self._home, Namespace.NETWORK)


def _current() -> int:
    return os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
