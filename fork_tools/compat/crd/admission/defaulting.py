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
        for name, child in fields(schema).items():
            if name not in value:
                _set_default(value, name, child)
        for name in value:
            below = _child(schema, name)
            if below is not None:
                _fill_in_place(value, name, below)
    elif isinstance(value, list) and isinstance(schema.get("items"), dict):
        for index in range(len(value)):
            _fill_in_place(value, index, schema["items"])


def _fill_in_place(container: Any, key: str | int, schema: Schema) -> None:
    if container[key] is None and not schema.get("nullable"):
        _set_default(container, key, schema)
    fill_in(container[key], schema)


def _set_default(container: Any, key: str | int, schema: Schema) -> None:
    if schema.get("default") is not None:
        container[key] = deepcopy(schema["default"])


def _child(schema: Schema, name: str) -> Schema | None:
    known = fields(schema)
    return known[name] if name in known else map_values(schema)
