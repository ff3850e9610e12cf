from __future__ import annotations

from pathlib import Path

import pytest

from fork_tools.cluster.lifecycle import Cluster
from fork_tools.demo.example import Example
from fork_tools.demo.report import looking_around, result_lines
from fork_tools.demo.verdict import judge
from tests.unit.tools.demo.states import DIGEST, job, log

EXAMPLE = Example(Path("examples/digits"), "default", "digits", ("MXJob/digits",))
SUCCEEDED = job(("Succeeded", ""))


@pytest.mark.parametrize(
    ("workers", "claim"),
    [
        (1, f"the worker holds weights (sha256 {DIGEST})"),
        (2, f"both workers hold the same weights (sha256 {DIGEST})"),
        (3, f"all 3 workers hold the same weights (sha256 {DIGEST})"),
    ],
)
def test_the_result_ends_with_the_proof(workers: int, claim: str) -> None:
    logs = {f"digits-worker-{index}": log() for index in range(workers)}

    lines = list(result_lines(EXAMPLE, judge(SUCCEEDED, logs), 7.25))

    assert lines[0] == "job digits Succeeded after 7.2 s"
    assert [line.split()[:4] for line in lines[2:-1]] == [[pod, "2", "0.4113", "0.9500"] for pod in logs]
    assert lines[-1] == claim


def kept(home: Path) -> Cluster:
    return Cluster(home, home / "kubeconfig", "https://127.0.0.1:1", Path("/cache/kubectl"), home / "logs", "v1.37.2")


def test_whoever_keeps_the_cluster_learns_how_to_reach_and_to_end_it() -> None:
    text = "\n".join(looking_around(kept(Path("/home/me/.demo")), EXAMPLE.folder, ".venv/bin/mxfork"))

    assert "export KUBECONFIG=/home/me/.demo/kubeconfig PATH=/cache:$PATH" in text
    assert "kubectl get nodes,mxjobs,pods,services" in text
    assert text.endswith(".venv/bin/mxfork cluster down --dir /home/me/.demo")


def test_what_is_to_be_typed_can_be_typed_whatever_the_folder_is_called() -> None:
    text = "\n".join(looking_around(kept(Path("/my work/.demo")), Path("my examples/digits"), "/my work/bin/mxfork"))

    assert "export KUBECONFIG='/my work/.demo/kubeconfig' PATH=/cache:$PATH" in text
    assert "kubectl apply -k 'my examples/digits'" in text
    assert text.endswith("'/my work/bin/mxfork' cluster down --dir '/my work/.demo'")
