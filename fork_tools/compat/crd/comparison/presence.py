"""Which fields came and went, and which must be given."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from fork_tools.compat.crd.comparison import types
from fork_tools.compat.crd.comparison.change import Change
from fork_tools.compat.crd.comparison.pairs import FREE, Pair, elsewhere, fields, keeps_unknown, map_values, pairs
from fork_tools.compat.crd.definition import Schema
from fork_tools.compat.crd.paths import FieldPath

_ENVELOPE = frozenset({"apiVersion", "kind", "metadata"})


def compare(pair: Pair) -> Iterator[Change]:
    """Compare the fields of one object."""
    yield from _removed(pair)
    yield from _added(pair)
    yield from _required(pair)
    yield from _openness(pair)


def _removed(pair: Pair) -> Iterator[Change]:
    gone = fields(pair.old).keys() - fields(pair.new).keys() - _kept_anyway(pair)
    for name in sorted(gone):
        after = elsewhere(pair.new)
        path = pair.path.field(name)
        if after is None:
            deprecated = str(fields(pair.old)[name].get("description", "")).lstrip().startswith("Deprecated:")
            rule = "crd/deprecated-field-removed" if deprecated else "crd/field-removed"
            yield Change(rule, "the field is gone: it is dropped wherever it is given", path, of_field=True)
        elif after is FREE or after == FREE:
            yield Change("crd/field-unspecified", "the field is kept but no longer described", path, of_field=True)
            yield from _defaults_lost(path, fields(pair.old)[name])


def _defaults_lost(path: FieldPath, schema: Schema) -> Iterator[Change]:
    """Tell every default in a part of the schema that is no longer described."""
    for below in pairs(schema, schema):
        yield from types.compare_default(Pair(FieldPath((*path.steps, *below.path.steps)), below.old, FREE))


def _added(pair: Pair) -> Iterator[Change]:
    required = frozenset(pair.new.get("required") or ())
    for name, schema in sorted(fields(pair.new).items()):
        path = pair.path.field(name)
        before = elsewhere(pair.old)
        if name in fields(pair.old) or (name in _ENVELOPE and not pair.path.steps):
            continue
        if before is not None and keeps_unknown(pair.old) and map_values(pair.old) is None and schema != FREE:
            yield Change("crd/field-specified", "the field took anything and has a schema now", path, of_field=True)
        elif before is None and (name not in required or has_default(schema)):
            yield _optional(path.last, schema, pair)


def _optional(name: str, schema: Schema, pair: Pair) -> Change:
    path = pair.path.field(name)
    if not has_default(schema):
        return Change("crd/field-added", "new optional field", path, of_field=True)
    text = f"new field, {json.dumps(schema['default'])} where it is left out"
    return Change("crd/field-added-with-default", text, path, of_field=True)


def _required(pair: Pair) -> Iterator[Change]:
    old, new = (frozenset(schema.get("required") or ()) for schema in (pair.old, pair.new))
    for name in sorted(new):
        schema = fields(pair.new).get(name, {})
        if has_default(schema) or (name in old and not _default_lost(name, pair)):
            continue
        path = pair.path.field(name)
        if name in fields(pair.old) or elsewhere(pair.old) is not None:
            text = "must be given now" if name not in old else "must be given, and has lost its default"
            yield Change("crd/required-added", text, path, of_field=True)
        else:
            yield Change("crd/required-field-added", "new field that must be given", path, of_field=True)


def _default_lost(name: str, pair: Pair) -> bool:
    return has_default(fields(pair.old).get(name, {}))


def _openness(pair: Pair) -> Iterator[Change]:
    if isinstance(pair.old.get("items"), dict) and "items" not in pair.new:
        yield from _defaults_lost(pair.path.element(), pair.old["items"])
    if map_values(pair.old) is not None and elsewhere(pair.new) is None:
        yield Change("crd/map-closed", "other keys than the fields that are named are dropped", pair.path)
    elif keeps_unknown(pair.old) and not keeps_unknown(pair.new) and map_values(pair.new) is None:
        yield Change("crd/pruning-starts", "unknown fields are dropped from now on", pair.path)
    elif keeps_unknown(pair.old) and not keeps_unknown(pair.new) and map_values(pair.new) not in (None, FREE):
        yield Change("crd/field-specified", "values that took anything have a schema now", pair.path)
    if pair.new.get("x-kubernetes-embedded-resource") and not pair.old.get("x-kubernetes-embedded-resource"):
        yield Change("crd/embedded-resource-added", "must be a whole Kubernetes resource now", pair.path)
    elif pair.old.get("x-kubernetes-embedded-resource") and not pair.new.get("x-kubernetes-embedded-resource"):
        yield Change("crd/embedded-resource-removed", "is no longer a whole Kubernetes resource", pair.path)


def _kept_anyway(pair: Pair) -> frozenset[str]:
    at_root = not pair.path.steps
    return _ENVELOPE if at_root or pair.new.get("x-kubernetes-embedded-resource") else frozenset()


def has_default(schema: Schema) -> bool:
    """Whether the API server fills the field in; a default of null fills in nothing."""
    value: Any = schema.get("default")
    return value is not None
