"""What a fact about a release of upstream is: its kind, its name, its value, and the file that says so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a fact is about."""

    FIELD = "field"
    CONSTANT = "constant"
    FLAG = "flag"
    METRIC = "metric"
    PERMISSION = "permission"
    FUNCTION = "function"


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """What a fact is called among its kind."""

    kind: Kind
    name: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A value, and the file that says so."""

    value: str
    path: str
