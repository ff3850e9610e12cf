"""Two replicas: one works, one stands by; whatever becomes of the one, the other goes on and nothing is done twice."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from fork_tools.cluster.lifecycle import Cluster
from tests.cluster.controller_process import ControllerProcess, running
from tests.cluster.gateway import Answer, gateway
from tests.cluster.kube import Kube, Namespace
from tests.cluster.mxjobs import mxjob
from tests.cluster.waiting import wait_until

LEADING = "leading as "
ELECTED = 'leader_election_master_status{name="mxjob-controller"}'


class Replicas:
    """Controllers that share one lease."""

    def __init__(self, here: Namespace, stack: ExitStack) -> None:
        self._flags = ("--leader-elect", f"--leader-election-namespace={here.name}", f"--namespace={here.name}")
        self._stack = stack

    def start(self, kubeconfig: Path) -> ControllerProcess:
        controller = self._stack.enter_context(running(f"--kubeconfig={kubeconfig}", *self._flags))
        controller.wait_until_ready()
        return controller


@pytest.fixture
def replicas(here: Namespace) -> Iterator[Replicas]:
    with ExitStack() as stack:
        yield Replicas(here, stack)


@pytest.fixture
def leader(replicas: Replicas, cluster: Cluster) -> ControllerProcess:
    controller = replicas.start(cluster.kubeconfig)
    controller.wait_for_log(LEADING)
    return controller


@pytest.fixture
def standby(replicas: Replicas, cluster: Cluster, leader: ControllerProcess) -> ControllerProcess:
    del leader  # it has to come first
    controller = replicas.start(cluster.kubeconfig)
    controller.wait_for_log("standing by: ")
    return controller


def handled(here: Namespace, name: str) -> bool:
    return here.conditions(name) == {"Created": "True"} and f"{name}-worker-0" in here.pods()


def holder(kube: Kube, here: Namespace) -> str:
    path = f"/apis/coordination.k8s.io/v1/namespaces/{here.name}/leases/mxjob-controller"
    return str(kube.request("GET", path)["spec"].get("holderIdentity", ""))


def test_156_a_leader_that_is_told_to_end_hands_over(
    here: Namespace, leader: ControllerProcess, standby: ControllerProcess
) -> None:
    here.create_job(mxjob("first"))
    wait_until(lambda: handled(here, "first"), otherwise=lambda: leader.log)
    assert (leader.metrics()[ELECTED], standby.metrics()[ELECTED]) == (1, 0)
    assert standby.probe("/readyz") == (200, "ok")
    assert standby.writes() == 0
    assert leader.stop() == 0
    # Without a release the lease would last for 15 s.
    standby.wait_for_log(LEADING, within=8)
    here.create_job(mxjob("second"))
    wait_until(lambda: handled(here, "second"), otherwise=lambda: standby.log)
    assert len(here.pods()) == 2


def test_156_a_leader_that_was_killed_is_followed(
    here: Namespace, leader: ControllerProcess, standby: ControllerProcess
) -> None:
    leader.process.kill()
    here.create_job(mxjob())
    standby.wait_for_log(LEADING)
    wait_until(lambda: handled(here, "job"), otherwise=lambda: standby.log)


def test_a_frozen_leader_that_wakes_up_writes_nothing(
    cluster: Cluster, kube: Kube, here: Namespace, replicas: Replicas, tmp_path: Path
) -> None:
    def refuse_status(method: str, path: str) -> Answer | None:
        return Answer(503) if method == "PATCH" and path.endswith("/status") else None

    with gateway(cluster.kubeconfig) as gate:
        gate.rule = refuse_status
        gate.open()
        frozen = replicas.start(gate.write_kubeconfig(tmp_path / "kubeconfig"))
        frozen.wait_for_log(LEADING)
        standby = replicas.start(cluster.kubeconfig)
        here.create_job(mxjob("job"))
        # It is in the middle of work: this status is due again and again.
        wait_until(lambda: gate.requests.count(("PATCH", _status_of(here, "job"))) > 3, otherwise=lambda: frozen.log)
        frozen.process.send_signal(signal.SIGSTOP)
        standby.wait_for_log(LEADING)
        wait_until(lambda: handled(here, "job"), otherwise=lambda: standby.log)
        leading = holder(kube, here)
        here.create_job(mxjob("later"))
        wait_until(lambda: handled(here, "later"), otherwise=lambda: standby.log)
        gate.rule = lambda *_: None
        del gate.requests[:]
        frozen.process.send_signal(signal.SIGCONT)
        frozen.wait_for_log("the lease was lost")
        frozen.wait_for_log("standing by: ")
        assert [each for each in gate.requests if each[0] != "GET"] == [], frozen.log
        assert frozen.metrics()[ELECTED] == 0
        assert holder(kube, here) == leading
        assert standby.stop() == 0
        wait_until(lambda: frozen.log.count(LEADING) == 2, otherwise=lambda: frozen.log)
        here.create_job(mxjob("last"))
        wait_until(lambda: handled(here, "last"), otherwise=lambda: frozen.log)
        assert frozen.stop() == 0


def _status_of(here: Namespace, name: str) -> str:
    return f"/apis/kubeflow.org/v1/namespaces/{here.name}/mxjobs/{name}/status"
