"""Listed values and patterns."""

from __future__ import annotations

import json
from collections.abc import Iterator

from fork_tools.compat.crd.comparison.change import Change
from fork_tools.compat.crd.comparison.pairs import Pair, is_int_or_string
from fork_tools.compat.crd.patterns import contained


def compare_enum(pair: Pair) -> Iterator[Change]:
    """Compare the listed values: losing one breaks writers, gaining one breaks readers."""
    old, new = pair.old.get("enum"), pair.new.get("enum")
    if new and not old:
        yield Change("crd/enum-added", f"only {_listed(new)} are taken now", pair.path)
    elif old and not new:
        yield Change("crd/enum-removed", "any value is taken now", pair.path)
    elif old and new:
        before, after = ({json.dumps(value, sort_keys=True) for value in values} for values in (old, new))
        for value in sorted(before - after):
            yield Change("crd/enum-value-removed", f"{value} is no longer taken", pair.path, name=value)
        for value in sorted(after - before):
            yield Change("crd/enum-value-added", f"{value} is taken now", pair.path, name=value)


def _listed(values: list[object]) -> str:
    told = [json.dumps(value) for value in values]
    return ", ".join(told) if len(told) <= 6 else ", ".join((*told[:5], f"and {len(told) - 5} others"))


def compare_pattern(pair: Pair) -> Iterator[Change]:
    """Compare the patterns as sets of texts; two spellings of one set are no change."""
    old, new = pair.old.get("pattern"), pair.new.get("pattern")
    if old == new:
        return
    if new is None:
        yield Change("crd/pattern-loosened", f"need no longer match {old}", pair.path)
        return
    texts_possible = is_int_or_string(pair.old) or pair.old.get("type") in (None, "string")
    looser = contained(old, new) if old is not None else False
    if looser is not True and texts_possible:
        text = f"must match {new}" + (f", was {old}" if old else "")
        yield Change("crd/pattern-tightened", text, pair.path)
    elif old is not None and contained(new, old) is not True:
        yield Change("crd/pattern-loosened", f"may match {new}, was {old}", pair.path)
