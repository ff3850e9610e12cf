"""What alerts and dashboard ask for, and what whoever is called at night looks at, is there in the real process."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from fork_tools.cluster.lifecycle import Cluster
from tests.cluster.controller_process import ControllerProcess, running
from tests.cluster.kube import CORE, Kube, Namespace
from tests.cluster.mxjobs import mxjob, replicas
from tests.cluster.waiting import wait_until
from tests.monitoring import alerts, dashboard_queries, metrics_in

_MADE_BY_PROMETHEUS = {"up"}


def test_every_metric_of_alerts_and_dashboard_exists(here: Namespace, controller: ControllerProcess) -> None:
    here.create_job(mxjob(Scheduler=replicas(), Worker=replicas(replicas=2)))
    wait_until(lambda: len(here.pods()) == 3)
    here.play("*", "Succeeded", exit_code=0)
    wait_until(lambda: here.conditions("job").get("Succeeded") == "True" and controller.idle())
    samples = controller.metrics()
    there = {name.partition("{")[0] for name in samples}
    queries = [*dashboard_queries(), *(alert["expr"] for alert in alerts())]
    asked = {name for query in queries for name in metrics_in(query)}
    assert asked - there == _MADE_BY_PROMETHEUS
    assert samples["mxjob_time_to_pods_seconds_count"] == 1
    assert samples['mxjob_cache_staleness_seconds_count{kind="Pod"}'] == 3
    assert [n for name, n in samples.items() if name.startswith("leader_election_master_status")] == [1]
    assert not [name for name in samples if "job-worker" in name or '"job"' in name], "no series for each job"


def test_the_queue_can_be_looked_at(here: Namespace, controller: ControllerProcess) -> None:
    secret = "s3cret-value"
    worker = replicas({"name": "mxnet", "image": "x", "env": [{"name": "PASSWORD", "value": secret}]})
    here.create_job(mxjob(run_policy={"activeDeadlineSeconds": 3600}, Worker=worker))
    wait_until(lambda: len(here.pods()) == 1)
    here.play("*", "Running")
    wait_until(lambda: here.conditions("job").get("Running") == "True" and controller.idle())
    status, text = controller.probe("/debug/queue")
    shown = json.loads(text)
    assert status == 200
    assert [entry["job"] for entry in shown["delayed"]] == [f"{here.name}/job"], "its deadline"
    assert 0 < shown["delayed"][0]["dueInSeconds"] <= 3600
    assert shown["total"] == {"queued": 0, "delayed": 1, "inProgress": 0, "failing": 0}
    assert secret not in text
    assert controller.probe("/metrics")[0] == 404, "the metrics have a port of their own"


def test_a_namespace_that_is_being_deleted_makes_no_noise(
    kube: Kube, here: Namespace, controller: ControllerProcess
) -> None:
    here.create_job(mxjob())
    wait_until(lambda: len(here.pods()) == 1 and len(here.events("job")) == 2)
    # Nothing removes what is in it: this control plane runs without a namespace controller.
    kube.request("DELETE", f"{CORE}/namespaces/{here.name}")
    here.play("*", "Succeeded", exit_code=0)
    wait_until(lambda: here.conditions("job").get("Succeeded") == "True", otherwise=lambda: controller.log)
    refused = 'mxjob_events_dropped_total{cause="refused"}'
    wait_until(lambda: controller.metrics()[refused] > 0, otherwise=lambda: controller.log)
    assert [line for line in controller.lines if "WARNING" in line or "ERROR" in line] == []


def test_no_secret_is_logged_however_much_is(cluster: Cluster, tmp_path: Path) -> None:
    token = "c2VjcmV0LXRva2Vu.0123456789abcdef"
    document = yaml.safe_load(cluster.kubeconfig.read_text(encoding="utf-8"))
    for user in document["users"]:
        user["user"] = {"token": token}
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(yaml.safe_dump(document), encoding="utf-8")
    for style in ("text", "json"):
        with running(f"--kubeconfig={kubeconfig}", "--log-level=debug", f"--log-format={style}") as controller:
            controller.wait_for_log("does not accept the controller's credentials")
            assert controller.stop() == 0
            assert token not in controller.log
            assert not [line for line in controller.lines if "c2VjcmV0" in line]
