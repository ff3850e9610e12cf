"""The manifests built here against the objects that the real v1.8.1 left on an API server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from controller.api.mxjob import MXJob, ReplicaSpec, read
from controller.api.naming import child_name
from controller.api.validation import validate
from controller.reconcile.pods import PodGang, pod_manifest
from controller.reconcile.services import service_manifest
from fork_tools.compat.conformance.scenario import RECORDINGS

POD_DEFAULTS = {
    "dnsPolicy": "ClusterFirst",
    "restartPolicy": "Always",
    "schedulerName": "default-scheduler",
    "securityContext": {},
    "terminationGracePeriodSeconds": 30,
}
CONTAINER_DEFAULTS = {
    "resources": {},
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
}


def snapshots() -> Iterator[Any]:
    for scenario in sorted(RECORDINGS.glob("*.json")):
        metadata = yaml.safe_load(scenario.with_suffix(".yaml").read_text())["job"]["metadata"]
        for name, snapshot in json.loads(scenario.read_text()).items():
            if snapshot["job"] and snapshot["services"]:
                yield pytest.param(metadata, snapshot, id=f"{scenario.stem}: {name}")


def gang_of(scenario_pod: dict[str, Any], job: MXJob, spec: ReplicaSpec) -> PodGang | None:
    """Tell from a recorded pod which gang scheduler its operator was started with."""
    match scenario_pod["spec"]["schedulerName"]:
        case "volcano":
            role = spec.type.lower()
            return PodGang("volcano", {}, {"scheduling.k8s.io/group-name": job.name, "volcano.sh/task-spec": role})
        case "scheduler-plugins-scheduler" as name:
            return PodGang(name, {"scheduling.x-k8s.io/pod-group": job.name})
    return None


def as_stored(container: dict[str, Any]) -> dict[str, Any]:
    """Do to a container what the API server does: default it, and drop empty values."""
    pull = "IfNotPresent" if ":" in container["image"] else "Always"
    stored = CONTAINER_DEFAULTS | {"imagePullPolicy": pull} | container
    stored["ports"] = [{"protocol": "TCP"} | port for port in container.get("ports", [])]
    env = container.get("env", [])
    stored["env"] = [{key: value for key, value in entry.items() if value != ""} for entry in env]
    if "requests" not in stored["resources"] and "limits" in stored["resources"]:
        stored["resources"] = stored["resources"] | {"requests": stored["resources"]["limits"]}
    return {key: value for key, value in stored.items() if value or key == "resources"}


def recorded_form(manifest: dict[str, Any]) -> dict[str, Any]:
    metadata, spec = manifest["metadata"], POD_DEFAULTS | manifest["spec"]
    for kind in ("containers", "initContainers"):
        if kind in spec:
            spec[kind] = [as_stored(container) for container in spec[kind]]
    return {
        "labels": metadata["labels"],
        "annotations": metadata.get("annotations"),
        "finalizers": metadata.get("finalizers"),
        "owner": [{key: value for key, value in metadata["ownerReferences"][0].items() if key != "uid"}],
        "spec": spec,
    }


def replicas(job: MXJob) -> dict[str, tuple[ReplicaSpec, int]]:
    return {
        child_name(job.name, spec.type, index): (spec, index)
        for spec in job.replica_specs
        for index in range(spec.replicas)
    }


@pytest.mark.parametrize(("metadata", "snapshot"), list(snapshots()))
def test_36_pods_are_those_of_v1_8_1(metadata: dict[str, Any], snapshot: dict[str, Any]) -> None:
    raw = {"metadata": metadata, "spec": snapshot["job"]["spec"]}
    assert validate(raw) == ()
    job = read(raw)
    for name, pod in snapshot["pods"].items():
        spec, index = replicas(job)[name]
        recorded = {key: value for key, value in pod.items() if key != "terminating"}
        assert recorded_form(pod_manifest(job, spec, index, gang_of(recorded, job, spec))) == recorded


@pytest.mark.parametrize(("metadata", "snapshot"), list(snapshots()))
def test_36_services_are_those_of_v1_8_1(metadata: dict[str, Any], snapshot: dict[str, Any]) -> None:
    job = read({"metadata": metadata, "spec": snapshot["job"]["spec"]})
    for name, recorded in snapshot["services"].items():
        manifest = service_manifest(job, *replicas(job)[name])
        (owner,) = manifest["metadata"]["ownerReferences"]
        ports = [port | {"targetPort": port["port"]} for port in manifest["spec"]["ports"]]
        by_name = {port["name"]: port for port in ports}
        assert {
            "labels": manifest["metadata"]["labels"],
            "owner": [{key: value for key, value in owner.items() if key != "uid"}],
            "selector": manifest["spec"]["selector"],
            "clusterIP": manifest["spec"]["clusterIP"],
            "type": "ClusterIP",
            "ports": [by_name[port["name"]] for port in recorded["ports"]],
        } == recorded
        assert len(ports) == len(recorded["ports"])
