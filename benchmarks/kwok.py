"""kwok plays the nodes: thousands of them, whose pods run for a while and succeed, without a container."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from platformdirs import user_cache_path

from fork_tools.cluster.build import GoBuild, Recipe, built
from fork_tools.cluster.go import Go
from fork_tools.progress import Progress

_VERSION: Final = "v0.8.0"
_MODULE: Final = Path(__file__).with_name("kwokmodule")
_PACKAGE: Final = "sigs.k8s.io/kwok/cmd/kwok"
_CONTAINERS: Final = (
    "containerStatuses:\n{{ range .spec.containers }}"
    "- name: {{ .name }}\n  image: {{ .image }}\n  ready: %s\n  restartCount: 0\n  state:\n    %s: %s\n{{ end }}"
)


def find_kwok(progress: Progress) -> Path:
    """Return kwok's program, built when it is not in the user's cache yet; raises MxforkError when it cannot be."""
    recipe = Recipe(f"kwok {_VERSION}", f"kwok-{_VERSION}", _copy_module, (GoBuild((_PACKAGE,), ("kwok",)),))
    return built(recipe, user_cache_path("mxfork") / "benchmark-assets", progress) / "kwok"


def stages(seconds: float) -> list[dict[str, Any]]:
    """Describe a pod's life on a node that is up: it runs at once, for so long, and is gone when deleted."""
    running = "phase: Running\npodIP: 10.0.0.1\n" + _CONTAINERS % ("true", "running", "{}")
    succeeded = "phase: Succeeded\n" + _CONTAINERS % ("false", "terminated", "{exitCode: 0}")
    present = {"key": ".metadata.deletionTimestamp", "operator": "DoesNotExist"}
    starting = {"key": ".status.phase", "operator": "DoesNotExist"}
    return [
        _stage("up", [starting], {"statusTemplate": "phase: Running"}, kind="Node"),
        _stage("run", [present, _phase("Pending")], {"statusTemplate": running}),
        _stage("succeed", [present, _phase("Running")], {"statusTemplate": succeeded}, seconds),
        _stage("go", [{"key": ".metadata.deletionTimestamp", "operator": "Exists"}], {"delete": True}),
    ]


@contextmanager
def kwok(program: Path, kubeconfig: Path, folder: Path, seconds: float) -> Iterator[None]:
    """Run kwok for every node of the cluster; pods run for `seconds`."""
    configuration = folder / "kwok.yaml"
    configuration.write_text("\n---\n".join(map(json.dumps, stages(seconds))), encoding="utf-8")
    command = [str(program), f"--kubeconfig={kubeconfig}", f"--config={configuration}", "--manage-all-nodes"]
    with (
        (folder / "kwok.log").open("ab") as log,
        subprocess.Popen(command, stdout=log, stderr=log) as process,
    ):
        try:
            yield
        finally:
            process.terminate()


def _copy_module(_: Go, module: Path) -> None:
    for name in ("go.mod", "go.sum"):
        shutil.copy(_MODULE / name, module)


def _phase(phase: str) -> dict[str, Any]:
    return {"key": ".status.phase", "operator": "In", "values": [phase]}


def _stage(
    name: str, selector: list[dict[str, Any]], following: dict[str, Any], seconds: float = 0, kind: str = "Pod"
) -> dict[str, Any]:
    return {
        "apiVersion": "kwok.x-k8s.io/v1alpha1",
        "kind": "Stage",
        "metadata": {"name": name},
        "spec": {
            "resourceRef": {"apiGroup": "v1", "kind": kind},
            "selector": {"matchExpressions": selector},
            "delay": {"durationMilliseconds": int(1000 * seconds)},
            "next": following,
        },
    }
