"""Where in a schema something is: from the object's root, through fields, list elements and map values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

_PLAIN: Final = re.compile(r"[A-Za-z_$][-A-Za-z0-9_$]*")


class StepKind(Enum):
    """How a schema is entered."""

    FIELD = "properties"
    ELEMENT = "items"
    VALUE = "additionalProperties"


@dataclass(frozen=True, slots=True)
class Step:
    """One step down; only a field has a name."""

    kind: StepKind
    name: str = ""


ELEMENT: Final = Step(StepKind.ELEMENT)
VALUE: Final = Step(StepKind.VALUE)


@dataclass(frozen=True, slots=True)
class FieldPath:
    """A place in a schema."""

    steps: tuple[Step, ...] = ()

    def field(self, name: str) -> FieldPath:
        """Go to a field."""
        return FieldPath((*self.steps, Step(StepKind.FIELD, name)))

    def element(self) -> FieldPath:
        """Go to the elements of a list."""
        return FieldPath((*self.steps, ELEMENT))

    def value(self) -> FieldPath:
        """Go to the values of a map."""
        return FieldPath((*self.steps, VALUE))

    @property
    def last(self) -> str:
        """Name of the field that the path ends in; empty at the root, in a list and in a map."""
        return self.steps[-1].name if self.steps else ""

    @property
    def parent(self) -> FieldPath:
        """The place one step up."""
        return FieldPath(self.steps[:-1])

    def below(self, other: FieldPath) -> bool:
        """Whether `other` is this place or an ancestor of it."""
        return self.steps[: len(other.steps)] == other.steps

    def __str__(self) -> str:
        """Write it in the manner of JSONPath, as `.spec.mxReplicaSpecs[*].template`; the root is `.`."""
        return "".join(_json_path(step) for step in self.steps) or "."

    @property
    def crdify(self) -> str:
        """Write it as crdify does: `^.spec.mxReplicaSpecs.additionalProperties.template`."""
        return ".".join(("^", *(step.name or step.kind.value for step in self.steps)))


ROOT: Final = FieldPath()


def _json_path(step: Step) -> str:
    if step.kind is not StepKind.FIELD:
        return "[*]"
    return f".{step.name}" if _PLAIN.fullmatch(step.name) else f"['{step.name}']"
