"""allOf, anyOf, oneOf and not: what a value has to satisfy besides."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from fork_tools.compat.crd.comparison.change import Change
from fork_tools.compat.crd.comparison.pairs import Pair, is_int_or_string
from fork_tools.compat.crd.definition import Schema

_SAID_TWICE: Final = [{"type": "integer"}, {"type": "string"}]
_WORDS: Final = frozenset({"description", "title", "example", "externalDocs"})
_UPPER: Final = frozenset({"maximum", "maxItems", "maxLength", "maxProperties"})
_LOWER: Final = frozenset({"minimum", "minItems", "minLength", "minProperties"})


def compare(pair: Pair) -> Iterator[Change]:
    """Compare each keyword; what cannot be shown to take more than before counts as tighter."""
    old, new = _stated(pair.old), _stated(pair.new)
    judges: tuple[tuple[str, str, Callable[[Any, Any], bool]], ...] = (
        ("allOf", "crd/all-of-tightened", _all_looser),
        ("anyOf", "crd/any-of-tightened", _any_looser),
        ("oneOf", "crd/one-of-tightened", _one_looser),
        ("not", "crd/not-tightened", _one_looser),
    )
    for keyword, rule, looser in judges:
        before, after = old.get(keyword), new.get(keyword)
        if before == after:
            continue
        tighter = bool(after) and not (before and looser(before, after))
        text = f"{keyword} was {_told(before)}, is {_told(after)}"
        yield Change(rule if tighter else "crd/composition-loosened", text, pair.path, name=keyword)


def _stated(schema: Schema) -> dict[str, Any]:
    """Take the keywords without words for people, and without the types that int-or-string implies."""
    stated = {key: _without_words(schema[key]) for key in ("allOf", "anyOf", "oneOf", "not") if schema.get(key)}
    if is_int_or_string(schema):
        if stated.get("anyOf") == _SAID_TWICE:
            del stated["anyOf"]
        stated["allOf"] = [branch for branch in stated.get("allOf", ()) if branch != {"anyOf": _SAID_TWICE}]
    return {key: value for key, value in stated.items() if value}


def _without_words(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {
            key: {name: _without_words(child) for name, child in value.items()}
            if key == "properties"
            else _without_words(value)
            for key, value in node.items()
            if key not in _WORDS
        }
    return [_without_words(child) for child in node] if isinstance(node, list) else node


def _all_looser(old: list[Schema], new: list[Schema]) -> bool:
    return all(any(_looser(before, after) for before in old) for after in new)


def _any_looser(old: list[Schema], new: list[Schema]) -> bool:
    return all(any(_looser(before, after) for after in new) for before in old)


def _one_looser(old: object, new: object) -> bool:
    return old == new


def _looser(old: Any, new: Any) -> bool:
    """Whether the branch `new` surely takes whatever `old` takes."""
    return old == new or (
        isinstance(old, Mapping) and isinstance(new, Mapping) and all(_keyword_looser(key, old, new) for key in new)
    )


def _keyword_looser(key: str, old: Schema, new: Schema) -> bool:
    before, after = old.get(key), new[key]
    if before == after:
        return True
    if before is None or old.get("exclusiveMaximum") or old.get("exclusiveMinimum"):
        return False
    if key in _UPPER:
        return bool(after >= before)
    if key in _LOWER:
        return bool(after <= before)
    if key == "required":
        return set(after) <= set(before)
    if key == "enum":
        return all(value in after for value in before)
    if key == "properties":
        return all(name in before and _looser(before[name], child) for name, child in after.items())
    return key == "items" and _looser(before, after)


def _told(value: object) -> str:
    if not value:
        return "none"
    text = json.dumps(value, sort_keys=True)
    return text if len(text) <= 80 else f"{text[:77]}..."
