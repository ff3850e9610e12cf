"""What changed between two commits of upstream's on the paths that matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fork_tools.errors import ExitCode, MxforkError
from fork_tools.upstream.repository import Commit, Repository


@dataclass(frozen=True, slots=True)
class Change:
    """A commit, and the watched paths that it touched."""

    commit: Commit
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """The commits of `old`..`new` that touched watched paths, the oldest first; `total` counts all but merges."""

    old: str
    new: str
    total: int
    commits: tuple[Change, ...]


def changes(repository: Repository, old: str, new: str, patterns: Sequence[str]) -> Changes:
    """List the commits that `new` has and `old` has not, as far as they touched paths that match `patterns`.

    Patterns are globs from the repository's root: `*` stays within a folder, `**` does not; none watch everything.
    A merge counts when it is itself the author of a change. Raises MxforkError when `old` and `new` are unrelated.
    """
    begin, end = repository.resolve(old), repository.resolve(new)
    if repository.merge_base(begin, end) is None:
        raise MxforkError(
            f"{old} and {new} have no common history",
            next_step="name two releases of one upstream",
            exit_code=ExitCode.WRONG_USE,
        )
    pathspecs = tuple(f":(glob){pattern}" for pattern in patterns)
    options = ("--topo-order", "--reverse", "--full-history", "--simplify-merges")
    found = repository.commits(f"{begin}..{end}", *options, paths=pathspecs)
    touched = _touched(repository, found, pathspecs)
    total = int(repository.git("rev-list", "--count", "--no-merges", f"{begin}..{end}"))
    kept = tuple(Change(commit, touched[commit.id]) for commit in found if touched.get(commit.id))
    return Changes(old, new, total, kept)


def _touched(repository: Repository, commits: Sequence[Commit], pathspecs: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Map each commit to the paths it changed: of a merge those that differ from all its parents."""
    # Git overlooks a last line that is not ended.
    ids = "".join(f"{commit.id}\n" for commit in commits)
    arguments = ("diff-tree", "--stdin", "--root", "-r", "-c", "--name-only", "-z", "--no-renames", "--", *pathspecs)
    found: dict[str, list[str]] = {}
    current: list[str] = []
    known = {commit.id for commit in commits}
    for field in filter(None, repository.git(*arguments, input=ids).split("\0")):
        if field in known:
            current = found.setdefault(field, [])
        else:
            current.append(field)
    return {commit: tuple(paths) for commit, paths in found.items()}
