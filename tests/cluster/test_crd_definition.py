"""The CRD as cluster users and administrators meet it: installing, discovery, tables, explain, and its generation."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from fork_tools.cluster.crds import MXJOB_CRD
from fork_tools.cluster.lifecycle import Cluster
from fork_tools.commands.crd import crd
from fork_tools.crd.rendering import CLIENT_SIDE_LIMIT, compact_size
from tests.cluster.kubectl import kubectl, output, until_established
from tests.cluster.mxjobs import MXJobs, Object, mxjob
from tests.cluster.waiting import wait_until

REPOSITORY = MXJOB_CRD.parents[1]
GROUP = "definition.example.test"


@pytest.fixture
def jobs(cluster: Cluster, namespace: str) -> MXJobs:
    return MXJobs(cluster.kubeconfig, namespace)


def definition() -> Object:
    loaded: Object = yaml.safe_load(MXJOB_CRD.read_text(encoding="utf-8"))
    return loaded


def in_own_group(crd: Object) -> Object:
    """Move a CRD to where installing and removing it disturbs no other test."""
    spec = crd["spec"] | {"group": GROUP}
    return crd | {"metadata": {"name": f"{spec['names']['plural']}.{GROUP}"}, "spec": spec}


def generate(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(crd, ["generate", *arguments])
    return result.exit_code, result.stdout


def test_generating_the_crd_from_this_api_server_finds_no_difference(cluster: Cluster) -> None:
    outcome = generate("--check", "--kubeconfig", str(cluster.kubeconfig), "--output-file", str(MXJOB_CRD))
    assert outcome == (0, "")


def test_generating_the_crd_without_a_cluster_starts_one(tmp_path: Path) -> None:
    generated = tmp_path / "crd.yaml"
    assert generate("--output-file", str(generated)) == (0, "")
    assert generated.read_text(encoding="utf-8") == MXJOB_CRD.read_text(encoding="utf-8")
    assert list(tmp_path.iterdir()) == [generated]


def test_an_interrupted_generation_leaves_no_cluster_and_no_keys(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "fork_tools", "crd", "generate"]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=subprocess.DEVNULL) as generating:
        wait_until(lambda: any(tmp_path.glob("*/cluster/pki/*.key")))
        generating.send_signal(signal.SIGTERM)
    assert generating.returncode == 130
    assert list(tmp_path.iterdir()) == []


def test_a_changed_crd_is_reported_as_a_finding(cluster: Cluster, tmp_path: Path) -> None:
    edited = tmp_path / "crd.yaml"
    edited.write_text(MXJOB_CRD.read_text(encoding="utf-8").replace("- mxj\n", "- mx\n"), encoding="utf-8")
    code, shown = generate("--check", "--kubeconfig", str(cluster.kubeconfig), "--output-file", str(edited))
    assert code == 1
    assert "-    - mx\n+    - mxj\n" in shown


@pytest.mark.parametrize("way", ["--server-side=false", "--server-side=true"])
def test_11_the_crd_can_be_applied_again_and_again(cluster: Cluster, way: str) -> None:
    """The second time kubectl compares with what it noted in the annotation the first time."""
    text = yaml.safe_dump(in_own_group(definition()))
    try:
        for _ in range(2):
            output(cluster, "apply", way, "-f", "-", stdin=text)
        until_established(cluster, "-f", "-", stdin=text)
    finally:
        output(cluster, "delete", "--ignore-not-found", "-f", "-", stdin=text)


def test_11_the_crd_leaves_room_in_the_annotation_of_client_side_apply() -> None:
    assert compact_size(definition()) < CLIENT_SIDE_LIMIT / 2


def test_1_discovery_tells_what_v1_8_1_told(cluster: Cluster) -> None:
    """With the short name and the category that v1.8.1 lacked."""
    group = json.loads(output(cluster, "get", "--raw", "/apis/kubeflow.org"))
    assert [version["version"] for version in group["versions"]] == ["v1"]
    resources = json.loads(output(cluster, "get", "--raw", "/apis/kubeflow.org/v1"))["resources"]
    by_name: dict[str, Any] = {resource["name"]: resource for resource in resources}
    assert by_name.keys() == {"mxjobs", "mxjobs/status"}
    mxjobs = by_name["mxjobs"]
    assert (mxjobs["kind"], mxjobs["singularName"], mxjobs["namespaced"]) == ("MXJob", "mxjob", True)
    assert (mxjobs["shortNames"], mxjobs["categories"]) == (["mxj"], ["all"])


def table(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def test_2_the_table_shows_the_last_condition_and_the_age(cluster: Cluster, namespace: str, jobs: MXJobs) -> None:
    jobs.create(mxjob("vision"))
    conditions = [{"type": kind, "status": "True"} for kind in ("Created", "Running")]
    jobs.patch_status("vision", {"status": {"conditions": conditions}})
    header, row = table(output(cluster, "get", "mxj", "-n", namespace))
    assert header == ["NAME", "STATE", "AGE"]
    assert row[:2] == ["vision", "Running"]


def test_the_wide_table_shows_how_the_replicas_get_on(cluster: Cluster, namespace: str, jobs: MXJobs) -> None:
    jobs.create(mxjob("vision"))
    statuses = {
        "Scheduler": {"active": 1},
        "Server": {"active": 2},
        "Worker": {"active": 3, "succeeded": 4, "failed": 5},
        "Tuner": {"active": 6, "succeeded": 7},
    }
    condition = {"type": "Running", "status": "True"}
    jobs.patch_status("vision", {"status": {"conditions": [condition], "replicaStatuses": statuses}})
    header, row = table(output(cluster, "get", "mxjobs", "-o", "wide", "-n", namespace))
    assert header[3:] == [
        "SCHEDULER-ACTIVE",
        "SERVER-ACTIVE",
        "WORKER-ACTIVE",
        "WORKER-SUCCEEDED",
        "WORKER-FAILED",
        "TUNER-ACTIVE",
        "TUNER-SUCCEEDED",
    ]
    assert row[3:] == list("1234567")


def test_all_includes_the_jobs(cluster: Cluster, namespace: str, jobs: MXJobs) -> None:
    jobs.create(mxjob("vision"))
    assert "mxjob.kubeflow.org/vision" in output(cluster, "get", "all", "-n", namespace)


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("mxjob", "A training or tuning job of Apache MXNet"),
        ("mxjob.spec.runPolicy", "Which pods and services are deleted when the job finishes"),
        ("mxjob.spec.mxReplicaSpecs.restartPolicy", "ENUM: Always OnFailure Never ExitCode"),
        ("mxjob.spec.mxReplicaSpecs.template.spec.containers", "imagePullPolicy"),
        ("mxjob.status.restarts", "How many pods were replaced"),
    ],
)
def test_explain_teaches_the_fields(cluster: Cluster, field: str, told: str) -> None:
    # The API server publishes a new CRD's documentation a moment after it serves the CRD.
    wait_until(lambda: told in " ".join(kubectl(cluster, "explain", field).stdout.split()))


def test_a_misspelt_field_is_named_when_a_manifest_is_applied(cluster: Cluster, namespace: str) -> None:
    job = mxjob(run_policy={"cleanPodPolice": "All"})
    run = kubectl(cluster, "apply", "-n", namespace, "-f", "-", stdin=json.dumps(job))
    assert run.returncode != 0
    assert 'unknown field "spec.runPolicy.cleanPodPolice"' in run.stderr


def test_a_deprecated_version_warns_its_users(cluster: Cluster, namespace: str) -> None:
    code, text = generate("--kubeconfig", str(cluster.kubeconfig), "--deprecated", "MXJob ends here: use TrainJob")
    assert code == 0
    deprecated = in_own_group(yaml.safe_load(text))
    name = deprecated["metadata"]["name"]
    output(cluster, "create", "-f", "-", stdin=yaml.safe_dump(deprecated))
    try:
        until_established(cluster, f"crd/{name}")
        shown = kubectl(cluster, "get", name, "-n", namespace)
        assert "MXJob ends here: use TrainJob" in shown.stderr
    finally:
        output(cluster, "delete", "crd", name)
    assert "Warning" not in kubectl(cluster, "get", "mxjobs", "-n", namespace).stderr
