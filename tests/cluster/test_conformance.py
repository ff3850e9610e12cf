"""`mxfork conformance` against a running controller, against none, and against one that differs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from fork_tools.api_server import connect
from fork_tools.cluster.lifecycle import Cluster
from fork_tools.commands.conformance import conformance
from fork_tools.compat.conformance.player import Pace, Player
from fork_tools.compat.conformance.scenario import RECORDINGS, load
from fork_tools.compat.conformance.stage import Stage
from fork_tools.errors import MxforkError
from tests.cluster.kube import Namespace


def invoke(cluster: Cluster, here: Namespace, *arguments: str) -> Result:
    where = ("--kubeconfig", str(cluster.kubeconfig), "--namespace", here.name)
    return CliRunner().invoke(conformance, [*where, *arguments])


@pytest.mark.usefixtures("controller")
def test_a_controller_that_conforms_gets_a_report_to_publish(cluster: Cluster, here: Namespace, tmp_path: Path) -> None:
    published = tmp_path / "ours.yaml"
    chosen = [part for name in ("single-worker", "tune", "volcano-gang") for part in ("--scenario", name)]
    result = invoke(cluster, here, *chosen, "--output", "json", "--report", str(published), "--project", "ours")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    outcomes = {case["name"]: case["outcome"] for suite in document["suites"] for case in suite["cases"]}
    assert outcomes == {"single-worker": "passed", "tune": "passed", "volcano-gang": "skipped"}
    assert document["verdict"] == "conforms in what it claims"
    report = yaml.safe_load(published.read_text(encoding="utf-8"))
    (profile,) = report["profiles"]
    assert profile["core"]["result"] == "success"
    assert profile["extended"]["supportedFeatures"] == ["Tune"]
    assert profile["extended"]["unsupportedFeatures"] == ["Volcano"]
    assert report["implementation"]["project"] == "ours"
    assert report["reproduce"]


def test_where_nothing_reconciles_it_is_said_after_one_scenario(cluster: Cluster, here: Namespace) -> None:
    error = invoke(cluster, here, "--timeout", "1").exception
    assert isinstance(error, MxforkError)
    assert (error.exit_code, error.what) == (4, "no controller takes up MXJobs there")
    assert not here.jobs()


@pytest.mark.usefixtures("controller")
def test_what_is_recorded_is_replayed_and_a_difference_is_named(
    cluster: Cluster, here: Namespace, tmp_path: Path
) -> None:
    path = tmp_path / "local.yaml"
    path.write_text((RECORDINGS / "single-worker.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    assert invoke(cluster, here, "record", str(path)).exit_code == 0
    assert "--force" in invoke(cluster, here, "record", str(path)).output
    recording = path.with_suffix(".json")
    altered = json.loads(recording.read_text(encoding="utf-8"))
    altered["created"]["pods"]["local-worker-0"]["labels"]["mine"] = "yes"
    recording.write_text(json.dumps(altered), encoding="utf-8")
    stage = Stage(connect(cluster.kubeconfig), here.name)
    (finding,) = Player(load(path), stage, Pace(timeout=1)).replay()
    stage.api.close()
    assert finding.rule == "conformance/differs"
    assert finding.subject == "single-worker created.pods.local-worker-0.labels.mine"
    assert finding.message == '"yes" expected, null found'


def test_an_unknown_scenario_is_wrong_use(cluster: Cluster, here: Namespace) -> None:
    result = invoke(cluster, here, "--scenario", "nope")
    assert result.exit_code == 2
    assert "dist-success" in result.output
