from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from controller.api.mxjob import read
from controller.api.validation import validate
from controller.reconcile.pods import pod_manifest, template_warnings
from controller.reconcile.services import service_manifest
from tests.unit.controller.builders import dist_job, mxjob, replica_spec, template
from tests.unit.controller.json_values import ANY_JSON, mutations

SPECS = "spec.mxReplicaSpecs"
CONTAINERS = f"{SPECS}.Worker.template.spec.containers"
NEEDS_MXNET = f'{CONTAINERS}: needs a container named "mxnet"'


def worker(**container: Any) -> dict[str, Any]:
    return mxjob(worker={"template": {"spec": {"containers": [{"name": "mxnet", "image": "i", **container}]}}})


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(dist_job("test"), id="23: dist job"),
        pytest.param(mxjob(worker=1), id="12: minimal job"),
        pytest.param(mxjob("a" * 54, worker=1), id="34: 63 characters in all"),
        pytest.param(dist_job(scheduler=2), id="more than one scheduler"),
        pytest.param(dist_job(worker=0), id="144: a type with 0 replicas is as good as absent"),
        pytest.param(mxjob(specs={"Foo": replica_spec()}), id="66: unknown type"),
        pytest.param(mxjob(mode="MXTune", worker=1), id="64: mode and types that do not fit"),
        pytest.param(mxjob(worker=replica_spec(restart_policy="")), id="12: empty restart policy"),
        pytest.param(
            mxjob(worker=1, ttlSecondsAfterFinished=-1, backoffLimit=-1), id="114: negative limits act as zero"
        ),
        pytest.param(
            mxjob(worker=replica_spec(initContainers=[{"name": "prep"}])), id="35: init containers are not looked at"
        ),
        pytest.param(mxjob(worker=1, managedBy="somebody"), id="161: who manages it is not judged here"),
        pytest.param(worker(ports=None, env=None, resources=None), id="nulls are absent"),
    ],
)
def test_valid(raw: dict[str, Any]) -> None:
    assert validate(raw) == ()


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        pytest.param({"metadata": {"name": "test"}}, "spec: is missing", id="24: no spec"),
        pytest.param({"metadata": {"name": "test"}, "spec": "x"}, "spec: is missing", id="24: spec of another type"),
        pytest.param(mxjob(), f"{SPECS}: needs at least one replica type", id="9: no types"),
        pytest.param(
            {"metadata": {"name": "test"}, "spec": {"jobMode": "MXTrain"}},
            f"{SPECS}: needs at least one replica type",
            id="24: no replica specs",
        ),
        pytest.param(mxjob("10test", worker=1), "metadata.name: '10test' cannot name services", id="25: digit first"),
        pytest.param(mxjob("a.b", worker=1), "metadata.name: 'a.b' cannot name services", id="25: dot"),
        pytest.param(mxjob("A", worker=1), "metadata.name: 'A' cannot name services", id="25: upper case"),
        pytest.param(mxjob("a-", worker=1), "metadata.name: 'a-' cannot name services", id="25: hyphen last"),
        pytest.param(mxjob("a\n", worker=1), r"metadata.name: 'a\n' cannot name services", id="25: line end"),
        pytest.param(
            mxjob("a" * 64, worker=1), f"metadata.name: '{'a' * 64}' cannot name services", id="25: 64 characters"
        ),
        pytest.param(mxjob(worker={"template": {"spec": {"containers": []}}}), NEEDS_MXNET, id="26: no containers"),
        pytest.param(mxjob(worker={}), NEEDS_MXNET, id="32: nothing at all"),
        pytest.param(mxjob(worker={"template": {}}), NEEDS_MXNET, id="32: empty template"),
        pytest.param(worker(image=""), f"{CONTAINERS}[0].image: is empty; name an image", id="27: empty image"),
        pytest.param(worker(image=None), f"{CONTAINERS}[0].image: is empty; name an image", id="27: no image"),
        pytest.param(
            mxjob(
                worker={"template": {"spec": {"containers": [{"name": "mxnet", "image": "i"}, {"name": "sidecar"}]}}}
            ),
            f"{CONTAINERS}[1].image: is empty; name an image",
            id="27: no image in a sidecar",
        ),
        pytest.param(worker(name="mx"), NEEDS_MXNET, id="28: no container mxnet"),
        pytest.param(mxjob(specs={"Worker": None}), f"{SPECS}.Worker: expected object, got null", id="29: null"),
        pytest.param(mxjob(worker=-1), f"{SPECS}.Worker.replicas: -1 is negative; use 0 or more", id="33: negative"),
        pytest.param(
            mxjob("a" * 60, scheduler=1),
            f"metadata.name: '{'a' * 60}-scheduler-0', the name of a pod and its service, has 72 characters; "
            "make the job's name at least 9 shorter",
            id="34: too long for a service",
        ),
        pytest.param(
            mxjob("a" * 54, worker=11),
            f"metadata.name: '{'a' * 54}-worker-10', the name of a pod and its service, has 64 characters",
            id="34: its last replica is what counts",
        ),
        pytest.param(mxjob(worker=0, server=0), f"{SPECS}: every type has 0 replicas", id="144: nothing to run"),
        pytest.param(
            mxjob(worker=2**31 - 1),
            f"{SPECS}: 2147483647 replicas are too many; ask for at most 10000",
            id="146: too many",
        ),
        pytest.param(mxjob(worker=2**31), f"{SPECS}.Worker.replicas: expected int <= 2147483647", id="no int32"),
        pytest.param(
            mxjob(worker=replica_spec(True)),
            f"{SPECS}.Worker.replicas: expected int, got bool",
            id="a truth is no number",
        ),
        pytest.param(
            mxjob(worker=1, cleanPodPolicy="none"),
            "spec.runPolicy.cleanPodPolicy: 'none' is unknown; use one of All, Running, None",
            id="10: cleanPodPolicy in another case",
        ),
        pytest.param(
            mxjob(worker=1, cleanPodPolicy=""),
            "spec.runPolicy.cleanPodPolicy: '' is unknown",
            id="10: cleanPodPolicy empty",
        ),
        pytest.param(
            mxjob(worker=replica_spec(restart_policy="Foo")),
            f"{SPECS}.Worker.restartPolicy: 'Foo' is unknown; use one of Always, OnFailure, Never, ExitCode",
            id="10: restartPolicy Foo",
        ),
        pytest.param(
            mxjob(mode="Train", worker=1),
            "spec.jobMode: 'Train' is unknown; use one of MXTrain, MXTune",
            id="10: jobMode Train",
        ),
        pytest.param(
            mxjob(mode="x" * 300_000, worker=1),
            f"spec.jobMode: '{'x' * 37}...{'x' * 38}' is unknown",
            id="30: a long value is told by its ends",
        ),
        pytest.param(
            mxjob(mode=[[[[["x"]]]]], worker=1),  # type: ignore[arg-type]  # what an older CRD may have let in
            "spec.jobMode: [[[[...]]]] is unknown",
            id="30: a deep value is told by its outside",
        ),
        pytest.param(
            mxjob(worker=1, specs={"worker": replica_spec()}),
            f"{SPECS}: Worker and worker are the same replica type; keep one of them, as Worker",
            id="21: the same type twice",
        ),
        pytest.param(
            mxjob(specs={"Foo": replica_spec(), "FOO": replica_spec()}),
            f"{SPECS}: FOO and Foo are the same replica type",
            id="21: an unknown type twice, as its pods would share names",
        ),
        pytest.param(
            mxjob(specs={"a.b": replica_spec()}),
            f"{SPECS}.a.b: cannot be part of a pod's name",
            id="66: type with a dot",
        ),
        pytest.param(
            mxjob(worker=1) | {"spec": {"runPolicy": "x"}}, "spec.runPolicy: expected object, got str", id="no object"
        ),
        pytest.param(
            mxjob(worker=1, suspend="yes"), "spec.runPolicy.suspend: expected bool, got str", id="suspend is no text"
        ),
        pytest.param(
            worker(ports=[{"name": "x"}]),
            f"{CONTAINERS}[0].ports[0]: object missing required field containerPort",
            id="port without a number",
        ),
        pytest.param(worker(env=["A=b"]), f"{CONTAINERS}[0].env[0]: expected object, got str", id="variable as a text"),
    ],
)
def test_problem(raw: dict[str, Any], problem: str) -> None:
    assert any(found.startswith(problem) for found in validate(raw)), validate(raw)


