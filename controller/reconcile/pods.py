"""The pod of one replica: the user's template with what makes it part of the job (spec §3.10.4-5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from controller.api.constants import JOB_ROLE_MASTER, LABEL_JOB_ROLE, SERVER
from controller.api.mxjob import MXJob, ReplicaSpec, RestartPolicy
from controller.api.naming import child_name
from controller.reconcile.actions import Event
from controller.reconcile.environment import environment
from controller.reconcile.identity import identity_labels, owner_reference


@dataclass(frozen=True, slots=True)
class PodGang:
    """What a gang scheduler wants on the pods of one replica type (spec §3.9)."""

    scheduler_name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)


def pod_manifest(job: MXJob, spec: ReplicaSpec, index: int, gang: PodGang | None = None) -> dict[str, Any]:
    """Build the pod of replica `index`.

    Of the template's metadata only labels, annotations and finalizers are used; its spec passes through whole, fields
    that this controller has never heard of included. The manifest shares what it does not change with the job's
    template: send it, never change it.
    """
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": _metadata(job, spec, index, gang),
        "spec": _pod_spec(job, spec, index, gang),
    }


def template_warnings(spec: ReplicaSpec, gang: PodGang | None = None) -> tuple[Event, ...]:
    """Say what of the template is overruled, or overrules the gang scheduler; to be told when its pods are created."""
    warnings = []
    pod_spec = spec.template["spec"]
    if pod_spec.get("restartPolicy"):
        message = (
            f"The restartPolicy in the pod template of {spec.type} is overwritten by that of its replica spec, "
            f"{spec.restart_policy}; set only the latter"
        )
        warnings.append(Event("Warning", "SetPodTemplateRestartPolicy", message))
    chosen = pod_spec.get("schedulerName")
    if gang and chosen and chosen != gang.scheduler_name:
        message = (
            f"The pod template of {spec.type} names the scheduler {chosen}, which is kept; gang scheduling by "
            f"{gang.scheduler_name} needs that name or none"
        )
        warnings.append(Event("Warning", "SetPodTemplateSchedulerName", message))
    return tuple(warnings)


def _metadata(job: MXJob, spec: ReplicaSpec, index: int, gang: PodGang | None) -> dict[str, Any]:
    template = spec.template.get("metadata") or {}
    labels = {
        **(template.get("labels") or {}),
        **(gang.labels if gang else {}),
        **identity_labels(job, spec.type, index),
    }
    if spec.type == SERVER:
        # The SDK reads a job's logs from its "master", which for an MXJob has always meant the servers.
        labels[LABEL_JOB_ROLE] = JOB_ROLE_MASTER
    metadata = {
        "name": child_name(job.name, spec.type, index),
        "namespace": job.namespace,
        "labels": labels,
        "ownerReferences": [owner_reference(job)],
    }
    annotations = {**(template.get("annotations") or {}), **(gang.annotations if gang else {})}
    if annotations:
        metadata["annotations"] = annotations
    if template.get("finalizers"):
        metadata["finalizers"] = template["finalizers"]
    return metadata


def _pod_spec(job: MXJob, spec: ReplicaSpec, index: int, gang: PodGang | None) -> dict[str, Any]:
    template = spec.template["spec"]
    ours = environment(job, spec, index)
    containers = [{**container, "env": [*(container.get("env") or ()), *ours]} for container in template["containers"]]
    pod_spec = {**template, "containers": containers, "restartPolicy": _pod_restart_policy(spec.restart_policy)}
    if gang and not template.get("schedulerName"):
        pod_spec["schedulerName"] = gang.scheduler_name
    return pod_spec


def _pod_restart_policy(policy: RestartPolicy) -> str:
    """Translate for the kubelet, which must not restart what is to be judged by its exit code."""
    return RestartPolicy.NEVER.value if policy is RestartPolicy.EXIT_CODE else policy.value
