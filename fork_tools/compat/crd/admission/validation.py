"""Validate a value by a structural schema: jsonschema does it, once Kubernetes' own keywords are translated."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from jsonschema import Draft4Validator

from fork_tools.compat.crd.admission.formats import CHECKER
from fork_tools.compat.crd.admission.problem import Problem
from fork_tools.compat.crd.comparison.pairs import is_int_or_string
from fork_tools.compat.crd.definition import Schema

_KEPT: Final = frozenset(
    {"enum", "pattern", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxItems", "minItems"}
    | {"maxLength", "minLength", "maxProperties", "minProperties", "multipleOf", "uniqueItems", "format", "required"}
)
_LISTS: Final = ("allOf", "anyOf", "oneOf")
LIST_TYPE: Final = "x-kubernetes-list-type"


def problems(schema: Schema, value: Any) -> Iterator[Problem]:
    """Yield what is wrong with `value`, each with its place; rules in CEL are not looked at."""
    return Validation(schema).problems(value)


class Validation:
    """A schema that is ready to validate with."""

    def __init__(self, schema: Schema) -> None:
        """Translate `schema` once."""
        self._schema = schema
        self._validator = Draft4Validator(translated(schema), format_checker=CHECKER)

    def problems(self, value: Any) -> Iterator[Problem]:
        """Yield what is wrong with `value`."""
        for error in self._validator.iter_errors(value):
            place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path)
            yield Problem(place or ".", str(error.validator), error.message)
        yield from repeated(self._schema, value, "")


def translated(schema: Schema) -> dict[str, Any]:
    """Say in JSON Schema (draft 4) what a structural schema says."""
    said: dict[str, Any] = {key: schema[key] for key in _KEPT if key in schema and schema[key] not in (None, [])}
    for key in _LISTS:
        if schema.get(key):
            said[key] = [translated(branch) for branch in schema[key]]
    if schema.get("not"):
        said["not"] = translated(schema["not"])
    if isinstance(schema.get("items"), dict):
        said["items"] = translated(schema["items"])
    if schema.get("properties"):
        said["properties"] = {name: translated(child) for name, child in schema["properties"].items()}
    if isinstance(schema.get("additionalProperties"), dict):
        said["additionalProperties"] = translated(schema["additionalProperties"])
    if schema.get("type"):
        said["type"] = schema["type"]
    if is_int_or_string(schema):
        said["type"] = ["integer", "string"]
    if schema.get("x-kubernetes-embedded-resource"):
        said["required"] = sorted({*said.get("required", ()), "apiVersion", "kind"})
    return _with_null(schema, said)


def _with_null(schema: Schema, said: dict[str, Any]) -> dict[str, Any]:
    """Null is judged by `nullable` and the listed values alone."""
    if not schema.get("nullable"):
        return said if "type" in said or not said else {"allOf": [said]}
    null: dict[str, Any] = {"type": "null"}
    if "enum" in said:
        null["enum"] = said["enum"]
    return {"anyOf": [null, {"not": {"type": "null"}, "allOf": [said]}]}


def repeated(schema: Schema, value: Any, place: str) -> Iterator[Problem]:
    """Yield the elements that a set or a keyed list holds twice."""
    if isinstance(value, dict):
        known = schema.get("properties") or {}
        values = schema.get("additionalProperties")
        for name, child in value.items():
            below = known.get(name, values)
            if isinstance(below, dict):
                yield from repeated(below, child, f"{place}.{name}")
    elif isinstance(value, list) and isinstance(schema.get("items"), dict):
        for index, element in enumerate(value):
            yield from repeated(schema["items"], element, f"{place}[{index}]")
        met: set[str] = set()
        for index, element in enumerate(value):
            identity = _identity(schema, element)
            if identity is not None and identity in met:
                yield Problem(f"{place}[{index}]", LIST_TYPE, f"the list holds {identity} twice")
            met.add(identity or "")


def _identity(schema: Schema, element: Any) -> str | None:
    kind = schema.get(LIST_TYPE)
    if kind == "set":
        return json.dumps(element, sort_keys=True)
    if kind == "map" and isinstance(element, dict):
        keys = schema.get("x-kubernetes-list-map-keys") or ()
        return json.dumps({key: element.get(key) for key in keys}, sort_keys=True)
    return None
