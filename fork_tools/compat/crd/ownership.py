"""Whose a place in the schema is: the job's own API, or the pod template that it embeds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from fork_tools.compat.crd.comparison.change import Change
from fork_tools.compat.crd.comparison.pairs import fields, pairs
from fork_tools.compat.crd.definition import Definition, Schema
from fork_tools.compat.crd.paths import FieldPath

_CONTAINER_LISTS: Final = frozenset({"containers", "initContainers", "ephemeralContainers"})
_OF_CONTAINERS: Final = "{containers,initContainers,ephemeralContainers}"


class Owner(Enum):
    """Who decides what a place looks like."""

    JOB_API = "job API"
    POD_TEMPLATE = "pod template"


@dataclass(frozen=True, slots=True)
class Templates:
    """Where pod templates are embedded."""

    roots: frozenset[FieldPath]

    def owner(self, change: Change) -> Owner:
        """Tell whose the change is; the template's presence, and rules in CEL, are the job API's doing."""
        if change.rule_id.startswith("crd/validation-rule-"):
            return Owner.JOB_API
        place = change.path.parent if change.of_field else change.path
        return Owner.JOB_API if self._root(place) is None else Owner.POD_TEMPLATE

    def within(self, path: FieldPath) -> str:
        """Write the path from the template on, alike for every kind of container."""
        root = self._root(path)
        if root is None:
            return str(path)
        steps = path.steps[len(root.steps) :]
        text = str(FieldPath(steps))
        if len(steps) > 1 and steps[1].name in _CONTAINER_LISTS:
            return text.replace(f".{steps[1].name}", f".{_OF_CONTAINERS}", 1)
        return text

    def _root(self, path: FieldPath) -> FieldPath | None:
        return next((root for root in self.roots if path.below(root)), None)


def find_templates(*definitions: Definition) -> Templates:
    """Find every place that looks like a PodTemplateSpec in any of the definitions."""
    return Templates(
        frozenset(
            path
            for definition in definitions
            for version in definition.versions
            for path in _template_paths(version.schema)
        )
    )


def _template_paths(schema: Schema) -> Iterator[FieldPath]:
    for pair in pairs(schema, schema):
        spec = fields(pair.new).get("spec")
        if pair.path.steps and spec is not None and _is_pod_spec(spec):
            yield pair.path


def _is_pod_spec(schema: Schema) -> bool:
    containers = fields(schema).get("containers", {}).get("items")
    return isinstance(containers, dict) and {"name", "image"} <= fields(containers).keys()
