"""Rules about one CRD alone; only what the older CRD did not already do is told (crd-schema-checker's rules)."""

from __future__ import annotations

from typing import Final

from fork_tools.compat.crd.rule import Direction, Effect, Rule
from fork_tools.report.finding import Level


def _convention(name: str, title: str, why: str, remedy: str, level: Level | None = None) -> Rule:
    return Rule(f"crd/{name}", level, Effect.NONE, (Direction.WRITERS,), title, why, remedy)


CONVENTIONS: Final = (
    _convention("boolean", "A new field is a boolean", "a third value cannot be added later", "use named values"),
    _convention("float", "A new field is a floating-point number", "it does not survive every client", "use text"),
    _convention("unsigned", "A new field is unsigned", "many languages lack the type", "use a minimum of 0"),
    _convention("map", "A new field is a map", "its entries have no place for what comes later", "use a list by keys"),
    _convention(
        "list-without-type",
        "A new list has no list type",
        "server-side apply replaces it as a whole",
        "set x-kubernetes-list-type",
    ),
    _convention(
        "status-without-subresource",
        "There is a status, but no status subresource",
        "whoever may write the spec may write the status, and the reverse",
        "add subresources.status",
        Level.WARNING,
    ),
    _convention(
        "condition-shape",
        "Conditions are not those of Kubernetes",
        "tools that wait for conditions know metav1.Condition",
        "be a map list by type with the fields and bounds of metav1.Condition",
    ),
    _convention(
        "rule-cost-unbounded",
        "A CEL rule walks something without a bound",
        "the API server refuses rules whose estimated cost is too high",
        "set maxItems, maxProperties or maxLength on what the rule walks",
        Level.WARNING,
    ),
)
