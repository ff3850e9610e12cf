"""What is said about what a cluster holds; the cluster itself is in tests/cluster."""

from __future__ import annotations

from typing import Any

import pytest

from fork_tools.compat.doctor.controllers import judge_controllers
from fork_tools.compat.doctor.definition import judge_definition, judge_version
from fork_tools.compat.doctor.jobs import QUEUES, judge_gang_scheduling, judge_jobs, judge_kueue
from fork_tools.compat.doctor.permissions import Access, judge_permissions, review
from fork_tools.compat.doctor.webhooks import judge_webhooks
from tests.unit.controller.builders import dist_job

Object = dict[str, Any]


def crd(*, annotations: Object | None = None, stored: list[str] | None = None, **conditions: str) -> Object:
    return {
        "metadata": {"name": "mxjobs.kubeflow.org", "annotations": annotations},
        "status": {
            "storedVersions": stored or ["v1"],
            "conditions": [{"type": kind, "status": status} for kind, status in conditions.items()],
        },
    }


def workload(image: str, *args: str, name: str = "operator", replicas: int = 1) -> Object:
    template = {"spec": {"containers": [{"image": image, "args": list(args)}]}}
    return {"metadata": {"namespace": "kubeflow", "name": name}, "spec": {"replicas": replicas, "template": template}}


def webhook(*, resources: list[str], groups: list[str] | None = None, **fields: str) -> Object:
    rule = {
        "apiGroups": groups or ["kubeflow.org"],
        "apiVersions": ["v1"],
        "resources": resources,
        "operations": ["CREATE", "DELETE"],
    }
    service = {"namespace": "kubeflow", "name": "training-operator"}
    entry = {"name": "mx.kubeflow.org", "rules": [rule], "clientConfig": {"service": service}, **fields}
    return {"metadata": {"name": "validator"}, "webhooks": [entry]}


@pytest.mark.parametrize(
    ("version", "rules"),
    [
        ("v1.29.14", ["doctor/kubernetes-too-old"]),
        ("v1.30.0", []),
        ("v1.37.2-eks-1234", []),
        ("v2.0.0", []),
    ],
)
def test_versions(version: str, rules: list[str]) -> None:
    assert [finding.rule for finding in judge_version({"gitVersion": version})] == rules


@pytest.mark.parametrize(
    ("definition", "rules"),
    [
        pytest.param(None, ["doctor/crd-absent"], id="none"),
        pytest.param(crd(Established="True", NamesAccepted="True"), [], id="ours"),
        pytest.param(crd(NamesAccepted="False"), ["doctor/crd-not-established"], id="its names are taken"),
        pytest.param(crd(Terminating="True"), ["doctor/crd-not-established"], id="being deleted"),
        pytest.param(crd(stored=["v1beta1", "v1"]), ["doctor/stored-versions"], id="an older stored version"),
        pytest.param(crd(annotations={"meta.helm.sh/release-name": "t"}), ["doctor/crd-of-others"], id="by Helm"),
        pytest.param(
            crd(annotations={"controller-gen.kubebuilder.io/version": "v0.14.0"}), ["doctor/crd-of-others"], id="v1.8.1"
        ),
    ],
)
def test_definitions(definition: Object | None, rules: list[str]) -> None:
    assert [finding.rule for finding in judge_definition(definition)] == rules


