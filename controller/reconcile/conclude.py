"""What a pass comes to once its actions were applied: the status to write, then what to tell of it (B18)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from controller.api.status import JobStatus, status_from_raw, status_to_raw
from controller.api.stored import Metadata, decode_what_fits
from controller.reconcile.action_events import failures, successes
from controller.reconcile.actions import Create, Delete, Event, Outcome
from controller.reconcile.merge_patch import merge_patch
from controller.reconcile.observed import Observed
from controller.reconcile.plan import Plan
from controller.reconcile.transition_events import Counter, counters_of, events_of


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What is left to do after the actions of a plan.

    `status_patch` is a JSON merge patch for `/status` that carries the resource version it was made from; None when the
    stored status is right already. `events` and `counters` tell of the change, so they are due once, after the patch
    was written (at once without one), and not at all when it was refused. `standing` are warnings that hold until a
    pass no longer names them: each is to be published when it first appears for the job. `retry` asks for another pass
    after a back-off, since an action failed.
    """

    status_patch: Mapping[str, Any] | None = None
    events: tuple[Event, ...] = ()
    standing: tuple[Event, ...] = ()
    counters: tuple[Counter, ...] = ()
    requeue_after: timedelta | None = None
    retry: bool = False


def conclude(observed: Observed, plan: Plan, outcomes: Sequence[Outcome]) -> Conclusion:
    """Draw the conclusion of a pass from what was observed, what was planned and how that went."""
    told = tuple(successes(outcomes))
    if any(_deletes_job(outcome) for outcome in outcomes):
        return Conclusion(events=told, counters=("deleted",))
    stored = status_from_raw(observed.job.get("status"))
    return Conclusion(
        status_patch=None if plan.status == stored else _status_patch(observed, stored, plan.status),
        events=(*events_of(stored, plan.status, observed), *_template_warnings(plan, outcomes), *told),
        standing=(*plan.standing, *failures(outcomes)),
        counters=counters_of(stored, plan.status),
        requeue_after=plan.requeue_after,
        retry=any(not outcome.done and not outcome.permanent for outcome in outcomes),
    )


def _deletes_job(outcome: Outcome) -> bool:
    return outcome.done and isinstance(outcome.action, Delete) and outcome.action.kind == "MXJob"


def _status_patch(observed: Observed, stored: JobStatus, wanted: JobStatus) -> Mapping[str, Any]:
    """Build the patch from what is known of the stored status: what another controller wrote beside it stays."""
    version = decode_what_fits(observed.job.get("metadata"), Metadata).resource_version
    changes = merge_patch(status_to_raw(stored), status_to_raw(wanted))
    return {"metadata": {"resourceVersion": version}, "status": changes}


def _template_warnings(plan: Plan, outcomes: Sequence[Outcome]) -> Iterator[Event]:
    created = {
        outcome.action.replica_type
        for outcome in outcomes
        if outcome.done and isinstance(outcome.action, Create) and outcome.action.kind == "Pod"
    }
    for replica_type, warnings in plan.creation_warnings.items():
        if replica_type in created:
            yield from warnings
