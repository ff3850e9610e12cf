from __future__ import annotations

import copy
from typing import Any

import pytest

from controller.api.defaults import job_port, training_container, with_job_port
from controller.api.mxjob import CleanPodPolicy, ReplicaSpec, RestartPolicy, read
from tests.unit.controller.builders import mxjob, replica_spec, template

JOB_PORT = {"name": "mxjob-port", "containerPort": 9091}


def worker_of(**spec: Any) -> ReplicaSpec:
    worker = read(mxjob(worker=replica_spec(**spec))).spec_of("Worker")
    assert worker
    return worker


def ports_of(spec: ReplicaSpec) -> list[dict[str, Any]]:
    return list(training_container(spec.template)["ports"])


def test_12_a_minimal_job_gets_its_defaults() -> None:
    job = read(mxjob(worker=replica_spec(replicas=None)))
    (worker,) = job.replica_specs
    assert (worker.replicas, worker.restart_policy, worker.port) == (1, RestartPolicy.NEVER, 9091)
    assert ports_of(worker) == [JOB_PORT]
    assert job.run_policy.clean_pod_policy is CleanPodPolicy.NONE


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param("OnFailure", RestartPolicy.ON_FAILURE, id="13: one that is given is kept"),
        pytest.param("", RestartPolicy.NEVER, id="12: empty is Never"),
        pytest.param(None, RestartPolicy.NEVER, id="12: absent is Never"),
    ],
)
def test_restart_policy(given: str | None, expected: RestartPolicy) -> None:
    assert worker_of(restart_policy=given).restart_policy is expected


def test_14_replicas_given_are_kept() -> None:
    assert worker_of(replicas=3).replicas == 3


def test_17_a_clean_pod_policy_given_is_kept() -> None:
    assert read(mxjob(worker=1, cleanPodPolicy="All")).run_policy.clean_pod_policy is CleanPodPolicy.ALL


@pytest.mark.parametrize(
    ("ports", "expected", "number"),
    [
        pytest.param([], [JOB_PORT], 9091, id="12: added"),
        pytest.param([JOB_PORT], [JOB_PORT], 9091, id="15: not added twice"),
        pytest.param(
            [{"name": "mxjob-port", "containerPort": 9999}],
            [{"name": "mxjob-port", "containerPort": 9999}],
            9999,
            id="16: another number is kept",
        ),
        pytest.param(
            [{"name": "metrics", "containerPort": 8080}],
            [{"name": "metrics", "containerPort": 8080}, JOB_PORT],
            9091,
            id="18: added after the others",
        ),
        pytest.param(
            [{"containerPort": 9091}], [{"containerPort": 9091}, JOB_PORT], 9091, id="18: it is the name that counts"
        ),
    ],
)
def test_job_port(ports: list[dict[str, Any]], expected: list[dict[str, Any]], number: int) -> None:
    spec = worker_of(ports=ports)
    assert ports_of(spec) == expected
    assert spec.port == number


def test_19_without_a_container_mxnet_the_first_one_gets_the_port() -> None:
    given = {"spec": {"containers": [{"name": "a", "image": "i"}, {"name": "b", "image": "i"}]}}
    assert with_job_port(given)["spec"]["containers"] == [
        {"name": "a", "image": "i", "ports": [JOB_PORT]},
        {"name": "b", "image": "i"},
    ]


def test_only_the_training_container_gets_the_port() -> None:
    given = {"spec": {"containers": [{"name": "sidecar", "image": "i"}, {"name": "mxnet", "image": "i"}]}}
    assert with_job_port(given)["spec"]["containers"] == [
        {"name": "sidecar", "image": "i"},
        {"name": "mxnet", "image": "i", "ports": [JOB_PORT]},
    ]


def test_20_misspelt_types_are_known_and_the_stored_job_stays_as_it_is() -> None:
    raw = mxjob(specs={"wOrKer": replica_spec(2), "scheduler": replica_spec(), "SERVER": replica_spec()})
    before = copy.deepcopy(raw)
    assert [spec.type for spec in read(raw).replica_specs] == ["Scheduler", "Server", "Worker"]
    assert raw == before


def test_21_tuner_types_are_recased_too() -> None:
    raw = mxjob(specs={"tuner": replica_spec(), "tunertracker": replica_spec(), "TUNERSERVER": replica_spec()})
    assert [spec.type for spec in read(raw).replica_specs] == ["TunerTracker", "TunerServer", "Tuner"]


@pytest.mark.parametrize("ports", [[], [JOB_PORT], [{"containerPort": 1}]], ids=["no port", "the port", "another port"])
def test_22_defaulting_twice_is_defaulting_once(ports: list[dict[str, Any]]) -> None:
    once = with_job_port(template(ports=ports))
    assert with_job_port(once) == once
    assert job_port(once) == 9091
