from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from fork_tools.cluster.components import (
    api_server_command,
    controller_manager_command,
    etcd_command,
    node_command,
    node_ready_file,
)
from fork_tools.cluster.credentials import Credentials
from fork_tools.cluster.layout import Layout

ASSETS = Path("/opt/assets")
LAYOUT = Layout(Path("/home/user/c1"))
FILES = Credentials(LAYOUT.pki)


def flags(command: list[str]) -> dict[str, str]:
    return {name: value for name, _, value in (argument.partition("=") for argument in command[1:])}


def test_etcd_opens_no_port() -> None:
    listening = {name: value for name, value in flags(etcd_command(ASSETS, LAYOUT)).items() if "listen" in name}
    assert listening
    assert all(value.startswith("unix://") for value in listening.values())


def test_no_socket_path_can_be_too_long() -> None:
    long = Layout(Path("/" + "d" * 200))
    values = flags(etcd_command(ASSETS, long)) | flags(api_server_command(ASSETS, long, FILES, 20000, None))
    assert all(len(value) < 100 for value in values.values() if value.startswith("unix://"))


def test_the_api_server_serves_loopback_with_rbac_and_knows_everyone() -> None:
    given = flags(api_server_command(ASSETS, LAYOUT, FILES, 20443, None))
    assert given["--bind-address"] == "127.0.0.1"
    assert given["--secure-port"] == "20443"
    assert given["--authorization-mode"] == "RBAC"
    assert given["--anonymous-auth"] == "false"
    assert "--audit-log-path" not in given


def test_the_api_server_logs_requests_where_it_is_told() -> None:
    given = flags(api_server_command(ASSETS, LAYOUT, FILES, 20443, Path("/var/audit.log")))
    assert given["--audit-log-path"] == "/var/audit.log"
    assert given["--audit-policy-file"] == str(LAYOUT.audit_policy)


def test_the_controller_manager_runs_what_mxjobs_lean_on() -> None:
    given = flags(controller_manager_command(ASSETS, FILES, 20257))
    assert set(given["--controllers"].split(",")) == {
        "garbage-collector-controller",
        "namespace-controller",
        "job-controller",
    }
    assert given["--bind-address"] == "127.0.0.1"


def test_the_node_agent_learns_of_each_image() -> None:
    command = node_command(
        LAYOUT, FILES, 2, {"example/mxnet": "/opt/mxnet", "example/other:v1": "/opt/other"}, "shared"
    )
    images = [value for flag, value in pairwise(command) if flag == "--image"]
    assert images == ["example/mxnet=/opt/mxnet", "example/other:v1=/opt/other"]
    assert command[command.index("--nodes") + 1] == "2"
    assert command[command.index("--isolation") + 1] == "shared"
    assert command[command.index("--ready-file") + 1] == str(node_ready_file(LAYOUT))
