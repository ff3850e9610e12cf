"""How many pods of a type are in which state: `replicaStatuses` (spec §4.2, B3, B23, B24, B31)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Mapping
from typing import Final

from controller.api.mxjob import MXJob
from controller.api.objects import Pod
from controller.api.status import ConditionType, ReplicaStatus
from controller.reconcile.ownership import Family, Replica

ACTIVE: Final = "active"
SUCCEEDED: Final = "succeeded"
FAILED: Final = "failed"
_PHASES: Final = {"Succeeded": SUCCEEDED, "Failed": FAILED}

ReplicaStatuses = Mapping[str, ReplicaStatus]


def state_of(pod: Pod | None, given_up: Container[str]) -> str | None:
    """Tell what a replica's pod counts as, if anything.

    A pod that is being deleted runs no longer. One that was given up can still have failed, but its success comes too
    late: it was told to stop.
    """
    if pod is None:
        return None
    if pod.metadata.uid in given_up:
        return FAILED if pod.status.phase == "Failed" else None
    if pod.status.phase == "Running" and not pod.terminating:
        return ACTIVE
    return _PHASES.get(pod.status.phase)


def count(job: MXJob, family: Family, given_up: Container[str], lost: Container[str] = ()) -> ReplicaStatuses:
    """Count the replicas of every type of the spec; `lost` names replicas that failed although no pod shows it."""
    tallies: dict[str, Counter[str | None]] = {spec.type: Counter() for spec in job.replica_specs}
    for replica in family.replicas:
        state = FAILED if replica.vacant and replica.name in lost else state_of(replica.pod, given_up)
        tallies[replica.spec.type][state] += 1
    return {replica_type: _counted(tally) for replica_type, tally in tallies.items()}


def count_after_end(job: MXJob, family: Family) -> ReplicaStatuses:
    """Count on after the job has finished: pods may still end, be cleaned up or be deleted by hand.

    What ended stays counted; a pod that fails because it is told to stop has not failed. Of a job that succeeded, a pod
    that was active and is gone counts as succeeded, as it did under v1.8.1; one that still runs is active (B24).
    """
    seen: dict[str, Counter[str | None]] = defaultdict(Counter)
    for (replica_type, _), claims in family.pods.placed.items():
        state = state_of(claims[0], ()) if len(claims) == 1 else None
        seen[replica_type][None if state == FAILED and claims[0].terminating else state] += 1
    succeeded = job.status.is_true(ConditionType.SUCCEEDED)
    return {
        replica_type: _carry_on(known, _counted(seen[replica_type.lower()]), succeeded)
        for replica_type, known in job.status.replica_statuses.items()
    }


def _counted(tally: Counter[str | None]) -> ReplicaStatus:
    return ReplicaStatus(tally[ACTIVE], tally[SUCCEEDED], tally[FAILED])


def _carry_on(known: ReplicaStatus, seen: ReplicaStatus, job_succeeded: bool) -> ReplicaStatus:
    failed = max(known.failed, seen.failed)
    succeeded = max(known.succeeded, seen.succeeded)
    if job_succeeded:
        total = known.active + known.succeeded + known.failed
        succeeded = max(seen.succeeded, total - seen.active - failed)
    return ReplicaStatus(seen.active, succeeded, failed)


def at_full_strength(family: Family, given_up: Container[str]) -> bool:
    """Tell whether every replica runs or has succeeded."""
    return all(_present(replica, given_up) for replica in family.replicas)


def _present(replica: Replica, given_up: Container[str]) -> bool:
    return bool(replica.rivals) or state_of(replica.pod, given_up) in {ACTIVE, SUCCEEDED}
