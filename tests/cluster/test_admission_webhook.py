"""The optional admission webhook as it is shipped, called by a real API server."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from fork_tools.cluster.lifecycle import Cluster
from fork_tools.cluster.pki import Authority
from tests.cluster import shipped
from tests.cluster.controller_process import ANY_PORT, ControllerProcess, running
from tests.cluster.kube import Kube, Namespace, RefusedError
from tests.cluster.kubectl import kubectl
from tests.cluster.mxjobs import Object, mxjob, replicas
from tests.cluster.waiting import wait_until

CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"


def configuration(cluster: Cluster, scratch: Path, namespace: str) -> Object:
    """Take the shipped webhook, for one namespace only: other tests have jobs as well."""
    manifests = shipped.kustomized(cluster.kubectl, shipped.overlay(scratch, "standalone", "webhook"))
    found = next(each for each in manifests if each["kind"] == "ValidatingWebhookConfiguration")
    (webhook,) = found["webhooks"]
    webhook["namespaceSelector"] = {"matchLabels": {"kubernetes.io/metadata.name": namespace}}
    return found


@pytest.fixture
def answering(
    cluster: Cluster, access: Path, kube: Kube, here: Namespace, tmp_path: Path
) -> Iterator[ControllerProcess]:
    """Run a controller with its webhook, and have the API server call it at its loopback address."""
    authority = Authority("webhook", datetime.now(UTC))
    pair = authority.server("mxjob-controller-webhook", ("127.0.0.1",))
    (tmp_path / "tls.crt").write_bytes(pair.certificate)
    (tmp_path / "tls.key").write_bytes(pair.key)
    webhook = configuration(cluster, tmp_path / "overlay", here.name)
    flags = (f"--webhook-bind-address={ANY_PORT}", f"--webhook-certificate-dir={tmp_path}")
    with running(f"--kubeconfig={access}", f"--namespace={here.name}", *flags) as controller:
        port = controller.wait_for_log(r"webhook on 127\.0\.0\.1:(\d+)").group(1)
        path = webhook["webhooks"][0]["clientConfig"]["service"]["path"]
        bundle = base64.b64encode(authority.certificate).decode()
        webhook["webhooks"][0]["clientConfig"] = {"url": f"https://127.0.0.1:{port}{path}", "caBundle": bundle}
        kube.request("POST", CONFIGURATIONS, webhook)
        try:
            controller.wait_until_ready()
            yield controller
        finally:
            kube.request("DELETE", f"{CONFIGURATIONS}/{webhook['metadata']['name']}")


def test_warnings_reach_the_user_and_nothing_depends_on_the_webhook(
    cluster: Cluster, here: Namespace, answering: ControllerProcess
) -> None:
    job = yaml.safe_dump(mxjob(Server=replicas(), Worker=replicas()))
    create = ("create", "--dry-run=server", "-f", "-", f"--namespace={here.name}")

    def warned() -> bool:
        return "Warning: spec.runPolicy.cleanPodPolicy: None" in kubectl(cluster, *create, stdin=job).stderr

    wait_until(warned, otherwise=lambda: answering.log)
    many = replicas(replicas=4000)
    with pytest.raises(RefusedError, match="12000 replicas are too many"):
        here.create_job(mxjob("many", Scheduler=many, Server=many, Worker=many))
    here.create_job(mxjob("stays", Server=replicas()))
    assert answering.stop() == 0
    here.patch_job("stays", {"metadata": {"labels": {"who": "me"}}})
    here.delete_job("stays")
    here.create_job(mxjob("another"))


def test_what_is_shipped_fails_open_and_never_stands_in_a_deletions_way(cluster: Cluster, tmp_path: Path) -> None:
    (webhook,) = configuration(cluster, tmp_path / "overlay", "any")["webhooks"]
    assert webhook["failurePolicy"] == "Ignore"
    assert [rule["operations"] for rule in webhook["rules"]] == [["CREATE", "UPDATE"]]
    assert webhook["clientConfig"]["service"]["namespace"] == shipped.NAMESPACE


def test_a_webhook_without_a_certificate_is_not_started(access: Path, tmp_path: Path) -> None:
    flags = (f"--webhook-bind-address={ANY_PORT}", f"--webhook-certificate-dir={tmp_path}")
    with running(f"--kubeconfig={access}", *flags) as controller:
        assert controller.wait() == 2
        assert f"error: no certificate for the webhook in {tmp_path}" in controller.log
        assert "--webhook-certificate-dir FOLDER, with tls.crt and tls.key in it" in controller.log
