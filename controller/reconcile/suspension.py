"""What `suspend` does to a job's status, and taking it back (spec §3.7, B3, B42)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from controller.api.constants import KIND
from controller.api.mxjob import MXJob
from controller.api.status import ConditionType, JobCondition, JobStatus, Restarts
from controller.reconcile.conditions import reason, with_condition
from controller.reconcile.ownership import Family


def suspended(job: MXJob, family: Family, status: JobStatus, now: datetime) -> JobStatus:
    """Compute the status of a job that is to rest: nothing is active, and every pod left is given up.

    Given up, they mean nothing to a run that resumes while they still terminate. They stay on record until then: a
    write for each pod that goes would make conflicts for whoever reads the job in order to resume it.
    """
    message = f"{KIND} {job.name} is suspended."
    conditions = status.conditions
    if status.is_true(ConditionType.RUNNING):
        pause = JobCondition(ConditionType.RUNNING, "False", reason("Suspended"), message)
        conditions = with_condition(conditions, pause, now)
    rest = JobCondition(ConditionType.SUSPENDED, "True", reason("Suspended"), message)
    return replace(
        status,
        conditions=with_condition(conditions, rest, now),
        replica_statuses={key: replace(value, active=0) for key, value in status.replica_statuses.items()},
        restarts=Restarts(count=status.restarts.count, uids=tuple(sorted(family.uids.union(status.restarts.uids)))),
    )


def resumed(job: MXJob, status: JobStatus, now: datetime) -> JobStatus:
    """Compute the status of a job that may run: when it was suspended its time starts anew."""
    if not status.is_true(ConditionType.SUSPENDED):
        return status
    message = f"{KIND} {job.name} is resumed."
    wake = JobCondition(ConditionType.SUSPENDED, "False", reason("Resumed"), message)
    return replace(status, conditions=with_condition(status.conditions, wake, now), start_time=now)
