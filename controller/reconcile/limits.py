"""When has a job failed too often, or run too long? `backoffLimit` and `activeDeadlineSeconds` (spec §3.8)."""

from __future__ import annotations

from datetime import datetime, timedelta

from controller.api.constants import KIND
from controller.api.mxjob import MXJob, RestartPolicy
from controller.api.objects import Pod
from controller.api.status import ConditionType
from controller.reconcile.ownership import Family
from controller.reconcile.restarts import Losses


def past_backoff_limit(job: MXJob, family: Family, losses: Losses) -> bool:
    """Decide whether `losses` are one too many.

    Replaced pods count over the whole life of the job and may number as many as the limit (B12). Restarts in place are
    what the kubelet counts in the pods that run or are about to; there, as ever, reaching the limit is enough. With a
    limit of 0 the first failed pod ends the job, whatever its restart policy.
    """
    limit = job.run_policy.backoff_limit
    if limit is None:
        return False
    in_place = sum(_restarts_in_place(family, losses))
    if limit == 0 and losses.fatal:
        return True
    return in_place >= max(limit, 1) or losses.restarts.count + in_place > limit


def time_left(job: MXJob, start_time: datetime | None, now: datetime) -> timedelta | None:
    """Tell how long the job may still run, nothing or less when its deadline has passed; None without a deadline."""
    deadline = job.run_policy.active_deadline
    return None if deadline is None or start_time is None else deadline - (now - start_time)


def overran(job: MXJob) -> bool:
    """Tell whether a finished job failed after its deadline had passed."""
    finished_at = job.finished_at
    if finished_at is None or not job.status.is_true(ConditionType.FAILED):
        return False
    left = time_left(job, job.status.start_time, finished_at)
    return left is not None and left <= timedelta(0)


def backoff_limit_message(job: MXJob) -> str:
    """Say that the job failed too often."""
    return f"{KIND} {job.name} has failed because it has reached the specified backoff limit."


def deadline_message(job: MXJob) -> str:
    """Say that the job ran too long."""
    return f"{KIND} {job.name} has failed because it was active longer than the specified deadline."


def _restarts_in_place(family: Family, losses: Losses) -> list[int]:
    return [
        _restart_count(replica.pod)
        for replica in family.replicas
        if replica.spec.restart_policy is not RestartPolicy.NEVER
        and replica.pod
        and not replica.pod.terminating
        and replica.pod.status.phase != "Succeeded"
        and replica.pod.metadata.uid not in losses.restarts.uids
    ]


def _restart_count(pod: Pod) -> int:
    statuses = (*(pod.status.init_container_statuses or ()), *(pod.status.container_statuses or ()))
    return sum(status.restart_count for status in statuses)
