"""Pods to run, and node agents started by hand, so that a test can choose how they run."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fork_tools.cluster.components import node_command
from fork_tools.cluster.credentials import Credentials
from fork_tools.cluster.layout import Layout
from fork_tools.cluster.lifecycle import Cluster
from tests.cluster.kubectl import kubectl, output
from tests.cluster.waiting import wait_until

_MXNET = Path(__file__).parents[3] / ".venv-mxnet"
_PYTHON = Path(sys.prefix)

MEMBERS = (("scheduler", 0), ("server", 0), ("worker", 0), ("worker", 1))
_TRAIN = """
import os
import mxnet as mx

if os.environ["DMLC_ROLE"] == "worker":
    store = mx.kv.create("dist_sync")
    store.init(3, mx.nd.ones((2, 3)))
    store.push(3, mx.nd.ones((2, 3)) * (store.rank + 1))
    pulled = mx.nd.zeros((2, 3))
    store.pull(3, out=pulled)
    print(os.environ["JOB"], store.num_workers, pulled.asnumpy().ravel()[0], flush=True)
"""


@dataclass(frozen=True, slots=True)
class NodeAgent:
    """A running agent. `ready` is what it wrote when its nodes were Ready; `said` is where its output goes."""

    process: subprocess.Popen[bytes]
    directory: Path
    ready: dict[str, Any]
    said: Path


@dataclass(frozen=True, slots=True)
class Pods:
    """A namespace of a cluster with nodes, to run pods in."""

    cluster: Cluster
    namespace: str

    @property
    def command(self) -> list[str]:
        """The beginning of a kubectl command in this namespace, for what a test wants to start itself."""
        return [str(self.cluster.kubectl), "--kubeconfig", str(self.cluster.kubeconfig), "-n", self.namespace]

    def apply(self, *manifests: dict[str, Any]) -> None:
        """Create objects in this namespace."""
        listing = {"apiVersion": "v1", "kind": "List", "items": list(manifests)}
        output(self.cluster, "apply", "-n", self.namespace, "-f", "-", stdin=json.dumps(listing))

    def get(self, name: str) -> dict[str, Any]:
        """Read a pod."""
        found: dict[str, Any] = json.loads(output(self.cluster, "get", "pod", name, "-n", self.namespace, "-o", "json"))
        return found

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run kubectl in this namespace."""
        return kubectl(self.cluster, "-n", self.namespace, *arguments)

    def logs(self, *arguments: str) -> str:
        """Read a pod's logs."""
        return output(self.cluster, "logs", "-n", self.namespace, *arguments)

    def exists(self, name: str) -> bool:
        """Tell whether there is such a pod."""
        return self.run("get", "pod", name).returncode == 0

    def wait(self, name: str, condition: Callable[[dict[str, Any]], bool], *, within: float = 60) -> dict[str, Any]:
        """Return the pod once `condition` holds of it."""
        seen: dict[str, Any] = {}

        def holds() -> bool:
            seen["pod"] = self.get(name)
            return condition(seen["pod"])

        wait_until(holds, within=within)
        pod: dict[str, Any] = seen["pod"]
        return pod

    def finished(self, name: str, *, within: float = 60) -> dict[str, Any]:
        """Return the pod once it has succeeded or failed."""
        return self.wait(name, lambda pod: pod["status"]["phase"] in ("Succeeded", "Failed"), within=within)

    def running(self, name: str) -> dict[str, Any]:
        """Return the pod once it runs."""
        return self.wait(name, lambda pod: pod["status"]["phase"] == "Running")


def pod(name: str, *command: str, **spec: Any) -> dict[str, Any]:
    """Describe a pod that runs `command` in this Python's environment, never to be restarted unless `spec` says so."""
    containers = spec.pop("containers", None) or [container("main", *command, **spec.pop("container", {}))]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": name}, **spec.pop("metadata", {})},
        "spec": {"restartPolicy": "Never", "terminationGracePeriodSeconds": 5, "containers": containers, **spec},
    }


def container(name: str, *command: str, **more: Any) -> dict[str, Any]:
    """Describe a container."""
    return {"name": name, "image": "example/python:3", "command": list(command), **more}


def headless(name: str, **spec: Any) -> dict[str, Any]:
    """Describe a headless service for the pod of the same name."""
    fields = {"clusterIP": "None", "selector": {"app": name}, "ports": [{"name": "port", "port": 9091}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": fields | spec}


def training_job(name: str) -> list[dict[str, Any]]:
    """Describe a training job's services and pods as the controller would make them."""
    found: list[dict[str, Any]] = [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"train.py": _TRAIN}}
    ]
    for role, index in MEMBERS:
        variables = {
            "DMLC_PS_ROOT_PORT": "9091",
            "DMLC_PS_ROOT_URI": f"{name}-scheduler-0",
            "DMLC_NUM_SERVER": "1",
            "DMLC_NUM_WORKER": "2",
            "DMLC_ROLE": role,
            "DMLC_USE_KUBERNETES": "1",
            "JOB": name,
        }
        container = {
            "name": "mxnet",
            "image": "example/mxnet:1.9.1",
            "command": ["python", "/opt/code/train.py"],
            "env": [{"name": key, "value": value} for key, value in variables.items()],
            "volumeMounts": [{"name": "code", "mountPath": "/opt/code"}],
        }
        member = f"{name}-{role}-{index}"
        found.append(headless(member, publishNotReadyAddresses=True))
        found.append(
            pod(member, containers=[container], volumes=[{"name": "code", "configMap": {"name": name}}]),
        )
    return found


def only_state(pod: dict[str, Any]) -> dict[str, Any]:
    """Return the state of a pod's only container."""
    (status,) = pod["status"]["containerStatuses"]
    state: dict[str, Any] = status["state"]
    return state


@contextmanager
def node_agent(
    cluster: Cluster, directory: Path, *flags: str, nodes: int = 1, within: Sequence[str] = ()
) -> Iterator[NodeAgent]:
    """Start an agent with `nodes` nodes, by the command `within` if given; end it with SIGTERM if it still runs."""
    layout = Layout.of(cluster.directory)
    images = {"example/python": str(_PYTHON), "example/mxnet": str(_MXNET)}
    command = node_command(layout, Credentials(layout.pki), nodes, images, "auto")
    ready_file, said = directory / "ready.json", directory / "said"
    command += ["--directory", str(directory), "--ready-file", str(ready_file), *flags]
    with said.open("wb") as log:
        process = subprocess.Popen([*within, *command], stdout=log, stderr=log)
    try:
        wait_until(lambda: ready_file.exists() or process.poll() is not None)
        assert process.poll() is None, said.read_text()
        yield NodeAgent(process, directory, json.loads(ready_file.read_text()), said)
    finally:
        end(process)


def end(process: subprocess.Popen[bytes], number: int = signal.SIGTERM) -> int:
    """End an agent and return its exit code."""
    if process.poll() is None:
        process.send_signal(number)
    return process.wait(30)


def processes_with(words: Sequence[str]) -> list[int]:
    """Return the processes whose arguments end with `words`."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (folder / "cmdline").read_bytes().decode(errors="replace").rstrip("\0").split("\0")
        except OSError:
            continue
        if arguments[-len(words) :] == list(words):
            found.append(int(folder.name))
    return found
