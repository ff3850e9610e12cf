"""Entry of the sandbox process: enters the namespaces, then serves the agent that started it."""

from __future__ import annotations

import os
import signal
import socket
import sys
from ipaddress import IPv4Interface
from pathlib import Path

import click

from fork_tools.cluster.node.sandbox.host import Host
from fork_tools.cluster.node.sandbox.isolation import Isolation, Namespaces, Shared
from fork_tools.cluster.node.sandbox.kernel import (
    MountFlag,
    Namespace,
    adopt_orphans,
    die_with_parent,
    is_first_user_namespace,
    mount,
    unshare,
)


@click.command()
@click.option("--socket", "descriptor", type=int, required=True, help="Descriptor of the socket to the agent.")
@click.option("--isolation", type=click.Choice(["namespaces", "shared"]), required=True)
@click.option("--stage", type=click.Path(path_type=Path), required=True, help="Empty folder to mount roots on.")
@click.option("--gateway", type=IPv4Interface, required=True, help="Address of the bridge, with the subnet's length.")
def main(descriptor: int, isolation: str, stage: Path, gateway: IPv4Interface) -> None:
    """Run containers for the agent that started this process; not for use by hand."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    agent = socket.socket(fileno=descriptor)
    agent.set_inheritable(False)
    die_with_parent()
    if isolation == "shared":
        adopt_orphans()
        _serve(agent, Shared())
    try:
        privileged = _enter_namespaces()
        init = os.fork()
        if init == 0:
            die_with_parent()
            _serve(agent, Namespaces(stage, gateway, privileged=privileged))
    except Exception as error:  # whatever it is, the agent is to read it and decide
        sys.exit(f"{error}")
    agent.close()
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(init, 0)[1]) & 0xFF)


def _enter_namespaces() -> bool:
    """Enter new namespaces, as root of a new user namespace where need be; tells whether this is root everywhere."""
    user, group = os.getuid(), os.getgid()
    kinds = Namespace.MOUNT | Namespace.NETWORK | Namespace.PID
    try:
        unshare(kinds)
    except PermissionError:
        unshare(kinds | Namespace.USER)
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1", encoding="ascii")
    die_with_parent()
    mount("none", "/", flags=MountFlag.RECURSIVE | MountFlag.PRIVATE)
    return is_first_user_namespace(Path("/proc/self/uid_map").read_text(encoding="ascii"))


def _serve(agent: socket.socket, isolation: Isolation) -> None:
    try:
        Host(agent, isolation).serve()
    finally:
        isolation.end()
    sys.exit(0)


if __name__ == "__main__":
    main()
