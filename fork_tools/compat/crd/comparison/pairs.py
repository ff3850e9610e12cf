"""Walk two schemas side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from fork_tools.compat.crd.definition import Schema
from fork_tools.compat.crd.paths import ROOT, FieldPath

FREE: Final[Schema] = {"x-kubernetes-preserve-unknown-fields": True}


@dataclass(frozen=True, slots=True)
class Pair:
    """What both schemas say of one place."""

    path: FieldPath
    old: Schema
    new: Schema


def fields(schema: Schema) -> dict[str, Schema]:
    """Fields that an object may have, by name."""
    return dict(schema.get("properties") or {})


def map_values(schema: Schema) -> Schema | None:
    """Take the schema of a map's values; None when it is no map."""
    values = schema.get("additionalProperties")
    if values is True:
        return FREE
    return values if isinstance(values, dict) else None


def keeps_unknown(schema: Schema) -> bool:
    """Whether fields that the schema does not name are kept."""
    return bool(schema.get("x-kubernetes-preserve-unknown-fields"))


def elsewhere(schema: Schema) -> Schema | None:
    """Judge a field that `schema` does not name: its schema as a map's value, free, or None when it is dropped."""
    values = map_values(schema)
    return FREE if values is None and keeps_unknown(schema) else values


def pairs(old: Schema, new: Schema) -> Iterator[Pair]:
    """Yield each place that both schemas know, from the root down; deep schemas need no recursion."""
    waiting = [Pair(ROOT, old, new)]
    while waiting:
        pair = waiting.pop()
        yield pair
        if kinds(pair.old) & kinds(pair.new):
            waiting.extend(reversed(list(_children(pair))))


def _children(pair: Pair) -> Iterator[Pair]:
    path, old, new = pair.path, pair.old, pair.new
    old_items, new_items = old.get("items"), new.get("items")
    if isinstance(old_items, dict) and isinstance(new_items, dict):
        yield Pair(path.element(), old_items, new_items)
    old_fields, new_fields = fields(old), fields(new)
    for name in sorted(old_fields.keys() | new_fields.keys()):
        before = old_fields.get(name, map_values(old))
        after = new_fields.get(name, map_values(new))
        if before is not None and after is not None:
            yield Pair(path.field(name), before, after)
    old_values, new_values = map_values(old), map_values(new)
    if old_values is not None and new_values is not None:
        yield Pair(path.value(), old_values, new_values)


def kinds(schema: Schema) -> frozenset[str]:
    """JSON types that the schema takes, null left aside."""
    if is_int_or_string(schema):
        return frozenset({"integer", "string"})
    named: Any = schema.get("type")
    if not named:
        return frozenset({"boolean", "integer", "number", "string", "array", "object"})
    return frozenset({"integer", "number"}) if named == "number" else frozenset({str(named)})


def is_int_or_string(schema: Schema) -> bool:
    """Whether the schema takes whole numbers and texts alike."""
    return bool(schema.get("x-kubernetes-int-or-string"))
