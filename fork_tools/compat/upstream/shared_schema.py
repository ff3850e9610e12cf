"""The fields that all kinds of job share, from a sibling's CRD."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from fork_tools.api_server import Object

_INNER = ("properties", "items", "additionalProperties", "description")


def shared_fields(crd: Object) -> Iterator[tuple[str, str]]:
    """Give path and schema (as JSON) of each field of runPolicy, status and replica specs; pod templates left out."""
    root = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]
    spec = root["spec"]["properties"]
    yield from _flat("runPolicy", spec["runPolicy"])
    yield from _flat("status", root["status"])
    for name, replicas in spec.items():
        if name.endswith("ReplicaSpecs"):
            fields = replicas["additionalProperties"]["properties"]
            shared = {field: schema for field, schema in fields.items() if field != "template"}
            yield from _flat("replicaSpecs", {"type": "object", "properties": shared})


def _flat(path: str, schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield path, json.dumps({key: value for key, value in schema.items() if key not in _INNER}, sort_keys=True)
    for name, below in (schema.get("properties") or {}).items():
        yield from _flat(f"{path}.{name}", below)
    for key, mark in (("items", "[*]"), ("additionalProperties", ".*")):
        if isinstance(schema.get(key), dict):
            yield from _flat(f"{path}{mark}", schema[key])
