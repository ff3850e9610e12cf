"""Structural schemas and objects from hypothesis: small domains, so that values meet bounds often."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from fork_tools.compat.crd.admission.defaulting import fill_in
from fork_tools.compat.crd.admission.validation import problems

Schema = dict[str, Any]
TEXTS = st.sampled_from(["", "a", "b", "ab", "abc", "A", "1", "2024-01-01T00:00:00Z"])
NUMBERS = st.integers(-3, 5)
NAMES = st.sampled_from(["a", "b", "c", "d"])
PATTERNS = st.sampled_from(["^a", "b$", "^[a-c]*$", "^[a-b]*$", "^(a|b)+$", "c"])


def optional(draw: st.DrawFn, schema: Schema, **facets: st.SearchStrategy[Any]) -> Schema:
    """Add some of `facets` to a schema, each with one chance in three."""
    for name, values in facets.items():
        if draw(st.integers(0, 2)) == 0:
            schema[name] = draw(values)
    return schema


@st.composite
def texts(draw: st.DrawFn) -> Schema:
    if draw(st.integers(0, 3)) == 0:
        return {"type": "string", "enum": draw(st.lists(TEXTS, min_size=1, max_size=4, unique=True))}
    lengths = st.integers(0, 3)
    formats = st.sampled_from(["date-time", "unchecked"])
    return optional(draw, {"type": "string"}, minLength=lengths, maxLength=lengths, pattern=PATTERNS, format=formats)


@st.composite
def numbers(draw: st.DrawFn) -> Schema:
    kind = draw(st.sampled_from(["integer", "number"]))
    flags, bounds = st.booleans(), st.integers(-2, 4)
    schema = optional(draw, {"type": kind}, minimum=bounds, maximum=bounds, multipleOf=st.sampled_from([1, 2, 4]))
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if bound in schema:
            optional(draw, schema, **{exclusive: flags})
    return schema


def scalars() -> st.SearchStrategy[Schema]:
    others: list[Schema] = [
        {"type": "boolean"},
        {"x-kubernetes-int-or-string": True},
        {"type": "integer", "format": "int32"},
    ]
    return st.one_of(texts(), numbers(), st.sampled_from(others).map(dict))


@st.composite
def lists(draw: st.DrawFn, items: st.SearchStrategy[Schema]) -> Schema:
    element = draw(items)
    schema: Schema = {"type": "array", "items": element}
    if draw(st.booleans()) and element.get("type") in ("string", "integer"):
        schema["x-kubernetes-list-type"] = draw(st.sampled_from(["set", "atomic"]))
    sizes = st.integers(0, 3)
    return optional(draw, schema, minItems=sizes, maxItems=sizes)


@st.composite
def objects(draw: st.DrawFn, values: st.SearchStrategy[Schema]) -> Schema:
    shape = draw(st.sampled_from(["fields", "fields", "fields", "map", "free"]))
    sizes = st.integers(0, 3)
    if shape == "map":
        schema: Schema = {"type": "object", "additionalProperties": draw(values)}
        return optional(draw, schema, minProperties=sizes, maxProperties=sizes)
    properties = draw(st.dictionaries(NAMES, values, min_size=1, max_size=3))
    schema = {"type": "object", "properties": properties}
    for name, child in properties.items():
        fate = draw(st.integers(0, 5))
        if fate == 0:
            schema["required"] = sorted({*schema.get("required", ()), name})
        elif fate == 1:
            give_default(draw, child)
        elif fate == 2:
            child["nullable"] = True
    if shape == "free":
        schema["x-kubernetes-preserve-unknown-fields"] = True
    return schema


def give_default(draw: st.DrawFn, schema: Schema) -> bool:
    """Set a default that the schema takes, if one is drawn."""
    value = draw(objects_of(schema))
    if value is None:
        return False
    fill_in(value, schema)
    if any(problems(schema, value)):
        return False
    schema["default"] = value
    return True


def schemas() -> st.SearchStrategy[Schema]:
    """Schemas of objects, three levels deep at most."""
    inner = st.one_of(scalars(), scalars(), lists(scalars()), objects(scalars()))
    return objects(st.one_of(inner, lists(inner), objects(inner)))


def objects_of(schema: Schema) -> st.SearchStrategy[Any]:
    """Values of the schema's types; many fit its other demands, many do not."""
    fitting = _typed(schema)
    if schema.get("enum"):
        fitting = st.one_of(st.sampled_from(schema["enum"]), fitting)
    return st.one_of(st.none(), fitting, fitting, fitting) if schema.get("nullable") else fitting


def _typed(schema: Schema) -> st.SearchStrategy[Any]:
    match schema.get("type"):
        case "string":
            return TEXTS
        case "integer":
            return NUMBERS
        case "number":
            return st.one_of(NUMBERS, st.sampled_from([0.5, 1.5]))
        case "boolean":
            return st.booleans()
        case "array":
            return st.lists(objects_of(schema["items"]), max_size=4)
        case "object":
            return _objects(schema)
    return st.one_of(TEXTS, NUMBERS)


def _objects(schema: Schema) -> st.SearchStrategy[Any]:
    if isinstance(schema.get("additionalProperties"), dict):
        return st.dictionaries(NAMES, objects_of(schema["additionalProperties"]), max_size=4)
    known = schema.get("properties") or {}
    required = set(schema.get("required") or ())
    fixed = {name: objects_of(child) for name, child in known.items() if name in required}
    loose = {name: objects_of(child) for name, child in known.items() if name not in required}
    made = st.fixed_dictionaries(fixed, optional=loose)
    if not schema.get("x-kubernetes-preserve-unknown-fields"):
        return made
    extra = st.dictionaries(NAMES, st.one_of(TEXTS, NUMBERS), max_size=2)
    return st.tuples(extra, made).map(lambda parts: {**parts[0], **parts[1]})
