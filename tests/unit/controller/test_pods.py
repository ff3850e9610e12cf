from __future__ import annotations

import copy
from typing import Any

import pytest

from controller.api.mxjob import read
from controller.reconcile.pods import PodGang, pod_manifest, template_warnings
from tests.unit.controller.builders import dist_job, mxjob, replica_spec, template

VOLCANO = PodGang("volcano", annotations={"scheduling.k8s.io/group-name": "demo", "volcano.sh/task-spec": "worker"})
COSCHEDULING = PodGang("scheduler-plugins", labels={"scheduling.x-k8s.io/pod-group": "demo"})


def pod_of(
    raw: dict[str, Any], replica_type: str = "Worker", index: int = 0, gang: PodGang | None = None
) -> dict[str, Any]:
    job = read(raw)
    spec = job.spec_of(replica_type)
    assert spec
    return pod_manifest(job, spec, index, gang)


def warnings_of(raw: dict[str, Any], gang: PodGang | None = None) -> list[str]:
    spec = read(raw).spec_of("Worker")
    assert spec
    warnings = template_warnings(spec, gang)
    assert all(warning.type == "Warning" for warning in warnings)
    return [warning.reason for warning in warnings]


def worker(**spec: Any) -> dict[str, Any]:
    return mxjob(worker=replica_spec(**spec))


def with_metadata(**metadata: Any) -> dict[str, Any]:
    return worker(template=template() | {"metadata": metadata})


def test_39_owned_by_the_job() -> None:
    assert pod_of(dist_job())["metadata"]["ownerReferences"] == [
        {
            "apiVersion": "kubeflow.org/v1",
            "kind": "MXJob",
            "name": "demo",
            "uid": "uid-of-demo",
            "controller": True,
            "blockOwnerDeletion": True,
        }
    ]


def test_40_labels_say_which_replica_it_is_whatever_the_template_says() -> None:
    raw = with_metadata(labels={"team": "vision", "training.kubeflow.org/job-name": "fake"})
    assert pod_of(raw, index=3)["metadata"]["labels"] == {
        "team": "vision",
        "training.kubeflow.org/operator-name": "mxjob-controller",
        "training.kubeflow.org/job-name": "demo",
        "training.kubeflow.org/replica-type": "worker",
        "training.kubeflow.org/replica-index": "3",
    }


@pytest.mark.parametrize(
    ("replica_type", "index", "role"),
    [
        pytest.param("Server", 0, "master", id="41: the first server"),
        pytest.param("Server", 1, "master", id="41: every other server"),
        pytest.param("Scheduler", 0, None, id="41: not the scheduler"),
        pytest.param("Worker", 0, None, id="41: not a worker"),
        pytest.param("TunerServer", 0, None, id="41: not a tuner server"),
    ],
)
def test_job_role(replica_type: str, index: int, role: str | None) -> None:
    pod = pod_of(dist_job(server=2, tuner_server=1), replica_type, index)
    assert pod["metadata"]["labels"].get("training.kubeflow.org/job-role") == role


def test_42_of_the_templates_metadata_labels_annotations_and_finalizers_are_kept() -> None:
    raw = with_metadata(
        name="mine", namespace="elsewhere", annotations={"a": "b"}, finalizers=["x/y"], generateName="mine-"
    )
    metadata = pod_of(raw)["metadata"]
    assert set(metadata) == {"name", "namespace", "labels", "ownerReferences", "annotations", "finalizers"}
    assert (metadata["name"], metadata["namespace"]) == ("demo-worker-0", "default")
    assert (metadata["annotations"], metadata["finalizers"]) == ({"a": "b"}, ["x/y"])


def test_42_nothing_empty_is_sent() -> None:
    metadata = pod_of(with_metadata(labels=None, annotations={}, finalizers=[]))["metadata"]
    assert set(metadata) == {"name", "namespace", "labels", "ownerReferences"}


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        pytest.param("ExitCode", "Never", id="43: ExitCode is the controller's to judge"),
        pytest.param("Never", "Never", id="43: Never"),
        pytest.param("OnFailure", "OnFailure", id="43: OnFailure"),
        pytest.param("Always", "Always", id="43: Always"),
    ],
)
def test_restart_policy(policy: str, expected: str) -> None:
    pod_policy = pod_of(worker(restart_policy=policy))["spec"]["restartPolicy"]
    assert (pod_policy, type(pod_policy)) == (expected, str)


