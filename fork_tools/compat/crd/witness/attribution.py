"""Is a refusal about this change? Another change of the same schemas may refuse the candidate too."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from fork_tools.compat.crd.admission.problem import Problem
from fork_tools.compat.crd.admission.validation import LIST_TYPE
from fork_tools.compat.crd.comparison.change import Change
from fork_tools.compat.crd.witness.placing import address

_KEYWORDS: Final[Mapping[str, frozenset[str]]] = {
    f"crd/{rule}": frozenset(keywords.split())
    for rule, keywords in {
        "required-added": "required",
        "required-field-added": "required",
        "embedded-resource-added": "required",
        "type-changed": "type",
        "int-or-string-removed": "type",
        "nullable-removed": "type enum required",
        "format-tightened": "format",
        "enum-added": "enum",
        "enum-value-removed": "enum",
        "pattern-tightened": "pattern",
        "maximum-lowered": "maximum",
        "minimum-raised": "minimum",
        "max-items-lowered": "maxItems",
        "min-items-raised": "minItems",
        "max-length-lowered": "maxLength",
        "min-length-raised": "minLength",
        "max-properties-lowered": "maxProperties",
        "min-properties-raised": "minProperties",
        "multiple-of-tightened": "multipleOf",
        "unique-items-added": "uniqueItems",
        "list-type-changed": LIST_TYPE,
        "list-map-keys-changed": LIST_TYPE,
    }.items()
}
_CEL: Final = "crd/validation-rule-"
# How the null of a nullable place is told apart.
_NULLABLE: Final = "anyOf"


def concerns(problem: Problem, change: Change) -> bool:
    """Whether `problem` is what `change` brought: the same keyword, at the place or at the object that lacks it."""
    if change.rule_id.startswith(_CEL):
        return re.sub(r"\s+", " ", problem.keyword).strip() == change.name and problem.place == address(change.path)
    expected = _KEYWORDS.get(change.rule_id)
    if expected is not None and problem.keyword not in expected | {_NULLABLE}:
        return False
    here, where = address(change.path), problem.place
    if expected is not None and "required" in expected and change.of_field:
        return where == address(change.path.parent) and f"'{change.path.last}'" in problem.message
    return where == here or where.startswith((f"{here}.", f"{here}[")) or here == "."
