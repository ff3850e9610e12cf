"""Fields of a pod and resources of its containers, as variables and downward API files read them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from fork_tools.cluster.node.pod.errors import config_error
from fork_tools.cluster.node.pod.manifest import Container, Pod, ResourceReference
from fork_tools.cluster.node.pod.quantities import quantity

_SUBSCRIPT = re.compile(r"metadata\.(labels|annotations)\['(.+)'\]")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a pod learns from its node: addresses, and what the node has to give (quantities by resource)."""

    pod_address: str
    host_address: str
    allocatable: Mapping[str, str]


def field_value(pod: Pod, path: str, surroundings: Surroundings) -> str:
    """Return the field at `path`. Raises PodError for a path that the downward API does not offer."""
    metadata = pod.metadata
    if subscript := _SUBSCRIPT.fullmatch(path):
        return (metadata.labels if subscript[1] == "labels" else metadata.annotations).get(subscript[2], "")
    fields = {
        "metadata.name": metadata.name,
        "metadata.namespace": metadata.namespace,
        "metadata.uid": metadata.uid,
        "metadata.labels": _listing(metadata.labels),
        "metadata.annotations": _listing(metadata.annotations),
        "spec.nodeName": pod.spec.node_name,
        "spec.serviceAccountName": pod.spec.service_account_name or "default",
        "status.podIP": surroundings.pod_address,
        "status.podIPs": surroundings.pod_address,
        "status.hostIP": surroundings.host_address,
        "status.hostIPs": surroundings.host_address,
    }
    if path not in fields:
        raise config_error(f"unsupported fieldPath: {path}")
    return fields[path]


def resource_value(pod: Pod, container: Container, reference: ResourceReference, surroundings: Surroundings) -> str:
    """Return a container's request or limit in units of the divisor, rounded up; without a limit, the node's."""
    kind, _, name = reference.resource.partition(".")
    named = [
        each for each in (*pod.spec.init_containers, *pod.spec.containers) if each.name == reference.container_name
    ]
    resources = (named[0] if named else container).resources
    declared = resources.limits if kind == "limits" else resources.requests
    fallback = surroundings.allocatable.get(name, "0") if kind == "limits" else "0"
    divisor = quantity(reference.divisor) or quantity("1")
    return str(math.ceil(quantity(declared.get(name, fallback)) / divisor))


def _listing(values: Mapping[str, str]) -> str:
    return "\n".join(f'{key}="{_escaped(value)}"' for key, value in sorted(values.items()))


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
