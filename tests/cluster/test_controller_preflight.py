"""What is looked at before the work begins: each trouble is named with its remedy, and the remedy works."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
import yaml

from fork_tools.cluster.crds import MXJOB_CRD
from fork_tools.cluster.lifecycle import Cluster
from tests.cluster import training_operator
from tests.cluster.controller_process import running
from tests.cluster.gateway import Answer, gateway
from tests.cluster.kube import Kube, Namespace, RefusedError
from tests.cluster.kubectl import output
from tests.cluster.mxjobs import mxjob
from tests.cluster.permissions import LEAST, service_account
from tests.cluster.waiting import wait_until


def test_another_controller_of_mxjobs_is_not_started_beside(access: Path, kube: Kube, here: Namespace) -> None:
    flags = (f"--kubeconfig={access}", f"--namespace={here.name}")
    with training_operator.deployed(kube, here.name, rules=training_operator.STATUS_RULES):
        with running(*flags) as refusing:
            assert refusing.wait() == 2
        assert f"error: the Training Operator {here.name}/training-operator reconciles MXJobs as well" in refusing.log
        assert f"kubectl -n {here.name} scale deployment training-operator --replicas=0" in refusing.log
        assert "Traceback" not in refusing.log
        with running(*flags, "--ignore-other-controllers") as told:
            told.wait_for_log("ready: ")


@pytest.mark.parametrize(
    ("arguments", "rules"),
    [
        pytest.param((), (), id="v1.9, which may not write their status"),
        pytest.param(("--enable-scheme=tfjob",), training_operator.STATUS_RULES, id="v1.8 for other kinds"),
    ],
)
def test_a_training_operator_that_leaves_mxjobs_alone_is_no_obstacle(
    access: Path, kube: Kube, here: Namespace, arguments: tuple[str, ...], rules: tuple[dict[str, object], ...]
) -> None:
    with (
        training_operator.deployed(kube, here.name, *arguments, rules=rules),
        running(f"--kubeconfig={access}", f"--namespace={here.name}") as controller,
    ):
        controller.wait_for_log("ready: ")


def test_the_webhook_that_v1_8_1_leaves_behind_is_named_and_the_remedy_removes_it(
    cluster: Cluster, access: Path, kube: Kube, here: Namespace
) -> None:
    name = f"left-in-{here.name}"
    with training_operator.webhook_left_behind(kube, name):
        wait_until(lambda: refused(here))
        with running(f"--kubeconfig={access}", f"--namespace={here.name}") as controller:
            remedy = controller.wait_for_log(rf"{name} has v1.8.1's entry for MXJobs.*next: kubectl (.*)\n").group(1)
            output(cluster, *shlex.split(remedy))
            wait_until(lambda: not refused(here))
            wait_until(lambda: here.conditions("probe") == {"Created": "True"}, otherwise=lambda: controller.log)
        left = kube.request("GET", f"{training_operator.WEBHOOKS}/{name}")["webhooks"]
        assert [each["name"].split(".")[1] for each in left] == ["tfjob", "pytorchjob"]


def refused(here: Namespace) -> bool:
    try:
        here.create_job(mxjob("probe"))
    except RefusedError as error:
        return error.status != 409
    return False


def test_a_missing_permission_costs_its_own_feature_only(
    cluster: Cluster, kube: Kube, here: Namespace, tmp_path: Path
) -> None:
    rules = [rule for rule in LEAST if "events" not in rule["resources"] and "mxjobs" not in rule["resources"]]
    reading = {"apiGroups": ["kubeflow.org"], "resources": ["mxjobs"], "verbs": ["list", "watch"]}
    kubeconfig = service_account(cluster, kube, here.name, [*rules, reading], tmp_path / "kubeconfig")
    with running(f"--kubeconfig={kubeconfig}", f"--namespace={here.name}") as controller:
        where = f"in namespace {here.name}"
        controller.wait_for_log(f"not permitted to delete mxjobs.kubeflow.org {where}, so ttlSecondsAfterFinished has")
        controller.wait_for_log(f"not permitted to create events {where}, so nothing is told in events; next: ")
        controller.wait_for_log("not permitted to list deployments.apps, so nobody looks whether another controller")
        here.create_job(mxjob(run_policy={"ttlSecondsAfterFinished": 0}))
        wait_until(lambda: "job-worker-0" in here.pods(), otherwise=lambda: controller.log)
        here.play("job-worker-0", "Succeeded", exit_code=0)
        wait_until(lambda: here.conditions("job").get("Succeeded") == "True", otherwise=lambda: controller.log)
        assert controller.process.poll() is None


def test_a_crd_that_drops_what_we_write_is_named(access: Path, here: Namespace, tmp_path: Path) -> None:
    crd = yaml.safe_load(MXJOB_CRD.read_text(encoding="utf-8"))
    schema = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    del schema["properties"]["status"]["properties"]["restarts"]
    schema["x-kubernetes-group-version-kind"] = [{"group": "kubeflow.org", "version": "v1", "kind": "MXJob"}]
    published = Answer(200, json.dumps({"components": {"schemas": {"x": schema}}}))
    with gateway(access) as way:
        way.rule = lambda _method, path: published if path.startswith("/openapi/v3/") else None
        way.open()
        with running(
            f"--kubeconfig={way.write_kubeconfig(tmp_path / 'kubeconfig')}", f"--namespace={here.name}"
        ) as controller:
            controller.wait_for_log(
                "the CRD mxjobs.kubeflow.org is of another version: it drops status.restarts.*"
                "next: kubectl apply --server-side --force-conflicts -f crds/kubeflow.org_mxjobs.yaml"
            )
            controller.wait_for_log("ready: ")


def test_no_token_is_logged_however_much_is(access: Path, here: Namespace) -> None:
    token = yaml.safe_load(access.read_text(encoding="utf-8"))["users"][0]["user"]["token"]
    with running(f"--kubeconfig={access}", f"--namespace={here.name}", "--log-level=debug") as controller:
        controller.wait_for_log("ready: ")
        here.create_job(mxjob())
        wait_until(lambda: here.conditions("job") == {"Created": "True"}, otherwise=lambda: controller.log)
        assert controller.stop() == 0
    for part in token.split("."):
        assert part not in controller.log
