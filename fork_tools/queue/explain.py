"""Why a path that a step names is not in a release, and where a tool that follows renames would write."""

from __future__ import annotations

import re
from dataclasses import replace

from fork_tools.errors import MxforkError
from fork_tools.queue.kinds.patch import Patch
from fork_tools.queue.kinds.pick import Pick, touched
from fork_tools.queue.objects import Objects
from fork_tools.queue.result import Entry, PathResult, StepClass, StepResult
from fork_tools.queue.step import Step
from fork_tools.upstream.repository import Repository

_RENAME = re.compile(rb"^:\d+ \d+ \w+ \w+ [RC](\d+)\0([^\0]+)\0([^\0]+)$")
_ALIKE = "50%"


def explain(
    repository: Repository, objects: Objects, commit: str, tree: str, step: Step, result: StepResult
) -> StepResult:
    """Sharpen `path-deleted`: upstream renamed the path, or git would have put the change into a similar file.

    Such a suggestion is only ever shown; it moves nothing.
    """
    paths = tuple(
        _explained(repository, objects, commit, tree, step, path) if path.step_class is StepClass.PATH_DELETED else path
        for path in result.paths
    )
    if paths == result.paths:
        return result
    first = next(new for old, new in zip(result.paths, paths, strict=True) if old != new)
    others = sum(path.step_class is not StepClass.CLEAN for path in paths) - 1
    more = f" and {others} more" if others > 0 else ""
    step_class = first.step_class if result.step_class is StepClass.PATH_DELETED else result.step_class
    return replace(result, step_class=step_class, paths=paths, message=f"{first.path} {first.detail}{more}")


def _explained(
    repository: Repository, objects: Objects, commit: str, tree: str, step: Step, result: PathResult
) -> PathResult:
    gone = _removal(repository, commit, result.path)
    if gone is None:
        return result
    identifier, subject, date = gone
    since = f"gone since {identifier[:9]} ({subject}, {date})"
    if renamed := _renamed_by(objects, identifier, result.path):
        detail = f"is {renamed} since {identifier[:9]} ({subject}, {date})"
        return replace(result, step_class=StepClass.PATH_RENAMED, detail=detail)
    candidate = _similar(objects, tree, step, result.path)
    if candidate is None:
        return replace(result, detail=f"is {since}")
    name, share = candidate
    detail = f"is {since}; git am -3 or cherry-pick would put the change into {name} ({share}% alike)"
    return replace(result, step_class=StepClass.RETARGETED, detail=detail)


def _removal(repository: Repository, commit: str, path: str) -> tuple[str, str, str] | None:
    try:
        found = repository.git(
            *("log", "-1", "--diff-filter=D", "--no-renames", "--full-history", "--date=short"),
            *("--format=%H%x00%s%x00%cd", commit, "--", path),
        ).strip()
    except MxforkError:
        return None
    if not found:
        return None
    identifier, subject, date = found.split("\0")
    return identifier, subject, date


def _renamed_by(objects: Objects, commit: str, path: str) -> str | None:
    parent = objects.resolve(f"{commit}^")
    found = _renames(objects, parent, commit) if parent else []
    return next((new for old, new, _ in found if old == path), None)


def _similar(objects: Objects, tree: str, step: Step, path: str) -> tuple[str, str] | None:
    """Do as `git am -3` does: compare with a fake ancestor that holds nothing but the path."""
    identifier = _base_of(objects, step, path)
    if identifier is None:
        return None
    empty = objects.git("mktree", stdin=b"").decode().strip()
    ancestor = objects.write_tree(empty, {path: Entry("100644", identifier)})
    found = _renames(objects, ancestor, tree)
    return next(((new, share) for old, new, share in found if old == path), None)


def _base_of(objects: Objects, step: Step, path: str) -> str | None:
    if isinstance(step.action, Patch):
        known = (file.old_id for file in step.action.files if file.old_path == path and file.old_id)
        return next(map(objects.has_blob, known), None)
    if isinstance(step.action, Pick):
        base = touched(objects, step.action).get(path, (None, None))[0]
        return base.id if base else None
    return None


def _renames(objects: Objects, old: str, new: str) -> list[tuple[str, str, str]]:
    """List what git takes for renames between two trees or commits: old path, new path, likeness in percent."""
    left_out = {f":(exclude,literal){name}" for tree in (old, new) for name in objects.absent(tree)}
    options = ("-r", "-z", f"-M{_ALIKE}", "-l0", "--diff-filter=R")
    try:
        output = objects.git("diff-tree", *options, old, new, "--", ".", *sorted(left_out))
    except MxforkError:
        return []
    parts = output.split(b"\0")
    found = []
    for index in range(0, len(parts) - 2, 3):
        match = _RENAME.match(b"\0".join(parts[index : index + 3]))
        if match:
            share, before, after = (part.decode("utf-8", "surrogateescape") for part in match.groups())
            found.append((before, after, str(int(share))))
    return found
