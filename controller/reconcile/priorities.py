"""Which pods of a gang count first when not all of them have to fit: those of the highest priority (spec §3.9, B27)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from controller.api.mxjob import MXJob, ReplicaSpec, read
from controller.reconcile.responsibility import left_alone
from controller.reconcile.settings import Settings

# What Kubernetes gives a pod that names no PriorityClass, unless one is the global default.
_NO_PRIORITY: Final = 0


def by_priority(job: MXJob, priorities: Mapping[str, int]) -> tuple[ReplicaSpec, ...]:
    """Sort the replica types by the value of their PriorityClass, the highest first; equals keep their fixed order.

    `priorities` as in Observed. A class that is not there counts like none.
    """
    default = priorities.get("", _NO_PRIORITY)
    return tuple(sorted(job.replica_specs, key=lambda spec: -priorities.get(_priority_class(spec), default)))


def depends_on_priorities(raw: Mapping[str, Any], settings: Settings) -> bool:
    """Tell whether the plan for a stored job depends on the values of PriorityClasses."""
    if not settings.gang_scheduling:
        return False
    job = read(raw)
    if left_alone(job) or job.finished or job.run_policy.suspend:
        return False
    if job.run_policy.scheduling_policy.min_resources is not None or not 0 < job.min_member < job.total_replicas:
        return False
    return len({_priority_class(spec) for spec in job.replica_specs if spec.replicas}) > 1


def _priority_class(spec: ReplicaSpec) -> str:
    name = spec.template["spec"].get("priorityClassName")
    return name if isinstance(name, str) else ""
