"""Kubeflow's own SDK as the client: what it asks for, waits for and reads is what it was made to find (spec §1.5)."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from fork_tools.cluster.lifecycle import Cluster
from tests.cluster.kubectl import output
from tests.cluster.mxjobs import container, mxjob, replicas
from tests.e2e.conftest import EXAMPLE, REPOSITORY

Story = Callable[[str], dict[str, Any]]

_serial = itertools.count(1)


@pytest.fixture(scope="session")
def sdk_python() -> Path:
    """Find the environment that `make test` has made for the SDK."""
    python = REPOSITORY / ".venv-sdk" / "bin" / "python"
    assert python.exists(), "next: make .venv-sdk/.installed"
    return python


@pytest.fixture
def namespace(training_cluster: Cluster) -> Iterator[str]:
    name = f"sdk-{next(_serial)}"
    output(training_cluster, "create", "namespace", name)
    yield name
    output(training_cluster, "delete", "namespace", name, "--wait=false")


@pytest.fixture
def live(training_cluster: Cluster, namespace: str, sdk_python: Path) -> Story:
    """Let the SDK live one of the stories of `tests.e2e.sdk` in the namespace; return what it was told."""

    def tell(story: str) -> dict[str, Any]:
        command = [str(sdk_python), "-m", "tests.e2e.sdk", str(training_cluster.kubeconfig), namespace, story]
        run = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
        told: dict[str, Any] = json.loads(run.stdout)
        return told

    return tell


def test_160_a_training_is_followed_to_its_success(training_cluster: Cluster, namespace: str, live: Story) -> None:
    script = f"--from-file={EXAMPLE / 'train.py'}"
    output(training_cluster, "create", "configmap", "digits", script, "--namespace", namespace)

    told = live("train")

    assert told["conditions"] == {"Created": "True", "Running": "False", "Succeeded": "True"}
    assert told["last state while waiting"] == "Succeeded"
    assert told["is"] == {
        "created": True,
        "running": False,
        "restarting": False,
        "succeeded": True,
        "failed": False,
    }
    assert told["pods"] == {
        "scheduler": ["digits-scheduler-0"],
        "server": ["digits-server-0"],
        "worker": ["digits-worker-0", "digits-worker-1"],
    }
    assert told["second worker"] == ["digits-worker-1"]
    everything = "digits-scheduler-0, digits-server-0, digits-worker-0, digits-worker-1"
    assert {f"Created services: {everything}", f"Created pods: {everything}"} <= set(told["events"])

    # An MXJob's masters have always been its servers, so theirs are the logs that the SDK shows by default.
    assert told["masters"] == ["digits-server-0"]
    assert set(told["logs"]) == {"digits-server-0"}
    assert "Bind to role=server" in told["logs"]["digits-server-0"]
    assert re.search(r"Bind to role=scheduler, .*port=9991\b", told["scheduler's logs"]["digits-scheduler-0"])
    weights = {
        worker: re.findall("final weights sha256 ([0-9a-f]{64})", log) for worker, log in told["followed"].items()
    }
    assert set(weights) == {"digits-worker-0", "digits-worker-1"}
    assert len(weights["digits-worker-0"]) == 1
    assert weights["digits-worker-0"] == weights["digits-worker-1"]


def test_a_job_that_kubectl_made_without_run_policy_is_listed_with_the_others(
    training_cluster: Cluster, namespace: str, live: Story
) -> None:
    theirs = mxjob("theirs", Worker=replicas(container(image="example/mxnet:1.9.1", command=["sleep", "infinity"])))
    assert "runPolicy" not in theirs["spec"]
    output(training_cluster, "apply", "--namespace", namespace, "-f", "-", stdin=yaml.safe_dump(theirs))

    told = live("list_jobs")

    assert told["kinds"] == ["KubeflowOrgV1MXJob"]
    assert told["replicas"] == {"mine": {"Scheduler": 1, "Server": 1, "Worker": 1}, "theirs": {"Worker": 1}}
    assert told["clean pod policies"] == {"mine": "None", "theirs": None}


def test_workers_are_scaled_up_and_down(live: Story) -> None:
    told = live("scale")

    assert told["up"] == {
        "scheduler": ["scaled-scheduler-0"],
        "server": ["scaled-server-0"],
        "worker": ["scaled-worker-0", "scaled-worker-1", "scaled-worker-2"],
    }
    assert told["the newest said"] == {"scaled-worker-2": "worker of 3\n"}
    assert told["down"] == told["up"] | {"worker": ["scaled-worker-0", "scaled-worker-1"]}


def test_a_job_is_suspended_and_resumed(live: Story) -> None:
    told = live("suspend")

    assert told["suspended"] == {"Created": "True", "Running": "False", "Suspended": "True"}
    assert told["running while suspended"] is False
    assert told["resumed"] == {"Created": "True", "Suspended": "False", "Running": "True"}
    assert told["running again"] is True
    assert told["pods"] == {
        "scheduler": ["suspended-scheduler-0"],
        "server": ["suspended-server-0"],
        "worker": ["suspended-worker-0"],
    }


def test_a_failure_ends_the_wait_for_success(live: Story) -> None:
    told = live("fail")

    assert re.search("failing is Failed.*mxjob failing is failed because 1 ", told["refusal"], re.DOTALL)
    assert told["conditions"]["Failed"] == "True"
    assert told["conditions"].get("Running") != "True"
    assert told["failed"] is True
    assert told["succeeded"] is False


def test_a_name_is_free_as_soon_as_its_job_is_deleted(live: Story) -> None:
    told = live("create_again")

    assert told["first"] != told["second"]
    assert told["owners"] == [told["second"]]
    assert told["pods"]["worker"] == ["again-worker-0", "again-worker-1"]
    assert told["left"] == []
