"""What a change of status means to those who watch: the events and counters that go with it (spec §4.4, B18, B43, B44).

Derived from the status before and after, they are due once for each change that was written, however often a pass was
repeated before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import repeat
from typing import Final, Literal

from controller.api.constants import LABEL_REPLICA_TYPE
from controller.api.naming import canonical_type
from controller.api.status import ConditionType, JobCondition, JobStatus
from controller.reconcile.actions import Event
from controller.reconcile.conditions import find, reason
from controller.reconcile.observed import Observed

Counter = Literal["created", "successful", "failed", "restarted", "deleted"]

_RESTARTED: Final[Counter] = "restarted"
_COUNTED: Final[Mapping[str, Counter]] = {
    ConditionType.CREATED: "created",
    ConditionType.SUCCEEDED: "successful",
    ConditionType.FAILED: "failed",
}
TERMINAL_REASONS: Final = frozenset({reason("Succeeded"), reason("Failed")})
"""Of the events that tell of a job's end."""

_TOLD: Final[Mapping[str, Literal["Normal", "Warning"]]] = {
    ConditionType.SUSPENDED: "Normal",
    ConditionType.SUCCEEDED: "Normal",
    ConditionType.FAILED: "Warning",
    ConditionType.INVALID: "Warning",
}


def events_of(before: JobStatus, after: JobStatus, observed: Observed) -> tuple[Event, ...]:
    """Tell what changed from `before` to `after`."""
    told = (
        Event(_TOLD[condition.type], condition.reason, condition.message)
        for condition in _changed(before, after)
        if condition.type in _TOLD
    )
    return (*_restart_events(before, after, observed), *told)


def counters_of(before: JobStatus, after: JobStatus) -> tuple[Counter, ...]:
    """Name the counters to bump, each as often as it is due."""
    reached: Iterator[Counter] = (
        _COUNTED[condition.type] for condition in _changed(before, after) if condition.type in _COUNTED
    )
    return (*reached, *repeat(_RESTARTED, after.restarts.count - before.restarts.count))


def _changed(before: JobStatus, after: JobStatus) -> Iterator[JobCondition]:
    for condition in after.conditions:
        old = find(before.conditions, condition.type)
        if old is None or (old.status, old.reason, old.message) != (
            condition.status,
            condition.reason,
            condition.message,
        ):
            yield condition


def _restart_events(before: JobStatus, after: JobStatus, observed: Observed) -> Iterator[Event]:
    counted = max(after.restarts.count - before.restarts.count, 0)
    # Those that count come before others that were given up in the same pass.
    replaced = [uid for uid in after.restarts.uids if uid not in before.restarts.uids][:counted]
    names: dict[str, list[str]] = {}
    for pod in observed.pods:
        if pod.metadata.uid in replaced:
            label = pod.metadata.labels.get(LABEL_REPLICA_TYPE, "")
            names.setdefault(canonical_type(label) or label, []).append(pod.metadata.name)
    for replica_type, pods in names.items():
        message = f"{replica_type} replica(s) failed and are replaced: {', '.join(pods)}"
        yield Event("Warning", reason("Restarting"), message)
