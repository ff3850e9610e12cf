"""What one schema does that API reviewers advise against; the caller tells only what is new."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from fork_tools.compat.crd.comparison.change import Change
from fork_tools.compat.crd.comparison.pairs import Pair, fields, map_values, pairs
from fork_tools.compat.crd.definition import Schema, Version

_CONDITION_FIELDS: Final[Mapping[str, Mapping[str, object]]] = {
    "type": {"maxLength": 316},
    "status": {"enum": ["True", "False", "Unknown"]},
    "reason": {"maxLength": 1024},
    "message": {"maxLength": 32768},
    "lastTransitionTime": {"format": "date-time"},
    "observedGeneration": {"minimum": 0},
}
_PATTERNED: Final = ("type", "reason")
_WALKED: Final = re.compile(r"\bself((?:\.\w+)*)\.(?:all|exists|exists_one|map|filter)\(")


def conventions(version: Version) -> Iterator[Change]:
    """List everything in `version` that a convention advises against."""
    if "status" in fields(version.schema) and "status" not in version.subresources:
        text = "there is a status, but no status subresource"
        yield Change("crd/status-without-subresource", text, version=version.name)
    for pair in pairs(version.schema, version.schema):
        for change in _of_place(pair):
            yield change.in_version(version.name)


def _of_place(pair: Pair) -> Iterator[Change]:
    schema, path = pair.new, pair.path
    if schema.get("type") == "boolean":
        yield Change("crd/boolean", "is a boolean", path)
    if schema.get("type") == "number":
        yield Change("crd/float", "is a floating-point number", path)
    if str(schema.get("format", "")).startswith("uint"):
        yield Change("crd/unsigned", f"is of format {schema['format']}", path)
    if map_values(schema) is not None:
        yield Change("crd/map", "is a map", path)
    if schema.get("type") == "array":
        yield from _of_list(pair)
    yield from _costs(pair)


def _of_list(pair: Pair) -> Iterator[Change]:
    schema, path = pair.new, pair.path
    if "x-kubernetes-list-type" not in schema:
        yield Change("crd/list-without-type", "is a list without x-kubernetes-list-type", path)
    if path.last == "conditions":
        for problem in _condition_problems(schema):
            yield Change("crd/condition-shape", problem, path, name=problem)


def _condition_problems(schema: Schema) -> Iterator[str]:
    if schema.get("x-kubernetes-list-type") != "map" or schema.get("x-kubernetes-list-map-keys") != ["type"]:
        yield "conditions are not a map list by type"
    known = fields(schema.get("items") or {})
    for name, facets in _CONDITION_FIELDS.items():
        if name not in known:
            yield f"conditions lack {name}"
            continue
        for facet, value in facets.items():
            found = known[name].get(facet)
            if sorted(found) != sorted(value) if isinstance(value, list) and found else found != value:
                yield f"{name} of conditions should have {facet} {value}"
    for name in _PATTERNED:
        if name in known and "pattern" not in known[name]:
            yield f"{name} of conditions should have a pattern"


def _costs(pair: Pair) -> Iterator[Change]:
    for rule in pair.new.get("x-kubernetes-validations") or ():
        text = str(rule.get("rule", ""))
        for names in _WALKED.findall(text):
            walked = _descend(pair.new, names.split(".")[1:])
            if walked is not None and _unbounded(walked):
                place = f"self{names}"
                message = f"a rule walks {place}, which has no maxItems or maxProperties"
                yield Change("crd/rule-cost-unbounded", message, pair.path, name=text)
                break


def _descend(schema: Schema, names: list[str]) -> Schema | None:
    for name in names:
        found = fields(schema).get(name)
        if found is None:
            return None
        schema = found
    return schema


def _unbounded(schema: Schema) -> bool:
    if schema.get("type") == "array":
        return "maxItems" not in schema
    return map_values(schema) is not None and "maxProperties" not in schema
