"""Which replica type says whether the job runs and has succeeded (spec §4.5, B2)."""

from __future__ import annotations

from typing import Final

from controller.api.constants import SCHEDULER, TUNER, WORKER
from controller.api.mxjob import JobMode, MXJob, ReplicaSpec

_WHEN_TRAINING: Final = (SCHEDULER, WORKER, TUNER)
_WHEN_TUNING: Final = (TUNER, SCHEDULER, WORKER)


def deciding_spec(job: MXJob) -> ReplicaSpec | None:
    """Find the type that decides; None when the job asks for no replica at all.

    The scheduler if there is one, else the workers; for a tuning job the tuners. A type with 0 replicas is not there
    (B7). A job of other types only is decided by the first of them.
    """
    present = {spec.type: spec for spec in job.replica_specs if spec.replicas > 0}
    order = _WHEN_TUNING if job.job_mode == JobMode.TUNE else _WHEN_TRAINING
    return next((present[each] for each in (*order, *present) if each in present), None)
