"""A pod's status, computed from what its containers do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fork_tools.cluster.node.pod.lifecycle import Records, initialized, is_sidecar, phase
from fork_tools.cluster.node.pod.manifest import Container, Pod
from fork_tools.cluster.node.pod.states import ContainerRecord, Running, State, Terminated, Waiting

OWN_CONDITIONS = ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady")


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a pod as a whole has failed, whatever its containers did."""

    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a pod runs: addresses, and when the node took it. `address` is empty until it has one."""

    host: str
    address: str
    since: datetime


def pod_status(
    pod: Pod,
    records: Records,
    placement: Placement,
    now: datetime,
    *,
    over: bool = False,
    ending: Ending | None = None,
) -> dict[str, Any]:
    """Render the status to write; a merge patch of it leaves conditions of others as `pod` has them.

    `over` tells that nothing of the pod runs, nor will again, `ending` that the pod failed as a whole.
    """
    summary = "Failed" if ending is not None else phase(pod.spec, records, over=over)
    status: dict[str, Any] = {
        "phase": summary,
        "hostIP": placement.host,
        "hostIPs": [{"ip": placement.host}],
        "startTime": timestamp(placement.since),
        "conditions": _conditions(pod, records, placement, summary, now),
        "containerStatuses": [_container_status(pod, each, records) for each in pod.spec.containers],
        "reason": ending.reason if ending is not None else None,
        "message": ending.message if ending is not None else None,
    }
    if placement.address:
        status |= {"podIP": placement.address, "podIPs": [{"ip": placement.address}]}
    if pod.spec.init_containers:
        status["initContainerStatuses"] = [_container_status(pod, each, records) for each in pod.spec.init_containers]
    return status


def timestamp(moment: datetime) -> str:
    """Render a moment as Kubernetes stores it: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def ready(pod: Pod, records: Records) -> bool:
    """Tell whether a pod is ready; without probes, a container is as soon as it runs."""
    return all(isinstance(records[each.name].state, Running) for each in pod.spec.containers)


def _container_status(pod: Pod, container: Container, records: Records) -> dict[str, Any]:
    record = records[container.name]
    running = isinstance(record.state, Running)
    init = container in pod.spec.init_containers
    done = isinstance(record.state, Terminated) and record.state.exit_code == 0
    status = {
        "name": container.name,
        "image": container.image,
        "imageID": record.image_id,
        "ready": running if not init or is_sidecar(container) else done,
        "started": running,
        "restartCount": record.restarts,
        "state": _state(_shown(pod, init=init, record=record, records=records)),
        "lastState": _state(record.last) if record.last is not None else {},
    }
    return status | ({"containerID": record.container_id} if record.container_id else {})


def _shown(pod: Pod, *, init: bool, record: ContainerRecord, records: Records) -> State:
    if init or record.state != Waiting() or initialized(pod.spec, records):
        return record.state
    return Waiting("PodInitializing")


def _state(state: State) -> dict[str, Any]:
    match state:
        case Waiting(reason, message):
            return {"waiting": {"reason": reason} | ({"message": message} if message else {})}
        case Running(since):
            return {"running": {"startedAt": timestamp(since)}}
        case Terminated():
            ended: dict[str, Any] = {
                "exitCode": state.exit_code,
                "reason": state.reason,
                "startedAt": timestamp(state.started) if state.started is not None else None,
                "finishedAt": timestamp(state.finished),
                "message": state.message or None,
                "containerID": state.container_id or None,
            }
            return {"terminated": {name: value for name, value in ended.items() if value is not None}}


def _conditions(
    pod: Pod, records: Records, placement: Placement, summary: str, now: datetime
) -> list[Mapping[str, Any]]:
    verdicts = _verdicts(pod, records, summary, networked=bool(placement.address))
    present = {condition["type"]: condition for condition in pod.status.conditions}
    own = [_condition(present.get(kind, {}), kind, *verdicts[kind], now=now) for kind in OWN_CONDITIONS]
    others = [condition for condition in pod.status.conditions if condition["type"] not in OWN_CONDITIONS]
    return [*own, *others]


def _verdicts(pod: Pod, records: Records, summary: str, *, networked: bool) -> dict[str, tuple[bool, str, str]]:
    """Judge each condition: whether it holds, and if not, why."""
    begun = initialized(pod.spec, records)
    unready = [each.name for each in pod.spec.containers if not isinstance(records[each.name].state, Running)]
    if summary in ("Succeeded", "Failed"):
        why = ("PodCompleted" if summary == "Succeeded" else "PodFailed", "")
    else:
        why = ("ContainersNotReady", f"containers with unready status: [{' '.join(unready)}]")
    is_ready = not unready and summary == "Running"
    return {
        "PodReadyToStartContainers": (networked and summary in ("Pending", "Running"), "", ""),
        "Initialized": (
            begun,
            "PodCompleted" if begun and summary == "Succeeded" else "" if begun else "ContainersNotInitialized",
            "",
        ),
        "Ready": (is_ready, *(("", "") if is_ready else why)),
        "ContainersReady": (is_ready, *(("", "") if is_ready else why)),
    }


def _condition(
    present: Mapping[str, Any], kind: str, holds: bool, reason: str, message: str, *, now: datetime
) -> dict[str, Any]:
    status = str(holds)
    changed = present.get("status") != status
    since = timestamp(now) if changed else present.get("lastTransitionTime", timestamp(now))
    condition = {"type": kind, "status": status, "lastTransitionTime": since, "lastProbeTime": None}
    return condition | ({"reason": reason} if reason else {}) | ({"message": message} if message else {})


def lost_status(pod: Pod, now: datetime) -> dict[str, Any]:
    """Render the status of a pod whose processes ended together with an earlier agent of its node."""
    reason, message = "NodeRestarted", "The node's agent was started anew, and the pod's processes were gone"
    end = {"terminated": {"exitCode": 137, "reason": "ContainerStatusUnknown", "finishedAt": timestamp(now)}}
    statuses = [
        each if "terminated" in each.get("state", {}) else {**each, "ready": False, "started": False, "state": end}
        for each in pod.status.container_statuses
    ]
    present = {condition["type"]: condition for condition in pod.status.conditions}
    for kind in ("Ready", "ContainersReady"):
        present[kind] = _condition(present.get(kind, {}), kind, holds=False, reason="PodFailed", message="", now=now)
    return {
        "phase": "Failed",
        "reason": reason,
        "message": message,
        "containerStatuses": statuses,
        "conditions": list(present.values()),
    }
