"""Put a value into its place in the smallest object that both schemas take."""

from __future__ import annotations

from typing import Any, Final

from fork_tools.compat.crd.definition import Schema
from fork_tools.compat.crd.paths import FieldPath, StepKind
from fork_tools.compat.crd.witness.meet import field_of, items_of
from fork_tools.compat.crd.witness.minimal import MAP_KEY, Maker


class Absent:
    """Stands for a field that is left out."""


ABSENT: Final = Absent()


def place(path: FieldPath, value: Any, old: Schema, new: Schema, maker: Maker) -> Any:
    """Build a value for the root of both schemas that has `value` at `path`."""
    if not path.steps:
        return value
    step, rest = path.steps[0], FieldPath(path.steps[1:])
    if step.kind is StepKind.ELEMENT:
        inner = place(rest, value, *items_of(old, new), maker)
        others = max(schema.get("minItems") or 0 for schema in (old, new)) - 1
        return [inner, *(maker.element(old, new, index + 1) for index in range(others))]
    surroundings = maker.minimal(old, new)
    made: dict[str, Any] = dict(surroundings) if isinstance(surroundings, dict) else {}
    if step.kind is StepKind.VALUE:
        made.setdefault(MAP_KEY, None)
    name = step.name or MAP_KEY
    if value is ABSENT and not rest.steps:
        made.pop(name, None)
        return made
    made[name] = place(rest, value, *field_of(old, new, name), maker)
    return made


def address(path: FieldPath) -> str:
    """Write where `place` put the value, as refusals name it."""
    words = {StepKind.ELEMENT: "[0]", StepKind.VALUE: f".{MAP_KEY}"}
    return "".join(words.get(step.kind, f".{step.name}") for step in path.steps) or "."


def value_at(value: Any, path: FieldPath) -> Any:
    """Take what is at `path` in an object that `place` built; ABSENT when there is nothing."""
    for step in path.steps:
        if step.kind is StepKind.ELEMENT and isinstance(value, list) and value:
            value = value[0]
        elif step.kind is not StepKind.ELEMENT and isinstance(value, dict) and (step.name or MAP_KEY) in value:
            value = value[step.name or MAP_KEY]
        else:
            return ABSENT
    return value
