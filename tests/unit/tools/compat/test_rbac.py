from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from fork_tools.compat.rbac.comparison import NEEDS, compare_rbac
from fork_tools.compat.rbac.grants import CLUSTER, NAMESPACED, Grant
from fork_tools.compat.sources.manifests import read_manifests
from fork_tools.errors import MxforkError

DEPLOY = Path(__file__).parents[4] / "deploy"
CONTROLLER_RULES = [{"apiGroups": [need.group], "resources": [need.resource], "verbs": [need.verb]} for need in NEEDS]


def role(*rules: Any, account: str = "operator", binding: str = "ClusterRoleBinding") -> list[dict[str, Any]]:
    return [
        {"apiVersion": "v1", "kind": "ClusterRole", "metadata": {"name": "r"}, "rules": list(rules)},
        {
            "apiVersion": "v1",
            "kind": binding,
            "metadata": {"name": "b"},
            "roleRef": {"kind": "ClusterRole", "name": "r"},
            "subjects": [{"kind": "ServiceAccount", "name": account}],
        },
    ]


def rule(group: str, resource: str, *verbs: str, **more: Any) -> dict[str, Any]:
    return {"apiGroups": [group], "resources": [resource], "verbs": list(verbs), **more}


PODS = rule("", "pods", "get")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        pytest.param(role(PODS), role(PODS), [], id="the same"),
        pytest.param(
            role(PODS),
            role(rule("", "pods", "get", "list")),
            ["rbac/permission-gained operator: list pods"],
            id="a verb more",
        ),
        pytest.param(
            role(rule("", "pods", "get", "list")),
            role(PODS),
            ["rbac/running-version-loses operator: list pods"],
            id="a verb less for the account that runs",
        ),
        pytest.param(
            role(rule("", "pods", "get", "list")),
            role(PODS, account="successor"),
            ["rbac/permission-lost operator: list pods"],
            id="a verb less for a successor",
        ),
        pytest.param(
            role(rule("*", "*", "*")),
            role(PODS, account="successor"),
            ["rbac/permission-lost operator: * *.*"],
            id="out of a wildcard",
        ),
        pytest.param(
            role(PODS),
            role(PODS, rule("", "secrets", "get")),
            ["rbac/escalation-gained operator: get secrets"],
            id="secrets",
        ),
        pytest.param(
            role(PODS),
            role(rule("", "*", "get")),
            ["rbac/escalation-gained operator: get *"],
            id="a wildcard",
        ),
        pytest.param(
            role(PODS, binding="RoleBinding"),
            role(PODS),
            ["rbac/permission-gained operator: get pods"],
            id="from a namespace to the cluster",
        ),
        pytest.param(
            role(rule("", "pods", "get", resourceNames=["one"])),
            role(PODS),
            ["rbac/permission-gained operator: get pods"],
            id="from one object to all",
        ),
        pytest.param(
            role(rule("", "pods", "*")),
            role(PODS, rule("", "pods", "watch")),
            ["rbac/running-version-loses operator: * pods"],
            id="covered by a wildcard",
        ),
    ],
)
def test_comparison(old: list[dict[str, Any]], new: list[dict[str, Any]], told: list[str]) -> None:
    assert [f"{finding.rule} {finding.subject}" for finding in compare_rbac(old, new)] == told


@pytest.mark.parametrize(
    "dangerous",
    [
        rule("", "pods/exec", "create"),
        rule("", "serviceaccounts/token", "create"),
        rule("", "users", "impersonate"),
        rule("rbac.authorization.k8s.io", "clusterroles", "bind"),
        rule("rbac.authorization.k8s.io", "roles", "escalate"),
        rule("rbac.authorization.k8s.io", "clusterrolebindings", "create"),
        rule("admissionregistration.k8s.io", "mutatingwebhookconfigurations", "patch"),
        rule("apps", "deployments", "*"),
    ],
    ids=lambda each: f"{each['verbs'][0]} {each['resources'][0]}",
)
def test_escalations(dangerous: dict[str, Any]) -> None:
    (finding,) = compare_rbac(role(PODS), role(PODS, dangerous))
    assert finding.rule == "rbac/escalation-gained"


def test_our_own_account_must_keep_what_the_controller_needs() -> None:
    whole = role(*CONTROLLER_RULES, account="mxjob-controller", binding="RoleBinding")
    assert not compare_rbac(whole, whole)
    less = role(*CONTROLLER_RULES[1:], account="mxjob-controller")
    missing = [finding for finding in compare_rbac(less, less) if finding.rule == "rbac/needed-permission-missing"]
    assert [finding.subject for finding in missing] == [f"mxjob-controller: {NEEDS[0]}"]


def test_what_we_ship_has_what_we_say_that_the_controller_needs() -> None:
    files = [DEPLOY / "components" / "cluster-wide" / "cluster-role.yaml"]
    objects = [item for file in files for item in read_manifests(file)]
    assert not compare_rbac(objects, objects)


_grants = st.builds(
    Grant,
    st.sampled_from(["", "apps", "*"]),
    st.sampled_from(["pods", "pods/log", "*", "*/log"]),
    st.sampled_from(["get", "list", "*"]),
    st.sampled_from(["", "one"]),
    st.sampled_from([CLUSTER, NAMESPACED]),
)


@given(_grants, _grants, _grants)
def test_covering_is_an_order(one: Grant, other: Grant, third: Grant) -> None:
    assert one.covers(one)
    if one.covers(other) and other.covers(third):
        assert one.covers(third)
    if one.covers(other) and other.covers(one):
        assert one == other


def test_manifests_may_be_a_list_a_folder_or_many_documents(tmp_path: Path) -> None:
    (tmp_path / "list.yaml").write_text(
        yaml.safe_dump({"apiVersion": "v1", "kind": "List", "items": role(PODS)}), encoding="utf-8"
    )
    (tmp_path / "more.yml").write_text("---\n---\n" + yaml.safe_dump_all(role(PODS)), encoding="utf-8")
    assert [item["kind"] for item in read_manifests(tmp_path)] == ["ClusterRole", "ClusterRoleBinding"] * 2


@pytest.mark.parametrize(("text", "complaint"), [("{", "holds no YAML"), ("a: 1", "holds no Kubernetes objects")])
def test_what_holds_no_manifests_is_wrong_use(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "manifest.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MxforkError, match=complaint) as caught:
        read_manifests(path)
    assert caught.value.exit_code == 2
