"""`mxfork cluster` as a user meets it: real processes, real control planes, several at a time."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fork_tools.cluster.assets import PROGRAMS, find_assets
from fork_tools.cluster.lifecycle import down, status, up
from fork_tools.cluster.processes import ProcessRecord, is_alive
from fork_tools.cluster.state import ClusterState, Phase, read, write
from fork_tools.errors import ExitCode, MxforkError

MXFORK = [sys.executable, "-m", "fork_tools"]
REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Run:
    """What one command said."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    """Look the programs up once, so that no test waits for a build."""
    return os.environ | {"KUBEBUILDER_ASSETS": str(find_assets())}


@pytest.fixture(scope="module")
def mxfork(environment: dict[str, str]) -> Callable[..., Run]:
    def run(*arguments: str | Path) -> Run:
        command = [*MXFORK, "cluster", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=REPOSITORY)
        return Run(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture(scope="module")
def running(mxfork: Callable[..., Run], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Run a cluster that tests only look at, in a folder whose path is longer than a socket's may be."""
    directory = tmp_path_factory.mktemp("c") / ("with a long name " * 8).strip()
    started = mxfork("up", "--dir", directory)
    assert started.code == ExitCode.WELL, started.err
    yield directory
    assert mxfork("down", "--dir", directory).code == ExitCode.WELL


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    """Name a folder for a cluster, which is taken down at the end however far it got."""
    path = tmp_path / "cluster"
    yield path
    try:
        down(path)
    except MxforkError as error:
        assert "there is no cluster" in str(error)  # noqa: PT017 - any other failure would leave processes behind


def records(directory: Path) -> tuple[ProcessRecord, ...]:
    state = read(directory / "state.json")
    return state.processes if state else ()


