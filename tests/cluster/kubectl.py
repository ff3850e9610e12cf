"""kubectl as a user would call it."""

from __future__ import annotations

import subprocess
import tempfile

from fork_tools.cluster.lifecycle import Cluster
from tests.cluster.waiting import wait_until


def kubectl(cluster: Cluster, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run kubectl against `cluster` and return what it said, whether it succeeded or not."""
    # What kubectl remembers of a cluster's kinds would be out of date as soon as a test installs a CRD.
    with tempfile.TemporaryDirectory() as cache:
        command = [str(cluster.kubectl), "--kubeconfig", str(cluster.kubeconfig), "--cache-dir", cache, *arguments]
        return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)


def output(cluster: Cluster, *arguments: str, stdin: str | None = None) -> str:
    """Run a kubectl command that has to succeed, and return its output."""
    run = kubectl(cluster, *arguments, stdin=stdin)
    assert run.returncode == 0, run.stderr
    return run.stdout


def until_established(cluster: Cluster, *which: str, stdin: str | None = None) -> None:
    """Wait for CRDs to be served; kubectl itself gives up when one has no conditions yet."""
    arguments = ("wait", "--for=condition=Established", *which, "--timeout=30s")
    wait_until(lambda: kubectl(cluster, *arguments, stdin=stdin).returncode == 0)
