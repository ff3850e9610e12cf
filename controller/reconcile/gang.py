"""Starting a job's pods together: the PodGroup, and when pods have to wait for it (spec §3.9, B26-B30)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from controller.api.mxjob import MXJob, ReplicaSpec
from controller.api.objects import PodGroup
from controller.api.quantity import parse_quantity, total
from controller.reconcile.actions import Create, Delete, Update
from controller.reconcile.identity import owner_reference
from controller.reconcile.merge_patch import merge_patch
from controller.reconcile.obstacles import Obstacle, name_taken
from controller.reconcile.ownership import stranger
from controller.reconcile.pods import PodGang
from controller.reconcile.priorities import by_priority
from controller.reconcile.settings import Settings

VOLCANO: Final = "volcano"
_DEFAULT_QUEUE: Final = "default"
_WAITING_PHASES: Final = frozenset({"", "Pending"})
_FIELDS: Final = ("minMember", "minResources", "priorityClassName", "queue", "scheduleTimeoutSeconds")


@dataclass(frozen=True, slots=True)
class GangScheduler:
    """Who places the pods of a job together: volcano, or any scheduler with the PodGroups of scheduler-plugins."""

    name: str
    volcano: bool

    @property
    def api_version(self) -> str:
        """The API that its PodGroups are of."""
        return "scheduling.volcano.sh/v1beta1" if self.volcano else "scheduling.x-k8s.io/v1alpha1"

    def mark(self, job: MXJob, spec: ReplicaSpec) -> PodGang:
        """Say what the pods of `spec` carry, so that the scheduler knows their group."""
        if self.volcano:
            annotations = {"scheduling.k8s.io/group-name": job.name, "volcano.sh/task-spec": spec.type.lower()}
            return PodGang(self.name, annotations=annotations)
        return PodGang(self.name, labels={"scheduling.x-k8s.io/pod-group": job.name})


def gang_scheduler(settings: Settings) -> GangScheduler | None:
    """Read the flag; None when gang scheduling is off (B26)."""
    if not settings.gang_scheduling:
        return None
    name = settings.gang_scheduler_name.strip()
    volcano = name.lower() == VOLCANO
    return GangScheduler(VOLCANO if volcano else name, volcano)


def marks(scheduler: GangScheduler | None, job: MXJob) -> dict[str, PodGang]:
    """Say, by replica type, what the pods of `job` carry; nothing without gang scheduling."""
    return {spec.type: scheduler.mark(job, spec) for spec in job.replica_specs} if scheduler else {}


def holds_back(scheduler: GangScheduler | None, job: MXJob, group: PodGroup | None) -> bool:
    """Tell whether missing pods may not be created yet.

    They wait for their PodGroup to be there, and for volcano to have admitted it. Pods that exist go on (B29).
    """
    if scheduler is None:
        return False
    if group is None or not _controls(job, group) or group.metadata.deletion_timestamp:
        return True
    return scheduler.volcano and group.status.phase in _WAITING_PHASES


def sync(
    scheduler: GangScheduler | None, job: MXJob, group: PodGroup | None, priorities: Mapping[str, int]
) -> Iterator[Create | Update]:
    """Create the job's PodGroup, or change it when, and only when, it is not as the job asks (B28).

    `priorities` as in Observed.
    """
    if scheduler is None:
        return
    if group is None:
        manifest = {
            "apiVersion": scheduler.api_version,
            "kind": "PodGroup",
            "metadata": _metadata(job),
            "spec": _wanted(scheduler, job, {}, priorities),
        }
        yield Create("PodGroup", job.name, "", manifest)
    elif _controls(job, group) and not group.metadata.deletion_timestamp:
        known = {field: group.spec[field] for field in _FIELDS if group.spec.get(field) is not None}
        wanted = _wanted(scheduler, job, known, priorities)
        if _comparable(known) != _comparable(wanted):
            version = {"resourceVersion": group.metadata.resource_version}
            yield Update("PodGroup", job.name, {"metadata": version, "spec": merge_patch(known, wanted)})


def dissolve(scheduler: GangScheduler | None, job: MXJob, group: PodGroup | None) -> Iterator[Delete]:
    """Delete the PodGroup of a job that needs no pods now, if there is one (B22)."""
    if scheduler and group and _controls(job, group) and not group.metadata.deletion_timestamp:
        yield Delete("PodGroup", group.metadata.name, group.metadata.uid)


def obstacles(
    scheduler: GangScheduler | None, job: MXJob, group: PodGroup | None, unavailable: str
) -> Iterator[Obstacle]:
    """Say what keeps the job from having a PodGroup, and so from starting pods; `unavailable` as in Observed."""
    if scheduler is None:
        return
    if unavailable:
        message = (
            f"Cannot create PodGroup: {job.name}: {unavailable}, or run the controller without --gang-scheduler-name"
        )
        yield Obstacle("PodGroupUnavailable", message, "FailedCreatePodGroup")
    elif group and not _controls(job, group) and (owner := stranger(job, group.metadata)):
        yield name_taken("PodGroup", job.name, owner)


def _controls(job: MXJob, group: PodGroup) -> bool:
    """Tell whether the job itself controls the PodGroup of its name; another's is not touched (B30)."""
    owner = group.metadata.controller
    return owner is not None and owner.uid == job.uid


def _metadata(job: MXJob) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "name": job.name,
        "namespace": job.namespace,
        "ownerReferences": [owner_reference(job)],
    }
    if job.annotations:
        metadata["annotations"] = dict(job.annotations)
    return metadata


def _wanted(
    scheduler: GangScheduler, job: MXJob, known: Mapping[str, Any], priorities: Mapping[str, int]
) -> dict[str, Any]:
    policy = job.run_policy.scheduling_policy
    member = job.min_member
    spec: dict[str, Any] = {"minMember": member}
    resources = policy.min_resources if policy.min_resources is not None else _resources(job, priorities)
    if resources:
        spec["minResources"] = dict(resources)
    if scheduler.volcano:
        # A PodGroup's queue cannot change once it waits there.
        spec["queue"] = known.get("queue") or policy.queue or _DEFAULT_QUEUE
        if policy.priority_class:
            spec["priorityClassName"] = policy.priority_class
    elif policy.schedule_timeout_seconds is not None:
        spec["scheduleTimeoutSeconds"] = policy.schedule_timeout_seconds
    return spec


def _resources(job: MXJob, priorities: Mapping[str, int]) -> dict[str, str]:
    """Add up what as many pods ask for as have to fit, those of the highest priority first (B27)."""
    asked: list[tuple[int, Mapping[str, Any]]] = []
    left = max(job.min_member, 0)
    for spec in by_priority(job, priorities):
        pods = min(spec.replicas, left)
        left -= pods
        asked += ((pods, _requests(container)) for container in spec.template["spec"]["containers"] if pods)
    return total(asked)


def _requests(container: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give a container's requests, or its limits where it states no request at all."""
    resources = container.get("resources") or {}
    requests = resources.get("requests")
    return (resources.get("limits") if requests is None else requests) or {}


def _comparable(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Make equal what only is written differently: quantities, which an API server may have rewritten."""
    resources = spec.get("minResources")
    if not isinstance(resources, Mapping):
        return dict(spec)
    amounts = {name: quantity.amount if (quantity := parse_quantity(raw)) else raw for name, raw in resources.items()}
    return {**spec, "minResources": amounts}
