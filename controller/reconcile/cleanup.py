"""What goes and what stays when a job has finished: `cleanPodPolicy` (spec §3.5, B13, B21)."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Final

from controller.api.mxjob import CleanPodPolicy, MXJob
from controller.api.objects import Pod
from controller.reconcile.actions import Delete
from controller.reconcile.limits import overran
from controller.reconcile.ownership import Family
from controller.reconcile.replicas import delete_pods, delete_services

_UNFINISHED: Final = frozenset({"Running", "Pending"})


def clean_up(job: MXJob, family: Family) -> Iterator[Delete]:
    """Delete what the policy says of a finished job's pods and services.

    A job that passed its deadline is stopped even under `None`: its unfinished pods go, and what ended stays for its
    logs. A service stays as long as its pod is kept.
    """
    policy = job.run_policy.clean_pod_policy
    if policy is CleanPodPolicy.NONE and overran(job):
        policy = CleanPodPolicy.RUNNING
    if policy is CleanPodPolicy.NONE:
        return
    kept = frozenset(pod.metadata.name for pod in family.pods.all if _stays(pod, policy))
    yield from delete_pods(pod for pod in family.pods.all if pod.metadata.name not in kept)
    yield from delete_services(service for service in family.services.all if service.metadata.name not in kept)


def delete_recorded(family: Family, uids: Container[str]) -> Iterator[Delete]:
    """Delete, of a job that is to rest, every service and the pods recorded as given up, whatever its policy."""
    yield from delete_pods(pod for pod in family.pods.all if pod.metadata.uid in uids)
    yield from delete_services(family.services.all)


def _stays(pod: Pod, policy: CleanPodPolicy) -> bool:
    return policy is CleanPodPolicy.RUNNING and not pod.terminating and pod.status.phase not in _UNFINISHED
