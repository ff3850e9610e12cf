"""Try candidates until one proves the change under both schemas."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from fork_tools.compat.crd.admission.admit import Admission, Admitted, Refused
from fork_tools.compat.crd.admission.expressions import evaluate, evaluate_update, sees_updates_only
from fork_tools.compat.crd.comparison.change import Change
from fork_tools.compat.crd.comparison.pairs import FREE, elsewhere, fields, map_values
from fork_tools.compat.crd.definition import Definition, Schema
from fork_tools.compat.crd.paths import FieldPath, StepKind
from fork_tools.compat.crd.rule import Effect
from fork_tools.compat.crd.witness.attribution import concerns
from fork_tools.compat.crd.witness.minimal import Maker
from fork_tools.compat.crd.witness.placing import ABSENT, Absent, address, place, value_at
from fork_tools.compat.crd.witness.samples import samples

_MOST_CANDIDATES: Final = 200
_MOST_UNAWARE: Final = 40
_UNUSUAL_NAMES: Final = ("1-witness", "w" * 63, "w" * 58, "a.witness")
_CEL: Final = "crd/validation-rule-"


@dataclass(frozen=True, slots=True)
class Witness:
    """An object that the old schema takes; `outcome` says what the new one does with it.

    `before` is the object that an update starts from, for rules that see updates only.
    """

    manifest: Mapping[str, Any]
    outcome: str
    effect: Effect
    before: Mapping[str, Any] | None = None


class Search:
    """Finds witnesses for the changes of one version."""

    def __init__(self, definition: Definition, version: str, old: Schema, new: Schema) -> None:
        """Prepare both schemas of `version`."""
        self._envelope = {
            "apiVersion": f"{definition.group}/{version}",
            "kind": definition.names["kind"],
            "metadata": {"name": "witness"},
        }
        self._old, self._new = old, new
        self._old_admission, self._new_admission = Admission(old), Admission(new)
        self._maker = Maker(old, new)

    def witness(self, change: Change) -> Witness | None:
        """Find the first candidate that proves `change`; None when there is none among those that are tried."""
        if change.rule_id.startswith(_CEL) and sees_updates_only(change.name):
            found = self._update(change)
            if found is not None:
                return found
        for value in islice(self._values(change), _MOST_CANDIDATES):
            manifest = self._manifest(change.path, value)
            found = self._judge(change, manifest) if _worth_judging(change, manifest) else None
            if found is not None:
                return found
        return None

    def _values(self, change: Change) -> Iterator[Any]:
        old, new = _at(self._old, change.path), _at(self._new, change.path)
        absence_first = change.rule.effect is Effect.DEFAULTS or "required" in change.rule_id
        if absence_first:
            yield ABSENT
        if old is not None:
            after = new if new is not None else FREE
            if change.rule_id.startswith(_CEL):
                yield from self._besides_rules(change, old, after)
            yield from samples(old, after, self._maker)
        if not absence_first:
            yield ABSENT

    def _besides_rules(self, change: Change, old: Schema, new: Schema) -> Iterator[Any]:
        """Yield what a maker finds that does not know the texts that rules ask for, and unusual names."""
        yield from islice(samples(old, new, Maker()), _MOST_UNAWARE)
        if not change.path.steps:
            body = self._maker.minimal(old, new)
            for name in _UNUSUAL_NAMES:
                yield {**body, "metadata": {"name": name}}

    def _manifest(self, path: FieldPath, value: Any) -> dict[str, Any]:
        made = place(path, value, self._old, self._new, self._maker)
        body = made if isinstance(made, dict) else {}
        metadata = body.get("metadata")
        named = {"metadata": self._envelope["metadata"] | metadata} if isinstance(metadata, dict) else {}
        return {**self._envelope, **{key: body[key] for key in body if key not in self._envelope}, **named}

    def _judge(self, change: Change, manifest: dict[str, Any]) -> Witness | None:
        before = self._old_admission.admit(manifest)
        if not isinstance(before, Admitted):
            return None
        after = self._new_admission.admit(manifest)
        if isinstance(after, Refused):
            problem = next((problem for problem in after.problems if concerns(problem, change)), None)
            if problem is None or change.rule.effect is Effect.DEFAULTS:
                return None
            return Witness(manifest, f"rejected: {problem}", Effect.REJECTS)
        if not isinstance(after, Admitted):
            return None
        return _altered(change, manifest, before.stored, after.stored)

    def _update(self, change: Change) -> Witness | None:
        old = _at(self._old, change.path)
        if old is None:
            return None
        tried = list(islice(self._values(change), 24))
        manifests = [self._manifest(change.path, value) for value in tried if not isinstance(value, Absent)]
        taken = [
            manifest
            for manifest in manifests
            if isinstance(self._old_admission.admit(manifest), Admitted)
            and isinstance(self._new_admission.admit(manifest), Admitted)
        ]
        for first in taken:
            for second in taken:
                selves = [value_at(manifest, change.path) for manifest in (second, first)]
                if ABSENT not in selves and evaluate_update(change.name, *selves) is False:
                    outcome = f"update rejected at {address(change.path)}: {change.message}"
                    return Witness(second, outcome, Effect.REJECTS, first)
        return None


def _altered(change: Change, manifest: dict[str, Any], old: Any, new: Any) -> Witness | None:
    before, after = value_at(old, change.path), value_at(new, change.path)
    if before == after or _told(before) == _told(after):
        return None
    if change.rule.effect is Effect.DEFAULTS:
        was, becomes = _told(before), _told(after)
        return Witness(manifest, f"defaulted: {address(change.path)} was {was}, is {becomes}", Effect.DEFAULTS)
    if before is ABSENT or change.rule.effect not in (Effect.PRUNES, Effect.REJECTS):
        return None
    return Witness(manifest, f"pruned: {address(change.path)} was {_told(before)}, is {_told(after)}", Effect.PRUNES)


def _worth_judging(change: Change, manifest: dict[str, Any]) -> bool:
    """Look at a rule in CEL alone first: judging a whole object takes much longer."""
    if not change.rule_id.startswith(_CEL):
        return True
    return evaluate(change.name, value_at(manifest, change.path)) is False


def _at(schema: Schema, path: FieldPath) -> Schema | None:
    found: Schema | None = schema
    for step in path.steps:
        if found is None:
            return None
        if step.kind is StepKind.ELEMENT:
            found = found.get("items")
        elif step.kind is StepKind.VALUE:
            found = map_values(found)
        else:
            found = fields(found).get(step.name, elsewhere(found))
    return found


def _told(value: Any) -> str:
    text = "absent" if value is ABSENT else json.dumps(value, sort_keys=True)
    return text if len(text) <= 80 else f"{text[:77]}..."
