"""Service accounts that may do what a test says, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from fork_tools.cluster.lifecycle import Cluster
from tests.cluster import shipped
from tests.cluster.kube import CORE, Kube, Object

RBAC: Final = "/apis/rbac.authorization.k8s.io/v1"
# The least that the controller has to be permitted (spec §6.4): what the namespaced install ships.
LEAST: Final = shipped.rules("overlays", "namespaced", "role.yaml")


def service_account(cluster: Cluster, kube: Kube, namespace: str, rules: Sequence[Object], path: Path) -> Path:
    """Make a service account with a role of exactly these rules in a namespace; writes its kubeconfig to `path`."""
    accounts = f"{CORE}/namespaces/{namespace}/serviceaccounts"
    kube.request("POST", accounts, {"metadata": {"name": "mxjob"}})
    roles = f"{RBAC}/namespaces/{namespace}"
    kube.request("POST", f"{roles}/roles", {"metadata": {"name": "mxjob"}, "rules": list(rules)})
    binding = {
        "metadata": {"name": "mxjob"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "mxjob"},
        "subjects": [{"kind": "ServiceAccount", "name": "mxjob", "namespace": namespace}],
    }
    kube.request("POST", f"{roles}/rolebindings", binding)
    answer = kube.request("POST", f"{accounts}/mxjob/token", {"spec": {}})
    return shipped.kubeconfig_with(cluster, answer["status"]["token"], path)
