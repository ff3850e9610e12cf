"""Which pods and services are to be created, and which surplus ones deleted (spec §3.10, §3.11)."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from itertools import groupby

from controller.api.mxjob import MXJob
from controller.api.objects import Pod, Service
from controller.reconcile.actions import Create, Delete
from controller.reconcile.ownership import Family, Replica
from controller.reconcile.pods import PodGang, pod_manifest
from controller.reconcile.services import service_manifest


def given_up(family: Family, uids: Container[str]) -> Iterator[Delete]:
    """Delete the pods that the stored status holds as given up: to be replaced, or no longer asked for."""
    replaced = (replica.pod for replica in family.replicas if replica.pod)
    yield from delete_pods(pod for pod in (*replaced, *family.pods.surplus) if pod.metadata.uid in uids)


def missing(job: MXJob, family: Family, gangs: dict[str, PodGang]) -> Iterator[Create]:
    """Create what the spec asks for and is not there: type by type, services first, so that pods find each other.

    A name that another object has cannot be used; that one's disappearance brings the next pass (B30).
    """
    for replica_type, group in groupby(family.replicas, key=lambda replica: replica.spec.type):
        replicas = list(group)
        for replica in replicas:
            if not replica.has_service and replica.name not in family.services.occupied:
                yield _service(job, replica)
        for replica in replicas:
            if replica.vacant and replica.name not in family.pods.occupied:
                yield _pod(job, replica, gangs.get(replica_type))


def delete_pods(pods: Iterable[Pod]) -> Iterator[Delete]:
    """Delete those of `pods` that are not being deleted yet."""
    return (Delete("Pod", pod.metadata.name, pod.metadata.uid) for pod in pods if not pod.terminating)


def delete_services(services: Iterable[Service]) -> Iterator[Delete]:
    """Delete those of `services` that are not being deleted yet."""
    return (
        Delete("Service", service.metadata.name, service.metadata.uid)
        for service in services
        if not service.terminating
    )


def _service(job: MXJob, replica: Replica) -> Create:
    manifest = service_manifest(job, replica.spec, replica.index)
    return Create("Service", replica.name, replica.spec.type, manifest)


def _pod(job: MXJob, replica: Replica, gang: PodGang | None) -> Create:
    manifest = pod_manifest(job, replica.spec, replica.index, gang)
    return Create("Pod", replica.name, replica.spec.type, manifest)
