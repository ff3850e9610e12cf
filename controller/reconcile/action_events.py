"""What is told of actions that were applied: one event for all of a verb and a kind (spec §3.10.6, §5.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from controller.reconcile.actions import Action, Create, Event, Outcome, Update
from controller.reconcile.outcome_groups import described, grouped, reason_kind, verb


def successes(outcomes: Iterable[Outcome]) -> Iterator[Event]:
    """Tell what was created and deleted.

    A PodGroup is created and updated without a word, as ever; its deletion means that the job terminated.
    """
    for done in grouped((outcome for outcome in outcomes if outcome.done), by=_deed):
        action = done[0].action
        if isinstance(action, Update) or (isinstance(action, Create) and action.kind == "PodGroup"):
            continue
        if action.kind == "PodGroup":
            yield Event("Normal", "JobTerminated", "The job is finished or suspended, so its PodGroup is deleted")
        past = "Created" if isinstance(action, Create) else "Deleted"
        yield Event("Normal", f"Successful{verb(action)}{reason_kind(action)}", f"{past} {described(done)}")


def _deed(action: Action) -> tuple[str, str]:
    return verb(action), action.kind
