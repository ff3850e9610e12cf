"""The Go module that Kubernetes' programs and etcd are built from: pinned for one version, derived for the others."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fork_tools.cluster.build import GoBuild, Recipe
from fork_tools.cluster.go import Go, GoError
from fork_tools.errors import ExitCode, MxforkError

PINNED_VERSION = "v1.37.2"
_PINNED = Path(__file__).with_name("gomodule")
_KUBERNETES = "k8s.io/kubernetes"
_KUBERNETES_PROGRAMS = ("kube-apiserver", "kube-controller-manager", "kubectl")
_KUBERNETES_PACKAGES = tuple(f"{_KUBERNETES}/cmd/{program}" for program in _KUBERNETES_PROGRAMS)
_ETCD_PACKAGE = "go.etcd.io/etcd/server/v3"
_CHOOSE_ANOTHER = (
    f"choose one that `go list -m -versions {_KUBERNETES}` lists, or look after GOPROXY and the connection"
)
_UNAVAILABLE = re.compile(r"(\S+@\S+): reading ")
_VERSION = re.compile(r"v1\.(\d+\.\d+(?:-[0-9A-Za-z.]+)?)")


def kubernetes_recipe(version: str) -> Recipe:
    """Describe how to build etcd and Kubernetes `version` (v1.37.2). Raises MxforkError when it is no such version."""
    if not _VERSION.fullmatch(version):
        raise MxforkError(
            f"{version!r} is not a version of Kubernetes",
            next_step=f"write it like {PINNED_VERSION}",
            exit_code=ExitCode.WRONG_USE,
        )
    # kubectl refuses to work without a version.
    stamp = f"-s -w -X k8s.io/component-base/version.gitVersion={version}"
    return Recipe(
        title=f"Kubernetes {version} and etcd",
        version=version,
        prepare=_copy_pinned if version == PINNED_VERSION else lambda go, module: _derive(version, go, module),
        builds=(
            GoBuild(_KUBERNETES_PACKAGES, _KUBERNETES_PROGRAMS, stamp),
            GoBuild((_ETCD_PACKAGE,), ("etcd",)),
        ),
    )


def module_file(version: str, upstream: Mapping[str, Any]) -> str:
    """Write the go.mod that builds Kubernetes `version`, whose own is `upstream` (as `go mod edit -json` prints it).

    Kubernetes requires the libraries it publishes from its own tree at v0.0.0; outside of that tree each is to be
    replaced by its release, v0.X.Y for Kubernetes v1.X.Y.
    """
    release = f"v0.{version.removeprefix('v1.')}"
    staged = [required["Path"] for required in upstream.get("Require") or () if required["Version"] == "v0.0.0"]
    lines = [
        "module mxjob-fork-kit/cluster-assets",
        f"go {upstream.get('Go', '1.21')}",
        f"require {_KUBERNETES} {version}",
        *(f"replace {path} => {path} {release}" for path in staged),
    ]
    return "\n\n".join(lines[:3]) + "\n\n" + "\n".join(lines[3:]) + "\n"


def _copy_pinned(_: Go, module: Path) -> None:
    for name in ("go.mod", "go.sum"):
        shutil.copy(_PINNED / name, module)


def _derive(version: str, go: Go, module: Path) -> None:
    upstream = _download(version, go, module)
    go.require(upstream, module)
    described = json.loads(go.run(["mod", "edit", "-json", str(upstream)], module))
    (module / "go.mod").write_text(module_file(version, described), encoding="utf-8")
    shutil.copy(_PINNED / "programs.go", module)
    unavailable: list[str] = []
    # -e: some tests of the libraries import what was never published, and nobody builds those.
    go.run(["mod", "tidy", "-e"], module, lambda line: unavailable.extend(_UNAVAILABLE.findall(line)))
    try:
        go.run(["list", "-mod=readonly", "-deps", *_KUBERNETES_PACKAGES, _ETCD_PACKAGE], module)
    except GoError as error:
        raise MxforkError(
            f"Kubernetes {version} cannot be built: the module proxy lacks parts of it",
            facts=tuple(("missing", name) for name in dict.fromkeys(unavailable)) or error.facts,
            next_step=_CHOOSE_ANOTHER,
        ) from error


def _download(version: str, go: Go, module: Path) -> Path:
    """Fetch the go.mod of Kubernetes itself."""
    try:
        answer = json.loads(go.run(["list", "-m", "-json", f"{_KUBERNETES}@{version}"], module))
    except GoError as error:
        raise MxforkError(
            f"Kubernetes {version} cannot be fetched",
            facts=error.facts,
            next_step=_CHOOSE_ANOTHER,
        ) from error
    return Path(answer["GoMod"])
