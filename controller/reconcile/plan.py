"""What is to be done about one job: the order in which the policies are asked (spec §3.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from controller.api.mxjob import MXJob, read
from controller.api.status import ConditionType, JobStatus
from controller.api.validation import validate
from controller.reconcile.actions import Action, Delete, Event
from controller.reconcile.blocked import blocked
from controller.reconcile.cleanup import clean_up, delete_recorded
from controller.reconcile.conditions import with_created, without
from controller.reconcile.expiry import expiry
from controller.reconcile.gang import GangScheduler, dissolve, gang_scheduler, holds_back, marks, obstacles, sync
from controller.reconcile.invalid import accepted, refused
from controller.reconcile.limits import time_left
from controller.reconcile.observed import Observed
from controller.reconcile.obstacles import Obstacle, taken_names, warnings
from controller.reconcile.overdue import next_overdue, overdue
from controller.reconcile.ownership import gather
from controller.reconcile.pods import template_warnings
from controller.reconcile.progress import advance
from controller.reconcile.replica_statuses import count_after_end
from controller.reconcile.replica_warnings import replica_warnings
from controller.reconcile.replicas import delete_services, given_up, missing
from controller.reconcile.responsibility import left_alone
from controller.reconcile.settings import Settings
from controller.reconcile.suspension import resumed, suspended


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do, and what the job's status is to say.

    `actions` may be applied concurrently. `standing` are the warnings that hold as long as what was observed holds, so
    the next plan repeats them. Among what they tell are the `obstacles`, which `status` tells as well.
    `creation_warnings` are due for a replica type once a pod of it was created.
    """

    status: JobStatus
    actions: tuple[Action, ...] = ()
    standing: tuple[Event, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    creation_warnings: Mapping[str, tuple[Event, ...]] = field(default_factory=dict)
    requeue_after: timedelta | None = None


DEFAULTS: Final = Settings()


def plan(observed: Observed, now: datetime, settings: Settings = DEFAULTS) -> Plan:
    """Plan one pass over a job at `now` (UTC, whole seconds). Never raises, whatever the stored job holds."""
    job = read(observed.job)
    scheduler = gang_scheduler(settings)
    if left_alone(job):
        return Plan(job.status)
    if job.finished:
        return _after_end(job, observed, scheduler, now)
    conditions = without(job.status.conditions, ConditionType.BLOCKED)
    status = replace(job.status, conditions=with_created(conditions, job.name, now))
    problems = validate(observed.job)
    if problems:
        return Plan(refused(job, problems, status, now))
    status = accepted(status)
    if job.run_policy.suspend:
        return _suspended(job, observed, scheduler, status, now)
    return _running(job, observed, scheduler, resumed(job, status, now), now)


def _after_end(job: MXJob, observed: Observed, scheduler: GangScheduler | None, now: datetime) -> Plan:
    due = expiry(job, now)
    if due.due:
        return Plan(job.status, (Delete("MXJob", job.name, job.uid),))
    family = gather(job, observed)
    status = replace(job.status, replica_statuses=count_after_end(job, family))
    actions = (*dissolve(scheduler, job, observed.pod_group), *clean_up(job, family))
    return Plan(status, actions, requeue_after=due.wait)


def _suspended(
    job: MXJob, observed: Observed, scheduler: GangScheduler | None, status: JobStatus, now: datetime
) -> Plan:
    """Plan for a job that is to rest: no pod is deleted before it is on record that the controller ended its run."""
    family = gather(job, observed)
    actions = (*dissolve(scheduler, job, observed.pod_group), *delete_recorded(family, job.status.restarts.uids))
    return Plan(suspended(job, family, status, now), actions)


def _running(job: MXJob, observed: Observed, scheduler: GangScheduler | None, status: JobStatus, now: datetime) -> Plan:
    """Plan for a job that may run.

    The pass that ends it does nothing else: the end has to be on record before anything that led to it is deleted.
    """
    family = gather(job, observed)
    group = observed.pod_group
    held = holds_back(scheduler, job, group)
    after = advance(job, family, status, now, held=held)
    if after.finished:
        return Plan(after, standing=replica_warnings(family))
    gangs = marks(scheduler, job)
    unavailable = observed.pod_groups_unavailable
    kinds = (obstacles(scheduler, job, group, unavailable), taken_names(family), overdue(family, now))
    in_the_way = [tuple(kind) for kind in kinds]
    every = tuple(chain.from_iterable(in_the_way))
    known = job.status.condition(ConditionType.BLOCKED)
    return Plan(
        replace(after, conditions=blocked(after.conditions, every, known, now)),
        actions=(
            *(() if unavailable else sync(scheduler, job, group, observed.priorities)),
            *given_up(family, status.restarts.uids),
            *delete_services(family.services.surplus),
            *(() if held else missing(job, family, gangs)),
        ),
        standing=(*replica_warnings(family), *warnings(*in_the_way)),
        obstacles=every,
        creation_warnings={spec.type: template_warnings(spec, gangs.get(spec.type)) for spec in job.replica_specs},
        requeue_after=earliest(time_left(job, after.start_time, now), next_overdue(family, now)),
    )


def earliest(*waits: timedelta | None) -> timedelta | None:
    """Choose the shortest of the waits that there are."""
    return min((wait for wait in waits if wait is not None), default=None)
