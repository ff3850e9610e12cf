"""What keeps a job from getting what it asks for until somebody acts or something changes (B10, B30, B49)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from controller.reconcile.actions import Event
from controller.reconcile.ownership import Family

NAME_TAKEN: Final = "NameTaken"
# A thousand names that are taken are one trouble, not a thousand.
MOST_OF_A_KIND: Final = 10


@dataclass(frozen=True, slots=True)
class Obstacle:
    """`message` names the object, who is in the way, and the remedy; it is the same as long as the obstacle is.

    `reason` is for the job's condition, `event` is the reason of the event that tells the same.
    """

    reason: str
    message: str
    event: str

    @property
    def warning(self) -> Event:
        """The event."""
        return Event("Warning", self.event, self.message)


def name_taken(kind: str, name: str, owner: str) -> Obstacle:
    """Describe an object of `kind` that belongs to `owner` and has a name that the job needs; it is never touched."""
    noun = kind if kind == "PodGroup" else kind.lower()
    message = f"Cannot create {noun}: {name}: the name belongs to {owner}; delete or rename that, or the job"
    return Obstacle(NAME_TAKEN, message, f"FailedCreate{kind}")


def taken_names(family: Family) -> Iterator[Obstacle]:
    """Name the replicas whose pod or service cannot be created because another object has its name."""
    for replica in family.replicas:
        if replica.vacant and family.pods.occupied.get(replica.name):
            yield name_taken("Pod", replica.name, family.pods.occupied[replica.name])
        if not replica.has_service and family.services.occupied.get(replica.name):
            yield name_taken("Service", replica.name, family.services.occupied[replica.name])


def warnings(*kinds: Iterable[Obstacle]) -> tuple[Event, ...]:
    """Tell obstacles as events, at most ten of each of `kinds`."""
    return tuple(obstacle.warning for kind in kinds for obstacle in islice(kind, MOST_OF_A_KIND))
