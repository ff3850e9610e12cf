"""Raw MXJobs and observed pods and services, built from the few things that a test is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from controller.api.constants import (
    API_VERSION,
    CONTAINER_NAME,
    CONTROLLER_NAME,
    JOB_ROLE_MASTER,
    KIND,
    LABEL_JOB_NAME,
    LABEL_JOB_ROLE,
    LABEL_OPERATOR_NAME,
    LABEL_REPLICA_INDEX,
    LABEL_REPLICA_TYPE,
    SERVER,
)
from controller.api.mxjob import MXJob, read
from controller.api.naming import child_name
from controller.api.objects import (
    ContainerState,
    ContainerStatus,
    Metadata,
    OwnerReference,
    Pod,
    PodStatus,
    Service,
    Terminated,
)

NOW = datetime(2024, 9, 10, 8, 0, 0, tzinfo=UTC)
TYPES_BY_KEYWORD = {
    "scheduler": "Scheduler",
    "server": "Server",
    "worker": "Worker",
    "tuner_tracker": "TunerTracker",
    "tuner_server": "TunerServer",
    "tuner": "Tuner",
}


def ago(**parts: float) -> datetime:
    return NOW - timedelta(**parts)


def template(*, ports: Sequence[Mapping[str, Any]] = (), **spec: Any) -> dict[str, Any]:
    """Build a pod template with one container `mxnet`; keywords are further fields of the pod's spec."""
    container: dict[str, Any] = {"name": CONTAINER_NAME, "image": "example.test/mxnet:1.9.1"}
    if ports:
        container["ports"] = list(ports)
    return {"spec": {"containers": [container], **spec}}


def replica_spec(replicas: int | None = 1, restart_policy: str | None = None, **spec: Any) -> dict[str, Any]:
    """Build a raw replica spec; keywords are fields of the pod's spec, or the whole `template`."""
    raw: dict[str, Any] = {"template": spec.pop("template", None) or template(**spec)}
    if replicas is not None:
        raw["replicas"] = replicas
    if restart_policy is not None:
        raw["restartPolicy"] = restart_policy
    return raw


def mxjob(
    name: str = "demo",
    *,
    mode: str = "MXTrain",
    specs: Mapping[str, Any] | None = None,
    restart_policy: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    status: Mapping[str, Any] | None = None,
    **rest: Any,
) -> dict[str, Any]:
    """Build a raw MXJob.

    `scheduler=1, server=1, worker=2, tuner_tracker=…, tuner_server=…, tuner=…` are replica counts or raw replica specs;
    `specs` adds raw entries under keys as they are. Every other keyword is a field of `runPolicy`
    (`cleanPodPolicy="All"`). `restart_policy` goes to every type that is given as a count.
    """
    replica_specs = dict(specs or {})
    for keyword, replica_type in TYPES_BY_KEYWORD.items():
        if keyword in rest:
            value = rest.pop(keyword)
            replica_specs[replica_type] = replica_spec(value, restart_policy) if isinstance(value, int) else value
    raw: dict[str, Any] = {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": {
            "name": name,
            "namespace": "default",
            "uid": f"uid-of-{name}",
            "generation": 1,
            "resourceVersion": "1",
            **(metadata or {}),
        },
        "spec": {"jobMode": mode, "mxReplicaSpecs": replica_specs},
    }
    if rest:
        raw["spec"]["runPolicy"] = rest
    if status is not None:
        raw["status"] = dict(status)
    return raw


def dist_job(name: str = "demo", **rest: Any) -> dict[str, Any]:
    """Build a raw MXJob of one scheduler, one server and two workers, the "dist job" of the acceptance matrix."""
    return mxjob(name, **{"scheduler": 1, "server": 1, "worker": 2, **rest})


