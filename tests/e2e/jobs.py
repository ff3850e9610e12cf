"""The example as a user would change it, and what a user would ask kubectl about it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import yaml

from controller.api.constants import LABEL_JOB_NAME
from fork_tools.cluster.lifecycle import Cluster
from tests.cluster.kubectl import output
from tests.e2e.conftest import EXAMPLE


def example(cluster: Cluster, *, name: str, command: list[str] | None = None, epochs: int = 2) -> list[dict[str, Any]]:
    """Render the example's objects under another name, for a shorter training or another command."""
    objects: list[dict[str, Any]] = list(yaml.safe_load_all(output(cluster, "kustomize", str(EXAMPLE))))
    for item in objects:
        item["metadata"]["name"] = name
    (job,) = (item for item in objects if item["kind"] == "MXJob")
    for replica in job["spec"]["mxReplicaSpecs"].values():
        pod = replica["template"]["spec"]
        (container,) = pod["containers"]
        container["env"].append({"name": "EPOCHS", "value": str(epochs)})
        container["command"] = command or container["command"]
        (volume,) = pod["volumes"]
        volume["configMap"]["name"] = name
    return objects


def apply(cluster: Cluster, objects: Iterable[dict[str, Any]]) -> None:
    """Submit the objects as `kubectl apply -f -` does."""
    output(cluster, "apply", "-f", "-", stdin=yaml.safe_dump_all(objects))


def wait_for(cluster: Cluster, job: str, condition: str) -> None:
    """Wait until the job carries the condition."""
    output(cluster, "wait", f"--for=condition={condition}", "--timeout=120s", f"mxjob/{job}")


def pods(cluster: Cluster, job: str) -> dict[str, dict[str, Any]]:
    """Return the job's pods by name."""
    listed = json.loads(output(cluster, "get", "pods", "-l", f"{LABEL_JOB_NAME}={job}", "-o", "json"))
    return {pod["metadata"]["name"]: pod for pod in listed["items"]}


def wait_until_ended(cluster: Cluster, *names: str) -> None:
    """Wait until the pods have ended well."""
    for name in names:
        output(cluster, "wait", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=60s", f"pod/{name}")


def condition(cluster: Cluster, job: str, kind: str) -> dict[str, Any] | None:
    """Return one condition of the job."""
    status = json.loads(output(cluster, "get", "mxjob", job, "-o", "json")).get("status", {})
    return next((entry for entry in status.get("conditions", []) if entry["type"] == kind), None)
