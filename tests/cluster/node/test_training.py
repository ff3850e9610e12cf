"""The real thing: two MXNet jobs that train at once, with the same port, as plain pods and headless services."""

from __future__ import annotations

import pytest

from tests.cluster.node.pods import MEMBERS, Pods, training_job

pytestmark = pytest.mark.usefixtures("nodes")


def test_two_jobs_train_at_once_on_the_same_port(pods: Pods) -> None:
    jobs = ("north", "south")
    pods.apply(*(each for name in jobs for each in training_job(name)))
    for name in jobs:
        for role, index in MEMBERS:
            member = f"{name}-{role}-{index}"
            assert pods.finished(member, within=180)["status"]["phase"] == "Succeeded", pods.logs(member)
        for index in (0, 1):
            assert pods.logs(f"{name}-worker-{index}") == f"{name} 2 3.0\n"
