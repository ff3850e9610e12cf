"""How far has a job come that is neither finished, suspended nor invalid? Its next status (spec §4.5).

When several things happened at once the first of these is told, whatever the order of the types (B35): the deciding
type succeeded; a limit was passed; a replica failed for good; replicas are replaced; the deciding type runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from controller.api.constants import KIND
from controller.api.mxjob import MXJob, RestartPolicy
from controller.api.status import ConditionType, JobCondition, JobStatus
from controller.reconcile import limits
from controller.reconcile.conditions import reason, with_condition
from controller.reconcile.deciding import deciding_spec
from controller.reconcile.ownership import Family, Replica
from controller.reconcile.replica_statuses import at_full_strength, count
from controller.reconcile.restarts import Losses, judge_losses


def advance(job: MXJob, family: Family, status: JobStatus, now: datetime, *, held: bool) -> JobStatus:
    """Compute the status that follows from `status`, the one so far, and what the pods do.

    A job whose pods are `held` back before the first of them has not started: it has neither start time nor counts.
    """
    if held and status.start_time is None:
        return replace(status, last_reconcile_time=status.last_reconcile_time or now)
    losses = judge_losses(family, status.restarts)
    lost = frozenset(replica.name for replica in losses.fatal)
    counted = replace(
        status,
        start_time=status.start_time or now,
        replica_statuses=count(job, family, status.restarts.uids, lost),
    )
    verdict = _end(job, family, counted, losses, now)
    if verdict:
        return finished(counted, verdict, now)
    counted = replace(counted, restarts=losses.restarts)
    verdict = _in_progress(job, family, counted, losses)
    if verdict:
        counted = replace(counted, conditions=with_condition(counted.conditions, verdict, now))
    return counted


def finished(status: JobStatus, end: JobCondition, now: datetime) -> JobStatus:
    """End a job by the condition `end`: the one place where that happens (B14, B17)."""
    return replace(
        status,
        conditions=with_condition(status.conditions, end, now),
        completion_time=now,
        restarts=replace(status.restarts, uids=(), disrupted=()),
    )


def _end(job: MXJob, family: Family, status: JobStatus, losses: Losses, now: datetime) -> JobCondition | None:
    decider = deciding_spec(job)
    if decider and status.replica_statuses[decider.type].succeeded == decider.replicas:
        message = f"{KIND} {job.name} is successfully completed."
        return JobCondition(ConditionType.SUCCEEDED, "True", reason("Succeeded"), message)
    message = next(_failures(job, family, status, losses, now), "")
    return JobCondition(ConditionType.FAILED, "True", reason("Failed"), message) if message else None


def _failures(job: MXJob, family: Family, status: JobStatus, losses: Losses, now: datetime) -> Iterator[str]:
    if limits.past_backoff_limit(job, family, losses):
        yield limits.backoff_limit_message(job)
    left = limits.time_left(job, status.start_time, now)
    if left is not None and left <= timedelta(0):
        yield limits.deadline_message(job)
    if losses.fatal:
        yield _failure_message(job, losses.fatal)


def _failure_message(job: MXJob, fatal: tuple[Replica, ...]) -> str:
    spec = fatal[0].spec
    if spec.restart_policy is RestartPolicy.EXIT_CODE:
        return f'job "{job.name}" is failing because "{spec.type}" replica(s) failed.'
    number = sum(replica.spec.type == spec.type for replica in fatal)
    return f"mxjob {job.name} is failed because {number} {spec.type} replica(s) failed."


def _in_progress(job: MXJob, family: Family, status: JobStatus, losses: Losses) -> JobCondition | None:
    if losses.replaced:
        replica_type = losses.replaced[0].spec.type
        message = f"job {job.name} is restarting because {replica_type} replica(s) failed."
        return JobCondition(ConditionType.RESTARTING, "True", reason("Restarting"), message)
    decider = deciding_spec(job)
    if decider is None or status.replica_statuses[decider.type].active == 0:
        return None
    if status.is_true(ConditionType.RESTARTING) and not at_full_strength(family, status.restarts.uids):
        return None
    return JobCondition(ConditionType.RUNNING, "True", reason("Running"), f"{KIND} {job.name} is running.")
