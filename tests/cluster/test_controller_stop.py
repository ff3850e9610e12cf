"""Ending: at once when idle, after the work under way otherwise, and never silently when something is broken."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from tests.cluster.controller_process import ControllerProcess, running
from tests.cluster.gateway import Answer, gateway
from tests.cluster.kube import Namespace
from tests.cluster.mxjobs import mxjob, replicas
from tests.cluster.waiting import wait_until


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_controller_ends_well(controller: ControllerProcess, number: signal.Signals) -> None:
    controller.process.send_signal(number)
    assert controller.wait(within=10) == 0
    assert "Traceback" not in controller.log


def test_a_controller_that_waits_for_an_api_server_ends_well(access: Path, tmp_path: Path) -> None:
    with gateway(access) as gate:
        kubeconfig = gate.write_kubeconfig(tmp_path / "kubeconfig")
        with running(f"--kubeconfig={kubeconfig}") as controller:
            controller.wait_for_log("cannot be reached")
            began = time.monotonic()
            assert controller.stop() == 0
            # kopf on its own would leave its requests behind and wait 5 s for them.
            assert time.monotonic() - began < 5
            assert "Traceback" not in controller.log


def test_a_job_under_way_is_left_whole_or_finished_by_the_next_start(access: Path, here: Namespace) -> None:
    flags = (f"--kubeconfig={access}", f"--namespace={here.name}")
    with running(*flags) as controller:
        controller.wait_until_ready()
        for number in range(10):
            here.create_job(mxjob(f"job-{number}", Worker=replicas(replicas=5)))
        wait_until(lambda: bool(here.pods()))
        assert controller.stop() == 0
    with running(*flags) as controller:
        controller.wait_until_ready()
        wait_until(lambda: len(here.pods()) == 50, otherwise=lambda: controller.log)
        wait_until(lambda: len(here.services()) == 50)
        assert controller.stop() == 0


def test_158_a_job_that_cannot_be_handled_now_is_retried_and_stops_nobody(
    access: Path, here: Namespace, tmp_path: Path
) -> None:
    def refuse_status_of_bad(method: str, path: str) -> Answer | None:
        bad = method == "PATCH" and path.endswith("/mxjobs/bad/status")
        return Answer(500, '{"kind":"Status","message":"no luck"}') if bad else None

    with gateway(access) as gate:
        gate.rule = refuse_status_of_bad
        gate.open()
        kubeconfig = gate.write_kubeconfig(tmp_path / "kubeconfig")
        with running(f"--kubeconfig={kubeconfig}", f"--namespace={here.name}") as controller:
            controller.wait_until_ready()
            here.create_job(mxjob("bad"))
            controller.wait_for_log(f"{here.name}/bad: no luck")
            here.create_job(mxjob("good"))
            wait_until(lambda: here.conditions("good") == {"Created": "True"}, otherwise=lambda: controller.log)
            errors = 'controller_runtime_reconcile_errors_total{controller="mxjob-controller"}'
            assert controller.metrics()[errors] >= 1
            gate.rule = lambda _method, _path: None
            wait_until(lambda: here.conditions("bad") == {"Created": "True"}, otherwise=lambda: controller.log)
            assert controller.stop() == 0
