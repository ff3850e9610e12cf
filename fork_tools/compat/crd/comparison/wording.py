"""Descriptions, and the keywords that no API server acts upon."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fork_tools.compat.crd.comparison.change import Change
from fork_tools.compat.crd.comparison.pairs import Pair

_JUDGED: Final = frozenset(
    {"description", "type", "format", "nullable", "default", "enum", "pattern", "required", "properties", "items"}
    | {"maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxItems", "minItems", "maxLength", "minLength"}
    | {"maxProperties", "minProperties", "multipleOf", "uniqueItems", "additionalProperties"}
    | {"allOf", "anyOf", "oneOf", "not", "x-kubernetes-validations", "x-kubernetes-list-type"}
    | {"x-kubernetes-list-map-keys", "x-kubernetes-map-type", "x-kubernetes-int-or-string"}
    | {"x-kubernetes-embedded-resource", "x-kubernetes-preserve-unknown-fields"}
)


def compare(pair: Pair) -> Iterator[Change]:
    """Compare what only people and other tools read."""
    if pair.old.get("description") != pair.new.get("description"):
        yield Change("crd/description-changed", "the description changed", pair.path)
    for keyword in sorted((pair.old.keys() | pair.new.keys()) - _JUDGED):
        if pair.old.get(keyword) != pair.new.get(keyword):
            yield Change("crd/keyword-changed", f"{keyword} changed", pair.path, name=keyword)
