from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fork_tools.compat.kubernetes.judging import judge_uses, parse_target, supported
from fork_tools.compat.kubernetes.table import APIS, FIRST, LAST
from fork_tools.compat.kubernetes.usage import CONTROLLER, Use, uses
from fork_tools.compat.sources.manifests import read_manifests
from fork_tools.errors import MxforkError

DEPLOY = Path(__file__).parents[4] / "deploy"
CRDS = Path(__file__).parents[4] / "crds"


def told(used: list[Use], *targets: str) -> list[tuple[str, str]]:
    return [(each.rule, each.message) for each in judge_uses(used, [parse_target(target) for target in targets])]


def use(version: str, kind: str, field: str = "") -> list[Use]:
    return [Use(version, kind, field, "it")]


@pytest.mark.parametrize(
    ("used", "targets", "rules"),
    [
        pytest.param(use("v1", "Pod"), ["1.22", "1.37"], [], id="always there"),
        pytest.param(use("policy/v1beta1", "PodDisruptionBudget"), ["1.24"], ["api-deprecated"], id="deprecated"),
        pytest.param(use("policy/v1beta1", "PodDisruptionBudget"), ["1.25"], ["api-removed"], id="gone"),
        pytest.param(
            use("autoscaling/v2beta2", "X"),
            ["1.25", "1.26"],
            ["api-removed", "api-deprecated"],
            id="both",
        ),
        pytest.param(use("flowcontrol.apiserver.k8s.io/v1", "FlowSchema"), ["1.28"], ["api-not-yet"], id="not yet"),
        pytest.param(use("v1", "Endpoints"), ["1.33"], ["api-deprecated"], id="one kind of a version"),
        pytest.param(use("apps/v9", "Deployment"), ["1.30"], ["api-unknown"], id="misspelt: not approved"),
        pytest.param(use("kubeflow.org/v1", "MXJob"), ["1.30"], [], id="somebody's CRD"),
        pytest.param(use("kueue.x-k8s.io/v1beta1", "Workload"), ["1.30"], [], id="a CRD of that domain"),
        pytest.param(use("v1", "Service", "spec.trafficDistribution"), [], [], id="no target"),
        pytest.param(
            use("v1", "Service", "spec.trafficDistribution"),
            ["1.30", "1.31"],
            ["field-not-yet"],
            id="a field too new",
        ),
    ],
)
def test_uses(used: list[Use], targets: list[str], rules: list[str]) -> None:
    assert [rule for rule, _ in told(used, *targets)] == [f"kubernetes/{rule}" for rule in rules]


def test_a_replacement_is_named_with_its_release() -> None:
    ((_, message),) = told(use("batch/v1beta1", "CronJob"), "1.25", "1.30")
    assert message == "is gone from 1.25 on, so in 1.25, 1.30; instead: batch/v1, since 1.21"


@pytest.mark.parametrize("target", ["1.21", "1.38", "2.0", "latest", "", "v1.30-rc1x y"])
def test_an_unknown_target_is_refused(target: str) -> None:
    with pytest.raises(MxforkError, match="nothing is known of Kubernetes") as caught:
        parse_target(target)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("target", ["1.30", "v1.30.2", "1.37"])
def test_a_target_may_be_written_as_people_do(target: str) -> None:
    assert FIRST <= parse_target(target) <= LAST


def test_fields_are_found_wherever_they_are() -> None:
    crd: dict[str, Any] = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "x"},
        "spec": {"versions": [{"schema": {"x-kubernetes-validations": [{"optionalOldSelf": True}]}}]},
    }
    fields = [each.field for each in uses([crd]) if each.field]
    assert fields == ["**.x-kubernetes-validations", "**.x-kubernetes-validations.*.optionalOldSelf"]
    assert [rule for rule, _ in told(list(uses([crd])), "1.29")] == ["kubernetes/field-not-yet"]


@pytest.mark.parametrize("folder", [CRDS, DEPLOY / "base", DEPLOY / "components"], ids=lambda folder: folder.name)
def test_what_we_ship_works_on_every_supported_release(folder: Path) -> None:
    objects = [item for path in sorted(folder.rglob("*.yaml")) for item in read_if_any(path)]
    assert objects
    assert not list(judge_uses([*CONTROLLER, *uses(objects)], supported()))


def read_if_any(path: Path) -> list[dict[str, Any]]:
    if path.name == "kustomization.yaml":
        return []
    return read_manifests(path)


def test_the_table_is_in_order() -> None:
    for served in APIS.values():
        states = [state for state in (served.since, served.deprecated, served.removed) if state is not None]
        assert states == sorted(states)
        assert served.removed is None or served.instead
