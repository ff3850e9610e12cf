"""The private clone of a fork: where branches, tags and logs of the queue live, outside of any tree of the user's."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from platformdirs import user_cache_path

from fork_tools.errors import MxforkError
from fork_tools.progress import Progress
from fork_tools.queue.objects import Objects, open_store
from fork_tools.upstream.repository import Repository

_PATIENCE = 1800  # seconds that another process of this fork may take


@dataclass(frozen=True, slots=True)
class Store:
    """The open clone. `lasting` is false where the cache cannot be written: then it is gone after the run."""

    objects: Objects
    folder: Path
    lasting: bool

    @property
    def logs(self) -> Path:
        """Where commands' words are kept."""
        return self.folder / "logs"


def store_folder(root: Path) -> Path:
    """Name the folder of the cache that belongs to the fork at `root`."""
    digest = hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:12]
    return user_cache_path("mxfork") / "queue" / f"{root.resolve().name}-{digest}"


@contextmanager
def fork_store(root: Path, repository: Repository, progress: Progress) -> Iterator[Store]:
    """Open the fork's private clone, one process at a time; a temporary one where the cache is read-only."""
    folder = store_folder(root)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / "lock")
        _acquire(lock, progress)
    except OSError:
        with (
            tempfile.TemporaryDirectory(prefix="mxfork-queue-") as scratch,
            open_store(Path(scratch) / "clone.git", repository) as objects,
        ):
            yield Store(objects, Path(scratch), lasting=False)
        return
    try:
        _clear_what_a_killed_run_left(folder / "clone.git")
        with open_store(folder / "clone.git", repository) as objects:
            yield Store(objects, folder, lasting=True)
    finally:
        lock.release()


def _acquire(lock: FileLock, progress: Progress) -> None:
    try:
        lock.acquire(timeout=0)
    except Timeout:
        with progress.task("waiting for another mxfork that works on this queue", logged=True):
            try:
                lock.acquire(timeout=_PATIENCE)
            except Timeout as error:
                raise MxforkError(
                    f"another process has held the queue for {_PATIENCE // 60} minutes",
                    next_step="end that process, then run the command again",
                ) from error


def _clear_what_a_killed_run_left(git_dir: Path) -> None:
    """Remove half-written files: the fork's own lock is held, so no git works on them."""
    for pattern in ("*.lock", "refs/**/*.lock", "objects/pack/tmp_*", "objects/??/tmp_obj_*"):
        for leftover in git_dir.glob(pattern):
            leftover.unlink(missing_ok=True)
