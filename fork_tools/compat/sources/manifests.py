"""Kubernetes objects of a file, a folder, a kustomization or a chart."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import yaml

from controller.api.constants import CRD_NAME, VERSION
from fork_tools.api_server import Object
from fork_tools.cluster.assets import find_assets
from fork_tools.errors import ExitCode, MxforkError

_KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
# Where a whole repository, ours or upstream's, keeps what it installs.
_HOMES = ("deploy/overlays/standalone", "manifests/overlays/standalone")


def read_manifests(path: Path) -> list[Object]:
    """Read the objects at `path`; kustomizations are built by kubectl, charts by helm, a repository by its manifests.

    Raises MxforkError when they cannot be rendered or read, or when there is none.
    """
    home = next((path / home for home in _HOMES if (path / home).is_dir()), path)
    objects = [item for document in _documents(home) for item in _flat(document)]
    if not objects:
        raise MxforkError(
            f"{path} holds no Kubernetes objects",
            next_step="name a manifest, a kustomization, a chart, or a folder of manifests",
            exit_code=ExitCode.WRONG_USE,
        )
    return objects


def read_schema(path: Path) -> Object:
    """Read the MXJob schema from the CRD at `path`, or from the one that a repository keeps in crds/.

    Raises MxforkError (wrong use) when there is none.
    """
    home = path / "crds" if (path / "crds").is_dir() else path
    for item in read_manifests(home):
        if item["kind"] == "CustomResourceDefinition" and item["metadata"]["name"] == CRD_NAME:
            versions = {version["name"]: version for version in item["spec"]["versions"]}
            return dict(versions[VERSION]["schema"]["openAPIV3Schema"])
    raise MxforkError(
        f"{path} holds no {CRD_NAME}",
        next_step="name the CRD's file, or a repository that keeps it in crds/",
        exit_code=ExitCode.WRONG_USE,
    )


def _documents(path: Path) -> list[Object | None]:
    if path.is_file():
        return _parsed(path.read_text(encoding="utf-8"), path)
    if any((path / name).is_file() for name in _KUSTOMIZATIONS):
        kubectl = shutil.which("kubectl") or str(find_assets() / "kubectl")
        return _parsed(_rendered(kubectl, "kustomize", str(path)), path)
    if (path / "Chart.yaml").is_file():
        helm = shutil.which("helm")
        if helm is None:
            raise MxforkError(f"{path} is a chart, and helm is not on the PATH", next_step="install helm 3")
        return _parsed(_rendered(helm, "template", "mxjob", str(path)), path)
    files = sorted([*path.rglob("*.yaml"), *path.rglob("*.yml")])
    return [document for file in files for document in _parsed(file.read_text(encoding="utf-8"), file)]


def _rendered(*command: str) -> str:
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        raise MxforkError(
            f"{command[-1]} cannot be rendered",
            facts=tuple(("because", line) for line in run.stderr.strip().splitlines()[-3:]),
            next_step=" ".join(command),
        )
    return run.stdout


def _parsed(text: str, path: Path) -> list[Object | None]:
    try:
        return list(yaml.load_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except yaml.YAMLError as error:
        raise MxforkError(
            f"{path} holds no YAML",
            facts=(("because", " ".join(str(error).split())),),
            next_step="correct the file",
            exit_code=ExitCode.WRONG_USE,
        ) from error


def _flat(document: object) -> list[Object]:
    if not isinstance(document, dict) or "kind" not in document or "apiVersion" not in document:
        return []
    if str(document["kind"]).endswith("List") and isinstance(document.get("items"), list):
        return [item for each in document["items"] for item in _flat(each)]
    return [document]
