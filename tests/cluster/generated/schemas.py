"""CRDs that judge less than ours: by which jobs come to be stored that ours would refuse."""

from __future__ import annotations

from typing import Any

from tests.cluster.generated.shapes import Object

_JUDGEMENTS = frozenset({"enum", "minimum", "minItems", "minLength", "minProperties", "x-kubernetes-validations"})


def permissive(crd: Object) -> Object:
    """Let everything in, as if no schema had been written."""
    return _with_schema(crd, {"type": "object", "x-kubernetes-preserve-unknown-fields": True})


def typed_only(crd: Object) -> Object:
    """Let in what has the right types, as v1.8.1's CRD did."""
    return _with_schema(crd, _lenient(crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]))


def _lenient(schema: Any, *, item: bool = False) -> Any:
    """Drop what is more than a type; list items keep what is required of them, as keys of lists have to be there."""
    if isinstance(schema, list):
        return [_lenient(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    dropped = _JUDGEMENTS if item else _JUDGEMENTS | {"required"}
    return {
        key: {name: _lenient(each) for name, each in value.items()}
        if key == "properties"
        else value
        if key in ("default", "required")
        else _lenient(value, item=key == "items")
        for key, value in schema.items()
        if key not in dropped
    }


def _with_schema(crd: Object, schema: Object) -> Object:
    versions = [version | {"schema": {"openAPIV3Schema": schema}} for version in crd["spec"]["versions"]]
    return crd | {"spec": crd["spec"] | {"versions": versions}}
