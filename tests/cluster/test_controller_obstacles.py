"""What stands in a job's way is told on the job, harms no other, and is over when it is gone (B10, B30)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from controller.api import constants
from fork_tools.cluster.lifecycle import Cluster
from fork_tools.compat.conformance.scenario import POD_GROUP_CRDS
from tests.cluster.controller_process import ControllerProcess, running
from tests.cluster.gateway import Answer, gateway
from tests.cluster.kube import CORE, Namespace, Object
from tests.cluster.kubectl import output
from tests.cluster.mxjobs import container, mxjob, replicas
from tests.cluster.waiting import wait_until

PODS = {"job-scheduler-0", "job-server-0", "job-worker-0", "job-worker-1"}


def asking(cpu: str, **fields: Any) -> Object:
    return replicas(container(resources={"requests": {"cpu": cpu}}), **fields)


def distributed() -> Object:
    return mxjob(Scheduler=asking("2"), Server=asking("100m"), Worker=asking("100m", replicas=2))


class Job:
    """The job under test, and what it says."""

    def __init__(self, here: Namespace, controller: ControllerProcess) -> None:
        self._here = here
        self._controller = controller

    def blocked(self) -> Object | None:
        conditions = self._here.job("job").get("status", {}).get("conditions", [])
        return next((each for each in conditions if each["type"] == "Blocked"), None)

    def wait_until_blocked(self, *, by: str) -> Object:
        self._wait(lambda: (self.blocked() or {}).get("reason") == by)
        condition = self.blocked()
        assert condition is not None
        assert state(self._here.job("job")) == "Blocked"
        told = condition["message"].split("; Cannot")[0]
        self._wait(lambda: told in [event["message"] for event in self._here.events("job")])
        return condition

    def wait_until_free(self) -> None:
        self._wait(lambda: self._here.conditions("job") == {"Created": "True"})
        self._wait(lambda: set(self._here.pods()) == set(self._here.services()) == PODS)
        owners = [pod["metadata"].get("ownerReferences", [{}])[0].get("name") for pod in self._here.pods().values()]
        assert owners == ["job"] * len(PODS)

    def _wait(self, condition: Callable[[], bool]) -> None:
        wait_until(condition, otherwise=lambda: f"{self._here.job('job').get('status')}\n{self._controller.log}")


def state(job: Object) -> str:
    """Return what `kubectl get` shows as the state."""
    return str(job["status"]["conditions"][-1]["type"])


@pytest.fixture
def job(here: Namespace, controller: ControllerProcess) -> Job:
    return Job(here, controller)


def labels(name: str) -> dict[str, str]:
    _, replica_type, index = name.split("-")
    return {
        constants.LABEL_OPERATOR_NAME: constants.CONTROLLER_NAME,
        constants.LABEL_JOB_NAME: "job",
        constants.LABEL_REPLICA_TYPE: replica_type,
        constants.LABEL_REPLICA_INDEX: index,
    }


@pytest.mark.parametrize("labelled", [True, False], ids=["with the job's labels", "without labels"])
def test_48_a_pod_of_somebody_else(here: Namespace, job: Job, labelled: bool) -> None:
    metadata = {"name": "job-worker-0", "labels": labels("job-worker-0") if labelled else {}}
    theirs = here.create_pod({"metadata": metadata, "spec": replicas()["template"]["spec"]})
    here.create_job(distributed())
    condition = job.wait_until_blocked(by="NameTaken")
    assert "pod: job-worker-0: the name belongs to an object without a controller" in condition["message"]
    wait_until(lambda: set(here.pods()) == set(here.services()) == PODS)
    assert here.pods()["job-worker-0"]["metadata"]["resourceVersion"] == theirs["metadata"]["resourceVersion"]
    here.delete_pod("job-worker-0")
    job.wait_until_free()


def test_48_a_service_of_somebody_else(here: Namespace, job: Job) -> None:
    services = f"{CORE}/namespaces/{here.name}/services"
    spec = {"clusterIP": "None", "selector": {"theirs": "yes"}}
    here.kube.request("POST", services, {"metadata": {"name": "job-server-0"}, "spec": spec})
    here.create_job(distributed())
    assert "service: job-server-0: " in job.wait_until_blocked(by="NameTaken")["message"]
    here.kube.request("DELETE", f"{services}/job-server-0")
    job.wait_until_free()


def set_quota(here: Namespace, **hard: str) -> str:
    """Make a quota that is in force at once; returns its path."""
    limits = {name.replace("_", "."): amount for name, amount in hard.items()}
    quotas = f"{CORE}/namespaces/{here.name}/resourcequotas"
    here.kube.request("POST", quotas, {"metadata": {"name": "team"}, "spec": {"hard": limits}})
    here.kube.patch(f"{quotas}/team/status", {"status": {"hard": limits, "used": dict.fromkeys(limits, "0")}})
    return f"{quotas}/team"


def test_49_a_quota_stops_only_those_that_it_is_too_small_for(here: Namespace, job: Job) -> None:
    quota = set_quota(here, requests_cpu="1")
    here.create_job(distributed())
    condition = job.wait_until_blocked(by="CreationFailed")
    assert condition["message"].endswith("job-scheduler-0: exceeded quota: team; make room in it, or raise it")
    wait_until(lambda: set(here.pods()) == PODS - {"job-scheduler-0"})
    assert "startTime" in here.job("job")["status"]
    here.kube.request("DELETE", quota)
    job.wait_until_free()


def test_49_hundreds_of_refusals_are_not_made_and_hold_up_no_other_type(
    access: Path, here: Namespace, tmp_path: Path
) -> None:
    set_quota(here, requests_cpu="1")
    with gateway(access) as way:
        way.open()
        flags = (f"--kubeconfig={way.write_kubeconfig(tmp_path / 'gateway')}", f"--namespace={here.name}")
        with running(*flags) as controller:
            controller.wait_until_ready()
            here.create_job(mxjob(Server=asking("2", replicas=200), Worker=asking("100m", replicas=2)))
            Job(here, controller).wait_until_blocked(by="CreationFailed")
    path = f"{CORE}/namespaces/{here.name}/pods"
    assert set(here.pods()) == {"job-worker-0", "job-worker-1"}
    assert len(here.services()) == 202
    assert way.requests.count(("POST", path)) < 200


def test_a_pod_that_cannot_be_stops_no_other_type(here: Namespace, job: Job) -> None:
    impossible = replicas(pod={"nodeSelector": {"bad key!": "x"}})
    here.create_job(mxjob(Scheduler=impossible, Server=replicas(), Worker=replicas(replicas=2)))
    assert "; correct the job" in job.wait_until_blocked(by="CreationFailed")["message"]
    wait_until(lambda: set(here.pods()) == PODS - {"job-scheduler-0"} and set(here.services()) == PODS)


def test_lasting_trouble_of_the_api_server_is_told(access: Path, here: Namespace, tmp_path: Path) -> None:
    trouble = Answer(500, '{"kind": "Status", "message": "etcdserver: no space"}')
    with gateway(access) as way:
        way.rule = lambda method, path: trouble if (method, path.rpartition("/")[2]) == ("POST", "pods") else None
        way.open()
        with running(
            f"--kubeconfig={way.write_kubeconfig(tmp_path / 'gateway')}", f"--namespace={here.name}"
        ) as controller:
            controller.wait_until_ready()
            job = Job(here, controller)
            here.create_job(distributed())
            assert "no space" in job.wait_until_blocked(by="CreationFailed")["message"]
            way.rule = lambda *_: None
            job.wait_until_free()


def test_a_status_that_cannot_be_written_is_told_in_an_event(access: Path, here: Namespace, tmp_path: Path) -> None:
    """So it is for jobs that were stored without any schema, once there is one that their types do not fit."""
    refusal = Answer(422, '{"kind": "Status", "message": "spec.runPolicy: expected a map"}')
    with gateway(access) as way:
        way.rule = lambda method, path: refusal if (method, path.rpartition("/")[2]) == ("PATCH", "status") else None
        way.open()
        kubeconfig = way.write_kubeconfig(tmp_path / "gateway")
        with running(f"--kubeconfig={kubeconfig}", f"--namespace={here.name}") as controller:
            controller.wait_until_ready()
            here.create_job(distributed())
            told = "Cannot write the status of this job; correct what is wrong with it, or make it anew: spec.runPolicy"
            wait_until(lambda: any(event["message"].startswith(told) for event in here.events("job")))
            way.rule = lambda *_: None
            Job(here, controller).wait_until_free()


@pytest.fixture
def without_pod_groups(cluster: Cluster) -> Iterator[str]:
    """Leave the installation of scheduler-plugins' CRD to the test, and give its text."""
    documents = yaml.safe_load_all(POD_GROUP_CRDS.read_text(encoding="utf-8"))
    crd = next(each for each in documents if each["spec"]["group"] == "scheduling.x-k8s.io")
    yield yaml.safe_dump(crd)
    output(cluster, "delete", "crd", crd["metadata"]["name"], "--ignore-not-found")


def test_gang_scheduling_without_its_crd(
    cluster: Cluster, access: Path, here: Namespace, without_pod_groups: str
) -> None:
    flags = (f"--kubeconfig={access}", f"--namespace={here.name}", "--gang-scheduler-name=plugins")
    with running(*flags) as controller:
        controller.wait_until_ready()
        job = Job(here, controller)
        here.create_job(distributed())
        condition = job.wait_until_blocked(by="PodGroupUnavailable")
        assert "the CRD podgroups.scheduling.x-k8s.io is not installed" in condition["message"]
        assert here.pods() == {}
        wait_until(controller.idle)
        writes = controller.writes()
        here.patch_job("job", {"metadata": {"annotations": {"who": "me"}}})
        wait_until(controller.idle)
        assert controller.writes() == writes
        output(cluster, "apply", "-f", "-", stdin=without_pod_groups)
        job.wait_until_free()
        assert controller.process.poll() is None
