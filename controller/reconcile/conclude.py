"""What a pass comes to once its actions were applied: the status to write, then what to tell of it (B18)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from controller.api.status import ConditionType, JobStatus, status_from_raw, status_to_raw
from controller.api.stored import Metadata, decode_what_fits
from controller.reconcile.action_events import successes
from controller.reconcile.actions import Create, Delete, Event, Outcome
from controller.reconcile.blocked import blocked, placed
from controller.reconcile.merge_patch import merge_patch
from controller.reconcile.observed import Observed
from controller.reconcile.plan import Plan, earliest
from controller.reconcile.refusals import refusals
from controller.reconcile.transition_events import Counter, counters_of, events_of

# A name that is taken becomes free without an event when its holder lacks our labels.
NAME_PATIENCE: Final = timedelta(seconds=30)
# Quotas, policies and permissions change without an event as well.
REFUSAL_PATIENCE: Final = timedelta(minutes=2)
# With the work queue's back-off more than a second has passed by then: a moment of trouble is no obstacle.
LASTING_FAILURES: Final = 8


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What is left to do after the actions of a plan.

    `status_patch` is a JSON merge patch for `/status` that carries the resource version it was made from; None when the
    stored status is right already. `status_can_wait` says that it changes only how many replicas are in which state, so
    that later changes may go with it. `events` and `counters` tell of the change, so they are due once, after the patch
    was written (at once without one), and not at all when it was refused. `standing` are warnings that hold until a
    pass no longer names them: each is to be published when it first appears for the job. `retry` asks for another pass
    after a back-off, since an action failed; `requeue_after` is when to look again at the latest.
    """

    status_patch: Mapping[str, Any] | None = None
    status_can_wait: bool = False
    events: tuple[Event, ...] = ()
    standing: tuple[Event, ...] = ()
    counters: tuple[Counter, ...] = ()
    requeue_after: timedelta | None = None
    retry: bool = False


def conclude(
    observed: Observed, plan: Plan, outcomes: Sequence[Outcome], now: datetime, *, failures_before: int = 0
) -> Conclusion:
    """Draw the conclusion of a pass, made at `now`, from what was observed, what was planned and how that went.

    `failures_before` is how many passes over the job in a row asked to be retried before this one.
    """
    told = tuple(successes(outcomes))
    if any(_deletes_job(outcome) for outcome in outcomes):
        return Conclusion(events=told, counters=("deleted",))
    failed = tuple(outcome for outcome in outcomes if not outcome.done)
    stored = status_from_raw(observed.job.get("status"))
    status = _with_refusals(plan, stored, failed, now, lasting=failures_before >= LASTING_FAILURES)
    return Conclusion(
        status_patch=None if status == stored else _status_patch(observed, stored, status),
        status_can_wait=status != stored == replace(status, replica_statuses=stored.replica_statuses),
        events=(*events_of(stored, status, observed), *_template_warnings(plan, outcomes), *told),
        standing=(*plan.standing, *(refusal.warning for refusal in refusals(failed))),
        counters=counters_of(stored, status),
        requeue_after=earliest(plan.requeue_after, *map(_patience, failed)),
        retry=any(not outcome.permanent for outcome in failed),
    )


def _with_refusals(
    plan: Plan, stored: JobStatus, failed: Sequence[Outcome], now: datetime, *, lasting: bool
) -> JobStatus:
    """Tell of refused requests in the planned status, unless they say nothing about the job so far."""
    if not failed or plan.status.finished:
        return plan.status
    known = stored.condition(ConditionType.BLOCKED)
    unsure = not lasting and any(outcome.transient for outcome in failed)
    if unsure and known:
        return replace(plan.status, conditions=placed(plan.status.conditions, known))
    meant = (outcome for outcome in failed if lasting or not outcome.transient)
    conditions = blocked(plan.status.conditions, (*plan.obstacles, *refusals(meant)), known, now)
    return replace(plan.status, conditions=conditions)


def _patience(outcome: Outcome) -> timedelta:
    return NAME_PATIENCE if outcome.taken_by else REFUSAL_PATIENCE


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
