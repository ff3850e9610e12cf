"""How conditions follow one another (spec §4.3): which ones a new condition removes, ends or moves.

    added            Running             Restarting          Failed, Succeeded
    Running          replaced, last      removed             -
    Restarting       removed             replaced, last      -
    Succeeded        ended in place      ended in place      replaced, last
    Failed           ended in place      ended in place      replaced, last; nothing follows it
    any other        kept                kept                kept

Ended means that the status turns False and the times are now; reason and message stay what v1.8.1 leaves (B33).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from controller.api.constants import KIND
from controller.api.status import ConditionType, JobCondition

Conditions = tuple[JobCondition, ...]

_REMOVED_BY: Final = {
    ConditionType.RUNNING: ConditionType.RESTARTING,
    ConditionType.RESTARTING: ConditionType.RUNNING,
}
_TERMINAL: Final = frozenset({ConditionType.SUCCEEDED, ConditionType.FAILED})
_IN_PROGRESS: Final = frozenset({ConditionType.RUNNING, ConditionType.RESTARTING})


def reason(suffix: str) -> str:
    """Make the reason of a condition, and of the event that goes with it, such as `MXJobRunning`."""
    return f"{KIND}{suffix}"


def find(conditions: Iterable[JobCondition], condition_type: str) -> JobCondition | None:
    """Find the condition of that type."""
    return next((condition for condition in conditions if condition.type == condition_type), None)


def with_condition(conditions: Conditions, new: JobCondition, now: datetime) -> Conditions:
    """Add `new`, timed `now`, unless it says nothing new: then message and times stay as they are."""
    failed = find(conditions, ConditionType.FAILED)
    if failed and failed.status == "True":
        return conditions
    old = find(conditions, new.type)
    if old and (old.status, old.reason) == (new.status, new.reason):
        return conditions
    transition = old.last_transition_time if old and old.status == new.status else None
    timed = replace(new, last_update_time=now, last_transition_time=transition or now)
    gone = {new.type, _REMOVED_BY.get(ConditionType(new.type))}
    kept = tuple(condition for condition in conditions if condition.type not in gone)
    if new.type in _TERMINAL:
        kept = tuple(_ended(condition, now) if condition.type in _IN_PROGRESS else condition for condition in kept)
    return (*kept, timed)


def with_created(conditions: Conditions, job_name: str, now: datetime) -> Conditions:
    """Put Created first when it is not there yet; a list that has it keeps its order (B5)."""
    if find(conditions, ConditionType.CREATED):
        return conditions
    created = JobCondition(ConditionType.CREATED, "True", reason("Created"), f"{KIND} {job_name} is created.", now, now)
    return (created, *conditions)


def without(conditions: Conditions, condition_type: str) -> Conditions:
    """Drop the condition of that type."""
    return tuple(condition for condition in conditions if condition.type != condition_type)


def _ended(condition: JobCondition, now: datetime) -> JobCondition:
    if condition.status == "False":
        return condition
    return replace(condition, status="False", last_update_time=now, last_transition_time=now)
