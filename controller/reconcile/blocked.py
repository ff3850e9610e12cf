"""The condition Blocked: something keeps the job from getting what it asks for (B10, B30, B49).

It stands right after Created, so that the last condition still tells how far a job has come: a job whose pods run shows
Running, one that came nowhere shows Blocked. It is there as long as an obstacle is, and a finished job has none.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from controller.api.status import ConditionType, JobCondition
from controller.reconcile.conditions import Conditions, without
from controller.reconcile.obstacles import Obstacle

# So that the message stays readable.
MOST_OBSTACLES: Final = 5


def blocked(
    conditions: Conditions, obstacles: Iterable[Obstacle], known: JobCondition | None, now: datetime
) -> Conditions:
    """Add Blocked for `obstacles`, or take it away when there are none.

    The first obstacle gives the reason. `known` is the condition as stored: it stays as it is unless there is something
    else to say, and it remembers since when the job is blocked.
    """
    distinct = tuple(dict.fromkeys(obstacles))
    if not distinct:
        return without(conditions, ConditionType.BLOCKED)
    reason, message = distinct[0].reason, _told(distinct)
    if known and (known.status, known.reason, known.message) == ("True", reason, message):
        return placed(conditions, known)
    since = known.last_transition_time if known and known.status == "True" else None
    return placed(conditions, JobCondition(ConditionType.BLOCKED, "True", reason, message, now, since or now))


def placed(conditions: Conditions, condition: JobCondition) -> Conditions:
    """Put `condition`, which is Blocked, in its place."""
    others = without(conditions, ConditionType.BLOCKED)
    types = [each.type for each in others]
    place = types.index(ConditionType.CREATED) + 1 if ConditionType.CREATED in types else 0
    return (*others[:place], condition, *others[place:])


def _told(obstacles: tuple[Obstacle, ...]) -> str:
    more = f"; and {len(obstacles) - MOST_OBSTACLES} more" if len(obstacles) > MOST_OBSTACLES else ""
    return "; ".join(obstacle.message for obstacle in obstacles[:MOST_OBSTACLES]) + more
