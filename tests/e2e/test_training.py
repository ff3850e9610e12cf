"""Real MXNet trains through real MXJobs: API server, controller, node and processes are all there."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.api.constants import LABEL_JOB_NAME
from fork_tools.cluster.lifecycle import Cluster
from fork_tools.demo.training import Training, read_log
from tests.cluster.kubectl import output
from tests.e2e.conftest import EXAMPLE, REPOSITORY
from tests.e2e.jobs import apply, condition, example, pods, wait_for, wait_until_ended


def trainings(cluster: Cluster, job: str) -> list[Training | None]:
    workers = [f"{job}-worker-0", f"{job}-worker-1"]
    wait_until_ended(cluster, *workers)
    return [read_log(output(cluster, "logs", worker)) for worker in workers]


def test_the_example_trains_and_leaves_nothing_behind(training_cluster: Cluster) -> None:
    output(training_cluster, "apply", "-k", str(EXAMPLE))
    wait_for(training_cluster, "mxnet-digits", "Succeeded")

    first, second = trainings(training_cluster, "mxnet-digits")

    assert first is not None
    assert second is not None
    assert first.weights == second.weights
    assert first.accuracy >= first.wanted_accuracy
    assert first.accuracy == second.accuracy
    wait_until_ended(training_cluster, "mxnet-digits-scheduler-0", "mxnet-digits-server-0")

    output(training_cluster, "delete", "-k", str(EXAMPLE))
    selector = f"{LABEL_JOB_NAME}=mxnet-digits"
    output(training_cluster, "wait", "--for=delete", "pods,services", "-l", selector, "--timeout=60s")
    assert pods(training_cluster, "mxnet-digits") == {}


def test_two_jobs_train_at_once_on_the_same_port(training_cluster: Cluster) -> None:
    names = ("twin-a", "twin-b")
    apply(training_cluster, [item for name in names for item in example(training_cluster, name=name)])
    for name in names:
        wait_for(training_cluster, name, "Succeeded")

    for name in names:
        first, second = trainings(training_cluster, name)
        assert first is not None
        assert second is not None
        assert first.weights == second.weights
        assert first.epochs == 2


def test_a_command_that_does_not_exist_fails_the_job_and_says_so(training_cluster: Cluster) -> None:
    apply(training_cluster, example(training_cluster, name="misspelt", command=["pythn", "/training/train.py"]))

    wait_for(training_cluster, "misspelt", "Failed")

    failed = condition(training_cluster, "misspelt", "Failed")
    assert failed is not None
    assert "misspelt" in failed["message"]
    terminated = [
        status["state"]["terminated"]
        for pod in pods(training_cluster, "misspelt").values()
        for status in pod["status"]["containerStatuses"]
        if "terminated" in status["state"]
    ]
    assert any("pythn" in end.get("message", "") for end in terminated)
    assert all(end["exitCode"] != 0 for end in terminated)


@pytest.mark.parametrize(
    "folder",
    [path.parent for path in sorted((REPOSITORY / "examples").glob("*/kustomization.yaml"))],
    ids=lambda path: path.name,
)
def test_the_api_server_takes_every_example_as_it_stands(training_cluster: Cluster, folder: Path) -> None:
    taken = output(training_cluster, "apply", "-k", str(folder), "--dry-run=server", "--validate=strict", "-o", "name")

    assert "mxjob.kubeflow.org/" in taken
