"""What deploy/ ships, as the API server would get it, and access to it as the controller's own service account."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import yaml

from fork_tools.cluster.lifecycle import Cluster
from tests.cluster.kube import Object
from tests.cluster.kubectl import output

DEPLOY: Final = Path(__file__).parents[2] / "deploy"
GANG_SCHEDULERS: Final = ("volcano", "scheduler-plugins")
NAMESPACE: Final = "mxjob-system"
_ACCOUNT: Final = "mxjob-controller"
USER: Final = f"system:serviceaccount:{NAMESPACE}:{_ACCOUNT}"
"""Who the shipped controller is to the API server, and to its audit log."""
_ACCESS: Final = ("Namespace", "ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")


def kustomized(kubectl: Path, folder: Path) -> list[Object]:
    """Build a kustomization with the kustomize inside kubectl."""
    run = subprocess.run([str(kubectl), "kustomize", str(folder)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return list(yaml.safe_load_all(run.stdout))


def overlay(scratch: Path, base: str, *components: str, **fields: Any) -> Path:
    """Write an overlay over one of ours, as a user would, into the folder `scratch`; returns that folder."""
    scratch.mkdir(parents=True, exist_ok=True)
    document = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": [_relative(DEPLOY / "overlays" / base, scratch)],
        "components": [_relative(DEPLOY / "components" / each, scratch) for each in components],
        **fields,
    }
    (scratch / "kustomization.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    return scratch


def rules(*parts: str) -> tuple[Object, ...]:
    """Read the rules of the (cluster) roles in one of our files."""
    documents = yaml.safe_load_all(DEPLOY.joinpath(*parts).read_text(encoding="utf-8"))
    return tuple(rule for each in documents for rule in each.get("rules", ()))


def everything(scratch: Path) -> Path:
    """Write an overlay with all that may be added to the cluster-wide install."""
    return overlay(scratch, "standalone", *GANG_SCHEDULERS)


def component_rules(component: str, kind: str) -> tuple[Object, ...]:
    """Read the rules that a component adds to the controller's roles; `kind` is the pattern of the roles it patches."""
    path = DEPLOY / "components" / component / "kustomization.yaml"
    patches = yaml.safe_load(path.read_text(encoding="utf-8"))["patches"]
    texts = (each["patch"] for each in patches if each["target"]["kind"] == kind)
    return tuple(operation["value"] for text in texts for operation in yaml.safe_load(text))


def flags(cluster: Cluster, scratch: Path) -> tuple[str, ...]:
    """Return the flags of the shipped Deployment, and what a pod would know of its own."""
    manifests = kustomized(cluster.kubectl, overlay(scratch, "standalone"))
    deployment = next(each for each in manifests if each["kind"] == "Deployment")
    shipped: list[str] = deployment["spec"]["template"]["spec"]["containers"][0]["args"]
    return (*shipped, f"--leader-election-namespace={NAMESPACE}")


def access(cluster: Cluster, scratch: Path) -> Path:
    """Give the shipped service account the shipped permissions, gang scheduling included; returns its kubeconfig."""
    manifests = kustomized(cluster.kubectl, everything(scratch / "overlay"))
    apply(cluster, (each for each in manifests if each["kind"] in _ACCESS))
    return account(cluster, scratch / "kubeconfig")


def account(cluster: Cluster, path: Path) -> Path:
    """Write a kubeconfig for the shipped service account of an install that is there."""
    token = output(cluster, "create", "token", _ACCOUNT, f"--namespace={NAMESPACE}")
    return kubeconfig_with(cluster, token.strip(), path)


def apply(cluster: Cluster, manifests: Iterable[Object]) -> None:
    """Apply manifests on the server's side."""
    output(cluster, "apply", "--server-side", "-f", "-", stdin=yaml.safe_dump_all(manifests))


def kubeconfig_with(cluster: Cluster, token: str, path: Path) -> Path:
    """Write a kubeconfig for who has this token."""
    document: dict[str, Any] = yaml.safe_load(cluster.kubeconfig.read_text(encoding="utf-8"))
    document["users"][0]["user"] = {"token": token}
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


def _relative(path: Path, start: Path) -> str:
    # kustomize takes no absolute paths.
    return os.path.relpath(path, start.resolve())
