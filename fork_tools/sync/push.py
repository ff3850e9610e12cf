"""Update a lane's branch on a remote: only when it changed, and never over somebody's own commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from fork_tools.errors import ExitCode, MxforkError
from fork_tools.queue.apply import Run
from fork_tools.queue.identity import MAIL
from fork_tools.queue.objects import Objects
from fork_tools.upstream.git import Git

LANE = "{lane}"
_FETCHED = "refs/mxfork/pushed"


class Pushed(StrEnum):
    """What became of a branch on the remote."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FOREIGN = "left alone: its last commit is not mxfork's"
    BROKEN = "left alone: the queue does not apply"


@dataclass(frozen=True, slots=True)
class Push:
    """A lane's branch, the release it carries, and what became of it."""

    lane: str
    branch: str
    release: str
    outcome: Pushed


def branch_for(pattern: str, lane: str) -> str:
    """Name the branch of a lane: `{lane}` stands for its name, which follows the pattern when it does not say where."""
    return pattern.replace(LANE, lane) if LANE in pattern else f"{pattern}-{lane}"


def push_lanes(objects: Objects, runs: Sequence[Run], remote: str, pattern: str, *, dry_run: bool) -> tuple[Push, ...]:
    """Push the newest release of each lane. Raises MxforkError when the remote refuses, or moved in the meantime."""
    newest: dict[str, Run] = {}
    for run in runs:
        if run.target.lane and run.target.tag_object and run.ended is None and not run.target.version.is_prerelease:
            known = newest.get(run.target.lane.name)
            newest[run.target.lane.name] = max(filter(None, (known, run)), key=lambda entry: entry.target.version)
    return tuple(_push(objects, run, remote, branch_for(pattern, lane), lane, dry_run) for lane, run in newest.items())


def _push(objects: Objects, run: Run, remote: str, branch: str, lane: str, dry_run: bool) -> Push:
    if not run.applies:
        return Push(lane, branch, run.target.name, Pushed.BROKEN)
    git, ref = Git(objects.git_dir, transport=True), f"refs/heads/{branch}"
    there = git.run("ls-remote", "--refs", remote, ref).split()
    if there and there[0] == run.commit:
        return Push(lane, branch, run.target.name, Pushed.UNCHANGED)
    if there and not _ours(git, remote, ref):
        return Push(lane, branch, run.target.name, Pushed.FOREIGN)
    if not dry_run:
        expected = there[0] if there else ""
        pushed = git.attempt(
            "push", "--porcelain", f"--force-with-lease={ref}:{expected}", remote, f"{run.commit}:{ref}"
        )
        if pushed.code:
            raise _refused(remote, branch, pushed.complaint or pushed.text)
    return Push(lane, branch, run.target.name, Pushed.UPDATED if there else Pushed.CREATED)


def _ours(git: Git, remote: str, ref: str) -> bool:
    """Whether the branch's last commit was made by mxfork: then nobody works on the branch."""
    git.run("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--depth=1", remote, f"+{ref}:{_FETCHED}")
    mail = git.run("rev-list", "--max-count=1", "--no-commit-header", "--format=%ce", _FETCHED).strip()
    git.run("update-ref", "-d", _FETCHED)
    return mail == MAIL


def _refused(remote: str, branch: str, complaint: str) -> MxforkError:
    return MxforkError(
        f"{remote} does not take {branch}",
        facts=tuple(("git says", line) for line in complaint.splitlines()[-4:]),
        next_step="see what git says, then run mxfork sync again: what was pushed stays as it is",
        exit_code=ExitCode.COULD_NOT_COMPLETE,
    )
