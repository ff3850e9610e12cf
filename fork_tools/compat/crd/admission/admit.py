"""The whole of what a create request meets: defaults, pruning, validation, rules."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from fork_tools.compat.crd.admission.defaulting import drop_nulls, fill_in
from fork_tools.compat.crd.admission.expressions import any_rules, violations
from fork_tools.compat.crd.admission.problem import Problem
from fork_tools.compat.crd.admission.pruning import prune
from fork_tools.compat.crd.admission.validation import Validation
from fork_tools.compat.crd.definition import Schema


@dataclass(frozen=True, slots=True)
class Admitted:
    """The API server stores `stored`."""

    stored: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refused:
    """The API server answers 422."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Undecided:
    """Only an API server can tell."""

    problems: tuple[Problem, ...]


Answer = Admitted | Refused | Undecided


class Admission:
    """The schema of one version, ready to judge objects."""

    def __init__(self, schema: Schema) -> None:
        """Prepare `schema`."""
        self._schema = schema
        self._validation = Validation(schema)
        self._has_rules = any_rules(schema)

    def stored(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        """Default and prune a copy of `sent`."""
        value = deepcopy(dict(sent))
        prune(value, self._schema, resource=True)
        drop_nulls(value, self._schema)
        fill_in(value, self._schema)
        return value

    def admit(self, sent: Mapping[str, Any], *, created: bool = True) -> Answer:
        """Judge a create request for `sent`; or, unless `created`, an update that changes nothing."""
        value = self.stored(sent)
        problems = tuple(self._validation.problems(value))
        if problems:
            return Refused(problems)
        if not self._has_rules:
            return Admitted(value)
        broken = tuple(violations(self._schema, value, created=created))
        certain = tuple(problem for problem, decided in broken if decided)
        if certain:
            return Refused(certain)
        return Undecided(tuple(problem for problem, _ in broken)) if broken else Admitted(value)
