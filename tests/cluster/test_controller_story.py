"""`kubectl describe mxjob` reads like a story: what happened to the job, in order, in words its user knows."""

from __future__ import annotations

import re

from fork_tools.cluster.lifecycle import Cluster
from tests.cluster.controller_process import ControllerProcess
from tests.cluster.kube import Namespace
from tests.cluster.kubectl import output
from tests.cluster.mxjobs import mxjob, replicas
from tests.cluster.waiting import wait_until

_EVENT = re.compile(r"^  (Normal|Warning) +(\w+) +(\S+(?: \(x\d+ over \S+\))?) +mxjob-controller +(.*)$", re.MULTILINE)


def story(cluster: Cluster, namespace: str) -> list[tuple[str, str, str]]:
    """Return type, reason and message of each event, in the order in which kubectl shows them."""
    told = output(cluster, "--namespace", namespace, "describe", "mxjob", "job")
    return [(kind, reason, message) for kind, reason, _, message in _EVENT.findall(told)]


def test_162_a_life_is_told_in_order(cluster: Cluster, here: Namespace, controller: ControllerProcess) -> None:
    everything = "job-scheduler-0, job-server-0, job-worker-0, job-worker-1"
    here.create_job(
        mxjob(
            run_policy={"cleanPodPolicy": "All"},
            Scheduler=replicas(),
            Server=replicas(),
            Worker=replicas(replicas=2, restartPolicy="ExitCode"),
        )
    )
    wait_until(lambda: len(here.pods()) == 4)
    here.play("*", "Running")
    wait_until(lambda: here.conditions("job").get("Running") == "True", otherwise=lambda: controller.log)
    lost = here.pods()["job-worker-1"]["metadata"]["uid"]
    here.play("job-worker-1", "Failed", exit_code=137)
    wait_until(lambda: here.pods().get("job-worker-1", {}).get("metadata", {}).get("uid", lost) != lost)
    here.play("job-worker-1", "Running")
    wait_until(lambda: here.conditions("job").get("Running") == "True")
    # The scheduler decides, so it ends last: a pod that ended before it is deleted needs no kubelet to go.
    for pods in ("job-server-*", "job-worker-*", "job-scheduler-*"):
        here.play(pods, "Succeeded", exit_code=0)
    wait_until(lambda: not here.pods() and not here.services(), otherwise=lambda: controller.log)
    wait_until(lambda: len(story(cluster, here.name)) >= 9, otherwise=lambda: repr(story(cluster, here.name)))
    assert story(cluster, here.name) == [
        ("Normal", "SuccessfulCreateService", f"Created services: {everything}"),
        ("Normal", "SuccessfulCreatePod", f"Created pods: {everything}"),
        ("Normal", "ExitedWithCode", f"Pod: {here.name}.job-worker-1 exited with code 137"),
        ("Warning", "MXJobRestarting", "Worker replica(s) failed and are replaced: job-worker-1"),
        ("Normal", "SuccessfulDeletePod", "Deleted pod: job-worker-1"),
        ("Normal", "SuccessfulCreatePod", "Created pod: job-worker-1"),
        ("Normal", "MXJobSucceeded", "MXJob job is successfully completed."),
        ("Normal", "SuccessfulDeletePod", f"Deleted pods: {everything}"),
        ("Normal", "SuccessfulDeleteService", f"Deleted services: {everything}"),
    ]
