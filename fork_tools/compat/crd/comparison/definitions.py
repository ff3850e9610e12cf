"""Every rule on two definitions: version by version, and between the versions that are served together."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace

from fork_tools.compat.crd.comparison import (
    bounds,
    composition,
    expressions,
    identity,
    lists,
    presence,
    types,
    values,
    wording,
)
from fork_tools.compat.crd.comparison.change import Change
from fork_tools.compat.crd.comparison.conventions import conventions
from fork_tools.compat.crd.comparison.finite import without_unreachable
from fork_tools.compat.crd.comparison.pairs import Pair, pairs
from fork_tools.compat.crd.definition import Definition, Schema, Version
from fork_tools.compat.crd.rule import Effect

_AGE = re.compile(r"v(\d+)(?:(alpha|beta)(\d+))?")


def compare(old: Definition, new: Definition) -> tuple[Change, ...]:
    """Compare `new` with `old`: all changes, also those whose rules are off by default, in a stable order."""
    changes = list(identity.compare(old, new))
    for before in old.versions:
        after = new.version(before.name)
        if after is not None:
            changes.extend(_versions(before, after))
    changes.extend(_between_served(old, new))
    known = {_key(change) for version in old.versions for change in conventions(version)}
    changes.extend(change for version in new.versions for change in conventions(version) if _key(change) not in known)
    return tuple(changes)


def compare_schemas(old: Schema, new: Schema) -> Iterator[Change]:
    """Compare two schemas, place by place."""
    for pair in pairs(old, new):
        yield from compare_place(pair)


def compare_place(pair: Pair) -> Iterator[Change]:
    """Compare what is said of one place; a type that changed hides the rest."""
    if pair.old is pair.new or pair.old == pair.new:
        return
    retyped = tuple(types.compare_type(pair))
    if any(change.rule.effect is Effect.REJECTS for change in retyped):
        yield from retyped
        return
    values_changed = itertools.chain(
        retyped,
        types.compare_null(pair),
        types.compare_format(pair),
        values.compare_enum(pair),
        values.compare_pattern(pair),
        bounds.compare(pair),
        composition.compare(pair),
        expressions.compare(pair),
    )
    yield from without_unreachable(pair, tuple(values_changed))
    yield from types.compare_default(pair)
    yield from lists.compare(pair)
    yield from presence.compare(pair)
    yield from wording.compare(pair)


def _versions(old: Version, new: Version) -> Iterator[Change]:
    for change in compare_schemas(old.schema, new.schema):
        yield change.in_version(old.name)


def _between_served(old: Definition, new: Definition) -> Iterator[Change]:
    """Compare each older served version with each newer one, and leave out what already was so."""
    known = {_key(change) for change in _served_pairs(old)}
    for change in _served_pairs(new):
        if change.rule.effect.breaks and _key(change) not in known:
            yield change


def _served_pairs(definition: Definition) -> Iterator[Change]:
    served = sorted((version for version in definition.versions if version.served), key=lambda item: _age(item.name))
    for older, newer in itertools.combinations(served, 2):
        for change in compare_schemas(older.schema, newer.schema):
            yield replace(change, version=f"{older.name} -> {newer.name}")


def _age(name: str) -> tuple[int, int, int]:
    """Order versions as Kubernetes does: v1alpha1 < v1beta1 < v1 < v2."""
    match = _AGE.fullmatch(name)
    if match is None:
        return -1, 0, 0
    major, stage, minor = match.groups()
    return {"alpha": 0, "beta": 1}.get(stage or "", 2), int(major), int(minor or 0)


def _key(change: Change) -> tuple[object, ...]:
    return change.rule_id, change.path, change.version, change.name or change.message
