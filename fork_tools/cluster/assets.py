"""Where the control plane's programs are: in a folder that the user names, or in a cache that is filled once."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from platformdirs import user_cache_path

from fork_tools.cluster.build import built, lacking
from fork_tools.cluster.kubernetes_module import PINNED_VERSION, kubernetes_recipe
from fork_tools.errors import MxforkError
from fork_tools.progress import Progress

DEFAULT_VERSION = PINNED_VERSION
PROGRAMS = ("etcd", "kube-apiserver", "kube-controller-manager", "kubectl")
VARIABLE = "KUBEBUILDER_ASSETS"


def find_assets(version: str | None = None, progress: Progress | None = None) -> Path:
    """Return the folder that holds etcd, kube-apiserver, kube-controller-manager and kubectl.

    That is the one in KUBEBUILDER_ASSETS if set, else one in the user's cache, built when it is not there yet.
    Raises MxforkError when the named folder is incomplete or of another `version` than asked for, or a build fails.
    """
    named = os.environ.get(VARIABLE)
    if named:
        return _named_assets(Path(named).absolute(), version)
    cache = user_cache_path("mxfork") / "cluster-assets"
    return built(kubernetes_recipe(version or DEFAULT_VERSION), cache, progress or Progress())


def require_programs(folder: Path) -> None:
    """Raise MxforkError unless `folder` holds every program."""
    missing = lacking(folder, PROGRAMS)
    if missing:
        raise MxforkError(
            f"{folder} lacks {', '.join(missing)}",
            facts=(("because", "a local cluster needs all of them; envtest's archives lack kube-controller-manager"),),
            next_step=f"name a complete folder in {VARIABLE}, or unset it and let `mxfork cluster assets` build them",
        )


def version_of(assets: Path) -> str:
    """Ask kube-apiserver for its version, for example v1.37.2. Raises MxforkError when it does not run here."""
    program = assets / "kube-apiserver"
    try:
        run = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False)
        answer, complaint = run.stdout.split(), run.stderr
    except OSError as error:
        answer, complaint = [], str(error)
    if len(answer) != 2 or answer[0] != "Kubernetes":
        raise MxforkError(
            f"{program} does not run on this machine",
            facts=tuple(("it says", line) for line in complaint.splitlines()[:3]),
            next_step=f"name other programs in {VARIABLE}, or unset it and let `mxfork cluster assets` build them",
        )
    return answer[1]


def _named_assets(folder: Path, version: str | None) -> Path:
    require_programs(folder)
    if version and (found := version_of(folder)) != version:
        raise MxforkError(
            f"{VARIABLE} holds Kubernetes {found}, not {version}",
            facts=(("folder", str(folder)),),
            next_step=f"unset {VARIABLE} to have {version} built, or leave out --version",
        )
    return folder
