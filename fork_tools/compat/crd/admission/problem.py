"""One thing that is wrong with an object."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """`keyword` is the schema's word that is not satisfied, or a rule in CEL; `place` is written `.spec.list[0]`."""

    place: str
    keyword: str
    message: str

    def __str__(self) -> str:
        """Write it as one line."""
        text = self.message if len(self.message) <= 160 else f"{self.message[:157]}..."
        return f"{self.place}: {text}"
