"""What is to be done about one job: the order in which the policies are asked (spec §3.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from controller.api.mxjob import read
from controller.api.status import JobStatus
from controller.reconcile.actions import Action, Event
from controller.reconcile.observed import Observed
from controller.reconcile.settings import Settings


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do, and what the job's status is to say.

    `actions` may be applied concurrently. `standing` are the warnings that hold as long as what was observed holds, so
    the next plan repeats them. `creation_warnings` are due for a replica type once a pod of it was created.
    """

    actions: tuple[Action, ...] = ()
    status: JobStatus = JobStatus()
    standing: tuple[Event, ...] = ()
    creation_warnings: Mapping[str, tuple[Event, ...]] = field(default_factory=dict)
    requeue_after: timedelta | None = None


DEFAULTS = Settings()


def plan(observed: Observed, now: datetime, settings: Settings = DEFAULTS) -> Plan:  # noqa: ARG001  the policies follow
    """Plan one pass over a job at `now` (UTC, whole seconds). Never raises, whatever the stored job holds."""
    return Plan(status=read(observed.job).status)
