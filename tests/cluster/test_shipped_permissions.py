"""The permissions that deploy/ ships are enough for everything the controller does, and none of them is idle."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from fork_tools.cluster.lifecycle import Cluster
from tests.cluster import audit, shipped, training_operator
from tests.cluster.controller_process import ControllerProcess, running
from tests.cluster.gateway import Answer, gateway
from tests.cluster.kube import CORE, Kube, Namespace
from tests.cluster.mxjobs import mxjob, replicas
from tests.cluster.waiting import wait_until

POD_GROUPS: Final = {"volcano": "scheduling.volcano.sh/v1beta1", "plugins": "scheduling.x-k8s.io/v1alpha1"}


def work(here: Namespace, controller: ControllerProcess) -> None:
    """Give a controller one of everything: names that are taken, repeated events, a failure, clean-up, expiry."""
    pod = {"metadata": {"name": "job-worker-1"}, "spec": replicas()["template"]["spec"]}
    service = {"metadata": {"name": "job-worker-1"}, "spec": {"clusterIP": "None", "ports": [{"port": 9091}]}}
    here.create_pod(pod)
    here.kube.request("POST", f"{CORE}/namespaces/{here.name}/services", service)
    policy = {"cleanPodPolicy": "All", "ttlSecondsAfterFinished": 1}
    retried = replicas(replicas=2, restartPolicy="ExitCode")
    here.create_job(mxjob(run_policy=policy, Scheduler=replicas(), Worker=retried))
    wait_until(lambda: len(here.pods()) == 3, otherwise=lambda: controller.log)
    wait_until(lambda: here.conditions("job").get("Blocked") == "True", otherwise=lambda: controller.log)
    here.delete_pod("job-worker-1")
    here.kube.request("DELETE", f"{CORE}/namespaces/{here.name}/services/job-worker-1")
    wait_until(lambda: "Blocked" not in here.conditions("job"), otherwise=lambda: controller.log)
    here.play("*", "Running")
    wait_until(lambda: here.conditions("job").get("Running") == "True")
    for times in (1, 2):
        fail_once_more(here, controller, times)
    here.play("*-scheduler-0", "Succeeded", exit_code=0)
    wait_until(lambda: here.jobs() == [], otherwise=lambda: controller.log)


def fail_once_more(here: Namespace, controller: ControllerProcess, times: int) -> None:
    """Let a worker fail in a way that is worth another try, and its next pod run."""
    here.play("job-worker-0", "Failed", exit_code=137)
    wait_until(lambda: told(here, "SuccessfulDeletePod") >= times, otherwise=lambda: controller.log)
    wait_until(lambda: phase(here, "job-worker-0") == "Pending")
    here.play("job-worker-0", "Running")


def told(here: Namespace, reason: str) -> int:
    return sum(event["count"] for event in here.events("job") if event["reason"] == reason)


def phase(here: Namespace, pod: str) -> str:
    return str(here.pods().get(pod, {}).get("status", {}).get("phase"))


def gang(here: Namespace, controller: ControllerProcess, api: str) -> None:
    """Let a controller make, change and remove the PodGroup of a job that depends on priorities."""
    groups = f"/apis/{api}/namespaces/{here.name}/podgroups"
    worker = replicas(pod={"priorityClassName": "system-cluster-critical"}, replicas=2)
    policy = {"schedulingPolicy": {"minAvailable": 1}}
    here.create_job(mxjob("gang", run_policy=policy, Scheduler=replicas(), Worker=worker))
    wait_until(lambda: minimum(here, groups) == 1, otherwise=lambda: controller.log)
    here.patch_job("gang", {"spec": {"runPolicy": {"schedulingPolicy": {"minAvailable": 2}}}})
    wait_until(lambda: minimum(here, groups) == 2, otherwise=lambda: controller.log)
    here.patch_job("gang", {"spec": {"runPolicy": {"suspend": True}}})
    wait_until(lambda: here.kube.items(groups) == [], otherwise=lambda: controller.log)


def minimum(here: Namespace, groups: str) -> int | None:
    return next((each["spec"].get("minMember") for each in here.kube.items(groups)), None)


def gang_unseen(here: Namespace, access: Path, api: str, scheduler: str, scratch: Path) -> None:
    """Let a controller create a PodGroup whose name is taken, which its cache does not show yet."""
    taken = {"apiVersion": api, "kind": "PodGroup", "metadata": {"name": "unseen"}, "spec": {"minMember": 1}}
    here.kube.request("POST", f"/apis/{api}/namespaces/{here.name}/podgroups", taken)
    here.create_job(mxjob("unseen"))
    empty = Answer(200, '{"metadata": {"resourceVersion": "1"}, "items": []}')
    with gateway(access) as way:
        way.rule = lambda method, path: empty if (method, path) == ("GET", f"/apis/{api}/podgroups") else None
        way.open()
        kubeconfig = way.write_kubeconfig(scratch / scheduler)
        with running(f"--kubeconfig={kubeconfig}", f"--gang-scheduler-name={scheduler}") as controller:
            wait_until(lambda: here.conditions("unseen").get("Blocked") == "True", otherwise=lambda: controller.log)
    here.delete_job("unseen")


@pytest.mark.usefixtures("pod_groups")
def test_157_nothing_is_refused_and_no_permission_is_idle(
    cluster: Cluster, access: Path, kube: Kube, here: Namespace, audit_log: Path, tmp_path: Path
) -> None:
    flags = shipped.flags(cluster, tmp_path / "flags")
    with training_operator.deployed(kube, here.name), running(f"--kubeconfig={access}", *flags) as controller:
        controller.wait_for_log("leading as ")
        controller.wait_for_log("leaves MXJobs alone")
        work(here, controller)
        assert controller.stop() == 0
    for scheduler, api in POD_GROUPS.items():
        with running(f"--kubeconfig={access}", f"--gang-scheduler-name={scheduler}") as controller:
            controller.wait_until_ready()
            gang(here, controller, api)
            here.delete_job("gang")
            assert controller.stop() == 0
        gang_unseen(here, access, api, scheduler, tmp_path)
    seen = [request for request in audit.requests(audit_log) if request.user == shipped.USER]
    assert [request for request in seen if request.forbidden] == []
    manifests = shipped.kustomized(cluster.kubectl, shipped.everything(tmp_path / "everything"))
    roles = (each for each in manifests if each["kind"] in ("Role", "ClusterRole"))
    given = audit.granted(each for each in roles if each["metadata"]["name"].startswith("mxjob-controller"))
    idle = given - {request.permission for request in seen}
    assert {str(permission) for permission in idle} == set()


def test_156_of_two_replicas_as_shipped_one_works_and_the_other_takes_over(
    cluster: Cluster, access: Path, here: Namespace, tmp_path: Path
) -> None:
    flags = (f"--kubeconfig={access}", *shipped.flags(cluster, tmp_path / "flags"))
    with running(*flags) as first, running(*flags) as second:
        for each in (first, second):
            each.wait_until_ready()
        wait_until(lambda: leads(first) != leads(second), otherwise=lambda: first.log + second.log)
        leader, standby = (first, second) if leads(first) else (second, first)
        here.create_job(mxjob("before"))
        wait_until(lambda: "before-worker-0" in here.pods(), otherwise=lambda: leader.log)
        assert leader.stop() == 0
        here.create_job(mxjob("after"))
        wait_until(lambda: "after-worker-0" in here.pods(), otherwise=lambda: standby.log)
        assert leads(standby)


def leads(controller: ControllerProcess) -> bool:
    return bool(controller.metrics()['leader_election_master_status{name="mxjob-controller"}'])