def running_below(directory: Path) -> list[str]:
    """List the processes whose current folder is in `directory`, as that of all of a cluster's is."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "cwd").readlink().is_relative_to(directory):
                found.append(process.name)
    return found


def wait_for(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.01)


def test_up_prints_the_kubeconfig_and_what_to_type_next(mxfork: Callable[..., Run], directory: Path) -> None:
    started = mxfork("up", "--dir", directory)
    assert started.code == ExitCode.WELL
    for line in (
        f"export KUBECONFIG={directory}/kubeconfig",
        f"mxfork cluster status --dir {directory}",
        f"mxfork cluster down --dir {directory}",
        "get mxjobs --all-namespaces",
    ):
        assert line in started.out
    assert started.err == ""
    processes = records(directory)
    ended = mxfork("down", "--dir", directory)
    assert (ended.code, ended.out) == (ExitCode.WELL, "ended kube-controller-manager, kube-apiserver, etcd\n")
    assert not any(is_alive(record) for record in processes)
    assert not directory.exists()


def test_the_cluster_knows_mxjobs(mxfork: Callable[..., Run], running: Path) -> None:
    found = mxfork("kubectl", "--dir", running, "--", "get", "mxjobs", "--all-namespaces", "--output", "json")
    assert found.code == 0, found.err
    assert found.json()["items"] == []


def test_the_programs_are_of_one_version(mxfork: Callable[..., Run], running: Path) -> None:
    versions = mxfork("kubectl", "--dir", running, "version", "--output", "json").json()
    assert versions["clientVersion"]["gitVersion"] == versions["serverVersion"]["gitVersion"]


def test_rbac_is_on(mxfork: Callable[..., Run], running: Path) -> None:
    nobody = mxfork("kubectl", "--dir", running, "auth", "can-i", "list", "pods", "--as=nobody")
    assert nobody.out.strip() == "no"
    assert mxfork("kubectl", "--dir", running, "auth", "can-i", "list", "pods").out.strip() == "yes"


def test_a_stranger_is_neither_trusted_nor_served(running: Path) -> None:
    server = status(running).server
    host, port = server.removeprefix("https://").split(":")
    with (
        socket.create_connection((host, int(port))) as connection,
        pytest.raises(ssl.SSLCertVerificationError),
        ssl.create_default_context().wrap_socket(connection, server_hostname=host),
    ):
        pass
    context = ssl.create_default_context(cafile=str(running / "pki" / "ca.crt"))
    with (
        socket.create_connection((host, int(port))) as connection,
        context.wrap_socket(connection, server_hostname=host) as secure,
    ):
        secure.sendall(b"GET /api HTTP/1.0\r\n\r\n")
        assert b" 401 " in secure.recv(4096).splitlines()[0]


def test_etcd_opens_no_port(running: Path) -> None:
    etcd = records(running)[0]
    inodes = {os.readlink(entry) for entry in Path(f"/proc/{etcd.pid}/fd").iterdir()}  # noqa: PTH115 - text, not a path
    tables = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()]
    listening = [line[9] for line in tables if line[3] == "0A"]
    assert not inodes & {f"socket:[{inode}]" for inode in listening}


def test_a_namespace_can_be_deleted_with_what_is_in_it(mxfork: Callable[..., Run], running: Path) -> None:
    assert mxfork("kubectl", "--dir", running, "create", "namespace", "short-lived").code == 0
    made = mxfork("kubectl", "--dir", running, "create", "configmap", "thing", "--namespace", "short-lived")
    assert made.code == 0, made.err
    gone = mxfork("kubectl", "--dir", running, "delete", "namespace", "short-lived", "--timeout=60s")
    assert gone.code == 0, gone.err


def test_a_job_gets_its_pod_and_takes_it_along(mxfork: Callable[..., Run], running: Path) -> None:
    job = mxfork("kubectl", "--dir", running, "create", "job", "once", "--image=example/none")
    assert job.code == 0, job.err
    pods = ["pods", "--selector=job-name=once"]
    made = mxfork("kubectl", "--dir", running, "wait", "--for=create", *pods, "--timeout=60s")
    assert made.code == 0, made.err
    mxfork("kubectl", "--dir", running, "delete", "job", "once", "--cascade=background")
    gone = mxfork("kubectl", "--dir", running, "wait", "--for=delete", *pods, "--timeout=60s")
    assert gone.code == 0, gone.err


def test_status_shows_every_process(mxfork: Callable[..., Run], running: Path) -> None:
    shown = mxfork("status", "--dir", running)
    assert shown.code == ExitCode.WELL
    for name in ("etcd", "kube-apiserver", "kube-controller-manager", str(running / "kubeconfig")):
        assert name in shown.out
    found = mxfork("status", "--dir", running, "--output", "json").json()
    assert found["runs"] is True
    assert {process["name"]: process["alive"] for process in found["processes"]} == {
        "etcd": True,
        "kube-apiserver": True,
        "kube-controller-manager": True,
    }


def test_a_second_up_in_the_same_folder_says_that_it_runs(mxfork: Callable[..., Run], running: Path) -> None:
    again = mxfork("up", "--dir", running)
    assert again.code == ExitCode.WRONG_USE
    assert "a cluster already runs in" in again.err
    assert f"mxfork cluster down --dir {shlex.quote(str(running))}" in again.err
    assert status(running).runs


def test_a_taken_port_is_named_with_its_holder(mxfork: Callable[..., Run], running: Path, directory: Path) -> None:
    port = status(running).server.rpartition(":")[2]
    refused = mxfork("up", "--dir", directory, "--port", port)
    assert refused.code == ExitCode.COULD_NOT_COMPLETE
    assert f"port {port} on 127.0.0.1 is taken" in refused.err
    assert "kube-apiserver" in refused.err
    assert not directory.exists()


def test_a_second_cluster_beside_it_is_another_one(
    mxfork: Callable[..., Run], running: Path, directory: Path, tmp_path: Path
) -> None:
    audit_log = tmp_path / "audit.log"
    second = mxfork("up", "--dir", directory, "--no-crd", "--audit-log", audit_log, "--output", "json")
    assert second.code == ExitCode.WELL, second.err
    assert second.json()["server"] != status(running).server
    assert mxfork("kubectl", "--dir", directory, "create", "namespace", "only-here").code == 0
    assert mxfork("kubectl", "--dir", running, "get", "namespace", "only-here").code != 0
    assert mxfork("kubectl", "--dir", directory, "get", "mxjobs").code != 0
    entries = [json.loads(line) for line in audit_log.read_text().splitlines()]
    assert ("create", "mxfork-administrator") in {(entry["verb"], entry["user"]["username"]) for entry in entries}

    assert mxfork("down", "--dir", directory, "--keep-logs").code == ExitCode.WELL
    assert status(running).runs
    assert (directory / "logs" / "kube-apiserver.log").exists()
    assert not (directory / "kubeconfig").exists()


def test_nodes_are_ready_when_up_returns(mxfork: Callable[..., Run], directory: Path) -> None:
    started = mxfork("up", "--dir", directory, "--no-crd", "--nodes", "2", "--image", f"example/none={sys.prefix}")
    assert started.code == ExitCode.WELL, started.err
    nodes = mxfork("kubectl", "--dir", directory, "get", "nodes", "--output", "json").json()["items"]
    ready = [{condition["type"]: condition["status"] for condition in node["status"]["conditions"]} for node in nodes]
    assert [conditions["Ready"] for conditions in ready] == ["True", "True"]
    assert mxfork("status", "--dir", directory, "--output", "json").json()["nodes"] == 2
    assert mxfork("down", "--dir", directory).out.startswith("ended node, ")


def test_nodes_without_namespaces_say_so(mxfork: Callable[..., Run], directory: Path) -> None:
    started = mxfork("up", "--dir", directory, "--no-crd", "--nodes", "1", "--isolation", "shared")
    assert started.code == ExitCode.WELL, started.err
    assert "its nodes run one job at a time, without namespaces: asked for by --isolation shared" in started.out
    assert (
        mxfork("status", "--dir", directory, "--output", "json").json()["obstacle"] == "asked for by --isolation shared"
    )


def test_a_dead_process_is_seen_and_cleared_away(mxfork: Callable[..., Run], directory: Path) -> None:
    assert mxfork("up", "--dir", directory, "--no-crd").code == ExitCode.WELL
    manager = next(record for record in records(directory) if record.name == "kube-controller-manager")
    os.kill(manager.pid, signal.SIGKILL)
    wait_for(lambda: not is_alive(manager), "kube-controller-manager is dead")

    shown = mxfork("status", "--dir", directory, "--output", "json")
    assert shown.code == ExitCode.FINDINGS
    assert [process["name"] for process in shown.json()["processes"] if not process["alive"]] == [manager.name]
    assert f"mxfork cluster down --dir {directory}" in mxfork("status", "--dir", directory).out
    ended = mxfork("down", "--dir", directory, "--output", "json")
    assert [record["name"] for record in ended.json()["ended"]] == ["kube-apiserver", "etcd"]


def test_a_stale_folder_is_cleared_by_down(mxfork: Callable[..., Run], directory: Path) -> None:
    directory.mkdir()
    gone = ProcessRecord("etcd", os.getpid(), "an earlier boot/1")
    write(directory / "state.json", ClusterState(Phase.UP, "v1.37.2", "https://127.0.0.1:1", "/opt", processes=(gone,)))
    refused = mxfork("up", "--dir", directory)
    assert refused.code == ExitCode.COULD_NOT_COMPLETE
    assert "whose processes are gone" in refused.err
    cleared = mxfork("down", "--dir", directory)
    assert (cleared.code, cleared.out) == (ExitCode.WELL, "nothing was running any more; cleared the folder\n")


def test_a_foreign_folder_is_left_as_it_was(mxfork: Callable[..., Run], directory: Path) -> None:
    directory.mkdir()
    (directory / "kubeconfig").write_text("of another cluster", encoding="utf-8")
    for verb in ("up", "down"):
        assert mxfork(verb, "--dir", directory).code == ExitCode.WRONG_USE
    assert [path.name for path in directory.iterdir()] == ["kubeconfig"]
    assert (directory / "kubeconfig").read_text(encoding="utf-8") == "of another cluster"


def test_a_start_that_fails_shows_why_and_leaves_nothing_running(
    environment: dict[str, str], tmp_path: Path, directory: Path
) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    for name in PROGRAMS:
        (broken / name).symlink_to(Path(environment["KUBEBUILDER_ASSETS"]) / name)
    (broken / "kube-controller-manager").unlink()
    (broken / "kube-controller-manager").write_text("#!/bin/sh\necho the dog ate my certificate >&2\nexit 3\n")
    (broken / "kube-controller-manager").chmod(0o755)

    with pytest.raises(MxforkError, match="kube-controller-manager ended while it was starting") as raised:
        up(directory, assets=broken, crds=False)
    assert ("", "the dog ate my certificate") in raised.value.facts
    log = dict(raised.value.facts)["log"]
    assert Path(log).read_text() == "the dog ate my certificate\n"
    assert not running_below(directory)

    (broken / "kube-controller-manager").unlink()
    (broken / "kube-controller-manager").symlink_to(Path(environment["KUBEBUILDER_ASSETS"]) / "kube-controller-manager")
    cluster = up(directory, assets=broken, crds=False, tied_to_parent=True)
    assert len(running_below(directory)) == len(records(directory)) == 3
    cluster.down()


def test_a_crd_that_is_refused_is_named(mxfork: Callable[..., Run], tmp_path: Path, directory: Path) -> None:
    crd = tmp_path / "crd.yaml"
    crd.write_text(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: wrong.example.test}\n"
        "spec: {group: example.test, scope: Namespaced, names: {kind: Thing, plural: things}, versions: []}\n"
    )
    refused = mxfork("up", "--dir", directory, "--crd", crd)
    assert refused.code == ExitCode.COULD_NOT_COMPLETE
    assert f"the API server does not take {crd}" in refused.err
    assert not running_below(directory)


@pytest.mark.parametrize("interrupt", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_start_is_undone(
    interrupt: signal.Signals, environment: dict[str, str], directory: Path
) -> None:
    command = [*MXFORK, "cluster", "up", "--dir", str(directory)]
    with subprocess.Popen(command, env=environment, cwd=REPOSITORY, stderr=subprocess.PIPE, text=True) as starting:
        wait_for(lambda: len(records(directory)) >= 2, "kube-apiserver was started")
        processes = records(directory)
        starting.send_signal(interrupt)
        _, complaint = starting.communicate()
    assert starting.returncode == 130
    assert complaint.endswith("interrupted\n")
    assert not any(is_alive(record) for record in processes)
    assert not directory.exists()


def test_an_impatient_second_interrupt_leaves_nothing_running(
    environment: dict[str, str], tmp_path: Path, directory: Path
) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in PROGRAMS:
        (programs / name).symlink_to(Path(environment["KUBEBUILDER_ASSETS"]) / name)
    slow = programs / "kube-controller-manager"
    slow.unlink()
    slow.write_text("#!/bin/sh\ntrap 'echo asked; sleep 1; exit' TERM\necho begun\nwhile :; do sleep 0.1; done\n")
    slow.chmod(0o755)
    log = directory / "logs" / f"{slow.name}.log"
    processes: tuple[ProcessRecord, ...] = ()

    command = [*MXFORK, "cluster", "up", "--dir", str(directory)]
    with subprocess.Popen(command, env=environment | {"KUBEBUILDER_ASSETS": str(programs)}, cwd=REPOSITORY) as starting:
        for said in ("begun", "asked"):
            wait_for(lambda said=said: log.exists() and said in log.read_text(), said)  # type: ignore[misc]
            processes = records(directory)
            starting.send_signal(signal.SIGINT)
    assert not any(is_alive(record) for record in processes)
    assert not directory.exists()


def test_a_start_that_was_killed_is_cleared_by_down(
    mxfork: Callable[..., Run], environment: dict[str, str], directory: Path
) -> None:
    command = [*MXFORK, "cluster", "up", "--dir", str(directory)]
    with subprocess.Popen(command, env=environment, cwd=REPOSITORY) as starting:
        wait_for(lambda: len(records(directory)) >= 2, "kube-apiserver was started")
        busy = mxfork("down", "--dir", directory)
        assert "another mxfork command is at work" in busy.err
        starting.send_signal(signal.SIGKILL)
    processes = records(directory)
    assert mxfork("status", "--dir", directory, "--output", "json").json()["phase"] == "starting"
    assert mxfork("down", "--dir", directory).code == ExitCode.WELL
    assert not any(is_alive(record) for record in processes)


def test_a_cluster_tied_to_its_parent_dies_with_it(environment: dict[str, str], directory: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from fork_tools.cluster.lifecycle import up; "
        "up(Path(sys.argv[1]), crds=False, tied_to_parent=True); print('up', flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", code, str(directory)]
    with subprocess.Popen(command, env=environment, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == "up\n"
        parent.send_signal(signal.SIGKILL)
    wait_for(lambda: not any(is_alive(record) for record in records(directory)), "every process died")
