"""The agent as a process: what it leaves behind, and what it makes of a past that it does not know."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path

import pytest

from fork_tools.cluster.lifecycle import Cluster
from tests.cluster.kubectl import output
from tests.cluster.node.pods import Pods, end, headless, node_agent, pod, processes_with
from tests.cluster.waiting import wait_until

# Runs a command as an ordinary user of this kernel, optionally one who may not make mount namespaces.
AS_USER = """
import os, sys
from pathlib import Path
from fork_tools.cluster.node.sandbox.kernel import Namespace, unshare
user, group = os.getuid(), os.getgid()
seen_as, limit, *command = sys.argv[1:]
unshare(Namespace.USER)
if limit:
    Path(f"/proc/sys/user/{limit}").write_text("0")
Path("/proc/self/setgroups").write_text("deny")
Path("/proc/self/uid_map").write_text(f"{seen_as} {user} 1")
Path("/proc/self/gid_map").write_text(f"{seen_as} {group} 1")
os.execv(command[0], command)
"""


def as_user(seen_as: int, *, forbidden: str = "") -> list[str]:
    return [sys.executable, "-c", AS_USER, str(seen_as), forbidden]


def sleeper(number: int) -> list[str]:
    return ["sleep", str(86_400 + number)]


@pytest.mark.parametrize("isolation", ["namespaces", "shared"])
def test_sigterm_ends_pods_and_removes_nodes(
    isolation: str, control_plane: Cluster, pods: Pods, tmp_path: Path
) -> None:
    command = sleeper(1 if isolation == "shared" else 2)
    script = f"{' '.join(command)} & {' '.join(command)}"
    with node_agent(control_plane, tmp_path, "--isolation", isolation) as agent:
        pods.apply(pod("one", "sh", "-c", script))
        wait_until(lambda: len(processes_with(command)) == 2)
        assert end(agent.process) == 0
    assert processes_with(command) == []
    assert json.loads(output(control_plane, "get", "nodes", "-o", "json"))["items"] == []
    status = pods.get("one")["status"]
    assert (status["phase"], status["reason"]) == ("Failed", "Terminated")


def test_pods_end_with_an_agent_that_is_killed(control_plane: Cluster, pods: Pods, tmp_path: Path) -> None:
    command = sleeper(3)
    with node_agent(control_plane, tmp_path) as agent:
        pods.apply(pod("one", "sh", "-c", f"{' '.join(command)} & {' '.join(command)}"))
        wait_until(lambda: len(processes_with(command)) == 2)
        end(agent.process, signal.SIGKILL)
        wait_until(lambda: processes_with(command) == [])


def test_a_new_agent_does_not_pretend_that_lost_pods_run(control_plane: Cluster, pods: Pods, tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    with node_agent(control_plane, tmp_path / "first") as agent:
        pods.apply(pod("one", "sleep", "3600"))
        pods.running("one")
        end(agent.process, signal.SIGKILL)
    with node_agent(control_plane, tmp_path / "second"):
        status = pods.finished("one")["status"]
        assert (status["phase"], status["reason"]) == ("Failed", "NodeRestarted")
        assert status["containerStatuses"][0]["state"]["terminated"]["exitCode"] == 137
        pods.run("delete", "pod", "one", "--timeout=20s")
        assert not pods.exists("one")


@pytest.mark.parametrize("seen_as", [0, 1000])
def test_an_unprivileged_user_has_namespaces_too(
    seen_as: int, control_plane: Cluster, pods: Pods, tmp_path: Path
) -> None:
    with node_agent(control_plane, tmp_path, "--isolation", "namespaces", within=as_user(seen_as)):
        pods.apply(headless("one"), pod("one", "sh", "-c", "echo mine > /etc/mine; cat /etc/hostname /etc/mine; id -u"))
        assert pods.finished("one")["status"]["phase"] == "Succeeded"
        assert pods.logs("one") == "one\nmine\n0\n"
    assert not Path("/etc/mine").exists()


def test_the_agent_says_so_where_the_kernel_forbids_namespaces(
    control_plane: Cluster, pods: Pods, tmp_path: Path
) -> None:
    with node_agent(control_plane, tmp_path, within=as_user(0, forbidden="max_mnt_namespaces")) as agent:
        assert agent.ready["isolation"] == "shared"
        assert "unshare" in agent.ready["obstacle"]
        assert "warning: pods run without namespaces, one job at a time" in agent.said.read_text()
        pods.apply(pod("one", "echo", "ran"))
        assert pods.finished("one")["status"]["phase"] == "Succeeded"
        assert pods.logs("one") == "ran\n"


def test_namespaces_that_are_asked_for_and_forbidden_are_an_error(control_plane: Cluster, tmp_path: Path) -> None:
    forbidden = as_user(0, forbidden="max_mnt_namespaces")
    with (
        pytest.raises(AssertionError, match=r"--isolation shared"),
        node_agent(control_plane, tmp_path, "--isolation", "namespaces", within=forbidden),
    ):
        pass


def test_pods_that_another_scheduler_bound_run_too(control_plane: Cluster, pods: Pods, tmp_path: Path) -> None:
    with node_agent(control_plane, tmp_path):
        pods.apply(pod("one", "true", nodeName="node-0"), pod("two", "true", schedulerName="another"))
        assert pods.finished("one")["status"]["phase"] == "Succeeded"
        assert "nodeName" not in pods.get("two")["spec"]
