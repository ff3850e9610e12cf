"""What a container is doing, and did before: the facts from which status and next steps are computed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """Not running; `not_before` is when a start may next be tried, None at once."""

    reason: str = "ContainerCreating"
    message: str = ""
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Running:
    """Its command runs."""

    since: datetime


@dataclass(frozen=True, slots=True)
class Terminated:
    """Its command has ended, or could not be started."""

    exit_code: int
    reason: str
    finished: datetime
    started: datetime | None = None
    message: str = ""
    container_id: str = ""


State = Waiting | Running | Terminated


@dataclass(frozen=True, slots=True)
class ContainerRecord:
    """A container over all its runs. `image_id` is empty until its image was found.

    `crashes` counts failed runs and `refusals` vain attempts to create it, both since it was last well.
    """

    state: State = Waiting()
    last: Terminated | None = None
    restarts: int = 0
    container_id: str = ""
    image_id: str = ""
    crashes: int = 0
    refusals: int = 0

    @property
    def ended(self) -> Terminated | None:
        """How its newest run ended; None while it runs and when it never ran."""
        if isinstance(self.state, Terminated):
            return self.state
        return self.last if isinstance(self.state, Waiting) else None


def ended_by(exit_code: int, started: datetime, finished: datetime, container_id: str) -> Terminated:
    """Describe the end of a command as the kubelet does: 0 is Completed, anything else is Error."""
    return Terminated(
        exit_code=exit_code,
        reason="Completed" if exit_code == 0 else "Error",
        started=started,
        finished=finished,
        container_id=container_id,
    )
