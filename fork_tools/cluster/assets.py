"""Where the control plane's programs are: named by the user, or in a cache that is filled once."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from fork_tools.errors import MxforkError
from fork_tools.progress import Progress

DEFAULT_VERSION = "v1.37.2"
PROGRAMS = ("etcd", "kube-apiserver", "kube-controller-manager", "kubectl")
VARIABLE = "KUBEBUILDER_ASSETS"


def find_assets(version: str | None = None, progress: Progress | None = None) -> Path:
    """Return the folder that holds etcd, kube-apiserver, kube-controller-manager and kubectl."""
    del version, progress
    named = os.environ.get(VARIABLE)
    if not named:
        raise MxforkError(f"{VARIABLE} is not set", next_step=f"export {VARIABLE}=FOLDER")
    require_programs(Path(named))
    return Path(named)


def require_programs(folder: Path) -> None:
    """Raise MxforkError unless `folder` holds every program."""
    missing = [name for name in PROGRAMS if not os.access(folder / name, os.X_OK)]
    if missing:
        raise MxforkError(
            f"{folder} lacks {', '.join(missing)}",
            facts=(("because", "a local cluster needs all of them; envtest's archives lack kube-controller-manager"),),
            next_step=f"name a complete folder in {VARIABLE}, or unset it and let `mxfork cluster assets` build them",
        )


def version_of(assets: Path) -> str:
    """Ask kube-apiserver for its version, for example v1.37.2."""
    run = subprocess.run([str(assets / "kube-apiserver"), "--version"], capture_output=True, text=True, check=False)
    if run.returncode or not run.stdout.startswith("Kubernetes v"):
        raise MxforkError(
            f"{assets / 'kube-apiserver'} does not run on this machine",
            facts=tuple(("it says", line) for line in run.stderr.splitlines()[:3]),
            next_step=f"name other programs in {VARIABLE}, or unset it and let `mxfork cluster assets` build them",
        )
    return run.stdout.split()[1]
