"""What a user should know about a job's pods while it lasts: trouble, rivals, misleading labels (spec §5.2).

A warning stands as long as what was observed shows its cause. Plans repeat it; it is published when it first appears.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from controller.api.constants import CONTAINER_NAME, LABEL_REPLICA_INDEX, LABEL_REPLICA_TYPE
from controller.api.objects import ContainerStatus, Pod, Service
from controller.reconcile.actions import Event
from controller.reconcile.obstacles import MOST_OF_A_KIND
from controller.reconcile.ownership import Children, Family, Replica

_ENDED: Final = frozenset({"Succeeded", "Failed"})


def replica_warnings(family: Family) -> tuple[Event, ...]:
    """Name all that is out of order among the job's replicas, at most ten of each kind."""
    kinds = (
        _troubled_pods(family),
        _exits(family),
        _rivals(family),
        _misplaced("pod", family.pods),
        _misplaced("service", family.services),
    )
    return tuple(event for kind in kinds for event in islice(kind, MOST_OF_A_KIND))


def _troubled_pods(family: Family) -> Iterator[Event]:
    for replica in family.replicas:
        pod = replica.pod
        if pod and not pod.terminating and pod.status.phase not in _ENDED:
            yield from _trouble(pod)


def _trouble(pod: Pod) -> Iterator[Event]:
    statuses = (*(pod.status.init_container_statuses or ()), *(pod.status.container_statuses or ()))
    if statuses:
        yield from _container_trouble(pod, statuses)
        return
    latest = max(pod.status.conditions or (), key=lambda each: each.last_transition_time or "", default=None)
    if latest and latest.status != "True" and latest.reason:
        yield Event("Warning", latest.reason, f"Pod {pod.metadata.name}: {latest.message or latest.type}")


def _container_trouble(pod: Pod, statuses: Iterable[ContainerStatus]) -> Iterator[Event]:
    for status in statuses:
        where = f"Pod {pod.metadata.name}, container {status.name}"
        terminated, waiting = status.state.terminated, status.state.waiting
        if terminated and terminated.exit_code != 0:
            detail = f": {terminated.message}" if terminated.message else ""
            yield Event("Warning", terminated.reason or "Error", f"{where}: exit code {terminated.exit_code}{detail}")
        if waiting and waiting.message:
            yield Event("Warning", waiting.reason or "Waiting", f"{where}: {waiting.message}")


def _exits(family: Family) -> Iterator[Event]:
    """Tell how training containers failed; that they ended well shows in the status."""
    for replica in family.replicas:
        for status in (replica.pod.status.container_statuses or ()) if replica.pod else ():
            end = status.state.terminated
            if replica.pod and end and end.exit_code != 0 and status.name == CONTAINER_NAME:
                pod = replica.pod.metadata
                message = f"Pod: {pod.namespace}.{pod.name} exited with code {end.exit_code}"
                yield Event("Normal", "ExitedWithCode", message)


def _rivals(family: Family) -> Iterator[Event]:
    for replica in family.replicas:
        if replica.rivals:
            names = ", ".join(pod.metadata.name for pod in replica.rivals)
            message = f"Pods {names} all claim to be {_called(replica)}, so none of them counts; delete all but one"
            yield Event("Warning", "DuplicateReplica", message)


def _misplaced(noun: str, children: Children[Pod] | Children[Service]) -> Iterator[Event]:
    for child in children.misplaced:
        labels = child.metadata.labels
        place = ",".join(f"{name}={labels.get(name, '')}" for name in (LABEL_REPLICA_TYPE, LABEL_REPLICA_INDEX))
        message = f"The {noun} {child.metadata.name} is left alone: its labels {place} name no replica of this job"
        yield Event("Warning", "UnexpectedReplicaLabels", message)


def _called(replica: Replica) -> str:
    return f"{replica.spec.type} {replica.index}"
