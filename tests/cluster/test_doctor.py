"""`mxfork doctor` on a real API server: what stands in the way there is told, and what may not be read as well."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from fork_tools.cluster.lifecycle import Cluster
from fork_tools.commands.doctor import doctor
from fork_tools.errors import MxforkError
from tests.cluster.kube import Kube, Namespace
from tests.cluster.permissions import service_account

DEPLOYMENTS = "/apis/apps/v1/namespaces/{}/deployments"
WEBHOOKS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"


def examined(kubeconfig: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    result = CliRunner().invoke(doctor, ["--kubeconfig", str(kubeconfig), "--output", "json", *arguments])
    return result.exit_code, json.loads(result.stdout)


def told(document: dict[str, Any], subject: str) -> list[str]:
    cases = [case for suite in document["suites"] for case in suite["cases"]]
    return [each["rule"] for case in cases for each in case["findings"] if subject in each["subject"]]


def test_what_v1_8_1_left_behind_is_found(cluster: Cluster, kube: Kube, here: Namespace) -> None:
    container = {"name": "operator", "image": "kubeflow/training-operator:v1.8.1"}
    labels = {"app": "operator"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    deployment = {
        "metadata": {"name": "operator"},
        "spec": {"selector": {"matchLabels": labels}, "template": template},
    }
    kube.request("POST", DEPLOYMENTS.format(here.name), deployment)
    rule = {
        "apiGroups": ["kubeflow.org"],
        "apiVersions": ["v1"],
        "resources": ["mxjobs"],
        "operations": ["CREATE"],
    }
    # It matches no namespace, so that no other test meets it.
    nowhere = {"matchLabels": {"doctor": here.name}}
    webhook = {
        "name": "mxjobs.kubeflow.org",
        "rules": [rule],
        "namespaceSelector": nowhere,
        "clientConfig": {"service": {"namespace": here.name, "name": "gone"}},
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
    }
    name = f"validator-{here.name}"
    kube.request("POST", WEBHOOKS, {"metadata": {"name": name}, "webhooks": [webhook]})
    try:
        code, document = examined(cluster.kubeconfig)
    finally:
        kube.request("DELETE", f"{WEBHOOKS}/{name}")
    assert (code, document["verdict"]) == (1, "not ready")
    assert told(document, f"{here.name}/operator") == ["doctor/other-controller"]
    assert told(document, name) == ["doctor/webhook-without-service"]
    assert not told(document, "mxjobs.kubeflow.org ")


def test_what_may_not_be_read_is_no_pass(cluster: Cluster, kube: Kube, here: Namespace, tmp_path: Path) -> None:
    account = service_account(cluster, kube, here.name, [], tmp_path / "kubeconfig")
    code, document = examined(account, "--fail-on", "never")
    cases = {case["name"]: case["outcome"] for suite in document["suites"] for case in suite["cases"]}
    assert code == 4
    assert cases["Kubernetes version"] == "passed"
    assert cases["MXJobs"] == cases["webhooks"] == "error"
    assert cases["permissions to install"] == "failed"


def test_an_accounts_permissions_are_asked_for(cluster: Cluster, here: Namespace) -> None:
    _, document = examined(cluster.kubeconfig, "--service-account", f"{here.name}:nobody")
    assert "doctor/permission-missing" in told(document, "patch mxjobs/status.kubeflow.org")


def test_a_server_that_is_away_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text(
        """
clusters: [{name: away, cluster: {server: "http://127.0.0.1:9"}}]
contexts: [{name: away, context: {cluster: away, user: me}}]
current-context: away
users: [{name: me, user: {}}]
""",
        encoding="utf-8",
    )
    error = CliRunner().invoke(doctor, ["--kubeconfig", str(path)]).exception
    assert isinstance(error, MxforkError)
    assert (error.exit_code, error.what) == (4, "http://127.0.0.1:9 does not answer")
