"""What is to be done about one job: the order in which the policies are asked (spec §3.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from controller.api.constants import MANAGED_BY_TRAINING_OPERATOR
from controller.api.mxjob import MXJob, read
from controller.api.status import ConditionType, JobStatus
from controller.api.validation import validate
from controller.reconcile.actions import Action, Create, Delete, Event
from controller.reconcile.cleanup import clean_up, delete_all
from controller.reconcile.conditions import with_created
from controller.reconcile.counting import count_after_end
from controller.reconcile.expiry import expiry
from controller.reconcile.limits import time_left
from controller.reconcile.observed import Observed
from controller.reconcile.ownership import Family, gather
from controller.reconcile.pods import template_warnings
from controller.reconcile.progress import advance
from controller.reconcile.refusal import accepted, refused
from controller.reconcile.replicas import given_up, missing, surplus
from controller.reconcile.settings import Settings
from controller.reconcile.suspension import resumed, suspended


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do, and what the job's status is to say.

    `actions` may be applied concurrently. `standing` are the warnings that hold as long as what was observed holds, so
    the next plan repeats them. `creation_warnings` are due for a replica type once a pod of it was created.
    """

    status: JobStatus
    actions: tuple[Action, ...] = ()
    standing: tuple[Event, ...] = ()
    creation_warnings: Mapping[str, tuple[Event, ...]] = field(default_factory=dict)
    requeue_after: timedelta | None = None


DEFAULTS = Settings()


def plan(observed: Observed, now: datetime, settings: Settings = DEFAULTS) -> Plan:
    """Plan one pass over a job at `now` (UTC, whole seconds). Never raises, whatever the stored job holds.

    Nothing is done in the pass that ends a job: the end has to be on record before anything that led to it is deleted.
    """
    job = read(observed.job)
    if job.deleting or not _ours(job):
        return Plan(job.status)
    if job.finished:
        return _after_end(job, gather(job, observed), now)
    status = replace(job.status, conditions=with_created(job.status.conditions, job.name, now))
    problems = validate(observed.job)
    if problems:
        return Plan(refused(job, problems, status, now))
    status = accepted(status)
    family = gather(job, observed)
    if job.run_policy.suspend:
        return Plan(suspended(job, family, status, now), tuple(delete_all(family)))
    return _running(job, family, resumed(job, status, now), now, settings)


def _ours(job: MXJob) -> bool:
    return job.run_policy.managed_by in {None, MANAGED_BY_TRAINING_OPERATOR}


def _after_end(job: MXJob, family: Family, now: datetime) -> Plan:
    due = expiry(job, now)
    if due.due:
        return Plan(job.status, (Delete("MXJob", job.name, job.uid),))
    status = replace(job.status, replica_statuses=count_after_end(job, family))
    return Plan(status, tuple(clean_up(job, family)), requeue_after=due.wait)


def _running(job: MXJob, family: Family, status: JobStatus, now: datetime, settings: Settings) -> Plan:  # noqa: ARG001
    known = status.restarts
    status = advance(job, family, status, now, held=False)
    if status.is_true(ConditionType.SUCCEEDED) or status.is_true(ConditionType.FAILED):
        return Plan(status)
    actions: tuple[Action, ...] = (*given_up(family, known.uids), *surplus(family), *missing(job, family, {}))
    return Plan(
        status,
        actions,
        creation_warnings=_creation_warnings(job, actions),
        requeue_after=time_left(job, status.start_time, now),
    )


def _creation_warnings(job: MXJob, actions: tuple[Action, ...]) -> Mapping[str, tuple[Event, ...]]:
    created = {action.replica_type for action in actions if isinstance(action, Create) and action.kind == "Pod"}
    return {spec.type: template_warnings(spec) for spec in job.replica_specs if spec.type in created}
