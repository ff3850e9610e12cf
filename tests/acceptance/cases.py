"""The acceptance cases as data (cases.toml)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CASES: Final = Path(__file__).with_name("cases.toml")


@dataclass(frozen=True, slots=True)
class Case:
    """What has to hold.

    `different` says what v1.8.1 does otherwise ("" when it does the same), `bugs` which of its defects that mends.
    `real` cases ask for a real API server. `pending` says why no test covers the case yet.
    """

    number: int
    case: str
    different: str = ""
    bugs: tuple[str, ...] = ()
    real: bool = False
    pending: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Cases about one subject, in order."""

    title: str
    cases: tuple[Case, ...]


def load_sections() -> tuple[Section, ...]:
    """Read every case; raises TypeError for a field that a case does not have."""
    document = tomllib.loads(CASES.read_text(encoding="utf-8"))
    titles = {int(first): title for first, title in document.pop("sections").items()}
    cases = [
        Case(int(number), **{**fields, "bugs": tuple(fields.get("bugs", ()))}) for number, fields in document.items()
    ]
    firsts = sorted(titles)
    return tuple(
        Section(titles[first], tuple(case for case in cases if first <= case.number < after))
        for first, after in zip(firsts, [*firsts[1:], len(cases) + 1], strict=True)
    )


def load_cases() -> tuple[Case, ...]:
    """Read every case, in order."""
    return tuple(case for section in load_sections() for case in section.cases)
