"""Paths into YAML, JSON and TOML documents: `spec.versions[name=v1].schema`, `rules[0].resources`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from fork_tools.queue.edits.edited import EditError

_PART = re.compile(r'"((?:[^"\\]|\\.)*)"|([^.\[\]"]+)|\[([^\]]*)\]|(\.)')


@dataclass(frozen=True, slots=True)
class Select:
    """The element of a list whose `key` is `value` (or, of a list there, holds it); without key, the element itself."""

    key: str
    value: str

    def means(self, element: Any) -> bool:
        """Whether `element` (plain data) is meant."""
        found = element
        for key in self.key.split("/") if self.key else ():
            found = found.get(key) if isinstance(found, dict) else None
        listed = found if isinstance(found, list) else [found]
        return any(scalar(entry) == self.value for entry in listed)


Step = str | int | Select


def parse_path(text: str) -> tuple[Step, ...]:
    """Read a path; `.` alone is the document. Raises ValueError."""
    steps: list[Step] = []
    at = 0
    while at < len(text):
        found = _PART.match(text, at)
        if not found:
            raise ValueError(f"{text!r} is no path such as spec.versions[name=v1].schema")
        quoted, plain, inside, _ = found.groups()
        if quoted is not None:
            steps.append(quoted.replace('\\"', '"'))
        elif plain is not None:
            steps.append(plain)
        elif inside is not None:
            key, equals, value = inside.partition("=")
            steps.append(Select(key, value) if equals else int(inside))
        at = found.end()
    return tuple(steps)


def descend(document: Any, path: tuple[Step, ...]) -> tuple[str | int, ...]:
    """Turn selectors into indices by looking at plain data. Raises EditError where the path leads nowhere."""
    place: list[str | int] = []
    for step in path:
        if isinstance(step, Select):
            if not isinstance(document, list):
                raise EditError(f"there is no list at {shown(place)}")
            found = [index for index, element in enumerate(document) if step.means(element)]
            if len(found) != 1:
                raise EditError(f"{len(found)} elements of {shown(place)} have {step.key}={step.value}, not one")
            place.append(found[0])
        else:
            place.append(step)
        try:
            document = document[place[-1]]
        except (KeyError, IndexError, TypeError) as error:
            raise EditError(f"there is no {shown(place)}") from error
    return tuple(place)


def at(document: Any, place: tuple[str | int, ...]) -> Any:
    """Return the plain data at a place that `descend` found."""
    for step in place:
        document = document[step]
    return document


def scalar(value: Any) -> str:
    """Return a scalar as a selector writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def shown(place: list[str | int] | tuple[str | int, ...]) -> str:
    """Return a place as a message writes it."""
    return ".".join(str(step) for step in place) or "the document"
