"""Measures how long users wait: from the creation of a job until all its pods are created."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from controller.api.status import ConditionType, JobStatus, status_from_raw
from controller.api.timestamps import parse
from controller.reconcile.actions import Create, Outcome
from controller.runtime.decode import StoredJob
from controller.runtime.resources import ObjectKey


class TimeToPods:
    """Observes each job once. One that was ever suspended is left out: its pods were not to come earlier."""

    def __init__(self, observe: Callable[[float], None], now: Callable[[], datetime]) -> None:
        """Call `observe` with seconds; `now` is UTC. Creation times have whole seconds, so a second may be too much."""
        self._observe = observe
        self._now = now
        self._observed: dict[ObjectKey, str] = {}

    def applied(self, key: ObjectKey, job: StoredJob, outcomes: Iterable[Outcome]) -> None:
        """Note what a pass over `job` came to."""
        if not creates_last_pods(outcomes) or self._observed.get(key) == job.metadata.uid:
            return
        created = parse(job.metadata.creation_timestamp or "")
        if created is not None and is_first_start(status_from_raw(job.raw.get("status"))):
            self._observed[key] = job.metadata.uid
            self._observe(max(0.0, (self._now() - created).total_seconds()))

    def forget(self, key: ObjectKey) -> None:
        """Forget a job that is gone."""
        self._observed.pop(key, None)


def creates_last_pods(outcomes: Iterable[Outcome]) -> bool:
    """Tell whether a pass created pods, and all that were missing: a plan asks for every missing pod at once."""
    pods = [each.done for each in outcomes if isinstance(each.action, Create) and each.action.kind == "Pod"]
    return bool(pods) and all(pods)


def is_first_start(status: JobStatus) -> bool:
    """Tell whether a job has never run, nor rested."""
    begun = (ConditionType.RUNNING, ConditionType.RESTARTING, ConditionType.SUSPENDED)
    return not status.restarts.count and not any(map(status.condition, begun))
