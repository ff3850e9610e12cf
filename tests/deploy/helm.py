"""Helm, built once from its Go module into the user's cache; run as a script it does just that."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import yaml
from platformdirs import user_cache_path

from fork_tools.cluster.build import GoBuild, Recipe, built
from fork_tools.cluster.go import Go
from fork_tools.progress import Progress, progress_on
from tests.cluster.kube import Object

VERSION: Final = "v4.3.1"
CHART: Final = Path(__file__).parents[2] / "deploy" / "helm" / "mxjob-controller"
_MODULE: Final = Path(__file__).with_name("gomodule")


def find_helm(progress: Progress | None = None) -> Path:
    """Return the program, built when it is not there yet."""
    recipe = Recipe(f"Helm {VERSION}", VERSION, _prepare, (GoBuild(("helm.sh/helm/v4/cmd/helm",), ("helm",)),))
    return built(recipe, user_cache_path("mxfork") / "helm", progress or Progress()) / "helm"


def helm(*arguments: str, kubeconfig: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run Helm and return what it said, whether it succeeded or not."""
    access = [f"--kubeconfig={kubeconfig}"] if kubeconfig else []
    return subprocess.run([str(find_helm()), *arguments, *access], capture_output=True, text=True, check=False)


def rendered(namespace: str, *settings: str) -> list[Object]:
    """Render the chart with `--set` settings, as it would be installed into a namespace."""
    values = [argument for each in settings for argument in ("--set", each)]
    run = helm("template", "mxjob", str(CHART), f"--namespace={namespace}", *values)
    assert run.returncode == 0, run.stderr
    return [each for each in yaml.safe_load_all(run.stdout) if each]


def _prepare(_: Go, module: Path) -> None:
    for name in ("go.mod", "go.sum"):
        shutil.copy(_MODULE / name, module)


if __name__ == "__main__":
    find_helm(progress_on(sys.stderr))
