"""What is told of actions that were applied: one event for all of a kind and a replica type (spec §3.10.6, §5.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from controller.reconcile.actions import Action, Create, Event, Outcome, Update

MOST_NAMES: Final = 8
# Deleting a finished job has always been told with the reason of a pod (spec §3.6).
_REASON_KINDS: Final = {"MXJob": "Pod"}
_NOUNS: Final = {"Pod": "pod", "Service": "service", "PodGroup": "PodGroup", "MXJob": "job"}


def successes(outcomes: Iterable[Outcome]) -> Iterator[Event]:
    """Tell what was created and deleted.

    A PodGroup is created and updated without a word, as ever; its deletion means that the job terminated.
    """
    for done in _grouped(outcome for outcome in outcomes if outcome.done):
        action = done[0].action
        if isinstance(action, Update) or (isinstance(action, Create) and action.kind == "PodGroup"):
            continue
        if action.kind == "PodGroup":
            yield Event("Normal", "JobTerminated", "The job is finished or suspended, so its PodGroup is deleted")
        past = "Created" if isinstance(action, Create) else "Deleted"
        yield Event("Normal", f"Successful{_verb(action)}{_reason_kind(action)}", f"{past} {_what(done)}")


def failures(outcomes: Iterable[Outcome]) -> Iterator[Event]:
    """Tell what could not be done, and why; these warnings stand until it can."""
    for failed in _grouped(outcome for outcome in outcomes if not outcome.done):
        action = failed[0].action
        first = failed[0]
        why = (
            f"the name belongs to {first.taken_by}; delete or rename that, or the job"
            if first.taken_by
            else first.error or "the request failed"
        )
        message = f"Cannot {_verb(action).lower()} {_what(failed)}: {why}"
        yield Event("Warning", f"Failed{_verb(action)}{_reason_kind(action)}", message)


def _grouped(outcomes: Iterable[Outcome]) -> Iterator[Sequence[Outcome]]:
    groups: dict[tuple[str, str, str, str], list[Outcome]] = {}
    for outcome in outcomes:
        action = outcome.action
        replica_type = action.replica_type if isinstance(action, Create) else ""
        groups.setdefault((_verb(action), action.kind, replica_type, outcome.taken_by), []).append(outcome)
    yield from groups.values()


def _verb(action: Action) -> str:
    return type(action).__name__


def _reason_kind(action: Action) -> str:
    return _REASON_KINDS.get(action.kind, action.kind)


def _what(outcomes: Sequence[Outcome]) -> str:
    noun = _NOUNS[outcomes[0].action.kind]
    names = [outcome.action.name for outcome in outcomes]
    if len(names) == 1:
        return f"{noun}: {names[0]}"
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"{noun}s: {', '.join(names[:MOST_NAMES])}{more}"
