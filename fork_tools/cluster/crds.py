"""Install custom resource definitions into a running cluster."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from fork_tools.errors import MxforkError

MXJOB_CRD = Path(__file__).parents[2] / "crds" / "kubeflow.org_mxjobs.yaml"
_ESTABLISHED_WITHIN = "60s"


def require_files(crds: Sequence[Path]) -> None:
    """Raise MxforkError unless each file of `crds` exists."""
    for path in crds:
        if not path.is_file():
            raise MxforkError(
                f"there is no CRD file {path}",
                next_step="pass --crd FILE (the repository keeps one in crds/), or --no-crd",
            )


def install_crds(kubectl: Path, kubeconfig: Path, crds: Sequence[Path]) -> None:
    """Apply the CRDs and return once the API server serves them.

    Raises MxforkError with kubectl's message when the API server refuses one.
    """
    for path in crds:
        command = [str(kubectl), "--kubeconfig", str(kubeconfig)]
        _run([*command, "apply", "--server-side", "--filename", str(path)], path)
        _run(
            [*command, "wait", "--for=condition=Established", f"--timeout={_ESTABLISHED_WITHIN}", "-f", str(path)],
            path,
        )


def _run(command: list[str], crd: Path) -> None:
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        raise MxforkError(
            f"the API server does not take {crd}",
            facts=tuple(("kubectl", line) for line in run.stderr.splitlines()),
            next_step=f"correct {crd}, or pass --no-crd",
        )
