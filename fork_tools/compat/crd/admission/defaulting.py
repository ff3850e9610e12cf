"""Fill in defaults as kube-apiserver does for custom resources (apiextensions, structural defaulting)."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from fork_tools.compat.crd.comparison.pairs import fields, map_values
from fork_tools.compat.crd.definition import Schema


def drop_nulls(value: Any, schema: Schema) -> None:
    """Drop nulls from fields that are not nullable and have no default, in place; lists keep theirs."""
    if isinstance(value, dict):
        for name in list(value):
            child = _child(schema, name)
            if child is None:
                continue
            if value[name] is None and not child.get("nullable") and child.get("default") is None:
                del value[name]
            else:
                drop_nulls(value[name], child)
    elif isinstance(value, list) and isinstance(schema.get("items"), dict):
        for element in value:
            drop_nulls(element, schema["items"])


def fill_in(value: Any, schema: Schema) -> None:
    """Set the defaults of missing fields, and of null ones that are not nullable, in place."""
    if isinstance(value, dict):
        known = fields(schema)
        for name, child in known.items():
            default = child.get("default")
            if default is not None and (name not in value or (value[name] is None and not child.get("nullable"))):
                value[name] = deepcopy(default)
        values = map_values(schema)
        for name in value:
            if name in known:
                fill_in(value[name], known[name])
            elif values is not None:
                if value[name] is None and not values.get("nullable") and values.get("default") is not None:
                    value[name] = deepcopy(values["default"])
                fill_in(value[name], values)
    elif isinstance(value, list) and isinstance(schema.get("items"), dict):
        items = schema["items"]
        for index, element in enumerate(value):
            if element is None and not items.get("nullable") and items.get("default") is not None:
                value[index] = deepcopy(items["default"])
            fill_in(value[index], items)


def _child(schema: Schema, name: str) -> Schema | None:
    known = fields(schema)
    return known[name] if name in known else map_values(schema)
