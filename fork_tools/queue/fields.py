"""Take typed values out of a step's file, and say which key is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from fork_tools.errors import ExitCode, MxforkError

_Choice = TypeVar("_Choice", bound=StrEnum)


class Fields:
    """A table of a step's file. `done` refuses the keys that nobody asked for: a misspelt key must not pass."""

    def __init__(self, table: Mapping[str, Any], place: str) -> None:
        self._table = table
        self._asked: set[str] = set()
        self.place = place

    def __contains__(self, key: str) -> bool:
        return key in self._table

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; required unless there is a default."""
        value = self._take(key, default)
        if not isinstance(value, str) or (not value and default is None):
            raise self.wrong(f"{key} is missing" if value is None else f"{key} is to be a text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts (or one text); empty by default."""
        value = self._take(key, [])
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or not all(isinstance(entry, str) and entry for entry in listed):
            raise self.wrong(f"{key} is to be a list of texts")
        return tuple(listed)

    def flag(self, key: str) -> bool:
        """Return true or false; false by default."""
        value = self._take(key, False)
        if not isinstance(value, bool):
            raise self.wrong(f"{key} is to be true or false")
        return value

    def number(self, key: str, default: int | None = None) -> int:
        """Return a whole number."""
        value = self._take(key, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.wrong(f"{key} is to be a whole number")
        return value

    def choice(self, key: str, choices: type[_Choice], default: _Choice | None = None) -> _Choice:
        """One of an enumeration's values."""
        value = self.text(key, default.value if default is not None else None)
        return self._chosen(key, value, choices)

    def choices(self, key: str, choices: type[_Choice]) -> dict[str, _Choice]:
        """Return a table of such values."""
        return {name: self._chosen(f"{key}.{name}", value, choices) for name, value in self.mapping(key).items()}

    def mapping(self, key: str) -> dict[str, str]:
        """Return a table of texts; empty by default."""
        value = self._take(key, {})
        if not isinstance(value, dict) or not all(isinstance(entry, str) for entry in value.values()):
            raise self.wrong(f"{key} is to be a table of texts")
        return dict(value)

    def any(self, key: str, default: Any = None) -> Any:
        """Whatever stands there."""
        return self._take(key, default)

    def tables(self, key: str) -> tuple[Fields, ...]:
        """Return a list of tables, each to be read in its turn."""
        value = self._take(key, [])
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            raise self.wrong(f"{key} is to be a list of tables, each headed [[{key}]]")
        return tuple(Fields(entry, f"{self.place}: {key} {number}") for number, entry in enumerate(value, 1))

    def done(self) -> None:
        """Raise if a key was never asked for."""
        unknown = sorted(set(self._table) - self._asked)
        if unknown:
            known = ", ".join(sorted(self._asked))
            raise self.wrong(f"{unknown[0]} is no key here; there are {known}")

    def wrong(self, what: str) -> MxforkError:
        """Return the error that names this place."""
        return MxforkError(
            f"{self.place}: {what}",
            next_step="correct the file; docs/queue.md describes it",
            exit_code=ExitCode.WRONG_USE,
        )

    def _take(self, key: str, default: Any) -> Any:
        self._asked.add(key)
        return self._table.get(key, default)

    def _chosen(self, key: str, value: str, choices: type[_Choice]) -> _Choice:
        try:
            return choices(value)
        except ValueError as error:
            listed = ", ".join(choice.value for choice in choices)
            raise self.wrong(f"{key} = {value!r} is to be one of: {listed}") from error
