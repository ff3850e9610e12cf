"""An example as kubectl sees it: a folder with a kustomization that holds exactly one MXJob."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from controller.api.constants import KIND, LABEL_JOB_NAME
from fork_tools.cluster.layout import Layout
from fork_tools.cluster.lifecycle import Cluster
from fork_tools.errors import ExitCode, MxforkError


@dataclass(frozen=True, slots=True)
class Example:
    """An example that has been applied; `objects` are the names of what was created, such as `MXJob/mxnet-digits`."""

    folder: Path
    namespace: str
    job: str
    objects: tuple[str, ...]


def require_example(folder: Path) -> None:
    """Raise MxforkError unless `folder` looks like an example."""
    if not (folder / "kustomization.yaml").is_file():
        raise MxforkError(
            f"there is no example in {folder}",
            facts=(("missing", str(folder / "kustomization.yaml")),),
            next_step="run it from the repository's folder, or name an example with --example",
            exit_code=ExitCode.WRONG_USE,
        )


def apply(cluster: Cluster, folder: Path) -> Example:
    """Apply the example; raises MxforkError when the API server or kubectl refuses."""
    output = kubectl(cluster, "apply", "-k", str(folder), "--output=json")
    return read_applied(folder, json.loads(output))


def read_applied(folder: Path, output: dict[str, Any]) -> Example:
    """Read what `kubectl apply --output=json` printed: one object, or a list of them."""
    objects = output["items"] if output["kind"] == "List" else [output]
    jobs = [item for item in objects if item["kind"] == KIND]
    if len(jobs) != 1:
        raise MxforkError(
            f"{folder} holds {len(jobs)} MXJobs, an example has exactly one",
            next_step=f"see what it holds with `kubectl kustomize {folder}`",
            exit_code=ExitCode.WRONG_USE,
        )
    metadata = jobs[0]["metadata"]
    names = tuple(f"{item['kind']}/{item['metadata']['name']}" for item in objects)
    return Example(folder, metadata["namespace"], metadata["name"], names)


def remove(cluster: Cluster, example: Example, *, seconds: int) -> None:
    """Delete the example and wait until its pods and services are collected; raises MxforkError after `seconds`."""
    kubectl(cluster, "delete", "-k", str(example.folder), f"--timeout={seconds}s")
    children = (f"--namespace={example.namespace}", f"--selector={LABEL_JOB_NAME}={example.job}", "pods,services")
    kubectl(cluster, "wait", "--for=delete", *children, f"--timeout={seconds}s")


def kubectl(cluster: Cluster, *arguments: str) -> str:
    """Run the cluster's own kubectl and return its output; raises MxforkError with what it says when it fails."""
    access = [f"--kubeconfig={cluster.kubeconfig}", f"--cache-dir={Layout(cluster.directory).kubectl_cache}"]
    command = [str(cluster.kubectl), *access, *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        raise MxforkError(
            f"`kubectl {' '.join(arguments)}` failed",
            facts=tuple(("it says", line) for line in run.stderr.splitlines()[-8:]),
            next_step="mxfork demo --keep    leaves the cluster up, to try it by hand",
        )
    return run.stdout
