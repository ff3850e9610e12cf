from __future__ import annotations

from typing import Any

import pytest

from controller.api.mxjob import read
from controller.reconcile.services import service_manifest
from tests.unit.controller.builders import dist_job, mxjob, replica_spec

JOB_PORT = {"name": "mxjob-port", "port": 9091, "protocol": "TCP"}


def service_of(raw: dict[str, Any], replica_type: str = "Worker", index: int = 0) -> dict[str, Any]:
    job = read(raw)
    spec = job.spec_of(replica_type)
    assert spec
    return service_manifest(job, spec, index)


def test_51_one_headless_service_selects_one_pod() -> None:
    service = service_of(dist_job(), "Server")
    labels = {
        "training.kubeflow.org/operator-name": "mxjob-controller",
        "training.kubeflow.org/job-name": "demo",
        "training.kubeflow.org/replica-type": "server",
        "training.kubeflow.org/replica-index": "0",
    }
    assert service["metadata"]["name"] == "demo-server-0"
    assert service["metadata"]["labels"] == service["spec"]["selector"] == labels
    assert service["spec"]["clusterIP"] == "None"
    assert service["spec"]["ports"] == [JOB_PORT]


def test_39_owned_by_the_job() -> None:
    (owner,) = service_of(dist_job())["metadata"]["ownerReferences"]
    assert (owner["name"], owner["uid"], owner["controller"], owner["blockOwnerDeletion"]) == (
        "demo",
        "uid-of-demo",
        True,
        True,
    )


def test_55_resolves_before_the_pod_is_ready() -> None:
    assert service_of(dist_job())["spec"]["publishNotReadyAddresses"] is True


@pytest.mark.parametrize(
    ("ports", "expected"),
    [
        pytest.param(
            [{"name": "mxjob-port", "containerPort": 9991}, {"name": "metrics", "containerPort": 8080}],
            [
                {"name": "mxjob-port", "port": 9991, "protocol": "TCP"},
                {"name": "metrics", "port": 8080, "protocol": "TCP"},
            ],
            id="52: two named ports",
        ),
        pytest.param(
            [{"containerPort": 1}, {"containerPort": 2}],
            [
                JOB_PORT,
                {"name": "port-1", "port": 1, "protocol": "TCP"},
                {"name": "port-2", "port": 2, "protocol": "TCP"},
            ],
            id="53: two unnamed ports",
        ),
        pytest.param(
            [{"name": "gossip", "containerPort": 53, "protocol": "UDP"}],
            [{"name": "gossip", "port": 53, "protocol": "UDP"}, JOB_PORT],
            id="53: UDP",
        ),
        pytest.param(
            [{"containerPort": 53}, {"containerPort": 53, "protocol": "UDP"}],
            [
                JOB_PORT,
                {"name": "port-53", "port": 53, "protocol": "TCP"},
                {"name": "port-53-udp", "port": 53, "protocol": "UDP"},
            ],
            id="53: one number, two protocols",
        ),
        pytest.param(
            [{"containerPort": 9091}, {"containerPort": 9091, "protocol": "TCP"}],
            [JOB_PORT],
            id="53: a number is exposed once, by name if it has one",
        ),
    ],
)
def test_ports(ports: list[dict[str, Any]], expected: list[dict[str, Any]]) -> None:
    assert service_of(mxjob(worker=replica_spec(ports=ports)))["spec"]["ports"] == expected


def test_52_only_the_training_container_is_exposed() -> None:
    sidecar = {"name": "sidecar", "image": "i", "ports": [{"name": "web", "containerPort": 80}]}
    template = {"spec": {"containers": [sidecar, {"name": "mxnet", "image": "i"}]}}
    assert service_of(mxjob(worker=replica_spec(template=template)))["spec"]["ports"] == [JOB_PORT]