def test_44_a_templates_restart_policy_is_overwritten_with_a_warning() -> None:
    raw = worker(restart_policy="Never", restartPolicy="Always")
    assert pod_of(raw)["spec"]["restartPolicy"] == "Never"
    assert warnings_of(raw) == ["SetPodTemplateRestartPolicy"]


def test_45_a_templates_scheduler_is_kept_without_a_word() -> None:
    raw = worker(schedulerName="mine")
    assert pod_of(raw)["spec"]["schedulerName"] == "mine"
    assert warnings_of(raw) == []


def test_62_every_app_container_gets_the_variables_and_no_init_container_does() -> None:
    containers = [
        {"name": "mxnet", "image": "i"},
        {"name": "sidecar", "image": "i", "env": [{"name": "A", "value": "b"}]},
    ]
    init = [{"name": "prep", "image": "i"}]
    spec = pod_of(worker(template={"spec": {"containers": containers, "initContainers": init}}))["spec"]
    trainer, sidecar = spec["containers"]
    assert {"name": "DMLC_ROLE", "value": "worker"} in trainer["env"]
    assert sidecar["env"] == [{"name": "A", "value": "b"}, *trainer["env"]]
    assert spec["initContainers"] == init


def test_63_the_controllers_value_comes_last_and_so_is_the_one_in_force() -> None:
    container = {"name": "mxnet", "image": "i", "env": [{"name": "DMLC_ROLE", "value": "x"}]}
    env = pod_of(worker(template={"spec": {"containers": [container]}}))["spec"]["containers"][0]["env"]
    assert {entry["name"]: entry["value"] for entry in env}["DMLC_ROLE"] == "worker"


def test_fields_that_nobody_here_knows_pass_through() -> None:
    container = {
        "name": "mxnet",
        "image": "i",
        "resizePolicy": [{"resourceName": "cpu"}],
        "brandNew": {"a": [None, 1.5]},
    }
    given = {"spec": {"containers": [container], "alsoNew": {"b": "c"}, "priority": 7}}
    spec = pod_of(worker(template=given))["spec"]
    assert (spec["alsoNew"], spec["priority"]) == ({"b": "c"}, 7)
    assert {key: spec["containers"][0][key] for key in container} == container


def test_the_stored_job_stays_as_it_is() -> None:
    raw = dist_job()
    before = copy.deepcopy(raw)
    first, second = (pod_of(raw, index=index)["spec"]["containers"][0]["env"] for index in (0, 1))
    assert first != second
    assert raw == before


def test_130_volcano_marks_pods_by_annotations() -> None:
    raw = with_metadata(annotations={"a": "b", "volcano.sh/task-spec": "mine"})
    pod = pod_of(raw, gang=VOLCANO)
    assert pod["spec"]["schedulerName"] == "volcano"
    assert pod["metadata"]["annotations"] == {"a": "b", **VOLCANO.annotations}


def test_131_scheduler_plugins_mark_pods_by_a_label() -> None:
    pod = pod_of(mxjob(worker=1), gang=COSCHEDULING)
    assert pod["spec"]["schedulerName"] == "scheduler-plugins"
    assert pod["metadata"]["labels"]["scheduling.x-k8s.io/pod-group"] == "demo"
    assert "annotations" not in pod["metadata"]


@pytest.mark.parametrize(
    ("chosen", "scheduler", "warnings"),
    [
        pytest.param(
            "mine", "mine", ["SetPodTemplateSchedulerName"], id="133: another scheduler is kept, with a warning"
        ),
        pytest.param("volcano", "volcano", [], id="133: the gang's own"),
        pytest.param("", "volcano", [], id="133: none"),
    ],
)
def test_scheduler_under_a_gang(chosen: str, scheduler: str, warnings: list[str]) -> None:
    raw = worker(schedulerName=chosen)
    assert pod_of(raw, gang=VOLCANO)["spec"]["schedulerName"] == scheduler
    assert pod_of(raw, gang=VOLCANO)["metadata"]["annotations"] == VOLCANO.annotations
    assert warnings_of(raw, VOLCANO) == warnings
