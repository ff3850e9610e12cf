"""All that a run measured, as JSON; docs/performance.md describes the fields."""

from __future__ import annotations

import os
import platform
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from benchmarks.ceiling import Ceiling
from benchmarks.life import Life
from benchmarks.neighbour import Neighbour
from benchmarks.standing import Standing

SCHEMA: Final = "mxjob-fork-kit/benchmark/v1"


@dataclass(frozen=True, slots=True)
class Measured:
    """One life, and how fast the control plane took the same objects just before and just after from a bare loop."""

    life: Life
    ceiling_before: Ceiling
    ceiling_after: Ceiling

    @property
    def ceiling(self) -> float:
        """Objects a second of the bare loop."""
        return (self.ceiling_before.objects_per_second + self.ceiling_after.objects_per_second) / 2

    @property
    def cpu_ms_per_request(self) -> float:
        """The CPU time that a request cost the bare loop, in milliseconds."""
        return (self.ceiling_before.cpu_ms_per_object + self.ceiling_after.cpu_ms_per_object) / 2

    @property
    def ratio(self) -> float:
        """The controller's part of the ceiling."""
        return self.life.objects_per_second / self.ceiling


@dataclass(slots=True)
class Results:
    """Filled in as the run goes on."""

    kubernetes: str
    lives: list[Measured] = field(default_factory=list)
    standing: list[Standing] = field(default_factory=list)
    neighbour: list[Neighbour] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """Return what is written as JSON."""
        return {
            "schema": SCHEMA,
            "kubernetes": self.kubernetes,
            "machine": {"cpus": os.cpu_count(), "python": platform.python_version(), "load": os.getloadavg()[0]},
            "lives": [
                {
                    **asdict(each.life),
                    "ceiling": each.ceiling,
                    "ceiling_cpu_ms_per_request": each.cpu_ms_per_request,
                    "ratio_to_ceiling": each.ratio,
                }
                for each in self.lives
            ],
            "standing": [asdict(each) for each in self.standing],
            "neighbour": [asdict(each) for each in self.neighbour],
        }
