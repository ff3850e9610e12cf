"""Install custom resource definitions into a running cluster."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from fork_tools.cluster.layout import Layout
from fork_tools.errors import MxforkError

MXJOB_CRD = Path(__file__).parents[2] / "crds" / "kubeflow.org_mxjobs.yaml"


def require_files(crds: Sequence[Path]) -> None:
    """Raise MxforkError unless each file of `crds` exists."""
    for path in crds:
        if not path.is_file():
            raise MxforkError(
                f"there is no CRD file {path}",
                next_step="pass --crd FILE (the repository keeps one in crds/), or --no-crd",
            )


def install_crd(kubectl: Path, layout: Layout, crd: Path) -> tuple[str, ...]:
    """Apply the file `crd` and return the paths that the API server is going to serve for it.

    Raises MxforkError with kubectl's message when the API server refuses it.
    """
    access = [f"--kubeconfig={layout.kubeconfig}", f"--cache-dir={layout.kubectl_cache}"]
    command = [str(kubectl), *access, "apply", "--server-side", "--filename", str(crd)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        raise MxforkError(
            f"the API server does not take {crd}",
            facts=tuple(("kubectl", line) for line in run.stderr.splitlines()),
            next_step=f"correct {crd}, or pass --no-crd",
        )
    documents = yaml.safe_load_all(crd.read_text(encoding="utf-8"))
    return tuple(path for document in documents if document for path in served_paths(document))


def served_paths(document: Mapping[str, Any]) -> tuple[str, ...]:
    """List the paths of a CRD's API (discovery and the collection, of each version); none for any other document."""
    if document.get("kind") != "CustomResourceDefinition":
        return ()
    spec = document["spec"]
    versions = [f"/apis/{spec['group']}/{version['name']}" for version in spec["versions"] if version["served"]]
    return tuple(path for version in versions for path in (version, f"{version}/{spec['names']['plural']}"))
