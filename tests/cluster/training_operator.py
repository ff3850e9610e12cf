"""A Training Operator as far as the API server knows of it: its Deployment, and what its service account may do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tests.cluster.kube import Kube, Object
from tests.cluster.permissions import RBAC

NAME: Final = "training-operator"
WEBHOOKS: Final = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
# What v1.8.1's ClusterRole has for MXJobs, and v1.9's has no more.
STATUS_RULES: Final = ({"apiGroups": ["kubeflow.org"], "resources": ["mxjobs/status"], "verbs": ["get", "update"]},)


@contextmanager
def deployed(kube: Kube, namespace: str, *arguments: str, rules: tuple[Object, ...] = ()) -> Iterator[None]:
    """Deploy it into a namespace with flags and cluster-wide permissions; it is gone afterwards."""
    labels = {"control-plane": "kubeflow-training-operator"}
    container = {"name": NAME, "image": "example.test/training-operator", "args": list(arguments)}
    pod = {"serviceAccountName": NAME, "containers": [container]}
    template = {"metadata": {"labels": labels}, "spec": pod}
    deployment = {
        "metadata": {"name": NAME, "labels": labels},
        "spec": {"selector": {"matchLabels": labels}, "template": template},
    }
    deployments = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    role = f"{NAME}-{namespace}"
    subject = {"kind": "ServiceAccount", "name": NAME, "namespace": namespace}
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role}
    kube.request("POST", deployments, deployment)
    kube.request("POST", f"{RBAC}/clusterroles", {"metadata": {"name": role}, "rules": list(rules)})
    binding = {"metadata": {"name": role}, "roleRef": reference, "subjects": [subject]}
    kube.request("POST", f"{RBAC}/clusterrolebindings", binding)
    try:
        yield
    finally:
        kube.request("DELETE", f"{RBAC}/clusterrolebindings/{role}")
        kube.request("DELETE", f"{RBAC}/clusterroles/{role}")
        kube.request("DELETE", f"{deployments}/{NAME}")


@contextmanager
def webhook_left_behind(kube: Kube, name: str) -> Iterator[None]:
    """Leave v1.8.1's webhooks without anybody to answer them."""
    client = {"service": {"name": NAME, "namespace": "kubeflow", "path": "/validate"}}
    webhooks = [
        {
            "name": f"validator.{kind}job.training-operator.kubeflow.org",
            "clientConfig": client,
            "failurePolicy": "Fail",
            "sideEffects": "None",
            "admissionReviewVersions": ["v1"],
            "rules": [
                {
                    "apiGroups": ["kubeflow.org"],
                    "apiVersions": ["v1"],
                    "operations": ["CREATE", "UPDATE", "DELETE"],
                    "resources": [f"{kind}jobs"],
                }
            ],
        }
        for kind in ("tf", "mx", "pytorch")
    ]
    kube.request("POST", WEBHOOKS, {"metadata": {"name": name}, "webhooks": webhooks})
    try:
        yield
    finally:
        kube.request("DELETE", f"{WEBHOOKS}/{name}")
