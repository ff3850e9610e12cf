"""What the controller tells, and that it is quiet when there is nothing to tell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cluster.controller_process import ControllerProcess, running
from tests.cluster.gateway import Answer, gateway
from tests.cluster.kube import Namespace, Object
from tests.cluster.mxjobs import mxjob, replicas
from tests.cluster.waiting import wait_until


def counter(controller: ControllerProcess, name: str, namespace: str) -> float:
    labels = f'{{framework="mxnet",job_namespace="{namespace}"}}'
    return controller.metrics().get(f"training_operator_jobs_{name}_total{labels}", 0)


def settled(here: Namespace, controller: ControllerProcess, condition: str) -> Object:
    wait_until(
        lambda: here.conditions("job").get(condition) == "True" and controller.idle(),
        otherwise=lambda: f"{here.conditions('job')}\n{controller.log}",
    )
    return here.job("job")


def test_84_a_running_job_is_left_in_peace(here: Namespace, controller: ControllerProcess) -> None:
    here.create_job(mxjob(Scheduler=replicas(), Worker=replicas(replicas=2)))
    wait_until(lambda: len(here.pods()) == 3)
    here.play("*", "Running")
    job = settled(here, controller, "Running")
    wait_until(lambda: len(here.events("job")) >= 2)
    writes = controller.writes()
    passes = controller.metrics()['workqueue_adds_total{name="mxjob-controller"}']
    # Whatever does not concern the job, and what concerns it without changing anything, causes no write.
    here.patch_job("job", {"metadata": {"annotations": {"who": "me"}}})
    here.kube.patch(f"/api/v1/namespaces/{here.name}/pods/job-worker-0", {"metadata": {"annotations": {"who": "me"}}})
    wait_until(lambda: controller.metrics()['workqueue_adds_total{name="mxjob-controller"}'] > passes)
    wait_until(controller.idle)
    assert controller.writes() == writes
    after = here.job("job")
    assert after["status"] == job["status"]


def writes_of(job: Object) -> list[Object]:
    """Return what the controller wrote into a job, as the API server tells it."""
    return [entry for entry in job["metadata"]["managedFields"] if entry["manager"].startswith("mxjob-controller")]


def test_20_nothing_but_the_status_of_a_job_is_ever_touched(here: Namespace, controller: ControllerProcess) -> None:
    created = here.create_job(mxjob())
    wait_until(lambda: len(here.pods()) == 1)
    here.play("*", "Running")
    job = settled(here, controller, "Running")
    assert job["spec"] == created["spec"]
    assert "finalizers" not in job["metadata"]
    assert "annotations" not in job["metadata"]
    assert [(entry["subresource"], list(entry["fieldsV1"])) for entry in writes_of(job)] == [("status", ["f:status"])]
    managers = {entry["manager"] for entry in job["metadata"]["managedFields"]}
    assert not any("kopf" in manager for manager in managers)


def test_50_162_events_are_on_the_job_and_count_what_they_tell(here: Namespace, controller: ControllerProcess) -> None:
    here.create_job(mxjob(Worker=replicas(replicas=5)))
    wait_until(lambda: len(here.pods()) == 5)
    here.play("*", "Succeeded", exit_code=0)
    settled(here, controller, "Succeeded")
    wait_until(lambda: "MXJobSucceeded" in {event["reason"] for event in here.events("job")})
    events = here.events("job")
    assert {event["source"]["component"] for event in events} == {"mxjob-controller"}
    assert {event["involvedObject"]["kind"] for event in events} == {"MXJob"}
    assert {event["involvedObject"]["uid"] for event in events} == {here.job("job")["metadata"]["uid"]}
    assert all(event["metadata"]["name"].startswith("job.") for event in events)
    reasons = [event["reason"] for event in events]
    assert reasons.count("SuccessfulCreatePod") == 1, "one for all pods of a pass"
    assert len(events) == len({(event["reason"], event["message"]) for event in events}), "repeated ones are counted"


def test_154_job_counters(here: Namespace, controller: ControllerProcess) -> None:
    here.create_job(mxjob())
    wait_until(lambda: len(here.pods()) == 1)
    settled(here, controller, "Created")
    assert counter(controller, "created", here.name) == 1
    here.play("*", "Succeeded", exit_code=0)
    settled(here, controller, "Succeeded")
    assert counter(controller, "successful", here.name) == 1
    here.create_job(mxjob("other"))
    wait_until(lambda: len(here.pods()) == 2)
    here.play("other-*", "Failed", exit_code=1)
    wait_until(lambda: here.conditions("other").get("Failed") == "True")
    wait_until(lambda: counter(controller, "failed", here.name) == 1)
    assert counter(controller, "created", here.name) == 2
    assert counter(controller, "restarted", here.name) == 0


def test_154_a_restart_is_counted(here: Namespace, controller: ControllerProcess) -> None:
    here.create_job(mxjob(Worker=replicas(restartPolicy="ExitCode")))
    wait_until(lambda: len(here.pods()) == 1)
    lost = here.pods()["job-worker-0"]["metadata"]["uid"]
    here.play("*", "Failed", exit_code=137)
    wait_until(lambda: [pod["metadata"]["uid"] for pod in here.pods().values()] not in ([], [lost]))
    here.play("*", "Succeeded", exit_code=0)
    settled(here, controller, "Succeeded")
    names = ("created", "deleted", "successful", "failed", "restarted")
    assert {name: counter(controller, name, here.name) for name in names} == {
        "created": 1,
        "deleted": 0,
        "successful": 1,
        "failed": 0,
        "restarted": 1,
    }


def test_85_what_a_refused_status_write_meant_is_told_once(access: Path, here: Namespace, tmp_path: Path) -> None:
    refused = 0

    def conflict(method: str, path: str) -> Answer | None:
        nonlocal refused
        if method != "PATCH" or not path.endswith("/status") or refused == 3:
            return None
        refused += 1
        return Answer(409, '{"kind":"Status","reason":"Conflict","message":"the object has been modified"}')

    with gateway(access) as gate:
        gate.open()
        kubeconfig = gate.write_kubeconfig(tmp_path / "kubeconfig")
        with running(f"--kubeconfig={kubeconfig}", f"--namespace={here.name}") as controller:
            controller.wait_until_ready()
            here.create_job(mxjob())
            wait_until(lambda: here.conditions("job") == {"Created": "True"}, otherwise=lambda: controller.log)
            gate.rule = conflict
            here.play("*", "Succeeded", exit_code=0)
            settled(here, controller, "Succeeded")
            wait_until(lambda: "MXJobSucceeded" in [event["reason"] for event in here.events("job")])
            assert refused == 3
            assert counter(controller, "successful", here.name) == 1
            assert [event["count"] for event in here.events("job") if event["reason"] == "MXJobSucceeded"] == [1]


def test_154_metrics_have_the_names_that_dashboards_know(here: Namespace, controller: ControllerProcess) -> None:
    here.create_job(mxjob())
    wait_until(lambda: len(here.pods()) == 1 and controller.idle())
    names = {name.partition("{")[0] for name in controller.metrics()}
    assert names >= {
        "controller_runtime_active_workers",
        "controller_runtime_max_concurrent_reconciles",
        "controller_runtime_reconcile_errors_total",
        "controller_runtime_reconcile_time_seconds_count",
        "controller_runtime_reconcile_total",
        "leader_election_master_status",
        "process_resident_memory_bytes",
        "rest_client_requests_total",
        "training_operator_jobs_created_total",
        "workqueue_adds_total",
        "workqueue_depth",
        "workqueue_longest_running_processor_seconds",
        "workqueue_queue_duration_seconds_count",
        "workqueue_retries_total",
        "workqueue_unfinished_work_seconds",
        "workqueue_work_duration_seconds_count",
    }


def test_153_probes(controller: ControllerProcess) -> None:
    assert controller.probe("/healthz") == (200, "ok")
    assert controller.probe("/readyz") == (200, "ok")
    assert controller.probe("/metrics")[0] == 404


def test_each_change_of_state_is_one_line(here: Namespace, controller: ControllerProcess) -> None:
    here.create_job(mxjob())
    wait_until(lambda: len(here.pods()) == 1)
    settled(here, controller, "Created")
    here.play("*", "Succeeded", exit_code=0)
    settled(here, controller, "Succeeded")
    name = f"{here.name}/job"
    assert [line.rpartition(f"{name}: ")[2].split()[0] for line in controller.lines if name in line] == [
        "Created",
        "Succeeded",
    ]


@pytest.mark.parametrize("level", ["info", "debug"])
def test_json_lines(access: Path, here: Namespace, level: str) -> None:
    flags = (f"--kubeconfig={access}", f"--namespace={here.name}", "--log-format=json")
    with running(*flags, f"--log-level={level}") as controller:
        controller.wait_for_log('"ready: ')
        job = here.create_job(mxjob())
        controller.wait_for_log('"state":"Created"')
        assert controller.stop() == 0
        lines = [json.loads(line) for line in controller.lines]
    told = next(line for line in lines if line.get("state") == "Created")
    about = {"controller": "mxjob-controller", "namespace": here.name, "name": "job", "uid": job["metadata"]["uid"]}
    assert told.items() >= about.items()
    assert told["action"] == "update status"
    assert {"time", "level", "logger", "message", "reconcileID"} <= told.keys()
    assert ("debug" in {line["level"] for line in lines}) is (level == "debug")
