"""Whose folder is it? A cluster only ever moves into an empty one, and only one command at a time works on it."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from fork_tools.cluster.layout import Layout
from fork_tools.cluster.processes import is_alive
from fork_tools.cluster.state import ClusterState, Phase, read
from fork_tools.errors import ExitCode, MxforkError


def require_room(layout: Layout) -> None:
    """Raise MxforkError unless a new cluster may move into the folder: absent, empty, or left by one taken down."""
    state = read(layout.state)
    if state is not None:
        _require_down(layout, state)
        return
    directory = layout.directory
    if directory.exists() and not directory.is_dir():
        raise MxforkError(
            f"{directory} is not a folder", next_step="choose another --dir", exit_code=ExitCode.WRONG_USE
        )
    strangers = sorted(path.name for path in directory.iterdir() if path != layout.lock) if directory.exists() else []
    if strangers:
        raise MxforkError(
            f"{directory} holds something else than a cluster",
            facts=(("found", ", ".join(strangers[:5])), ("so", "nothing was touched")),
            next_step="choose a new or empty folder for --dir",
            exit_code=ExitCode.WRONG_USE,
        )


def require_cluster(layout: Layout) -> ClusterState:
    """Read the state of the cluster in the folder. Raises MxforkError where there is none."""
    state = read(layout.state)
    if state is not None and state.phase is not Phase.DOWN:
        return state
    logs = (("logs", str(layout.logs)),) if state else ()
    raise MxforkError(
        f"there is no cluster in {layout.directory}",
        facts=logs,
        next_step=f"mxfork cluster up {_dir_option(layout)}",
        exit_code=ExitCode.WRONG_USE,
    )


@contextmanager
def sole_command(layout: Layout) -> Iterator[None]:
    """Keep other commands off the cluster during the block. Raises MxforkError when one is at work on it."""
    lock = FileLock(layout.lock, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise MxforkError(
            f"another mxfork command is at work on the cluster in {layout.directory}",
            next_step=f"let it end, then see `mxfork cluster status {_dir_option(layout)}`",
        ) from error
    try:
        yield
    finally:
        lock.release()


def make(layout: Layout) -> None:
    """Create the folders of a new cluster, without the logs that one before it may have left."""
    for path in (*layout.removable, layout.logs):
        _remove(path)
    for path in (layout.pki, layout.logs, layout.etcd, layout.node):
        path.mkdir(mode=0o700)


def clear(layout: Layout, *, keep_logs: bool = False) -> None:
    """Remove what a cluster made, state last so that an interrupted removal can be taken up again.

    What else lies in the folder stays, and the folder with it. Where logs stay the state does: it says whose they are.
    """
    for path in layout.removable:
        _remove(path)
    if keep_logs:
        return
    for path in (layout.logs, layout.state, layout.lock):
        _remove(path)
    if not any(layout.directory.iterdir()):
        layout.directory.rmdir()


def _require_down(layout: Layout, state: ClusterState) -> None:
    if state.phase is Phase.DOWN:
        return
    alive = [record.name for record in state.processes if is_alive(record)]
    if alive:
        raise MxforkError(
            f"a cluster already runs in {layout.directory}",
            facts=(("server", state.server), ("running", ", ".join(alive))),
            next_step=f"mxfork cluster status {_dir_option(layout)}    or    mxfork cluster down {_dir_option(layout)}",
            exit_code=ExitCode.WRONG_USE,
        )
    raise MxforkError(
        f"{layout.directory} holds a cluster whose processes are gone",
        facts=(("because", "it was killed, or the machine restarted"), ("logs", str(layout.logs))),
        next_step=f"mxfork cluster down {_dir_option(layout)}    clears it away; then `up` again",
    )


def _dir_option(layout: Layout) -> str:
    """Write the folder as one has to type it."""
    return f"--dir {shlex.quote(str(layout.directory))}"


def _remove(path: Path) -> None:
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    try:
        shutil.rmtree(path)
    except PermissionError:
        _unlock(path)
        shutil.rmtree(path)


def _unlock(path: Path) -> None:
    """Make every folder below `path` writable: pods leave read-only ones, as package caches are."""
    for parent, folders, _ in os.walk(path):
        for folder in (Path(parent) / name for name in folders):
            if not folder.is_symlink():
                folder.chmod(0o700)
