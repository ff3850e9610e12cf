"""Options that every command on a fork takes, and the fork that they mean."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from fork_tools.progress import Progress, progress_on
from fork_tools.queue.apply import Setting
from fork_tools.queue.resolutions import read_resolutions
from fork_tools.queue.series import Queue, read_queue
from fork_tools.queue.store import Store, fork_store
from fork_tools.upstream.configuration import Configuration, find_fork, read_configuration
from fork_tools.upstream.repository import Repository, open_repository


@dataclass(frozen=True, slots=True)
class Fork:
    """The fork that a command works on, and how upstream is reached."""

    configuration: Configuration
    upstream: Path | None
    offline: bool
    progress: Progress

    @property
    def patches(self) -> Path:
        """The folder of the queue."""
        return self.configuration.patches

    def queue(self) -> Queue:
        """Read the queue. Raises MxforkError naming what is wrong in it."""
        return read_queue(self.patches)

    def repository(self, *, refresh: bool = False) -> Repository:
        """Open upstream; with `refresh` it is fetched however fresh the cache is."""
        return open_repository(
            self.configuration, path=self.upstream, offline=self.offline, progress=self.progress, refresh=refresh
        )

    @contextmanager
    def setting(
        self, *, wanted: tuple[str, ...] = (), regenerate: bool = True, refresh: bool = False
    ) -> Iterator[tuple[Setting, Store]]:
        """Open all that a run of the queue needs."""
        queue = self.queue()
        repository = self.repository(refresh=refresh)
        with fork_store(self.configuration.root, repository, self.progress) as store:
            resolutions = read_resolutions(self.patches)
            yield (
                Setting(repository, store.objects, queue, resolutions, store.logs, wanted, regenerate),
                store,
            )


def fork_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add --fork, --upstream and --offline; the command gets them as `fork`, a `Fork`."""

    @click.option(
        "--fork",
        "folder",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        default=Path(),
        help="The fork's repository; default: the one that the working directory is in.",
    )
    @click.option(
        "--upstream",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="Read upstream from this clone, which is only read.",
    )
    @click.option("--offline", is_flag=True, help="Fetch nothing: use what the cache holds.")
    @functools.wraps(command)
    def with_fork(folder: Path, upstream: Path | None, offline: bool, **options: Any) -> None:
        configuration = read_configuration(find_fork(folder))
        command(fork=Fork(configuration, upstream, offline, progress_on(sys.stderr)), **options)

    return with_fork
