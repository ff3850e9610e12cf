"""Installing deploy/ on a real API server: over v1.8.1's CRD, as a restricted pod, and gone again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
import yaml

from controller.api.constants import CRD_NAME
from fork_tools.cluster.assets import find_assets
from fork_tools.cluster.crds import MXJOB_CRD
from fork_tools.cluster.lifecycle import Cluster, up
from tests.cluster import shipped
from tests.cluster.controller_process import running
from tests.cluster.kube import Kube, Namespace, Object, RefusedError
from tests.cluster.kubectl import output, until_established
from tests.cluster.mxjobs import mxjob, replicas
from tests.cluster.waiting import wait_until
from tests.deploy.helm import CHART, helm

TEAM: Final = "team"
STANDALONE: Final = shipped.DEPLOY / "overlays" / "standalone"
RELEASE: Final = ("mxjob", f"--namespace={shipped.NAMESPACE}")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Start a control plane of its own: its CRD comes and goes."""
    cluster = up(tmp_path_factory.mktemp("i") / "cluster", assets=find_assets(), crds=False, tied_to_parent=True)
    output(cluster, "create", "namespace", TEAM)
    yield cluster
    cluster.down()


@pytest.fixture(scope="module")
def kube(cluster: Cluster) -> Iterator[Kube]:
    kube = Kube(cluster.kubeconfig)
    yield kube
    kube.close()


def old_crd() -> Object:
    """Make a CRD that judges nothing and was applied on the client's side, as v1.8.1's often was."""
    crd: Object = yaml.safe_load(MXJOB_CRD.read_text(encoding="utf-8"))
    old = {key: crd["spec"]["versions"][0][key] for key in ("name", "served", "storage", "subresources")}
    old["schema"] = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    names = {key: crd["spec"]["names"][key] for key in ("kind", "listKind", "plural", "singular")}
    return crd | {"spec": crd["spec"] | {"names": names, "versions": [old]}}


@pytest.fixture
def team(cluster: Cluster, kube: Kube) -> Iterator[Namespace]:
    """Store jobs under the old CRD: one that runs as it is, and one that today's CRD would refuse."""
    output(cluster, "apply", "-f", "-", stdin=yaml.safe_dump(old_crd()))
    until_established(cluster, f"crd/{CRD_NAME}")
    team = kube.in_namespace(TEAM)
    for job in (mxjob("good"), mxjob("odd", run_policy={"cleanPodPolicy": "none"}), mxjob("empty", Worker={})):
        wait_until(lambda job=job: stored(team, job))  # type: ignore[misc]  # bound on purpose
    yield team
    output(cluster, "delete", "crd", CRD_NAME)
    output(cluster, "delete", "-k", str(STANDALONE), "--ignore-not-found", "--wait=false")
    output(cluster, "wait", "--for=delete", f"namespace/{shipped.NAMESPACE}", "--timeout=60s")


def stored(team: Namespace, job: Object) -> bool:
    """Store a job as soon as the API server serves its kind."""
    try:
        team.create_job(job)
    except RefusedError as error:
        return error.status == 409
    return True


def with_kustomize(cluster: Cluster) -> None:
    output(cluster, "apply", "--server-side", "--force-conflicts", "-k", str(STANDALONE))


def with_helm(cluster: Cluster) -> None:
    flags = ("--create-namespace", "--take-ownership", "--force-conflicts")
    run = helm("install", *RELEASE, str(CHART), *flags, kubeconfig=cluster.kubeconfig)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("install", [with_kustomize, with_helm])
def test_an_upgrade_in_place_loses_no_job(
    cluster: Cluster, team: Namespace, tmp_path: Path, install: Callable[[Cluster], None]
) -> None:
    before = identities(team)
    install(cluster)
    assert identities(team) == before
    with running(f"--kubeconfig={shipped.account(cluster, tmp_path / 'kubeconfig')}") as controller:
        controller.wait_until_ready()
        wait_until(lambda: team.conditions("good") == {"Created": "True"}, otherwise=lambda: controller.log)
        wait_until(lambda: "good-worker-0" in team.pods())
        wait_until(lambda: team.conditions("odd").get("Invalid") == "True", otherwise=lambda: controller.log)
        wait_until(lambda: refused(team, mxjob("new", Worker=replicas(replicas=-1))))
        assert identities(team) == before
        assert controller.stop() == 0


def identities(team: Namespace) -> dict[str, str]:
    return {job["metadata"]["name"]: job["metadata"]["uid"] for job in team.jobs()}


def refused(team: Namespace, job: Object) -> bool:
    try:
        team.create_job(job)
    except RefusedError as error:
        return error.status == 422
    team.delete_job(job["metadata"]["name"])
    return False


def test_a_release_that_is_uninstalled_leaves_the_crd_and_the_jobs(cluster: Cluster, team: Namespace) -> None:
    before = identities(team)
    with_helm(cluster)
    run = helm("uninstall", *RELEASE, kubeconfig=cluster.kubeconfig)
    assert run.returncode == 0, run.stderr
    assert identities(team) == before
    assert "mxjob-controller" not in output(cluster, "get", "deployments,clusterroles", "-A", "-o", "name")


@pytest.mark.usefixtures("team")
def test_the_pod_is_admitted_where_only_restricted_ones_are(cluster: Cluster, kube: Kube) -> None:
    with_kustomize(cluster)
    namespace = f"/api/v1/namespaces/{shipped.NAMESPACE}"
    assert kube.request("GET", namespace)["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    deployments = f"/apis/apps/v1/namespaces/{shipped.NAMESPACE}/deployments"
    template = kube.request("GET", f"{deployments}/mxjob-controller")["spec"]["template"]
    pod = {"metadata": {"generateName": "try-", "labels": template["metadata"]["labels"]}, "spec": template["spec"]}
    assert kube.request("POST", f"{namespace}/pods?dryRun=All", pod)["spec"]["serviceAccountName"] == "mxjob-controller"

    lax = json.loads(json.dumps(pod))
    del lax["spec"]["containers"][0]["securityContext"]
    with pytest.raises(RefusedError, match="restricted"):
        kube.request("POST", f"{namespace}/pods?dryRun=All", lax)
