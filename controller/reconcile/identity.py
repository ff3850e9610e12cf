"""By what a child is known to belong to its job and to one replica of it (spec §3.10.4)."""

from __future__ import annotations

from typing import Any

from controller.api.constants import (
    API_VERSION,
    CONTROLLER_NAME,
    KIND,
    LABEL_JOB_NAME,
    LABEL_OPERATOR_NAME,
    LABEL_REPLICA_INDEX,
    LABEL_REPLICA_TYPE,
)
from controller.api.mxjob import MXJob


def identity_labels(job: MXJob, replica_type: str, index: int) -> dict[str, str]:
    """Build the four labels that select exactly one replica of `job`."""
    return {
        LABEL_OPERATOR_NAME: CONTROLLER_NAME,
        LABEL_JOB_NAME: job.name,
        LABEL_REPLICA_TYPE: replica_type.lower(),
        LABEL_REPLICA_INDEX: str(index),
    }


def owner_reference(job: MXJob) -> dict[str, Any]:
    """Build the reference by which garbage collection removes a child after its job."""
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "name": job.name,
        "uid": job.uid,
        "controller": True,
        "blockOwnerDeletion": True,
    }
