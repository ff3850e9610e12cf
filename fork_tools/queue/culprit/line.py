"""Upstream's first-parent history between two commits, as the states that each path went through."""

from __future__ import annotations

from dataclasses import dataclass

from fork_tools.queue.result import Entry
from fork_tools.upstream.repository import Commit, Repository

_GONE = "000000"


@dataclass(frozen=True, slots=True)
class State:
    """A path from a commit on: `index` counts the commits of the line, -1 is before the first of them."""

    index: int
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class Line:
    """`start` is the commit before the first; `changed` maps a path to the states that it took, the oldest first."""

    start: str
    commits: tuple[Commit, ...]
    changed: dict[str, tuple[State, ...]]

    def at(self, index: int) -> str:
        """Return the id of the commit with that index; -1 gives the start."""
        return self.commits[index].id if index >= 0 else self.start

    def states(self, path: str, before: Entry | None) -> tuple[State, ...]:
        """Return the states of a path that was `before` at the start."""
        return (State(-1, before), *self.changed.get(path, ()))

    def every(self) -> tuple[State, ...]:
        """Return a state for each commit, for what depends on more than one path."""
        return tuple(State(index, None) for index in range(-1, len(self.commits)))


def read_line(repository: Repository, start: str, tip: str) -> Line:
    """Read the first-parent line of `tip` back to where `start` has it."""
    commits = repository.first_parents(start, tip)
    begin = commits[0].parents[0] if commits and commits[0].parents else start
    pairs = "".join(f"{commit.id} {commit.parents[0]}\n" for commit in commits if commit.parents)
    output = repository.git("diff-tree", "--stdin", "-r", "--raw", "--no-renames", "--no-abbrev", "-z", input=pairs)
    order = {commit.id: index for index, commit in enumerate(commits)}
    changed: dict[str, list[State]] = {}
    index = -1
    fields = iter(filter(None, output.split("\0")))
    for field in fields:
        if not field.startswith(":"):
            index = order[field]
            continue
        _, mode, _, object_id, _ = field.split(" ")
        entry = None if mode == _GONE else Entry(mode, object_id)
        changed.setdefault(next(fields), []).append(State(index, entry))
    return Line(begin, commits, {path: tuple(states) for path, states in changed.items()})
