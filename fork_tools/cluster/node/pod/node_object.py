"""The Node objects that stand for this machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fork_tools.cluster.node.pod.status import timestamp


@dataclass(frozen=True, slots=True)
class Machine:
    """What a node says of its machine. `isolation` describes how pods are kept apart."""

    processors: int
    memory_bytes: int
    kernel: str
    operating_system: str
    architecture: str
    boot_id: str
    isolation: str
    port: int


def allocatable(machine: Machine) -> dict[str, str]:
    """Return what pods may ask for; every node offers the whole machine."""
    return {
        "cpu": str(machine.processors),
        "memory": f"{machine.memory_bytes // 1024}Ki",
        "ephemeral-storage": "1Ti",
        "pods": "1000",
    }


def node_manifest(name: str) -> dict[str, Any]:
    """Render a Node to create."""
    labels = {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "beta.kubernetes.io/os": "linux",
    }
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}, "spec": {}}


def node_status(name: str, machine: Machine, now: datetime, since: datetime) -> Mapping[str, Any]:
    """Render a node's status: Ready since `since`, as of `now`."""
    resources = allocatable(machine)
    condition = {
        "type": "Ready",
        "status": "True",
        "reason": "KubeletReady",
        "message": f"runs pods as local processes; {machine.isolation}",
        "lastHeartbeatTime": timestamp(now),
        "lastTransitionTime": timestamp(since),
    }
    return {
        "capacity": resources,
        "allocatable": resources,
        "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}, {"type": "Hostname", "address": name}],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": machine.port}},
        "conditions": [condition],
        "nodeInfo": {
            "machineID": "",
            "systemUUID": "",
            "bootID": machine.boot_id,
            "kernelVersion": machine.kernel,
            "osImage": "this machine",
            "containerRuntimeVersion": "process://1",
            "kubeletVersion": "mxfork",
            "kubeProxyVersion": "",
            "operatingSystem": machine.operating_system,
            "architecture": machine.architecture,
        },
    }
