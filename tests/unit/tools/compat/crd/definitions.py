"""CRDs for tests: one field under test, `.spec.value`, in a kind that asks for nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fork_tools.compat.crd.check import Comparison, compare_pair
from fork_tools.compat.crd.definition import Definition, parse
from fork_tools.compat.crd.findings import Levels
from fork_tools.compat.crd.sources.documents import Loaded

Schema = Mapping[str, Any]
NAMES = {"kind": "Widget", "plural": "widgets", "singular": "widget", "listKind": "WidgetList"}


def of_spec(spec: Schema, **version: Any) -> dict[str, Any]:
    """Write a CRD whose objects have the given spec."""
    return of_schema({"type": "object", "properties": {"spec": spec}}, **version)


def of_schema(schema: Schema, **version: Any) -> dict[str, Any]:
    versions = [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}, **version}]
    return document(versions=versions)


def document(**spec: Any) -> dict[str, Any]:
    base: dict[str, Any] = {"group": "example.test", "names": NAMES, "scope": "Namespaced", "versions": []}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.test"},
        "spec": base | spec,
    }


def of_value(value: Schema | None, *, required: bool = False) -> Schema:
    """Write a spec that has the field under test, unless it is None."""
    spec: dict[str, Any] = {"type": "object", "properties": {"other": {"type": "string"}}}
    if value is not None:
        spec["properties"]["value"] = value
    return spec | ({"required": ["value"]} if required else {})


def defined(document: Mapping[str, Any]) -> Definition:
    return parse(document, "test")


def comparison(old: Mapping[str, Any], new: Mapping[str, Any], *, strict: bool = False) -> Comparison:
    return compare_pair(Loaded(defined(old), "old.yaml"), Loaded(defined(new), "new.yaml"), Levels(strict=strict))


def rules(found: Comparison) -> list[str]:
    return sorted({change.rule_id.removeprefix("crd/") for entry in found.judged for change in entry.group.changes})
