"""What the CRD lets in, fills in, prunes and refuses (spec §9.1, and what §9.3 wants refused at admission)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes.client import ApiException

from fork_tools.cluster.lifecycle import Cluster
from fork_tools.compat.conformance.scenario import RECORDINGS
from tests.cluster.mxjobs import MXJobs, Object, container, mxjob, of_types, reason, replicas

RECORDED = sorted(RECORDINGS.glob("*.json"))
LONGEST_NAME = "j" * 54  # with -worker-0 just 63 characters


@pytest.fixture
def jobs(cluster: Cluster, namespace: str) -> MXJobs:
    return MXJobs(cluster.kubeconfig, namespace)


@pytest.mark.parametrize("recording", RECORDED, ids=lambda path: path.stem)
def test_a_job_is_stored_as_under_v1_8_1(jobs: MXJobs, recording: Path) -> None:
    scenario = yaml.safe_load(recording.with_suffix(".yaml").read_text(encoding="utf-8"))
    stored = jobs.create(scenario["job"])["spec"]
    recorded = next(iter(json.loads(recording.read_text(encoding="utf-8")).values()))["job"]["spec"]
    # Some recordings begin with a job that was resumed.
    recorded["runPolicy"]["suspend"] = stored["runPolicy"]["suspend"]
    assert stored == recorded


def pod(**fields: Any) -> Object:
    return mxjob(Worker=replicas(pod=fields))


def sole_container(**fields: Any) -> Object:
    return mxjob(Worker=replicas(container(**fields)))


def without_image(name: str) -> Object:
    return {"name": name}


ACCEPTED = [
    pytest.param(mxjob(), id="a single worker"),
    pytest.param(mxjob(run_policy={}), id="an empty run policy"),
    pytest.param(mxjob(Worker={"template": replicas()["template"]}), id="neither replicas nor restart policy"),
    pytest.param(mxjob(Worker=replicas(restartPolicy="")), id="an empty restart policy means Never"),
    pytest.param(mxjob(Worker=replicas(replicas=0)), id="144: no replicas"),
    pytest.param(mxjob(scheduler=replicas(), SERVER=replicas(), wOrKer=replicas()), id="20: types in any case"),
    pytest.param(mxjob(tunertracker=replicas(), TUNER=replicas()), id="21: tuner types in any case"),
    pytest.param(mxjob(Worker=replicas(), Foo=replicas()), id="66: an unknown type runs"),
    pytest.param(of_types({"Worker": replicas(), "2nd-Eval": replicas()}), id="an unknown type with digit and hyphen"),
    pytest.param(mxjob(mode="MXTune"), id="a mode that does not fit the types"),
    pytest.param(mxjob(Scheduler=replicas(replicas=2), Worker=replicas()), id="two schedulers"),
    pytest.param(mxjob(Worker=replicas(replicas=3)), id="workers without a scheduler"),
    pytest.param(mxjob(LONGEST_NAME), id="the longest name"),
    pytest.param(mxjob(LONGEST_NAME, Worker=replicas(replicas=10)), id="the longest name with ten workers"),
    pytest.param(mxjob("j" * 63, Worker=replicas(replicas=0)), id="no replicas to name"),
    pytest.param(pod(restartPolicy="ExitCode"), id="a template's restart policy is replaced anyway"),
    pytest.param(pod(initContainers=[without_image("prepare")]), id="35: init containers are not judged"),
    pytest.param(pod(tolerations=[{"key": "gpu", "operator": "Exists", "effect": ""}]), id="an empty effect"),
    pytest.param(pod(hostAliases=[{"ip": "127.0.0.1", "hostnames": [name]} for name in "ab"]), id="one IP twice"),
    pytest.param(pod(imagePullSecrets=[{"name": "key"}, {"name": "key"}]), id="a pull secret twice"),
    pytest.param(sole_container(env=[{"name": "A", "value": "1"}, {"name": "A"}]), id="a variable twice"),
    pytest.param(sole_container(imagePullPolicy=""), id="an empty pull policy"),
    pytest.param(sole_container(resources={"limits": {"cpu": 2, "memory": "1.5Gi"}}), id="a number as quantity"),
    pytest.param(sole_container(ports=[{"containerPort": 80}, {"containerPort": 81}]), id="two ports without names"),
    pytest.param(
        sole_container(ports=[{"containerPort": 80}, {"containerPort": 80, "protocol": "UDP"}]),
        id="one port in two protocols",
    ),
    pytest.param(sole_container(livenessProbe={"httpGet": {"port": "metrics"}}), id="a port by its name"),
    pytest.param(mxjob(Worker=replicas(container(), container("sidecar"))), id="a sidecar"),
    pytest.param(mxjob(run_policy={"schedulingPolicy": {"minAvailable": 10, "minResources": {"cpu": 4}}}), id="gang"),
    pytest.param(
        mxjob(run_policy={"activeDeadlineSeconds": 0, "backoffLimit": 0, "ttlSecondsAfterFinished": 0}), id="zeros"
    ),
    pytest.param(mxjob(run_policy={"managedBy": "kubeflow.org/training-operator"}), id="161: managed by us"),
    pytest.param(mxjob(run_policy={"managedBy": "kueue.x-k8s.io/multikueue"}), id="161: managed by Kueue"),
]


@pytest.mark.parametrize("job", ACCEPTED)
def test_what_ran_under_v1_8_1_is_stored_as_sent(jobs: MXJobs, job: Object) -> None:
    stored = jobs.create(job, dry_run=True)["spec"]
    assert without_defaults(stored) == without_defaults(job["spec"])


def without_defaults(spec: Object) -> Object:
    """Drop the two fields that the CRD fills in."""
    types = spec["mxReplicaSpecs"].values()
    for port in (port for each in types for part in pod_containers(each) for port in part.get("ports", ())):
        if port.get("protocol") == "TCP":
            del port["protocol"]
    policy = {field: value for field, value in spec.get("runPolicy", {}).items() if field != "suspend"}
    return spec | {"runPolicy": policy}


def pod_containers(replica_spec: Object) -> list[Object]:
    return list(replica_spec["template"]["spec"]["containers"])


def spec_without(field: str) -> Object:
    job = mxjob()
    del job["spec"][field]
    return job


REFUSED = [
    pytest.param(
        {"metadata": {"name": "job"}, "kind": "MXJob"}, "spec: Invalid value: spec is missing: describe", id="no spec"
    ),
    pytest.param(spec_without("jobMode"), "spec.jobMode: Required value", id="3: no mode"),
    pytest.param(spec_without("mxReplicaSpecs"), "spec.mxReplicaSpecs: Required value", id="3: no replica specs"),
    pytest.param(mxjob(mode="Train"), 'supported values: "MXTrain", "MXTune"', id="10: another mode"),
    pytest.param(of_types({}), "should have at least 1 properties", id="9: an empty map of replica specs"),
    pytest.param(mxjob(Worker=None), "should have at least 1 properties", id="9, 29: a null replica spec"),
    pytest.param(mxjob(Worker={}), "Worker.template: Required value", id="32: an empty replica spec"),
    pytest.param(mxjob(Worker={"template": {}}), "template.spec: Required value", id="32: an empty template"),
    pytest.param(pod(containers=[]), "should have at least 1 items", id="26: no containers"),
    pytest.param(mxjob(Worker=replicas(container("main"))), "rename the container or add one", id="28: none is mxnet"),
    pytest.param(sole_container(image=""), "containers[0].image: Invalid value", id="27: an empty image"),
    pytest.param(
        mxjob(Worker=replicas(container(), without_image("sidecar"))), "containers[1].image: Required", id="27: sidecar"
    ),
    pytest.param(mxjob(Worker=replicas(replicas=-1)), "greater than or equal to 0", id="33: negative replicas"),
    pytest.param(mxjob(Worker=replicas(replicas=2**31)), "replicas", id="more replicas than an int32 holds"),
    pytest.param(mxjob(Worker=replicas(restartPolicy="Foo")), 'supported values: "Always"', id="10: restart policy"),
    pytest.param(mxjob(run_policy={"cleanPodPolicy": "none"}), 'supported values: "All"', id="10: clean policy"),
    pytest.param(mxjob(run_policy={"cleanPodPolicy": ""}), 'supported values: "All"', id="10: an empty clean policy"),
    pytest.param(mxjob(run_policy={"ttlSecondsAfterFinished": -1}), "greater than or equal to 0", id="negative TTL"),
    pytest.param(mxjob(run_policy={"activeDeadlineSeconds": -1}), "greater than or equal to 0", id="negative deadline"),
    pytest.param(mxjob(run_policy={"backoffLimit": -1}), "greater than or equal to 0", id="negative limit"),
    pytest.param(
        mxjob(run_policy={"schedulingPolicy": {"minAvailable": -1}}), "greater than or equal to 0", id="negative gang"
    ),
    pytest.param(mxjob(run_policy={"managedBy": "me"}), "supported values", id="161: managed by another"),
    pytest.param(mxjob(run_policy={"managedBy": ""}), "supported values", id="161: managed by nobody"),
    pytest.param(of_types({"a/b": replicas()}), "letters, digits and inner hyphens only", id="a type with a slash"),
    pytest.param(of_types({"Worker-": replicas()}), "letters, digits and inner hyphens only", id="a type ends so"),
    pytest.param(mxjob(Worker=replicas(), worker=replicas()), "keep one of them", id="B45: a type in two cases"),
    pytest.param(mxjob(Foo=replicas(), foo=replicas()), "keep one of them", id="B45: an unknown type in two cases"),
    pytest.param(
        mxjob("10test"), "metadata.name: Invalid value: metadata.name names", id="25: a name that starts with a digit"
    ),
    pytest.param(mxjob("a.b"), "starting with a letter", id="25: a name with a dot"),
    pytest.param(mxjob("A"), "metadata.name: Invalid value", id="25: an upper-case name"),
    pytest.param(mxjob("j" * 64), "at most 63", id="25: a name of 64 characters"),
    pytest.param(
        mxjob("j" * 60, Scheduler=replicas()), "metadata.name: Invalid value: pods", id="34: no room for the type"
    ),
    pytest.param(mxjob(LONGEST_NAME + "j"), "shorten metadata.name", id="34: one character too many"),
    pytest.param(
        mxjob(LONGEST_NAME, Worker=replicas(replicas=11)), "shorten metadata.name", id="34: one digit too many"
    ),
    pytest.param(sole_container(resources={"limits": {"cpu": "lots"}}), "limits.cpu: Invalid value", id="a quantity"),
]


@pytest.mark.parametrize(("job", "why"), REFUSED)
def test_what_could_not_run_is_refused_with_the_remedy(jobs: MXJobs, job: Object, why: str) -> None:
    assert why in jobs.refusal(job)


def test_4_unknown_fields_are_pruned(jobs: MXJobs) -> None:
    """A template keeps the part of its metadata that v1.8.1 kept."""
    metadata = {
        "labels": {"a": "b"},
        "annotations": {},
        "finalizers": ["example.test/x"],
        "name": "n",
        "namespace": "s",
    }
    worker = replicas()
    worker["template"]["metadata"] = metadata | {"creationTimestamp": None, "uid": "u", "generation": 3}
    job = mxjob(run_policy={"color": "red"}, Worker=worker)
    job["spec"]["shape"] = "round"
    stored = jobs.create(job)["spec"]
    assert stored["runPolicy"] == {"suspend": False}
    assert "shape" not in stored
    assert stored["mxReplicaSpecs"]["Worker"]["template"]["metadata"] == metadata


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(mxjob(run_policy={}), id="5: suspend is filled in"),
        pytest.param(mxjob(), id="5: and so is the run policy (B52)"),
    ],
)
def test_a_run_policy_is_always_stored(jobs: MXJobs, sent: Object) -> None:
    assert jobs.create(sent)["spec"]["runPolicy"] == {"suspend": False}


def test_6_7_the_queue_may_be_added_and_removed_but_not_changed(jobs: MXJobs) -> None:
    def queue(name: str | None) -> Object:
        return {"spec": {"runPolicy": {"schedulingPolicy": {"queue": name}}}}

    jobs.create(mxjob())
    jobs.patch("job", queue("a"))
    with pytest.raises(ApiException) as refused:
        jobs.patch("job", queue("b"))
    assert "queue is immutable: remove the field first" in reason(refused.value)
    assert jobs.get("job")["spec"]["runPolicy"]["schedulingPolicy"]["queue"] == "a"
    assert jobs.patch("job", queue(None))["spec"]["runPolicy"]["schedulingPolicy"] == {}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("kubeflow.org/training-operator", "kueue.x-k8s.io/multikueue", id="161: changed"),
        pytest.param(None, "kueue.x-k8s.io/multikueue", id="161: set"),
        pytest.param("kueue.x-k8s.io/multikueue", None, id="161: removed"),
    ],
)
def test_the_manager_of_a_job_stays(jobs: MXJobs, before: str | None, after: str | None) -> None:
    jobs.create(mxjob(run_policy={"managedBy": before}))
    with pytest.raises(ApiException) as refused:
        jobs.patch("job", {"spec": {"runPolicy": {"managedBy": after}}})
    assert "managedBy is immutable: create the job anew" in reason(refused.value)


def test_34_a_job_cannot_grow_beyond_what_its_name_allows(jobs: MXJobs) -> None:
    jobs.create(mxjob(LONGEST_NAME, Worker=replicas(replicas=10)))
    with pytest.raises(ApiException) as refused:
        jobs.patch(LONGEST_NAME, {"spec": {"mxReplicaSpecs": {"Worker": {"replicas": 11}}}})
    assert "shorten metadata.name" in reason(refused.value)


def test_8_spec_and_status_are_written_apart(jobs: MXJobs) -> None:
    jobs.create(mxjob())
    condition = {"type": "Created", "status": "True"}
    both = {"spec": {"jobMode": "MXTune"}, "status": {"conditions": [condition]}}
    assert jobs.patch_status("job", both)["spec"]["jobMode"] == "MXTrain"
    later = {"spec": {"jobMode": "MXTune"}, "status": {"conditions": []}}
    stored = jobs.patch("job", later)
    assert (stored["spec"]["jobMode"], stored["status"]) == ("MXTune", {"conditions": [condition]})


def test_every_field_of_the_status_is_kept(jobs: MXJobs) -> None:
    now = "2026-01-02T03:04:05Z"
    status: Object = {
        "conditions": [
            {
                "type": "Running",
                "status": "True",
                "reason": "MXJobRunning",
                "message": "MXJob job is running.",
                "lastUpdateTime": now,
                "lastTransitionTime": now,
            }
        ],
        "replicaStatuses": {
            "Scheduler": {},
            "Worker": {
                "active": 1,
                "succeeded": 2,
                "failed": 3,
                "selector": "a=b",
                "labelSelector": {"matchLabels": {"a": "b"}},
            },
        },
        "startTime": now,
        "completionTime": now,
        "lastReconcileTime": now,
        "restarts": {"count": 2, "uids": ["7d0f1c0e"], "disrupted": ["job-worker-0"]},
    }
    jobs.create(mxjob())
    assert jobs.patch_status("job", {"status": status})["status"] == status
