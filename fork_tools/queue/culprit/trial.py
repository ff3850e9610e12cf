"""Try a step path by path on any commit, each path's state once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from fork_tools.queue.attempt import try_step
from fork_tools.queue.diff import CorruptDiffError, FileDiff, parse_diff
from fork_tools.queue.hunks import Failed, apply_hunks
from fork_tools.queue.kinds import pick, restore
from fork_tools.queue.kinds.patch import Patch
from fork_tools.queue.kinds.pick import Pick
from fork_tools.queue.kinds.restore import Restore
from fork_tools.queue.objects import Objects
from fork_tools.queue.patterns import any_matches
from fork_tools.queue.resolutions import Resolutions
from fork_tools.queue.result import Entry
from fork_tools.queue.step import Step

WHOLE = ""


@dataclass(frozen=True, slots=True)
class Parts:
    """A step taken apart: the step for each path alone, and the hunks of those that have some.

    A step that cannot be taken apart stands under the path `WHOLE`.
    """

    steps: dict[str, Step]
    diffs: dict[str, FileDiff]


def take_apart(objects: Objects, step: Step) -> Parts:
    """Make a step for each path of `step`, as far as its kind knows them beforehand."""
    action = step.action
    if isinstance(action, Patch) and not action.corrupt and action.files:
        alone = {file.path: replace(step, action=replace(action, files=(file,))) for file in action.files}
        return Parts(alone, {file.path: file for file in action.files})
    if isinstance(action, Pick) and (ends := pick.sides(objects, action)):
        touched = pick.touched(objects, action)
        alone = {path: replace(step, action=replace(action, paths=(path,), exclude=())) for path in touched}
        return Parts(alone, _diffs(objects, *ends, tuple(touched)))
    if isinstance(action, Restore) and (source := objects.resolve(f"{action.commit}^{{commit}}")):
        wanted = [path for path in objects.entries(source) if _restored(action, path)]
        return Parts({path: replace(step, action=_only(action, path)) for path in wanted}, {})
    return Parts({WHOLE: step}, {})


@dataclass(slots=True)
class Trials:
    """Answers that were already found, by step, path and state of the path: releases share most of them."""

    objects: Objects
    resolutions: Resolutions
    _holds: dict[tuple[str, str, str], bool] = field(default_factory=dict)

    def holds(self, step: Step, path: str, tree: str) -> bool:
        """Whether the step, which is for `path` alone, holds on `tree`."""
        state = tree if path == WHOLE else str(self.objects.entries(tree).get(path))
        key = (f"{step.name} {step.path}", path, state)
        if key not in self._holds:
            self._holds[key] = try_step(self.objects, tree, step, self.resolutions).holds
        return self._holds[key]

    def failing_hunks(self, diff: FileDiff, entry: Entry | None) -> frozenset[int]:
        """Return the numbers (from 1) of the hunks that a file has no place for: all of them when there is no file."""
        everything = frozenset(range(1, len(diff.hunks) + 1))
        if diff.old_path is None:
            return frozenset() if entry is None else everything
        if entry is None:
            return everything or frozenset({1})
        applied = apply_hunks(self.objects.blob(entry.id), diff.hunks)
        return frozenset(number for number, hunk in enumerate(applied.hunks, 1) if isinstance(hunk, Failed))


def _diffs(objects: Objects, old: str, new: str, paths: tuple[str, ...]) -> dict[str, FileDiff]:
    try:
        files = parse_diff(objects.git("diff-tree", "-r", "-p", "--full-index", "--binary", "--no-renames", old, new))
    except CorruptDiffError:
        return {}
    return {file.path: file for file in files if file.path in paths}


def _restored(action: Restore, path: str) -> bool:
    return any_matches(action.paths, path) and not any_matches(action.exclude, path)


def _only(action: Restore, path: str) -> Restore:
    return restore.Restore(action.commit, (path,), (), action.conflicts)
