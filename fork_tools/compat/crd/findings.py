"""From changes to findings: levels, groups, witnesses and places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from fork_tools.compat.crd.catalogue import RULES
from fork_tools.compat.crd.comparison.change import Change
from fork_tools.compat.crd.grouping import Group
from fork_tools.compat.crd.paths import ROOT
from fork_tools.compat.crd.rule import Effect, Rule
from fork_tools.compat.crd.sources.documents import Loaded
from fork_tools.compat.crd.witness.search import Search, Witness
from fork_tools.report.finding import Finding, Level

_GONE: Final = ("-removed", "-unspecified")
_UNPROVEN: Final = "no object could be made that shows it; an API server may still tell old and new apart"


@dataclass(frozen=True, slots=True)
class Levels:
    """How grave each rule is: its default, or what the user said; `strict` tells also what is off by default."""

    strict: bool = False
    chosen: Mapping[str, Level | None] = field(default_factory=dict)

    def of(self, rule: Rule) -> Level | None:
        """Decide the level of a rule; None when it is off."""
        if rule.id in self.chosen:
            return self.chosen[rule.id]
        return rule.level or (Level.NOTE if self.strict else None)

    def tells(self, change: Change) -> bool:
        """Whether a change is told at all."""
        return self.of(RULES[change.rule_id]) is not None


class Witnesses:
    """Finds witnesses for the changes between two CRDs; schemas are prepared once a version."""

    def __init__(self, old: Loaded, new: Loaded) -> None:
        """Remember both sides."""
        self._old, self._new = old.definition, new.definition
        self._searches: dict[str, Search | None] = {}

    def find(self, group: Group) -> Witness | None:
        """Find a witness for any of the group's changes."""
        found = (self._of(change) for change in group.changes[:3])
        return next((witness for witness in found if witness is not None), None)

    def _of(self, change: Change) -> Witness | None:
        if change.version not in self._searches:
            self._searches[change.version] = self._search(change.version)
        search = self._searches[change.version]
        return search.witness(change) if search is not None and has_witness(change) else None

    def _search(self, version: str) -> Search | None:
        older, _, newer = version.partition(" -> ")
        side = self._new if newer else self._old
        old, new = side.version(older), self._new.version(newer or older)
        if old is None or new is None:
            return None
        return Search(side, older, old.schema, new.schema)


def has_witness(change: Change) -> bool:
    """Whether an object could show the change."""
    return change.rule.effect.breaks and bool(change.version)


def finding(group: Group, level: Level, old: Loaded, new: Loaded, witness: Witness | None, proof: str = "") -> Finding:
    """Tell a group of changes as one finding."""
    first = group.first
    side = old if first.rule_id.endswith(_GONE) or first.rule_id == "crd/map-closed" else new
    message = first.message
    if witness is not None and level is Level.ERROR:
        message = f"{message}; for example {witness.outcome}"
    return Finding(
        rule=first.rule_id,
        level=level,
        subject=group.subject,
        message=message,
        location=side.location(first.version, first.path),
        remedy=first.rule.remedy,
        details=_details(group, old, witness) | ({"proof": proof} if proof else {}),
    )


def _details(group: Group, old: Loaded, witness: Witness | None) -> dict[str, object]:
    first = group.first
    details: dict[str, object] = {
        "definition": old.definition.name,
        "owner": group.owner.value,
        "effect": first.rule.effect.value,
        "directions": [direction.value for direction in first.rule.directions],
        "path": str(first.path),
        "crdifyPath": first.path.crdify,
        "versions": sorted({change.version for change in group.changes if change.version}),
        "count": len(group.changes),
    }
    if len(group.changes) > 1:
        details["paths"] = sorted({str(change.path) for change in group.changes if change.path != ROOT})
    if witness is not None:
        details["witness"] = dict(witness.manifest)
        details["outcome"] = witness.outcome
        if witness.before is not None:
            details["witnessBefore"] = dict(witness.before)
    elif has_witness(first) and first.rule.effect is not Effect.NONE:
        details["outcome"] = _UNPROVEN
    return details
