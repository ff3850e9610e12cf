"""Drop what no schema names, as kube-apiserver does for custom resources."""

from __future__ import annotations

from typing import Any, Final

from fork_tools.compat.crd.comparison.pairs import fields, keeps_unknown, map_values
from fork_tools.compat.crd.definition import Schema

_ENVELOPE: Final = ("apiVersion", "kind", "metadata")


def prune(value: Any, schema: Schema, *, resource: bool = False) -> None:
    """Drop unknown fields in place; a `resource` keeps its apiVersion, kind and metadata whatever the schema says."""
    resource = resource or bool(schema.get("x-kubernetes-embedded-resource"))
    if isinstance(value, dict):
        known, values = fields(schema), map_values(schema)
        for name in list(value):
            if resource and name in _ENVELOPE:
                continue
            if name in known:
                prune(value[name], known[name])
            elif values is not None:
                prune(value[name], values)
            elif not keeps_unknown(schema):
                del value[name]
    elif isinstance(value, list) and isinstance(schema.get("items"), dict):
        for element in value:
            prune(element, schema["items"])
