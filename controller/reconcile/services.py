"""The headless service by which the other replicas find one replica (spec §3.11.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from controller.api.defaults import training_container
from controller.api.mxjob import MXJob, ReplicaSpec
from controller.api.naming import child_name
from controller.reconcile.identity import identity_labels, owner_reference

_DEFAULT_PROTOCOL: Final = "TCP"


def service_manifest(job: MXJob, spec: ReplicaSpec, index: int) -> dict[str, Any]:
    """Build the service of replica `index`, named like its pod.

    It answers for a pod that is not ready yet, since replicas look for each other before any of them is (B47).
    """
    labels = identity_labels(job, spec.type, index)
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": child_name(job.name, spec.type, index),
            "namespace": job.namespace,
            "labels": labels,
            "ownerReferences": [owner_reference(job)],
        },
        "spec": {
            "clusterIP": "None",
            "selector": labels,
            "ports": _service_ports(training_container(spec.template).get("ports") or ()),
            "publishNotReadyAddresses": True,
        },
    }


def _service_ports(ports: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Expose each number and protocol once: named ports first, unnamed ones under a name made from the number (B19)."""
    exposed: dict[tuple[int, str], dict[str, Any]] = {}
    names: set[str] = set()
    for port in sorted(ports, key=lambda port: not port.get("name")):
        number, protocol = port["containerPort"], port.get("protocol") or _DEFAULT_PROTOCOL
        if (number, protocol) in exposed:
            continue
        name = port.get("name") or _name_for(number, protocol, names)
        names.add(name)
        exposed[number, protocol] = {"name": name, "port": number, "protocol": protocol}
    return list(exposed.values())


def _name_for(number: int, protocol: str, taken: set[str]) -> str:
    name = f"port-{number}"
    return f"{name}-{protocol.lower()}" if name in taken else name
