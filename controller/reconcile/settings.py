"""What the operator's flags say about every job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_OFF: Final = frozenset({"", "none"})


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of the whole controller, the same for each job.

    `gang_scheduler_name` is the flag as typed: empty or `none` in any case is off, `volcano` in any case is volcano,
    and any other name is a scheduler that understands the PodGroups of scheduler-plugins (spec §3.9, B26).
    """

    gang_scheduler_name: str = ""

    @property
    def gang_scheduling(self) -> bool:
        """Whether the pods of a job are to be placed together."""
        return self.gang_scheduler_name.strip().lower() not in _OFF
