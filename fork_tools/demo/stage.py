"""The stage that an example plays on: a cluster with one node, and the controller beside it."""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fork_tools.cluster.companions import add_process
from fork_tools.cluster.layout import Layout
from fork_tools.cluster.lifecycle import Cluster, down, status, up
from fork_tools.cluster.state import Phase, read
from fork_tools.demo.narration import Line
from fork_tools.demo.telling import Teller, ToldProgress
from fork_tools.errors import ExitCode, MxforkError

CONTROLLER = "mxjob-controller"
# The image that examples name; on this cluster it stands for a local virtual environment.
IMAGE = "example/mxnet"


def require_environment(environment: Path) -> None:
    """Raise MxforkError unless `environment` is a virtual environment."""
    if not (environment / "bin" / "python").exists():
        raise MxforkError(
            f"there is no Python environment in {environment}",
            facts=(("because", "MXNet needs one of its own, with older packages than this tool's"),),
            next_step=f"make demo    or    scripts/mxnet-environment {environment} requirements/mxnet.txt",
            exit_code=ExitCode.WRONG_USE,
        )


@contextmanager
def stage(directory: Path, environment: Path, tell: Teller, *, keep: bool) -> Iterator[Cluster]:
    """Set the stage up in `directory` and clear it away after the block, unless it is to be kept.

    After an error the logs stay in the folder. Raises MxforkError when another demonstration is on there.
    """
    with _sole_demonstration(directory):
        _clear_away_leftovers(directory, tell)
        cluster = up(
            directory,
            nodes=1,
            images={IMAGE: environment},
            tied_to_parent=not keep,
            progress=ToldProgress(tell),
        )
        failed = False
        try:
            tell(Line("cluster", f"Kubernetes {cluster.version} with one node serves at {cluster.server}"))
            if cluster.obstacle:
                tell(Line("cluster", f"one job at a time, without namespaces: {cluster.obstacle}"))
            _start_controller(cluster, tell, keep=keep)
            yield cluster
        except Exception:
            failed = True
            raise
        finally:
            if not keep:
                _clear_away(directory, tell, keep_logs=failed)


def require_alive(cluster: Cluster) -> None:
    """Raise MxforkError with the end of its log if a process of the stage has died."""
    for process in status(cluster.directory).processes:
        if not process.alive:
            raise MxforkError(
                f"{process.name} has died",
                facts=(("log", str(process.log)), *(("", line) for line in tail(process.log))),
                next_step="when the cause is gone, run it again",
            )


def tail(log: Path, lines: int = 15) -> list[str]:
    """Return the last `lines` of a log."""
    return log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:] if log.exists() else []


def _start_controller(cluster: Cluster, tell: Teller, *, keep: bool) -> None:
    command = [
        str(Path(sys.executable).with_name(CONTROLLER)),
        f"--kubeconfig={cluster.kubeconfig}",
        "--metrics-bind-address=127.0.0.1:0",
        "--health-probe-bind-address=127.0.0.1:0",
    ]
    record = add_process(cluster.directory, CONTROLLER, command, tied_to_parent=not keep)
    tell(Line("controller", f"{CONTROLLER} runs as process {record.pid}"))


def _clear_away_leftovers(directory: Path, tell: Teller) -> None:
    state = read(Layout.of(directory).state)
    if state is not None and state.phase is not Phase.DOWN:
        tell(Line("cluster", f"ending the one left from before in {directory}"))
        down(directory)


def _clear_away(directory: Path, tell: Teller, *, keep_logs: bool) -> None:
    down(directory, keep_logs=keep_logs)
    logs = f"; its logs are in {Layout.of(directory).logs}" if keep_logs else ""
    tell(Line("cluster", f"taken down{logs}"))


@contextmanager
def _sole_demonstration(directory: Path) -> Iterator[None]:
    """Hold a lock on the folder itself: it ends with this process, however that ends, and leaves no file behind."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _lock(descriptor, directory)
        yield
    finally:
        os.close(descriptor)
        with suppress(OSError):
            directory.rmdir()


def _lock(descriptor: int, directory: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise MxforkError(
            f"another demonstration is on in {directory}",
            next_step="let it end, or choose another folder with --dir",
            exit_code=ExitCode.WRONG_USE,
        ) from error
