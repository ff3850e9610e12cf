"""What is looked for before the work begins."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
import yaml

from controller.runtime.preflight import definition, other_controllers, permissions, stale_webhooks
from controller.runtime.resources import VOLCANO_POD_GROUPS
from fork_tools.cluster.crds import MXJOB_CRD

Object = dict[str, Any]
WEBHOOK = "validator.mxjob.training-operator.kubeflow.org"


def deployment(*arguments: str, replicas: int = 1) -> Object:
    pod = {"serviceAccountName": "training-operator", "containers": [{"command": ["/manager"], "args": arguments}]}
    spec = {"replicas": replicas, "template": {"spec": pod}}
    return {"metadata": {"name": "training-operator", "namespace": "kubeflow"}, "spec": spec}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param(deployment(), True, id="every kind is on by default"),
        pytest.param(deployment("--enable-scheme=tfjob", "--enable-scheme=mxjob"), True, id="named"),
        pytest.param(deployment("-enable-scheme", "MXJob"), True, id="as Go takes it, in two words"),
        pytest.param(deployment("--enable-scheme=tfjob"), False, id="others only"),
        pytest.param(deployment(replicas=0), False, id="scaled down"),
        pytest.param(deployment("--gang-scheduler-name=mxjob"), True, id="another flag"),
    ],
)
def test_a_training_operator_is_a_rival_unless_its_flags_say_otherwise(found: Object, expected: bool) -> None:
    decoded = msgspec.convert(found, other_controllers.Deployment)
    rivals = list(other_controllers.rivals([decoded]))
    assert bool(rivals) is expected
    assert {each.user for each in rivals} <= {"system:serviceaccount:kubeflow:training-operator"}


def test_only_v1_8_1s_entry_that_fails_closed_is_told_with_its_place() -> None:
    webhooks = [{"name": "validator.tfjob.training-operator.kubeflow.org"}, {"name": WEBHOOK}]
    stale = {"metadata": {"name": "stale"}, "webhooks": webhooks}
    open_one = {"metadata": {"name": "open"}, "webhooks": [{"name": WEBHOOK, "failurePolicy": "Ignore"}]}
    found = msgspec.convert({"items": [stale, open_one]}, stale_webhooks.Configurations)
    (told,) = stale_webhooks.complaints(found.items)
    assert "kubectl patch validatingwebhookconfiguration stale " in told
    assert '"path":"/webhooks/1"' in told


def published(schema: Object) -> Object:
    marks = [{"group": "kubeflow.org", "version": "v1", "kind": "MXJob"}]
    return {"components": {"schemas": {"x": schema | {"x-kubernetes-group-version-kind": marks}}}}


OURS = yaml.safe_load(MXJOB_CRD.read_text(encoding="utf-8"))["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
OLD = {
    "properties": {
        "status": {"properties": {"conditions": {}}},
        "spec": {"properties": {"runPolicy": {"properties": {"suspend": {}}}}},
    }
}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param(published(OURS), (), id="ours"),
        pytest.param(published(OLD), ("status.restarts", "spec.runPolicy.managedBy"), id="of v1.8.1's shape"),
        pytest.param(published({"x-kubernetes-preserve-unknown-fields": True}), (), id="one that prunes nothing"),
        pytest.param({}, (), id="nothing is published"),
    ],
)
def test_a_crd_that_drops_what_we_write_is_noticed(document: Object, expected: tuple[str, ...]) -> None:
    assert definition.lacking(document) == expected


def test_what_is_not_permitted_is_told_with_what_it_costs() -> None:
    missing = [each for each in permissions.needs(VOLCANO_POD_GROUPS) if each.verb == "delete"]
    told = list(permissions.complaints(missing, "team"))
    assert told[0].startswith("not permitted to delete mxjobs.kubeflow.org in namespace team, so ttlSeconds")
    assert any("podgroups.scheduling.volcano.sh in namespace team, so gangs" in line for line in told)
    (status,) = permissions.complaints([permissions.needs(None)[0]], "")
    assert status.startswith("not permitted to patch mxjobs/status.kubeflow.org in all namespaces, so no status")
