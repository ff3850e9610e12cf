"""A field that took listed values only: what refuses none of them refuses nothing."""

from __future__ import annotations

from fork_tools.compat.crd.admission.validation import problems
from fork_tools.compat.crd.comparison.change import Change
from fork_tools.compat.crd.comparison.pairs import Pair
from fork_tools.compat.crd.rule import Effect

_DECIDED_BY_NAME = frozenset({"crd/enum-value-removed", "crd/nullable-removed"})


def without_unreachable(pair: Pair, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Leave out the tightenings that no listed value of before can meet; rules in CEL are not judged here."""
    listed = pair.old.get("enum")
    if not listed or not any(change.rule.effect is Effect.REJECTS for change in changes):
        return changes
    if "x-kubernetes-validations" in pair.new or any(isinstance(value, dict | list) for value in listed):
        return changes
    taken = [value for value in listed if value is not None and not any(problems(pair.old, value))]
    if any(any(problems(pair.new, value)) for value in taken):
        return changes
    return tuple(
        change for change in changes if change.rule.effect is not Effect.REJECTS or change.rule_id in _DECIDED_BY_NAME
    )
