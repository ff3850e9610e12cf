"""The scenarios recorded of v1.8.1, replayed on a cluster in memory: at each stop everything is as it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatch
from typing import Any

import msgspec
import pytest
import yaml

from controller.api.objects import PodGroupStatus
from controller.reconcile.settings import Settings
from fork_tools.compat.conformance.scenario import RECORDINGS
from tests.unit.controller.builders import mxjob
from tests.unit.controller.model import ModelCluster

GANG_SCHEDULERS = {"volcano-gang": "volcano", "scheduler-plugins-gang": "scheduler-plugins-scheduler"}


def scenarios() -> Iterator[Any]:
    for path in sorted(RECORDINGS.glob("*.json")):
        scenario = yaml.safe_load(path.with_suffix(".yaml").read_text())
        yield pytest.param(scenario, json.loads(path.read_text()), id=path.stem)


def stored_job(manifest: dict[str, Any]) -> dict[str, Any]:
    raw = mxjob(manifest["metadata"]["name"])
    return raw | {"spec": manifest["spec"], "metadata": raw["metadata"] | manifest["metadata"]}


def take(cluster: ModelCluster, step: dict[str, Any]) -> None:
    ((kind, value),) = step.items()
    match kind:
        case "play":
            cluster.play(value["sel"], value["phase"], value.get("exit"))
        case "patch":
            cluster.edit(value)
        case "reap":
            cluster.reap()
        case "podgroup":
            for name, group in cluster.pod_groups.items():
                cluster.pod_groups[name] = msgspec.structs.replace(group, status=PodGroupStatus(phase=value))
        case "condition":
            assert [value, "True"] in [condition[:2] for condition in cluster.conditions()]
        case "pods":
            assert sum(not pod.terminating for pod in cluster.pods.values()) == value
    cluster.settle()
    cluster.pass_time(seconds=1)


def snapshot(cluster: ModelCluster) -> dict[str, Any]:
    assert cluster.job is not None
    status = cluster.job["status"]
    return {
        "conditions": cluster.conditions(),
        "replicaStatuses": status.get("replicaStatuses"),
        "startTime": "startTime" in status,
        "completionTime": "completionTime" in status,
        "pods": sorted(cluster.pods),
        "services": sorted(cluster.services),
        "podgroups": {name: group.spec for name, group in cluster.pod_groups.items()},
    }


def recorded(snapshot: dict[str, Any]) -> dict[str, Any]:
    job = {key: value for key, value in snapshot["job"].items() if key != "spec"}
    groups = {name: group["spec"] for name, group in snapshot["podgroups"].items()}
    return job | {"pods": sorted(snapshot["pods"]), "services": sorted(snapshot["services"]), "podgroups": groups}


@pytest.mark.parametrize(("scenario", "recording"), list(scenarios()))
def test_lives_as_recorded(scenario: dict[str, Any], recording: dict[str, Any]) -> None:
    settings = Settings(gang_scheduler_name=GANG_SCHEDULERS.get(scenario["name"], ""))
    cluster = ModelCluster(stored_job(scenario["job"]), settings)
    cluster.settle()
    for step in scenario["steps"]:
        if "snap" not in step:
            take(cluster, step)
            continue
        got, want = snapshot(cluster), recorded(recording[step["snap"]])
        for ignored in scenario.get("ignore", []):
            for key in [key for key in want if fnmatch(f"{step['snap']}.job.{key}", ignored)]:
                del got[key], want[key]
        assert got == want
