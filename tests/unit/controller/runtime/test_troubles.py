"""Lasting trouble is told once, with what to do about it, and its end as well."""

from __future__ import annotations

import logging

import pytest

from controller.runtime.errors import ApiError, RequestError, UnreachableError
from controller.runtime.resources import MXJOBS, PODS, VOLCANO_POD_GROUPS, Resource
from controller.runtime.troubles import Troubles, explain


class Clock:
    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def troubles(clock: Clock, caplog: pytest.LogCaptureFixture) -> Troubles:
    caplog.set_level(logging.INFO)
    return Troubles(clock)


def test_the_same_trouble_of_several_is_told_once(troubles: Troubles, caplog: pytest.LogCaptureFixture) -> None:
    for who in ("pods", "services", "pods"):
        troubles.report(who, "no way")
    assert caplog.messages == ["no way (trying again)"]


def test_it_is_over_when_the_last_one_is_out_of_it(troubles: Troubles, caplog: pytest.LogCaptureFixture) -> None:
    troubles.report("pods", "no way")
    troubles.report("services", "no way")
    troubles.settle("pods")
    assert "over: no way" not in caplog.messages
    troubles.settle("services")
    troubles.settle("services")
    assert caplog.messages == ["no way (trying again)", "over: no way"]


def test_another_trouble_is_told(troubles: Troubles, caplog: pytest.LogCaptureFixture) -> None:
    troubles.report("pods", "unreachable")
    troubles.report("pods", "forbidden")
    assert caplog.messages == ["unreachable (trying again)", "over: unreachable", "forbidden (trying again)"]


def test_lasting_trouble_is_told_again_now_and_then(
    troubles: Troubles, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    for clock.time in range(0, 601, 10):
        troubles.report("pods", "no way")
    assert caplog.messages == ["no way (trying again)"] * 3


@pytest.mark.parametrize(
    ("error", "resource", "namespace", "advice"),
    [
        pytest.param(UnreachableError("refused"), PODS, "", "the API server cannot be reached: refused", id="away"),
        pytest.param(
            ApiError(403, "Forbidden", "no"),
            MXJOBS,
            "",
            "not permitted to list mxjobs.kubeflow.org in all namespaces; next: give the controller's role that verb",
            id="forbidden",
        ),
        pytest.param(
            ApiError(403, "Forbidden", "no"),
            PODS,
            "team",
            "not permitted to list pods in namespace team; next: give the controller's role that verb",
            id="forbidden in its namespace",
        ),
        pytest.param(
            ApiError(404, "", ""),
            MXJOBS,
            "",
            "the CRD mxjobs.kubeflow.org is not installed; next: kubectl apply -f crds/kubeflow.org_mxjobs.yaml",
            id="no CRD",
        ),
        pytest.param(
            ApiError(404, "", ""),
            VOLCANO_POD_GROUPS,
            "",
            "the CRD podgroups.scheduling.volcano.sh is not installed; next: install the gang scheduler it belongs to",
            id="no gang scheduler",
        ),
        pytest.param(
            ApiError(503, "ServiceUnavailable", "etcd is away"),
            PODS,
            "",
            "the API server answers 503 to list pods: etcd is away",
            id="in trouble itself",
        ),
    ],
)
def test_advice(error: RequestError, resource: Resource, namespace: str, advice: str) -> None:
    assert explain(error, "list", resource, namespace) == advice
