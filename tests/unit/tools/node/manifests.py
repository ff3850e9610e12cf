"""Pods for tests, from the little that matters in each."""

from __future__ import annotations

from typing import Any

import msgspec

from fork_tools.cluster.node.pod.fields import Surroundings
from fork_tools.cluster.node.pod.manifest import Node, Pod, Service

SURROUNDINGS = Surroundings(pod_address="10.244.0.7", host_address="127.0.0.1", allocatable={"cpu": "8"})


def container(name: str = "main", **fields: Any) -> dict[str, Any]:
    return {"name": name, "image": "example/mxnet", "command": ["true"], **fields}


def pod(*containers: dict[str, Any], metadata: dict[str, Any] | None = None, **spec: Any) -> Pod:
    meta = {"name": "demo", "namespace": "space", "uid": "u-1"} | (metadata or {})
    status = spec.pop("status", {})
    raw = {"metadata": meta, "spec": {"containers": list(containers) or [container()], **spec}, "status": status}
    return msgspec.convert(raw, Pod)


def service(name: str, selector: dict[str, str], **spec: Any) -> Service:
    meta = {"name": name, "namespace": spec.pop("namespace", "space")}
    return msgspec.convert({"metadata": meta, "spec": {"clusterIP": "None", "selector": selector} | spec}, Service)


def node(name: str, **fields: Any) -> Node:
    labels = {"kubernetes.io/hostname": name} | fields.pop("labels", {})
    allocatable = {"cpu": "2", "memory": "4Gi"} | fields.pop("allocatable", {})
    raw = {"metadata": {"name": name, "labels": labels}, "spec": fields, "status": {"allocatable": allocatable}}
    return msgspec.convert(raw, Node)
