"""An API server in trouble: everything comes to its end all the same, and nothing is hammered."""

from __future__ import annotations

import os
import random
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from controller.api import constants
from fork_tools.cluster.lifecycle import Cluster
from tests.cluster.controller_process import running
from tests.cluster.gateway import Answer, Cut, Delay, Verdict, gateway
from tests.cluster.kube import CORE, Kube, Namespace, RefusedError
from tests.cluster.mxjobs import container, mxjob, replicas
from tests.cluster.waiting import wait_until

SEED = int(os.environ.get("FAULTS_SEED", "1"))
JOBS = 5
SHARE = 0.2
REQUESTS_A_JOB = 150


def status(code: int, reason: str, **headers: str) -> Answer:
    text = f'{{"kind": "Status", "code": {code}, "reason": "{reason}", "message": "the gateway says {reason}"}}'
    return Answer(code, text, headers={name.replace("_", "-"): value for name, value in headers.items()})


TROUBLES: dict[str, tuple[Verdict, ...]] = {
    "lost replies": (Cut(answered=True),),
    "409": (status(409, "Conflict"),),
    "422": (status(422, "Invalid"),),
    "429": (status(429, "TooManyRequests", Retry_After="1"),),
    "500": (status(500, "InternalError"),),
    "503": (status(503, "ServiceUnavailable"),),
    "resets": (Cut(answered=False),),
    "slow": (Delay(2.0),),
}
# Whoever is told that a request is unacceptable waits for two minutes before sending it again.
PATIENCE = 300
TROUBLES["everything else"] = tuple(each for name, troubles in TROUBLES.items() if name != "422" for each in troubles)


class Trouble:
    """Disturbs a share of the requests; lists and watches too, but for what only a write can be told."""

    def __init__(self, verdicts: tuple[Verdict, ...]) -> None:
        self._chance = random.Random(SEED)  # noqa: S311  not for secrets
        self._lock = threading.Lock()
        self._verdicts = verdicts
        self.struck = 0

    def __call__(self, method: str, _path: str) -> Verdict:
        with self._lock:
            if self._chance.random() >= SHARE:
                return None
            verdict = self._chance.choice(self._verdicts)
            if method == "GET" and isinstance(verdict, Answer) and verdict.status in (409, 422):
                return None
            self.struck += 1
            return verdict


@pytest.mark.parametrize("name", TROUBLES if os.environ.get("FAULTS_ALL") else ["everything else"])
def test_jobs_come_to_their_end_although_a_fifth_of_all_requests_fails(
    cluster: Cluster, here: Namespace, tmp_path: Path, name: str
) -> None:
    trouble = Trouble(TROUBLES[name])
    crew: dict[str, Any] = {"Scheduler": replicas(), "Worker": replicas(replicas=2)}
    jobs = [f"job-{number}" for number in range(JOBS)]
    with gateway(cluster.kubeconfig) as gate:
        gate.rule = trouble
        gate.open()
        flags = (f"--kubeconfig={gate.write_kubeconfig(tmp_path / 'kubeconfig')}", f"--namespace={here.name}")
        with running(*flags) as controller:
            for job in jobs:
                here.create_job(mxjob(job, run_policy={"cleanPodPolicy": "All"}, **crew))
            wait_until(
                lambda: len(here.pods()) == 3 * JOBS == len(here.services()),
                within=PATIENCE,
                otherwise=lambda: controller.log,
            )
            here.play("*", "Running")
            for job in jobs:
                here.play(f"{job}-scheduler-0", "Succeeded", exit_code=0)

            def over() -> bool:
                for pod, found in here.pods().items():
                    if "deletionTimestamp" in found["metadata"]:
                        with suppress(RefusedError):  # gone meanwhile
                            here.delete_pod(pod)
                ended = all(here.conditions(job).get("Succeeded") == "True" for job in jobs)
                return ended and not here.pods() and not here.services()

            wait_until(
                over, within=PATIENCE, otherwise=lambda: f"{[*here.pods()]} {[*here.services()]}\n{controller.log}"
            )
            assert controller.process.poll() is None
            assert "Traceback" not in controller.log
            assert trouble.struck > JOBS
            assert len(gate.requests) < REQUESTS_A_JOB * JOBS
            gate.rule = lambda *_: None
            assert controller.stop() == 0


def test_foreign_pods_a_poisoned_job_and_a_namespace_that_goes_concern_no_other_job(
    cluster: Cluster, kube: Kube, namespace: str
) -> None:
    here = kube.in_namespace(namespace)
    doomed = kube.in_namespace(f"{namespace}-doomed")
    kube.request("POST", f"{CORE}/namespaces", {"metadata": {"name": doomed.name}})
    labels = {
        constants.LABEL_OPERATOR_NAME: constants.CONTROLLER_NAME,
        constants.LABEL_JOB_NAME: "job",
        constants.LABEL_REPLICA_TYPE: "worker",
    }
    for number in range(200):
        labels[constants.LABEL_REPLICA_INDEX] = str(number)
        metadata = {"name": f"foreign-{number}", "labels": dict(labels)}
        here.create_pod({"metadata": metadata, "spec": {"containers": [container()]}})
    with running(f"--kubeconfig={cluster.kubeconfig}") as controller:
        controller.wait_until_ready()
        for number in range(10):
            doomed.create_job(mxjob(f"job-{number}", Worker=replicas(replicas=5)))
        kube.request("DELETE", f"{CORE}/namespaces/{doomed.name}")
        here.create_job(mxjob("poisoned", Worker=replicas(pod={"nodeSelector": {"bad key!": "x"}})))
        here.create_job(mxjob("job"))
        here.create_job(mxjob("other"))
        for name in ("job", "other"):
            wait_until(lambda name=name: here.conditions(name) == {"Created": "True"}, otherwise=lambda: controller.log)  # type: ignore[misc]
            wait_until(lambda name=name: f"{name}-worker-0" in here.pods(), otherwise=lambda: controller.log)  # type: ignore[misc]
        wait_until(lambda: here.conditions("poisoned").get("Blocked") == "True", otherwise=lambda: controller.log)
        assert len([name for name in here.pods() if name.startswith("foreign-")]) == 200
        wait_until(lambda: not doomed.jobs() and not doomed.pods(), within=90, otherwise=lambda: controller.log)
        wait_until(controller.idle, otherwise=lambda: controller.log)
        assert "Traceback" not in controller.log
        assert controller.stop() == 0