@pytest.mark.parametrize(
    ("workloads", "rules"),
    [
        pytest.param([workload("kubeflow/training-operator:v1.8.1")], ["doctor/other-controller"], id="v1.8.1"),
        pytest.param([workload("kubeflow/training-operator:v1-04f9f13")], ["doctor/perhaps-other-controller"], id="v1"),
        pytest.param([workload("kubeflow/training-operator:v1.9.4")], [], id="v1.9 does not know MXJob"),
        pytest.param(
            [workload("kubeflow/training-operator:v1.8.1", "--enable-scheme=tfjob")], [], id="for other kinds only"
        ),
        pytest.param(
            [workload("kubeflow/training-operator:v1.8.1", "--enable-scheme", "MXJob")],
            ["doctor/other-controller"],
            id="for MXJob by name",
        ),
        pytest.param([workload("kubeflow/training-operator:v1.8.1", replicas=0)], [], id="scaled to zero"),
        pytest.param([workload("registry.test:5000/x/mxjob-controller:0.1.0")], [], id="ours"),
        pytest.param(
            [workload("mxjob-controller:1", name="a"), workload("mxjob-controller:1", name="b")],
            ["doctor/other-controller"],
            id="ours twice",
        ),
        pytest.param([workload("nginx")], [], id="something else"),
    ],
)
def test_controllers(workloads: list[Object], rules: list[str]) -> None:
    assert [finding.rule for finding in judge_controllers(workloads)] == rules


@pytest.mark.parametrize(
    ("configuration", "gone", "rules"),
    [
        pytest.param(webhook(resources=["mxjobs"]), True, ["doctor/webhook-without-service"], id="left over"),
        pytest.param(webhook(resources=["*"]), True, ["doctor/webhook-without-service"], id="for every kind"),
        pytest.param(webhook(resources=["mxjobs/status"]), False, ["doctor/webhook-of-others"], id="somebody is there"),
        pytest.param(
            webhook(resources=["mxjobs"], failurePolicy="Ignore"), True, ["doctor/webhook-of-others"], id="fails open"
        ),
        pytest.param(webhook(resources=["tfjobs"]), True, [], id="for another kind"),
        pytest.param(webhook(resources=["mxjobs"], groups=["apps"]), True, [], id="of another group"),
    ],
)
def test_webhooks(configuration: Object, gone: bool, rules: list[str]) -> None:
    missing = frozenset({("kubeflow", "training-operator")}) if gone else frozenset()
    assert [finding.rule for finding in judge_webhooks([configuration], missing)] == rules


def test_jobs_that_are_not_valid_are_named_with_all_their_problems() -> None:
    broken = dist_job() | {"spec": {"jobMode": "Dance", "mxReplicaSpecs": {}}}
    (finding,) = judge_jobs([dist_job(), broken])
    assert finding.details["problems"]
    assert finding.subject.endswith(broken["metadata"]["name"])


def test_gang_scheduling_is_missed_where_a_job_asks_for_it() -> None:
    asking = dist_job()
    asking["spec"].setdefault("runPolicy", {})["schedulingPolicy"] = {"queue": "q"}
    assert [finding.rule for finding in judge_gang_scheduling([asking], frozenset())] == [
        "doctor/gang-scheduler-absent"
    ]
    assert not list(judge_gang_scheduling([asking], frozenset({"podgroups.scheduling.volcano.sh"})))
    assert not list(judge_gang_scheduling([dist_job()], frozenset()))


@pytest.mark.parametrize(
    ("image", "told"),
    [
        ("registry.k8s.io/kueue/kueue:v0.10.2", []),
        ("registry.k8s.io/kueue/kueue:v0.11.0", ["Kueue v0.11 is installed; no MXJob has a queue"]),
        (
            "registry.test/kueue@sha256:0",
            ["Kueue is installed in a version that its image does not tell; no MXJob has a queue"],
        ),
    ],
)
def test_kueue(image: str, told: list[str]) -> None:
    findings = judge_kueue([dist_job()], frozenset({QUEUES}), [workload(image)])
    assert [finding.message for finding in findings] == told
    assert not list(judge_kueue([dist_job()], frozenset(), [workload(image)]))


def test_permissions() -> None:
    access = Access("kubeflow.org", "mxjobs/status", "patch")
    (finding,) = judge_permissions([access], "you")
    assert finding.subject == "patch mxjobs/status.kubeflow.org"
    path, body = review(access, "system:serviceaccount:ns:name")
    assert path.endswith("/subjectaccessreviews")
    assert body["spec"]["groups"] == ["system:serviceaccounts", "system:serviceaccounts:ns", "system:authenticated"]
    assert body["spec"]["resourceAttributes"]["subresource"] == "status"
