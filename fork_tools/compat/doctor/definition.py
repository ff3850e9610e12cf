"""The Kubernetes version and the CRD that is installed: by whom, in which state, with which stored versions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from controller.api.constants import CRD_NAME, VERSION
from fork_tools.api_server import Object
from fork_tools.compat.doctor import rules
from fork_tools.report.finding import Finding

OLDEST = (1, 30)
_HEALTHY = {"Established": "True", "NamesAccepted": "True", "NonStructuralSchema": "False", "Terminating": "False"}


def judge_version(version: Object) -> Iterator[Finding]:
    """Judge the answer of /version."""
    found = re.match(r"v?(\d+)\.(\d+)", str(version.get("gitVersion")))
    if found and (int(found[1]), int(found[2])) < OLDEST:
        yield rules.KUBERNETES_OLD.finding("kubernetes", f"the API server is {version['gitVersion']}, 1.30 is needed")


def judge_definition(crd: Object | None) -> Iterator[Finding]:
    """Judge the installed CRD; None when there is none."""
    if crd is None:
        yield rules.CRD_ABSENT.finding(CRD_NAME, "is not installed", remedy=rules.CRD_ABSENT.fix)
        return
    conditions = {each["type"]: each for each in crd.get("status", {}).get("conditions", [])}
    for kind, wanted in _HEALTHY.items():
        if kind in conditions and conditions[kind]["status"] != wanted:
            yield rules.CRD_UNHEALTHY.finding(
                CRD_NAME, f"{kind} is not {wanted}: {conditions[kind].get('message', '')}"
            )
    stored = crd.get("status", {}).get("storedVersions", [])
    for version in stored:
        if version != VERSION:
            message = f"objects are or were stored as {version}, and this kit's CRD has {VERSION} only"
            yield rules.STORED_VERSIONS.finding(CRD_NAME, message)
    owner = _owner(crd)
    if owner:
        yield rules.CRD_FOREIGN.finding(CRD_NAME, f"was installed by {owner}", remedy=rules.CRD_FOREIGN.fix)


def installed_by(crd: Object | None) -> str:
    """Say in a few words what is installed and who applied it."""
    if crd is None:
        return "not installed"
    managers = [entry["manager"] for entry in crd["metadata"].get("managedFields", []) if not entry.get("subresource")]
    return f"installed by {_owner(crd) or ', '.join(dict.fromkeys(managers)) or 'an unknown client'}"


def _owner(crd: Object) -> str:
    annotations = crd["metadata"].get("annotations") or {}
    labels = crd["metadata"].get("labels") or {}
    if "meta.helm.sh/release-name" in annotations:
        namespace = annotations.get("meta.helm.sh/release-namespace", "?")
        return f"the Helm release {namespace}/{annotations['meta.helm.sh/release-name']}"
    if "argocd.argoproj.io/tracking-id" in annotations:
        return f"Argo CD ({annotations['argocd.argoproj.io/tracking-id']})"
    if "kustomize.toolkit.fluxcd.io/name" in labels:
        return f"Flux ({labels['kustomize.toolkit.fluxcd.io/name']})"
    if "controller-gen.kubebuilder.io/version" in annotations:
        return "the Training Operator's manifests (controller-gen made it)"
    return ""
