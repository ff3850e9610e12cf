"""The files behind a reference as a folder on disk; what comes from git lives in a scratch folder for a while."""

from __future__ import annotations

import io
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from fork_tools.compat.sources.reference import Reference, Where
from fork_tools.errors import ExitCode, MxforkError
from fork_tools.progress import Progress
from fork_tools.upstream.configuration import Configuration, find_fork, read_configuration
from fork_tools.upstream.repository import Repository, open_repository

_UPSTREAM = "https://github.com/kubeflow/trainer.git"


@dataclass
class Repositories:
    """Opens the user's repository and upstream's, each when it is first needed."""

    here: Path
    upstream_path: Path | None
    offline: bool
    progress: Progress

    @cached_property
    def upstream(self) -> Repository:
        """Upstream's: a named clone, or the cache. Without patches/fork.toml its public address is taken."""
        try:
            configuration = read_configuration(find_fork(self.here))
        except MxforkError as error:
            if error.exit_code is not ExitCode.WRONG_USE or "neither" not in error.what:
                raise
            configuration = Configuration(self.here, _UPSTREAM, (), (), ())
        return open_repository(configuration, path=self.upstream_path, offline=self.offline, progress=self.progress)

    @cached_property
    def own(self) -> Repository:
        """The one that the working directory is in. Raises MxforkError (wrong use) when it is in none."""
        for folder in (self.here.absolute(), *self.here.absolute().parents):
            if (folder / ".git").exists():
                return open_repository(Configuration(folder, "", (), (), ()), path=folder, offline=True)
        raise MxforkError(
            f"{self.here.absolute()} is in no git repository",
            next_step="go to the repository that git: is about, or name a folder",
            exit_code=ExitCode.WRONG_USE,
        )


@contextmanager
def checked_out(reference: Reference, repositories: Repositories, *under: str) -> Iterator[Path]:
    """Give the file or folder of `reference`; of a tree in git only what lies `under` those paths, if any are given.

    Raises MxforkError when the revision or the path does not exist.
    """
    if reference.where is Where.DISK:
        yield reference.path
        return
    repository = repositories.upstream if reference.where is Where.UPSTREAM else repositories.own
    with tempfile.TemporaryDirectory(prefix="mxfork-compat-") as folder:
        _extract(repository, reference, tuple(under), Path(folder))
        yield Path(folder) / reference.path


def _extract(repository: Repository, reference: Reference, under: tuple[str, ...], folder: Path) -> None:
    commit = repository.resolve(reference.revision)
    wanted = tuple(str(reference.path / each) for each in under) or (str(reference.path),)
    entries = repository.entries(commit, *(path for path in wanted if path != "."))
    if not entries:
        raise MxforkError(
            f"{reference.text} holds none of: {', '.join(wanted)}",
            next_step=f"git --git-dir {repository.directory} ls-tree {reference.revision}    shows what there is",
            exit_code=ExitCode.WRONG_USE,
        )
    repository.bring(entry.object_id for entry in entries.values())
    there = tuple(path for path in wanted if path != "." and repository.has(commit, path))
    archive = repository.plumbing.output("archive", "--format=tar", commit, "--", *there)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
