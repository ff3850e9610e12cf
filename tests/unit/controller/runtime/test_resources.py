"""Paths of the API."""

from __future__ import annotations

import pytest

from controller.runtime.resources import (
    MXJOBS,
    PODS,
    SCHEDULER_PLUGINS_POD_GROUPS,
    VOLCANO_POD_GROUPS,
    Resource,
    pod_groups,
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (PODS.path(), "/api/v1/pods"),
        (PODS.path("ns"), "/api/v1/namespaces/ns/pods"),
        (PODS.path("ns", "p"), "/api/v1/namespaces/ns/pods/p"),
        (MXJOBS.path("ns", "j", "status"), "/apis/kubeflow.org/v1/namespaces/ns/mxjobs/j/status"),
        (PODS.path("../nodes"), "/api/v1/namespaces/..%2Fnodes/pods"),
    ],
)
def test_path(path: str, expected: str) -> None:
    assert path == expected


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        ("", None),
        ("None", None),
        ("Volcano", VOLCANO_POD_GROUPS),
        ("scheduler-plugins-scheduler", SCHEDULER_PLUGINS_POD_GROUPS),
    ],
)
def test_pod_groups_of_a_gang_scheduler(flag: str, expected: Resource | None) -> None:
    assert pod_groups(flag) == expected
