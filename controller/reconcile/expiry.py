"""When is a finished job removed? `ttlSecondsAfterFinished`, counted from completion (spec §3.6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.api.mxjob import MXJob


@dataclass(frozen=True, slots=True)
class Expiry:
    """Either due now, or worth another look after `wait`; neither when the job has no TTL."""

    due: bool = False
    wait: timedelta | None = None


NEVER = Expiry()


def expiry(job: MXJob, now: datetime) -> Expiry:
    """Decide whether `job` is to be deleted at `now` (UTC, whole seconds).

    An older controller left some failed jobs without a completion time; when they ended is known all the same (B17).
    Suspending a finished job changes nothing (B25).
    """
    ttl = job.run_policy.ttl_after_finished
    finished_at = job.finished_at
    if ttl is None or finished_at is None:
        return NEVER
    left = ttl - (now - finished_at)
    return Expiry(due=True) if left <= timedelta(0) else Expiry(wait=left)
