"""Outcomes that are told together: mostly those of one verb, one kind and one replica type (spec §3.10.6, §5.2)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Final

from controller.reconcile.actions import Action, Create, Outcome

MOST_NAMES: Final = 8
# Deleting a finished job has always been told with the reason of a pod (spec §3.6).
_REASON_KINDS: Final = {"MXJob": "Pod"}
_NOUNS: Final = {"Pod": "pod", "Service": "service", "PodGroup": "PodGroup", "MXJob": "job"}


def grouped(outcomes: Iterable[Outcome], by: Callable[[Action], Hashable] | None = None) -> Iterator[Sequence[Outcome]]:
    """Group outcomes by what was to be done to what (`group_of`), or `by` less; in the order in which groups begin."""
    by = by or group_of
    groups: dict[Hashable, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(by(outcome.action), []).append(outcome)
    yield from groups.values()


def group_of(action: Action) -> tuple[str, str, str]:
    """Name the group of an action: its verb, its kind and, for a creation, its replica type."""
    return verb(action), action.kind, action.replica_type if isinstance(action, Create) else ""


def verb(action: Action) -> str:
    """Name what is done: Create, Update or Delete."""
    return type(action).__name__


def reason_kind(action: Action) -> str:
    """Name the kind as the reasons of events spell it."""
    return _REASON_KINDS.get(action.kind, action.kind)


def described(outcomes: Sequence[Outcome]) -> str:
    """Name the objects of one group, the first few of many."""
    noun = _NOUNS[outcomes[0].action.kind]
    names = [outcome.action.name for outcome in outcomes]
    if len(names) == 1:
        return f"{noun}: {names[0]}"
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"{noun}s: {', '.join(names[:MOST_NAMES])}{more}"
