"""What an edit came to."""

from __future__ import annotations

from dataclasses import dataclass


class EditError(ValueError):
    """The edit does not fit the file; the message says why, without naming the file."""


@dataclass(frozen=True, slots=True)
class Edited:
    """The new text, how many places changed, and whether what the edit is for was there already."""

    text: str
    count: int
    already: bool = False


@dataclass(frozen=True, slots=True)
class Expected:
    """How many places an edit has to find: `1`, `2..5`, `1..`."""

    least: int
    most: int | None

    @classmethod
    def parse(cls, text: str) -> Expected:
        """Read such a text. Raises ValueError."""
        low, dots, high = text.partition("..")
        return cls(int(low), (int(high) if high else None) if dots else int(low))

    def admits(self, count: int) -> bool:
        """Whether that many places are as expected."""
        return count >= self.least and (self.most is None or count <= self.most)

    def __str__(self) -> str:
        if self.most == self.least:
            return str(self.least)
        return f"{self.least} or more" if self.most is None else f"{self.least} to {self.most}"
