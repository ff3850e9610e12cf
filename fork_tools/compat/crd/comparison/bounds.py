"""Smallest and largest: of numbers, texts, lists and objects."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from fork_tools.compat.crd.comparison.change import Change
from fork_tools.compat.crd.comparison.pairs import Pair
from fork_tools.compat.crd.definition import Schema

_UPPER: Final = {
    "maxItems": "crd/max-items-lowered",
    "maxLength": "crd/max-length-lowered",
    "maxProperties": "crd/max-properties-lowered",
}
_LOWER: Final = {
    "minItems": "crd/min-items-raised",
    "minLength": "crd/min-length-raised",
    "minProperties": "crd/min-properties-raised",
}


def compare(pair: Pair) -> Iterator[Change]:
    """Compare every bound."""
    for keyword, rule in _UPPER.items():
        yield from _sizes(pair, keyword, rule, upper=True)
    for keyword, rule in _LOWER.items():
        yield from _sizes(pair, keyword, rule, upper=False)
    yield from _range(pair, "maximum", "exclusiveMaximum", "crd/maximum-lowered", 1)
    yield from _range(pair, "minimum", "exclusiveMinimum", "crd/minimum-raised", -1)
    yield from _multiples(pair)
    yield from _repetition(pair)


def _sizes(pair: Pair, keyword: str, rule: str, *, upper: bool) -> Iterator[Change]:
    old, new = pair.old.get(keyword), pair.new.get(keyword)
    if not upper:
        # A size is never below 0, so a minimum of 0 is none.
        old, new = old or None, new or None
    if old == new:
        return
    tighter = new is not None and (old is None or (new < old if upper else new > old))
    text = f"{keyword} was {_told(old)}, is {_told(new)}"
    yield Change(rule if tighter else "crd/bound-loosened", text, pair.path, name=keyword)


def _range(pair: Pair, keyword: str, exclusive: str, rule: str, sign: int) -> Iterator[Change]:
    old, new = _limit(pair.old, keyword, exclusive, sign), _limit(pair.new, keyword, exclusive, sign)
    if old == new:
        return
    tighter = new is not None and (old is None or new < old)
    text = f"{keyword} was {_limit_told(pair.old, keyword, exclusive)}, is {_limit_told(pair.new, keyword, exclusive)}"
    yield Change(rule if tighter else "crd/bound-loosened", text, pair.path, name=keyword)


def _limit(schema: Schema, keyword: str, exclusive: str, sign: int) -> tuple[Decimal, bool] | None:
    """Order limits by strictness: the smaller pair is the stricter limit."""
    if keyword not in schema:
        return None
    return sign * Decimal(str(schema[keyword])), not schema.get(exclusive)


def _limit_told(schema: Schema, keyword: str, exclusive: str) -> str:
    return _told(schema.get(keyword)) + (" (excluded)" if keyword in schema and schema.get(exclusive) else "")


def _multiples(pair: Pair) -> Iterator[Change]:
    old, new = pair.old.get("multipleOf"), pair.new.get("multipleOf")
    if old == new:
        return
    tighter = new is not None and not (old is not None and Decimal(str(old)) % Decimal(str(new)) == 0)
    if new == 1 and pair.new.get("type") == "integer":
        tighter = False
    text = f"multipleOf was {_told(old)}, is {_told(new)}"
    yield Change("crd/multiple-of-tightened" if tighter else "crd/bound-loosened", text, pair.path, name="multipleOf")


def _repetition(pair: Pair) -> Iterator[Change]:
    old, new = bool(pair.old.get("uniqueItems")), bool(pair.new.get("uniqueItems"))
    if new and not old:
        yield Change("crd/unique-items-added", "values may not be repeated", pair.path)
    elif old and not new:
        yield Change("crd/bound-loosened", "values may be repeated", pair.path, name="uniqueItems")


def _told(value: object) -> str:
    return "none" if value is None else str(value)
