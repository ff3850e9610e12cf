"""Evaluate CEL rules on an object that is being created; what cel-python cannot do is undecided, never passed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from fork_tools.compat.crd.admission.problem import Problem
from fork_tools.compat.crd.comparison.pairs import fields, map_values
from fork_tools.compat.crd.definition import Schema

if TYPE_CHECKING:
    from celpy import Environment, Runner

RULES: Final = "x-kubernetes-validations"


def any_rules(schema: Schema) -> bool:
    """Whether a rule is anywhere in the schema."""
    return bool(schema.get(RULES)) or any(any_rules(child) for child in _children(schema))


def violations(schema: Schema, value: Any, place: str = "", *, created: bool = True) -> Iterator[tuple[Problem, bool]]:
    """Yield the rules that `value` breaks, and with False those that could not be evaluated.

    A rule that compares with the object before an update does not apply to a creation; of an object that is there
    already, and does not change, it has nothing to say.
    """
    for rule in schema.get(RULES) or ():
        text = str(rule.get("rule", ""))
        if "oldSelf" in text and not (created and rule.get("optionalOldSelf")):
            continue
        held = evaluate(text, value)
        message = str(rule.get("message") or f"failed rule: {text}")
        if held is not True:
            yield Problem(place or ".", text, message), held is False
    if isinstance(value, dict):
        known, values = fields(schema), map_values(schema)
        for name, child in value.items():
            below = known.get(name, values)
            if below is not None:
                yield from violations(below, child, f"{place}.{name}", created=created)
    elif isinstance(value, list) and isinstance(schema.get("items"), dict):
        for index, element in enumerate(value):
            yield from violations(schema["items"], element, f"{place}[{index}]", created=created)


def evaluate(rule: str, value: Any) -> bool | None:
    """Evaluate `rule` with `self` bound to `value`, there being no old self; None when that cannot be done."""
    return _evaluate(rule, value, {})


def evaluate_update(rule: str, value: Any, former: Any) -> bool | None:
    """Evaluate a rule that compares `value` with the `former` one; None when that cannot be done."""
    return _evaluate(rule, value, former) if sees_updates_only(rule) else None


def sees_updates_only(rule: str) -> bool:
    """Whether the rule needs an old self: one that takes it as optional says `oldSelf.hasValue()`."""
    return "oldSelf" in rule and "oldSelf.hasValue()" not in rule


def _evaluate(rule: str, value: Any, former: Any) -> bool | None:
    from celpy.adapter import json_to_cel

    program = _program(rule)
    if program is None:
        return None
    try:
        return bool(program.evaluate({"self": json_to_cel(value), "oldSelf": json_to_cel(former)}))
    except Exception:  # the library raises many kinds; a rule that fails so is undecided
        return None


def readable(rule: str) -> bool:
    """Whether the rule could be parsed."""
    return _program(rule) is not None


@lru_cache(maxsize=512)
def _program(rule: str) -> Runner | None:
    try:
        environment = _environment()
        return environment.program(environment.compile(rule), functions=_kubernetes_functions())
    except Exception:
        return None


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from celpy import Environment

    return Environment()


def _kubernetes_functions() -> dict[str, Callable[..., Any]]:
    """Supply what Kubernetes adds to CEL, as far as schemas of jobs use it."""
    from celpy.celtypes import BoolType, StringType

    def nothing_before(_: Any) -> Any:
        return BoolType(False)

    def lower(text: Any) -> Any:
        return StringType(str(text).lower())

    return {"hasValue": nothing_before, "lowerAscii": lower}


def _children(schema: Schema) -> Iterator[Schema]:
    yield from fields(schema).values()
    values = map_values(schema)
    if values is not None:
        yield values
    if isinstance(schema.get("items"), dict):
        yield schema["items"]
