"""List types, map keys and map types: how server-side apply merges."""

from __future__ import annotations

from collections.abc import Iterator

from fork_tools.compat.crd.comparison.change import Change
from fork_tools.compat.crd.comparison.pairs import Pair


def compare(pair: Pair) -> Iterator[Change]:
    """Compare how lists and objects are merged; atomic lists and granular maps are what the API server assumes."""
    old, new = _list_type(pair.old), _list_type(pair.new)
    if old != new:
        rule = "crd/list-type-loosened" if new == "atomic" else "crd/list-type-changed"
        yield Change(rule, f"list type was {old}, is {new}", pair.path)
    keys = [list(schema.get("x-kubernetes-list-map-keys") or ()) for schema in (pair.old, pair.new)]
    if old == new and sorted(keys[0]) != sorted(keys[1]):
        text = f"list keys were {', '.join(keys[0])}; are {', '.join(keys[1])}"
        yield Change("crd/list-map-keys-changed", text, pair.path)
    merging = [str(schema.get("x-kubernetes-map-type", "granular")) for schema in (pair.old, pair.new)]
    if merging[0] != merging[1]:
        yield Change("crd/map-type-changed", f"map type was {merging[0]}, is {merging[1]}", pair.path)


def _list_type(schema: object) -> str:
    return str(schema.get("x-kubernetes-list-type", "atomic")) if isinstance(schema, dict) else "atomic"
