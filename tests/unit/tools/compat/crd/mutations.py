"""Edits of a schema whose effect is known by construction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.unit.tools.compat.crd.generated import PATTERNS, TEXTS, Schema, give_default, schemas

Edit = Callable[[st.DrawFn, Schema], str | None]


@dataclass(frozen=True, slots=True)
class Mutation:
    """An old schema, the edited one, and the rule that has to fire."""

    old: Schema
    new: Schema
    rule: str


def places(schema: Schema) -> Iterator[Schema]:
    """Yield every subschema, the root first."""
    yield schema
    for child in (schema.get("properties") or {}).values():
        yield from places(child)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from places(schema[key])


def _remove_field(draw: st.DrawFn, schema: Schema) -> str | None:
    if not schema.get("properties"):
        return None
    name = draw(st.sampled_from(sorted(schema["properties"])))
    removed = schema["properties"].pop(name)
    schema["required"] = [other for other in schema.get("required", ()) if other != name]
    if not schema.get("x-kubernetes-preserve-unknown-fields"):
        return "field-removed"
    return "default-removed" if any("default" in place for place in places(removed)) else "field-unspecified"


def _require(draw: st.DrawFn, schema: Schema) -> str | None:
    known = schema.get("properties") or {}
    free = [name for name in known if name not in schema.get("required", ()) and "default" not in known[name]]
    if not free:
        return None
    schema["required"] = [*schema.get("required", ()), draw(st.sampled_from(free))]
    return "required-added"


def _unrequire(_draw: st.DrawFn, schema: Schema) -> str | None:
    return "" if schema.pop("required", None) else None


def _add_field(_draw: st.DrawFn, schema: Schema) -> str | None:
    if schema.get("type") != "object" or "additionalProperties" in schema:
        return None
    schema.setdefault("properties", {})["new"] = {"type": "string", "enum": ["x"]}
    return "field-specified" if schema.get("x-kubernetes-preserve-unknown-fields") else "field-added"


def _retype(_draw: st.DrawFn, schema: Schema) -> str | None:
    if schema.get("type") not in ("string", "boolean", "array"):
        return None
    schema.clear()
    schema["type"] = "number"
    return "type-changed"


def _stop_free(_draw: st.DrawFn, schema: Schema) -> str | None:
    return "pruning-starts" if schema.pop("x-kubernetes-preserve-unknown-fields", None) else None


def _close_map(_draw: st.DrawFn, schema: Schema) -> str | None:
    return "map-closed" if schema.pop("additionalProperties", None) is not None else None


def _refuse_null(_draw: st.DrawFn, schema: Schema) -> str | None:
    return "nullable-removed" if schema.pop("nullable", None) else None


def _take_null(_draw: st.DrawFn, schema: Schema) -> str | None:
    if schema.get("nullable"):
        return None
    schema["nullable"] = True
    return "nullable-added"


def _lose_value(draw: st.DrawFn, schema: Schema) -> str | None:
    if len(schema.get("enum", ())) < 2:
        return None
    schema["enum"].remove(draw(st.sampled_from(schema["enum"])))
    return "enum-value-removed"


def _list_values(draw: st.DrawFn, schema: Schema) -> str | None:
    if schema.get("type") != "string" or "enum" in schema:
        return None
    schema["enum"] = draw(st.lists(TEXTS, min_size=1, max_size=3, unique=True))
    return "enum-added"


def _gain_value(_draw: st.DrawFn, schema: Schema) -> str | None:
    if "enum" not in schema:
        return None
    schema["enum"].append("another")
    return "enum-value-added"


def _ask_pattern(draw: st.DrawFn, schema: Schema) -> str | None:
    if schema.get("type") != "string" or "pattern" in schema or "enum" in schema:
        return None
    schema["pattern"] = draw(PATTERNS)
    return "pattern-tightened"


def _make_set(_draw: st.DrawFn, schema: Schema) -> str | None:
    simple = (schema.get("items") or {}).get("type") in ("string", "integer")
    if not simple or schema.get("x-kubernetes-list-type") == "set":
        return None
    schema["x-kubernetes-list-type"] = "set"
    return "list-type-changed"


def _set_default(draw: st.DrawFn, schema: Schema) -> str | None:
    if "default" in schema:
        return None
    return "default-added" if give_default(draw, schema) else None


def _drop_default(_draw: st.DrawFn, schema: Schema) -> str | None:
    return "default-removed" if schema.pop("default", None) is not None else None


def _describe(_draw: st.DrawFn, schema: Schema) -> str | None:
    schema["description"] = "other words"
    return ""


def _bound(keyword: str, kinds: tuple[str, ...], step: int, tighter: str, exclusive: str = "") -> tuple[Edit, Edit]:
    def tighten(_draw: st.DrawFn, schema: Schema) -> str | None:
        if schema.get("type") not in kinds or "enum" in schema:
            return None
        schema[keyword] = schema[keyword] + step if schema.get(keyword) is not None else 2
        return tighter if schema[keyword] >= 0 or exclusive else None

    def loosen(_draw: st.DrawFn, schema: Schema) -> str | None:
        if schema.pop(keyword, None) in (None, 0 if step > 0 and not exclusive else None):
            return None
        schema.pop(exclusive, None)
        return "" if "enum" in schema else "bound-loosened"

    return tighten, loosen


_NUMBER = ("integer", "number")
EDITS: tuple[Edit, ...] = (
    *(_remove_field, _require, _unrequire, _add_field, _retype, _stop_free, _close_map, _refuse_null, _take_null),
    *(_lose_value, _list_values, _gain_value, _ask_pattern, _make_set, _set_default, _drop_default, _describe),
    *_bound("maximum", _NUMBER, -1, "maximum-lowered", "exclusiveMaximum"),
    *_bound("minimum", _NUMBER, 1, "minimum-raised", "exclusiveMinimum"),
    *_bound("maxLength", ("string",), -1, "max-length-lowered"),
    *_bound("minLength", ("string",), 1, "min-length-raised"),
    *_bound("maxItems", ("array",), -1, "max-items-lowered"),
    *_bound("minItems", ("array",), 1, "min-items-raised"),
)


_NOT_AT_ROOT = (_set_default, _drop_default, _retype, _take_null, _refuse_null)


@st.composite
def mutations(draw: st.DrawFn) -> Mutation:
    """Edit one place of a schema."""
    old = draw(schemas())
    count = len(list(places(old)))
    start, shift = draw(st.integers(0, len(EDITS) - 1)), draw(st.integers(0, count - 1))
    for edit in (*EDITS[start:], *EDITS[:start]):
        for index in range(count):
            edited = attempt(draw, old, edit, (index + shift) % count)
            if edited is not None:
                return Mutation(old, *edited)
    raise AssertionError("every schema can be described in other words")


def attempt(draw: st.DrawFn, old: Schema, edit: Edit, index: int) -> tuple[Schema, str] | None:
    """Edit a copy; None when the edit has nothing to do at that place."""
    new = deepcopy(old)
    place = list(places(new))[index]
    rule = edit(draw, place) if index or edit not in _NOT_AT_ROOT else None
    return None if rule is None else (new, rule)


@st.composite
def several(draw: st.DrawFn, count: int) -> tuple[Schema, Schema]:
    """Edit up to `count` places."""
    mutation = draw(mutations())
    new = mutation.new
    for _ in range(draw(st.integers(0, count - 1))):
        index = draw(st.integers(0, len(list(places(new))) - 1))
        edited = attempt(draw, new, draw(st.sampled_from(EDITS)), index)
        new = edited[0] if edited is not None else new
    return mutation.old, new
