"""The schema of what two schemas both take, one level at a time, so that a witness differs in one thing only."""

from __future__ import annotations

from typing import Any, Final

from fork_tools.compat.crd.comparison.pairs import FREE, fields, kinds, map_values
from fork_tools.compat.crd.definition import Schema

_LARGER: Final = ("minimum", "minItems", "minLength", "minProperties")
_SMALLER: Final = ("maximum", "maxItems", "maxLength", "maxProperties")


def meet(old: Schema, new: Schema) -> Schema:
    """Combine two schemas of one place; where they exclude each other the old one stands."""
    if old is new or new is FREE or not kinds(old) & kinds(new):
        return old
    both: dict[str, Any] = {**new, **old} if kinds(old) <= kinds(new) else {**old, **new}
    for key in _LARGER:
        _pick(both, key, old, new, max)
    for key in _SMALLER:
        _pick(both, key, old, new, min)
    if old.get("enum") and new.get("enum"):
        both["enum"] = [value for value in old["enum"] if value in new["enum"]] or old["enum"]
    required = {*(old.get("required") or ()), *(new.get("required") or ())}
    both["required"] = sorted(required)
    if new.get("pattern"):
        both["pattern"] = new["pattern"]
    both["nullable"] = bool(old.get("nullable") and new.get("nullable"))
    return both


def _pick(both: dict[str, Any], key: str, old: Schema, new: Schema, choose: Any) -> None:
    bounds = [schema[key] for schema in (old, new) if schema.get(key) is not None]
    if bounds:
        both[key] = choose(bounds)


def field_of(old: Schema, new: Schema, name: str) -> tuple[Schema, Schema]:
    """Descend into a field in both; a schema that does not know it stands aside."""
    before = fields(old).get(name, map_values(old))
    after = fields(new).get(name, map_values(new))
    if before is None and after is None:
        return FREE, FREE
    return before if before is not None else FREE, after if after is not None else FREE


def items_of(old: Schema, new: Schema) -> tuple[Schema, Schema]:
    """Descend into the elements of a list in both."""
    return old.get("items") or FREE, new.get("items") or FREE