def test_every_problem_is_named() -> None:
    raw = mxjob(
        "A", mode="x", cleanPodPolicy="x", scheduler=-1, worker=replica_spec(template=template() | {"spec": {}})
    )
    paths = [problem.partition(": ")[0] for problem in validate(raw)]
    assert paths == [
        "metadata.name",
        "spec.jobMode",
        "spec.runPolicy.cleanPodPolicy",
        "spec.mxReplicaSpecs.Scheduler.replicas",
        "spec.mxReplicaSpecs.Worker.template.spec.containers",
    ]


@given(ANY_JSON, ANY_JSON)
def test_158_nothing_stored_makes_it_raise(metadata: Any, spec: Any) -> None:
    problems = validate({"metadata": metadata, "spec": spec})
    assert all(problem.startswith(("metadata.", "spec")) and ": " in problem for problem in problems)


@given(mutations(dist_job(cleanPodPolicy="All", schedulingPolicy={"minAvailable": 2})))
def test_158_what_is_found_valid_can_be_built(raw: dict[str, Any]) -> None:
    if validate(raw):
        return
    job = read(raw)
    assert 1 <= job.total_replicas <= 10_000
    assert len(job.replica_specs) == len(raw["spec"]["mxReplicaSpecs"])
    for spec in job.replica_specs:
        template_warnings(spec)
        for manifest in (pod_manifest(job, spec, 0), service_manifest(job, spec, 0)):
            assert manifest["metadata"]["name"].startswith(job.name)
