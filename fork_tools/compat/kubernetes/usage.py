"""What is used: API versions with their kinds, and those fields that the table knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from fork_tools.api_server import Object
from fork_tools.compat.kubernetes.table import FIELDS


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """An API version and kind, and perhaps a field of it; `by` says who uses it."""

    api_version: str
    kind: str
    field: str
    by: str


# What the controller asks for by itself (spec §6.4): jobs, pods, services, events, priority classes, its lease.
CONTROLLER: Final = tuple(
    Use(version, kind, "", "controller")
    for version, kind in (
        ("v1", "Pod"),
        ("v1", "Service"),
        ("v1", "Event"),
        ("scheduling.k8s.io/v1", "PriorityClass"),
        ("coordination.k8s.io/v1", "Lease"),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
    )
)


def uses(objects: Iterable[Object]) -> Iterator[Use]:
    """Find what manifests use."""
    for item in objects:
        kind = str(item["kind"])
        name = f"{kind} {item['metadata'].get('name', '')}"
        yield Use(str(item["apiVersion"]), kind, "", name)
        for owner, pattern in FIELDS:
            if owner == kind and _has(item, pattern.split(".")):
                yield Use(str(item["apiVersion"]), kind, pattern, name)


def _has(value: Any, path: list[str]) -> bool:
    if not path:
        return True
    step, rest = path[0], path[1:]
    if step == "**":
        return _has(value, rest) or any(_has(child, path) for child in _children(value))
    if step == "*":
        return any(_has(child, rest) for child in _children(value))
    return isinstance(value, dict) and step in value and _has(value[step], rest)


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
