"""Small words for writing OpenAPI schemas by hand, so that the MXJob's fields read like a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """A CEL rule: what must hold, and what to do when it does not.

    `ratchets` lets the rule see the object before an update as an optional `oldSelf`, so that it can leave alone what
    was stored before the rule existed (Kubernetes 1.30 or later). `field` is the one that a refusal names, when it is
    not the one that carries the rule.
    """

    rule: str
    message: str
    ratchets: bool = False
    field: str = ""

    def schema(self) -> Schema:
        """Write the rule as an entry of `x-kubernetes-validations`."""
        entry: Schema = {"rule": self.rule, "message": self.message}
        if self.field:
            entry["fieldPath"] = self.field
        return entry | {"optionalOldSelf": True} if self.ratchets else entry


def text(description: str, **facets: Any) -> Schema:
    """Describe a string."""
    return {"description": description, "type": "string", **facets}


def choice(description: str, *values: str) -> Schema:
    """Describe a string that is one of `values`."""
    return text(description, enum=list(values))


def time(description: str) -> Schema:
    """Describe an RFC 3339 time."""
    return text(description, format="date-time")


def flag(description: str, *, default: bool) -> Schema:
    """Describe a boolean that the API server fills in when it is absent."""
    return {"description": description, "type": "boolean", "default": default}


def count(description: str, *, bits: int = 32) -> Schema:
    """Describe an integer that is never negative and fits into `bits`."""
    schema: Schema = {"description": description, "type": "integer", "format": f"int{bits}", "minimum": 0}
    # Not every API server enforces the format: 1.35 does not.
    return schema | {"maximum": 2**31 - 1} if bits == 32 else schema


def record(
    description: str,
    properties: Mapping[str, Schema],
    *,
    required: tuple[str, ...] = (),
    rules: tuple[Rule, ...] = (),
    **facets: Any,
) -> Schema:
    """Describe an object with known fields."""
    schema: Schema = {"description": description, "type": "object", **facets}
    if required:
        schema["required"] = list(required)
    return schema | _validations(rules) | {"properties": dict(properties)}


def mapping(description: str, values: Schema, *, rules: tuple[Rule, ...] = (), **facets: Any) -> Schema:
    """Describe an object whose keys are the user's."""
    return (
        {"description": description, "type": "object", **facets}
        | _validations(rules)
        | {"additionalProperties": values}
    )


def sequence(description: str, items: Schema) -> Schema:
    """Describe a list that is replaced as a whole."""
    return {"description": description, "type": "array", "items": items}


def _validations(rules: tuple[Rule, ...]) -> Schema:
    return {"x-kubernetes-validations": [rule.schema() for rule in rules]} if rules else {}