def condition(
    condition_type: str, status: str = "True", reason: str = "", message: str = "", at: datetime = NOW
) -> dict[str, Any]:
    """Build a raw condition; the reason defaults to the one that goes with its type."""
    moment = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "type": condition_type,
        "status": status,
        "reason": reason or f"MXJob{condition_type}",
        "message": message,
        "lastUpdateTime": moment,
        "lastTransitionTime": moment,
    }


def pod(
    job: MXJob | Mapping[str, Any],
    replica_type: str,
    index: int | str = 0,
    *,
    phase: str = "Pending",
    exit_code: int | None = None,
    restarts: int = 0,
    terminating: bool = False,
    uid: str = "",
    owner_uid: str | None = None,
    labels: Mapping[str, str] | None = None,
    **status: Any,
) -> Pod:
    """Build a pod of `job` as observed.

    `exit_code` terminates its container `mxnet`; `owner_uid` is the job's unless given, and "" leaves it without an
    owner; `labels` override; other keywords are fields of PodStatus.
    """
    metadata = _child_metadata(job, replica_type, index, terminating, uid, owner_uid, labels)
    if "container_statuses" not in status and phase != "Pending":
        state = ContainerState() if exit_code is None else ContainerState(terminated=Terminated(exit_code=exit_code))
        status["container_statuses"] = (ContainerStatus(name=CONTAINER_NAME, restart_count=restarts, state=state),)
    return Pod(metadata=metadata, status=PodStatus(phase=phase, **status))


def service(
    job: MXJob | Mapping[str, Any],
    replica_type: str,
    index: int | str = 0,
    *,
    terminating: bool = False,
    uid: str = "",
    owner_uid: str | None = None,
    labels: Mapping[str, str] | None = None,
) -> Service:
    """Build a service of `job` as observed; keywords as for `pod`."""
    return Service(metadata=_child_metadata(job, replica_type, index, terminating, uid, owner_uid, labels, "-service"))


def pods_of(job: MXJob | Mapping[str, Any], phase: str = "Pending", **more: Any) -> tuple[Pod, ...]:
    """Build every pod that the job is to have, all in `phase`."""
    value = _read(job)
    return tuple(
        pod(value, spec.type, index, phase=phase, **more)
        for spec in value.replica_specs
        for index in range(spec.replicas)
    )


def services_of(job: MXJob | Mapping[str, Any], **more: Any) -> tuple[Service, ...]:
    """Build every service that the job is to have."""
    value = _read(job)
    return tuple(
        service(value, spec.type, index, **more) for spec in value.replica_specs for index in range(spec.replicas)
    )


def _read(job: MXJob | Mapping[str, Any]) -> MXJob:
    return job if isinstance(job, MXJob) else read(job)


def _child_metadata(
    job: MXJob | Mapping[str, Any],
    replica_type: str,
    index: int | str,
    terminating: bool,
    uid: str,
    owner_uid: str | None,
    labels: Mapping[str, str] | None,
    uid_suffix: str = "",
) -> Metadata:
    owner = _read(job)
    name = f"{child_name(owner.name, replica_type, 0).removesuffix('0')}{index}"
    role = {LABEL_JOB_ROLE: JOB_ROLE_MASTER} if replica_type == SERVER and not uid_suffix else {}
    controller = owner.uid if owner_uid is None else owner_uid
    reference = OwnerReference(api_version=API_VERSION, kind=KIND, name=owner.name, uid=controller, controller=True)
    return Metadata(
        name=name,
        namespace=owner.namespace,
        uid=uid or f"uid-of-{name}{uid_suffix}",
        resource_version="1",
        deletion_timestamp="2024-09-10T07:59:00Z" if terminating else None,
        labels={
            LABEL_OPERATOR_NAME: CONTROLLER_NAME,
            LABEL_JOB_NAME: owner.name,
            LABEL_REPLICA_TYPE: replica_type.lower(),
            LABEL_REPLICA_INDEX: str(index),
            **role,
            **(labels or {}),
        },
        owner_references=(reference,) if controller else (),
    )
