"""The per-user cache: a bare partial clone of upstream, filled under a lock, readable by any number of processes."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from filelock import FileLock, Timeout
from platformdirs import user_cache_path

from fork_tools.errors import MxforkError
from fork_tools.progress import Progress
from fork_tools.upstream.git import Git

FRESH_FOR = timedelta(minutes=10)
_REMOTE = "origin"
_STAMP = "mxfork-fetched"
_PATIENCE = 1800  # seconds that another process may take for its fetch
_REFS = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
_PERCENTAGE = re.compile(r"(?:remote: )?(?P<what>[A-Z][a-z]+ (?:objects|deltas)): +(?P<share>\d+%)")


def cache_folder(url: str) -> Path:
    """Name the folder of the user's cache that belongs to `url`."""
    name = re.sub(r"\.git$", "", url.rstrip("/")).rpartition("/")[2] or "upstream"
    return user_cache_path("mxfork") / "upstream" / f"{name}-{hashlib.sha256(url.encode()).hexdigest()[:12]}"


def clone_of(folder: Path) -> Path:
    """Name the bare clone in a cache folder."""
    return folder / "repository.git"


def fetched_at(folder: Path) -> float | None:
    """Tell when the clone was last brought up to date (seconds since the epoch); None when it never was."""
    try:
        return (clone_of(folder) / _STAMP).stat().st_mtime
    except OSError:
        return None


def bring_up_to_date(
    folder: Path, url: str, former: Sequence[str], progress: Progress, *, newer_than: float | None = None
) -> None:
    """Fetch upstream's branches and tags into the cache, or make the clone when there is none.

    Nothing is done when another process did it after `newer_than`. A cache of a former name is the start of a new one.
    Raises MxforkError when the cache cannot be written or the fetch fails; what was there before stays usable.
    """
    with _held(folder, progress):
        seen = fetched_at(folder)
        if seen is not None and newer_than is not None and seen >= newer_than:
            return
        repository = clone_of(folder)
        if repository.is_dir():
            _clear_what_a_killed_fetch_left(repository)
            _fetch(repository, url, progress)
        else:
            _clone(repository, url, former, progress)


def complete(folder: Path, object_ids: Sequence[str], progress: Progress) -> None:
    """Fetch the named objects, which the partial clone left out. Raises MxforkError when that fails."""
    with _held(folder, progress):
        run = Git(clone_of(folder), transport=True)
        arguments = ("-c", "fetch.negotiationAlgorithm=noop", "fetch", _REMOTE, "--no-tags", "--no-write-fetch-head")
        with progress.task("fetching upstream's files", logged=len(object_ids) > 1000):
            run.run(*arguments, "--filter=blob:none", "--stdin", stdin="\n".join(object_ids))


def _clone(repository: Path, url: str, former: Sequence[str], progress: Progress) -> None:
    scratch = repository.with_name(f"{repository.name}.new")
    shutil.rmtree(scratch, ignore_errors=True)
    earlier = next((clone_of(cache_folder(name)) for name in former if clone_of(cache_folder(name)).is_dir()), None)
    if earlier:
        shutil.copytree(earlier, scratch, symlinks=True)
        _clear_what_a_killed_fetch_left(scratch)
    else:
        Git(scratch, transport=True).run("init", "--quiet", "--bare", "--template=", str(scratch))
    _configure(scratch, url)
    _fetch(scratch, url, progress)
    scratch.rename(repository)


def _configure(repository: Path, url: str) -> None:
    git = Git(repository)
    settings = {
        f"remote.{_REMOTE}.url": url,
        f"remote.{_REMOTE}.promisor": "true",
        f"remote.{_REMOTE}.partialclonefilter": "blob:none",
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": _REMOTE,
    }
    for key, value in settings.items():
        git.run("config", key, value)


def _fetch(repository: Path, url: str, progress: Progress) -> None:
    begin = time.time()
    with progress.task(f"fetching {url}", logged=True) as detail:
        flags = ("--progress", "--prune", "--force", "--no-auto-maintenance", "--no-write-fetch-head", "--no-tags")
        arguments = ("fetch", *flags, "--filter=blob:none", _REMOTE, *_REFS)
        outcome = Git(repository, transport=True).follow(*arguments, tell=lambda line: _tell(line, detail))
    if outcome.code:
        raise _unreachable(url, outcome.complaint)
    stamp = repository / _STAMP
    stamp.touch()
    os.utime(stamp, (begin, begin))


def _tell(line: str, detail: object) -> None:
    found = _PERCENTAGE.match(line)
    if found and callable(detail):
        detail(f"{found['what'].lower()} {found['share']}")


def _unreachable(url: str, complaint: str) -> MxforkError:
    words = [line for line in complaint.splitlines() if line.startswith(("fatal", "error", "remote", "ssh", "warning"))]
    return MxforkError(
        f"cannot fetch {url}",
        facts=(*(("git says", line) for line in words[-4:]), ("so", "the cache is as it was")),
        next_step="see to the network or to upstream.url, or use --offline, or --upstream PATH with a clone of yours",
    )


@contextmanager
def _held(folder: Path, progress: Progress) -> Iterator[None]:
    """Hold the cache for writing."""
    lock = FileLock(folder.with_suffix(".lock"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            with progress.task("waiting for another mxfork that fetches", logged=True):
                lock.acquire(timeout=_PATIENCE)
        probe = folder / f".writable-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except Timeout as error:
        raise MxforkError(
            f"another process has held the cache for {_PATIENCE // 60} minutes",
            facts=(("cache", str(folder)),),
            next_step="end that process, or use --offline",
        ) from error
    except OSError as error:
        lock.release()
        raise MxforkError(
            f"cannot write to the cache: {error}",
            next_step="use --offline to work with what it holds, or set XDG_CACHE_HOME to a folder of yours",
        ) from error
    try:
        yield
    finally:
        lock.release()


def _clear_what_a_killed_fetch_left(repository: Path) -> None:
    """Remove locks and half-written packs: the cache's own lock is held, so no git works on them."""
    for pattern in ("*.lock", "refs/**/*.lock", "objects/pack/tmp_*", "objects/info/*.lock"):
        for leftover in repository.glob(pattern):
            leftover.unlink(missing_ok=True)
