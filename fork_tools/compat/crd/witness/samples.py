"""Values at which two schemas of one place may part: beyond each bound, each listed value, texts between patterns."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from fork_tools.compat.crd.comparison.pairs import fields, is_int_or_string, kinds, map_values
from fork_tools.compat.crd.definition import Schema
from fork_tools.compat.crd.patterns import text_matching
from fork_tools.compat.crd.witness.meet import field_of, items_of
from fork_tools.compat.crd.witness.minimal import MAP_KEY, Maker, another

_STRANGE_KEYS: Final = ("a_b", "a" * 63, "")
_MOST_ELEMENTS: Final = 2000
_MOST_INNER: Final = 12


def samples(old: Schema, new: Schema, maker: Maker, depth: int = 1) -> Iterator[Any]:
    """Yield values of the old schema's types that may tell the schemas apart; most are taken by neither or both."""
    if old.get("nullable"):
        yield None
    yield from old.get("enum") or ()
    taken = kinds(old)
    if is_int_or_string(old):
        yield 1
    if "string" in taken:
        yield from _texts(old, new)
    if taken & {"integer", "number"}:
        yield from _numbers(old, new)
    if "boolean" in taken:
        yield from (True, False)
    if "array" in taken:
        yield from _lists(old, new, maker, depth)
    if "object" in taken:
        yield from _objects(old, new, maker, depth)


def _texts(old: Schema, new: Schema) -> Iterator[str]:
    first, second = old.get("pattern"), new.get("pattern")
    if second:
        found = text_matching(first or ".*", but_not=second)
        if found is not None:
            yield found
    if first:
        matching = text_matching(first)
        if matching is not None:
            yield matching
    yield from ("unlisted", "", "a", "-", "A b", "1")
    for schema in (*facets(new), *facets(old)):
        if schema.get("maxLength") is not None:
            yield "a" * (schema["maxLength"] + 1)
        if schema.get("minLength"):
            yield "a" * (schema["minLength"] - 1)
            yield "a" * schema["minLength"]
        yield from (value for value in schema.get("enum") or () if isinstance(value, str))


def facets(schema: Schema) -> Iterator[Schema]:
    """Yield the schema and everything that it is composed of."""
    yield schema
    for keyword in ("allOf", "anyOf", "oneOf"):
        for branch in schema.get(keyword) or ():
            yield from facets(branch)
    if schema.get("not"):
        yield from facets(schema["not"])


def _numbers(old: Schema, new: Schema) -> Iterator[int | float]:
    for schema in (*facets(new), *facets(old)):
        yield from (value for value in schema.get("enum") or () if not isinstance(value, str))
        for bound in ("minimum", "maximum"):
            if schema.get(bound) is not None:
                yield from (schema[bound], schema[bound] - 1, schema[bound] + 1)
        if schema.get("multipleOf"):
            yield from (schema["multipleOf"], schema["multipleOf"] + 1)
    yield from (0, 1, -1, 7, 2**31, -(2**31) - 1)
    if "number" in kinds(old):
        yield 0.5


def _lists(old: Schema, new: Schema, maker: Maker, depth: int) -> Iterator[list[Any]]:
    sizes = {1, 2}
    for schema in (old, new):
        for bound, beyond in (("maxItems", 1), ("minItems", -1)):
            if schema.get(bound) is not None:
                sizes |= {schema[bound], schema[bound] + beyond}
    yield []
    for size in sorted(size for size in sizes if 0 < size <= _MOST_ELEMENTS):
        yield [maker.element(old, new, index) for index in range(size)]
    yield [maker.element(old, new, 0), maker.element(old, new, 0)]
    yield from _alike_by_new_keys(old, new, maker)
    yield [maker.element(old, new, 0), maker.element(old, new, 1), maker.element(old, new, 0)]
    if depth:
        before, after = items_of(old, new)
        for value in islice(samples(before, after, maker, depth - 1), _MOST_INNER * 4):
            yield [value]


def _alike_by_new_keys(old: Schema, new: Schema, maker: Maker) -> Iterator[list[Any]]:
    """Yield two elements that only keys of before tell apart."""
    first, second = (maker.element(old, new, 0) for _ in range(2))
    former = set(old.get("x-kubernetes-list-map-keys") or ()) - set(new.get("x-kubernetes-list-map-keys") or ())
    if former and isinstance(first, dict):
        known = {key: maker.minimal(*field_of(*items_of(old, new), key), key) for key in sorted(former)}
        yield [first | known, second | {key: another(value, 1) for key, value in known.items()}]


def _objects(old: Schema, new: Schema, maker: Maker, depth: int) -> Iterator[dict[str, Any]]:
    base = maker.minimal(old, new)
    if not isinstance(base, dict):
        base = {}
    yield base
    everything = {name: maker.minimal(*field_of(old, new, name), name) for name in fields(old)}
    yield everything
    yield base | {"unlisted": "value"}
    yield from islice(_maps(old, new, maker, base), 6)
    for name in fields(old):
        yield {key: value for key, value in base.items() if key != name} or {}
        yield base | {name: everything[name]}
        if depth:
            before, after = field_of(old, new, name)
            for value in islice(samples(before, after, maker, depth - 1), _MOST_INNER):
                yield base | {name: value}
    yield from islice(_maps(old, new, maker, base), 6, None)


def _maps(old: Schema, new: Schema, maker: Maker, base: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if map_values(old) is None:
        return
    value = maker.minimal(*field_of(old, new, MAP_KEY))
    yield {}
    yield {MAP_KEY: value}
    for key in _STRANGE_KEYS:
        yield base | {key: value}
    yield base | {MAP_KEY: value, MAP_KEY.lower(): value}
    for schema in (old, new):
        for bound in ("maxProperties", "minProperties"):
            size = schema.get(bound)
            if size is not None and size < _MOST_ELEMENTS:
                yield {f"{MAP_KEY}{index}": value for index in range(size + (bound == "maxProperties"))}
                yield {f"{MAP_KEY}{index}": value for index in range(max(0, size - 1))}
