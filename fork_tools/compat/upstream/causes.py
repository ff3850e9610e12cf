"""Which commits changed a file between two releases, and what the port ledger says of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from fork_tools.compat.upstream.comparison import Cause, Causes
from fork_tools.errors import ExitCode, MxforkError
from fork_tools.upstream.configuration import find_fork
from fork_tools.upstream.ledger import Ledger, Status, read_ledger
from fork_tools.upstream.repository import Repository


def causes_between(repository: Repository, old: str, new: str, here: Path) -> Causes:
    """Answer for files of the releases `old` and `new`; the ledger is that of the fork around `here`, if any."""
    span = f"{repository.resolve(old)}..{repository.resolve(new)}"
    ledger = _ledger(here)

    @cache
    def causes(path: str) -> Sequence[Cause]:
        commits = repository.commits(span, "--no-merges", "--reverse", paths=(path,))
        return tuple(Cause(commit.id, commit.subject, _judged(ledger, commit.id)) for commit in commits)

    return causes


def _ledger(here: Path) -> Ledger:
    try:
        return read_ledger(find_fork(here) / "patches")
    except MxforkError as error:
        if error.exit_code is ExitCode.WRONG_USE and "neither" in error.what:
            return Ledger()
        raise


def _judged(ledger: Ledger, commit: str) -> str:
    entry = ledger.find(commit)
    return entry.status.value if entry and entry.status is not Status.PENDING else ""
