"""Whose business a job is (spec §8: `runPolicy.managedBy`)."""

from __future__ import annotations

from typing import Final

from controller.api.constants import MANAGED_BY_TRAINING_OPERATOR
from controller.api.mxjob import MXJob

_OURS: Final = frozenset({None, MANAGED_BY_TRAINING_OPERATOR})


def left_alone(job: MXJob) -> bool:
    """Whether a job is none of this controller's business: another one manages it, or it is being deleted."""
    return job.deleting or job.run_policy.managed_by not in _OURS
