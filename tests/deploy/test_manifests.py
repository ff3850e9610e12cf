"""What kustomize and Helm make of deploy/: one controller, however it is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
import yaml

from tests.cluster import shipped
from tests.cluster.kube import Object
from tests.deploy.helm import CHART, helm, rendered

HELMS_OWN_LABELS: Final = ("app.kubernetes.io/managed-by", "helm.sh/chart")
INSTALLS: Final = {
    "standalone": ("mxjob-system", ()),
    "kubeflow": ("kubeflow", ()),
    "namespaced": ("default", ("scope=namespace", "crd.install=false", "userRoles.create=false")),
}


def by_name(manifests: list[Object]) -> dict[tuple[str, str], Object]:
    """Sort manifests by kind and name, without what only Helm's bookkeeping needs."""
    for each in manifests:
        metadata = each["metadata"]
        metadata["labels"] = {k: v for k, v in metadata.get("labels", {}).items() if k not in HELMS_OWN_LABELS}
        metadata["annotations"] = {k: v for k, v in metadata.get("annotations", {}).items() if "helm.sh" not in k}
    return {(each["kind"], each["metadata"]["name"]): each for each in manifests}


def kustomized(kubectl: Path, scratch: Path, name: str, *components: str) -> dict[tuple[str, str], Object]:
    manifests = by_name(shipped.kustomized(kubectl, shipped.overlay(scratch, name, *components)))
    # Helm makes namespaces with a flag of its own.
    return {key: each for key, each in manifests.items() if key[0] != "Namespace"}


@pytest.mark.parametrize("gang", ["none", "volcano", "scheduler-plugins"])
@pytest.mark.parametrize("name", INSTALLS)
def test_helm_renders_what_kustomize_builds(kubectl: Path, tmp_path: Path, name: str, gang: str) -> None:
    namespace, settings = INSTALLS[name]
    components = [] if gang == "none" else [gang]
    expected = kustomized(kubectl, tmp_path / "overlay", name, *components)
    found = by_name(rendered(namespace, *settings, f"gangScheduling.kind={gang}"))
    assert found.keys() == expected.keys()
    for key, manifest in expected.items():
        assert found[key] == manifest, key


@pytest.mark.parametrize("managed", [False, True])
def test_helm_renders_the_same_webhook(kubectl: Path, tmp_path: Path, managed: bool) -> None:
    components = ["webhook", "webhook-cert-manager"] if managed else ["webhook"]
    settings = ("webhook.create=true", f"webhook.certManager={str(managed).lower()}")
    expected = kustomized(kubectl, tmp_path / "overlay", "standalone", *components)
    assert by_name(rendered("mxjob-system", *settings)) == expected


def test_the_chart_passes_helm_lint() -> None:
    run = helm("lint", "--strict", str(CHART))
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [
        pytest.param("scope=everywhere", "/scope", id="an unknown scope"),
        pytest.param("replicas=0", "/replicas", id="no replica"),
        pytest.param("gangScheduling.kind=kube-batch", "/gangScheduling/kind", id="an unknown gang scheduler"),
        pytest.param("replica=3", "'replica'", id="a misspelt value"),
        pytest.param("image.digest=abc", "/image/digest", id="a digest that is none"),
    ],
)
def test_a_wrong_value_is_refused_by_name(setting: str, complaint: str) -> None:
    run = helm("template", "mxjob", str(CHART), "--set", setting)
    assert run.returncode != 0
    assert complaint in run.stderr


def test_every_value_has_a_schema_and_every_schema_a_value() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    schema = yaml.safe_load((CHART / "values.schema.json").read_text(encoding="utf-8"))
    assert set(schema["properties"]) - {"global"} == set(values)


def test_the_crd_outlives_the_release_unless_told() -> None:
    def policy(*settings: str) -> str | None:
        crd = next(each for each in rendered("mx", *settings) if each["kind"] == "CustomResourceDefinition")
        value: str | None = crd["metadata"].get("annotations", {}).get("helm.sh/resource-policy")
        return value

    assert policy() == "keep"
    assert policy("crd.keep=false") is None


def test_values_reach_the_deployment() -> None:
    settings = ("image.repository=registry.example.test/mx", f"image.digest=sha256:{'0' * 64}", "replicas=3")
    flags = ("extraArgs[0]=--log-level=debug", "nodeSelector.pool=system", "priorityClassName=important")
    manifests = by_name(rendered("mx", *settings, *flags))
    spec = manifests["Deployment", "mxjob-controller"]["spec"]
    pod = spec["template"]["spec"]
    assert spec["replicas"] == 3
    assert pod["containers"][0]["image"] == f"registry.example.test/mx@sha256:{'0' * 64}"
    assert pod["containers"][0]["args"][-1] == "--log-level=debug"
    assert (pod["nodeSelector"], pod["priorityClassName"]) == ({"pool": "system"}, "important")


@pytest.mark.parametrize("name", INSTALLS)
def test_nothing_may_be_done_to_everything(kubectl: Path, tmp_path: Path, name: str) -> None:
    manifests = kustomized(kubectl, tmp_path / "overlay", name)
    for (kind, _), each in manifests.items():
        for rule in each["rules"] if kind in ("Role", "ClusterRole") else ():
            assert "*" not in [*rule["apiGroups"], *rule["resources"], *rule["verbs"]]
            assert not {"secrets", "configmaps"} & set(rule["resources"])


def test_the_namespaced_install_has_nothing_cluster_wide(kubectl: Path, tmp_path: Path) -> None:
    manifests = kustomized(kubectl, tmp_path / "overlay", "namespaced")
    assert {each["metadata"].get("namespace") for each in manifests.values()} == {"default"}


def test_a_component_works_in_an_overlay_of_the_users(kubectl: Path, tmp_path: Path) -> None:
    manifests = kustomized(kubectl, tmp_path / "overlay", "standalone", "volcano")
    arguments = manifests["Deployment", "mxjob-controller"]["spec"]["template"]["spec"]["containers"][0]["args"]
    assert "--gang-scheduler-name=volcano" in arguments


def test_users_get_their_roles_by_aggregation(kubectl: Path, tmp_path: Path) -> None:
    manifests = kustomized(kubectl, tmp_path / "overlay", "kubeflow")

    def aggregated(name: str) -> set[str]:
        labels = manifests["ClusterRole", name]["metadata"]["labels"]
        return {key.partition("/aggregate-to-")[2] for key, value in labels.items() if value == "true"}

    everyone = {"view", "edit", "admin", "kubeflow-view", "kubeflow-edit", "kubeflow-admin"}
    assert aggregated("mxjob-view") == everyone
    assert aggregated("mxjob-edit") == {role for role in everyone if "view" not in role}
    read, write = (manifests["ClusterRole", name]["rules"][0]["verbs"] for name in ("mxjob-view", "mxjob-edit"))
    assert (set(read), set(write) & {"get", "list", "watch"}) == ({"get", "list", "watch"}, set())
