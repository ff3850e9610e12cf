"""The table of releases by steps, from the lock or from runs, and as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fork_tools.queue.apply import Run
from fork_tools.queue.lock import LockedRelease
from fork_tools.queue.result import APPLIED, Degree, StepClass

_NOT_MEANT = "-"


class Heat(StrEnum):
    """How much a cell asks to be looked at."""

    NONE = "none"
    WELL = "well"
    LOOK = "look"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Table:
    """Releases across, steps down; `cells` are classes by release and step, `source` says where they are from."""

    releases: tuple[str, ...]
    steps: tuple[str, ...]
    cells: Mapping[tuple[str, str], str]
    source: str

    def cell(self, release: str, step: str) -> str:
        """Return the class of a step on a release; `-` where it is not meant for it, or was left out."""
        return self.cells.get((release, step), _NOT_MEANT)


def of_lock(releases: Mapping[str, LockedRelease], order: Sequence[str]) -> Table:
    """Tell what the lock says; steps stand in the order of the series, and those that left it come last."""
    cells = {(name, step.name): step.step_class for name, each in releases.items() for step in each.steps}
    return Table(tuple(releases), _steps(cells, order), cells, "patches/fork.lock")


def of_runs(runs: Sequence[Run], order: Sequence[str]) -> Table:
    """Tell how the queue fares today."""
    cells = {(run.target.name, tried.result.name): tried.result.label for run in runs for tried in run.steps}
    cells |= {(run.target.name, name): str(StepClass.LANE_ENDED) for run in runs if run.ended for name in order}
    return Table(tuple(run.target.name for run in runs), _steps(cells, order), cells, "applied now")


def heat(label: str) -> Heat:
    """Decide how a class is coloured."""
    if label in {_NOT_MEANT, StepClass.LANE_ENDED}:
        return Heat.NONE
    if label in APPLIED - {StepClass.OFFSET}:
        return Heat.WELL
    tweaked = f"{StepClass.ALREADY_UPSTREAM} ({Degree.TWEAKED})"
    if label == StepClass.OFFSET or (label.startswith(StepClass.ALREADY_UPSTREAM) and label != tweaked):
        return Heat.LOOK
    return Heat.BROKEN


def render_text(table: Table) -> str:
    """Write the table for a terminal, as wide as it has to be."""
    rows = [("", *table.releases)]
    rows += [(step, *(table.cell(release, step) for release in table.releases)) for step in table.steps]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "\n".join((*lines, f"({table.source})", ""))


def _steps(cells: Mapping[tuple[str, str], str], order: Sequence[str]) -> tuple[str, ...]:
    present = dict.fromkeys(step for _, step in cells)
    return (*(name for name in order if name in present), *(name for name in present if name not in order))
