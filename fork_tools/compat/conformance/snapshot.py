"""What a controller made of a job, without uids, times and what nodes add, to be compared with a recording."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from fork_tools.api_server import Object
from fork_tools.compat.conformance.stage import Stage

_OWNER_FIELDS = ("apiVersion", "kind", "name", "controller", "blockOwnerDeletion")
_PORT_FIELDS = ("name", "port", "protocol", "targetPort")
_CONDITION_FIELDS = ("type", "status", "reason", "message")
_ADDED_BY_THE_CLUSTER = (
    "nodeName",
    "serviceAccount",
    "serviceAccountName",
    "preemptionPolicy",
    "priority",
    "enableServiceLinks",
)
_NOTHING: tuple[Any, ...] = (None, {}, [])


def snapshot(stage: Stage, job: Object) -> Object:
    """Look at `job` (as it was sent) and everything in its namespace."""
    tolerates = "tolerations" in json.dumps(job)
    stored = stage.job(job["metadata"]["name"])
    return {
        "pods": {name: _pod(pod, tolerates=tolerates) for name, pod in stage.pods().items()},
        "services": {name: _service(service) for name, service in stage.services().items()},
        "podgroups": {group["metadata"]["name"]: _pod_group(group) for group in stage.pod_groups()},
        "job": _job(stored) if stored else None,
    }


def differences(expected: Any, actual: Any, path: str = "") -> Iterator[str]:
    """Name every place where two snapshots differ; nothing, null and empty are the same."""
    if expected in _NOTHING and actual in _NOTHING:
        return
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key in sorted(expected.keys() | actual.keys()):
            yield from differences(expected.get(key), actual.get(key), f"{path}.{key}" if path else key)
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for index, (one, other) in enumerate(zip(expected, actual, strict=True)):
            yield from differences(one, other, f"{path}[{index}]")
    elif expected != actual or type(expected) is not type(actual):
        yield f"{path}: {json.dumps(expected)} expected, {json.dumps(actual)} found"


def _owners(item: Object) -> list[Object]:
    return [_only(owner, _OWNER_FIELDS) for owner in item["metadata"].get("ownerReferences", [])]


def _pod(pod: Object, *, tolerates: bool) -> Object:
    metadata = pod["metadata"]
    left_out = {*_ADDED_BY_THE_CLUSTER} if tolerates else {*_ADDED_BY_THE_CLUSTER, "tolerations"}
    return {
        **_only(metadata, ("labels", "annotations", "finalizers")),
        "owner": _owners(pod),
        "spec": {key: value for key, value in pod["spec"].items() if key not in left_out},
        "terminating": "deletionTimestamp" in metadata,
    }


def _service(service: Object) -> Object:
    spec = service["spec"]
    ports = [_only(port, _PORT_FIELDS) for port in spec.get("ports", [])]
    return {
        "labels": service["metadata"].get("labels"),
        "owner": _owners(service),
        **_only(spec, ("selector", "clusterIP", "type")),
        "ports": sorted(ports, key=json.dumps),
    }


def _pod_group(group: Object) -> Object:
    return {
        "apiVersion": group["apiVersion"],
        "owner": _owners(group),
        "spec": group["spec"],
        "annotations": group["metadata"].get("annotations"),
    }


def _job(job: Object) -> Object:
    status = job.get("status", {})
    return {
        "conditions": [[condition.get(key) for key in _CONDITION_FIELDS] for condition in status.get("conditions", [])],
        "replicaStatuses": status.get("replicaStatuses"),
        "startTime": "startTime" in status,
        "completionTime": "completionTime" in status,
        "spec": job["spec"],
    }


def _only(item: Object, fields: tuple[str, ...]) -> Object:
    return {field: item.get(field) for field in fields}
