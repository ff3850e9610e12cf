"""What a check of a patched tree looks at, and how it tells what it found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from fork_tools.queue.apply import Run
from fork_tools.queue.objects import Objects
from fork_tools.report.finding import Finding, Location


@dataclass(frozen=True)
class Patched:
    """A release with the queue on it: where logs go, how long one command may take (seconds)."""

    run: Run
    objects: Objects
    logs: Path
    seconds: float

    @cached_property
    def owners(self) -> Mapping[str, str]:
        """The last step that changed each path."""
        return {path: tried.result.name for tried in self.run.steps for path in tried.result.changes}

    def owner_of(self, path: str) -> str | None:
        """Return the step that owns a path; for one that no step changed, the last that changed something beside it."""
        if path in self.owners:
            return self.owners[path]
        folder = path.rpartition("/")[0]
        beside = [owner for other, owner in self.owners.items() if other.rpartition("/")[0] == folder]
        return beside[-1] if beside else None

    def location_of(self, step: str | None) -> Location | None:
        """Return the step's file, for a finding that is its fault."""
        found = next((tried.step.path for tried in self.run.steps if tried.result.name == step), None)
        return Location(f"patches/{found}") if found else None


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check came to: a line, findings, and whether it could be done at all."""

    name: str
    summary: str
    findings: tuple[Finding, ...] = ()
    could_not: str = ""
    seconds: float = 0.0
