"""restore: whole files as a commit of upstream's own history has them, by reference."""

from __future__ import annotations

from dataclasses import dataclass

from fork_tools.queue.fields import Fields
from fork_tools.queue.guards import through_link, unsafe_mode, unsafe_path
from fork_tools.queue.merge import Side, side_for
from fork_tools.queue.objects import Objects
from fork_tools.queue.patterns import any_matches, matches
from fork_tools.queue.result import Degree, Entry, PathResult, StepClass, StepResult, gravest


@dataclass(frozen=True, slots=True)
class Restore:
    """The files of `commit` that `paths` mean and `exclude` do not.

    `conflicts` says by pattern what to do about a file that is there and differs: `ours` keeps the tree's, `theirs`
    replaces it. Without it such a file is a conflict: upstream has come to have its own.
    """

    commit: str
    paths: tuple[str, ...]
    exclude: tuple[str, ...]
    conflicts: dict[str, Side]


def parse(fields: Fields) -> Restore:
    """Read `commit`, `paths`, `exclude` and `conflicts`."""
    paths = fields.texts("paths")
    if not paths:
        raise fields.wrong("paths is missing: name the files to restore")
    return Restore(fields.text("commit"), paths, fields.texts("exclude"), fields.choices("conflicts", Side))


def attempt(objects: Objects, tree: str, restore: Restore, name: str) -> StepResult:
    """Say what restoring does to `tree`. A pattern that means no file is `empty`: it fails closed."""
    source = objects.resolve(f"{restore.commit}^{{commit}}")
    if source is None:
        return StepResult(name, StepClass.CORRUPT, f"upstream has no commit {restore.commit}")
    available = objects.entries(source)
    idle = [pattern for pattern in restore.paths if not any(matches(pattern, path) for path in available)]
    if idle:
        return StepResult(name, StepClass.EMPTY, f"{idle[0]} means no file of {restore.commit[:9]}")
    wanted = {
        path: entry
        for path, entry in available.items()
        if any_matches(restore.paths, path) and not any_matches(restore.exclude, path)
    }
    present = objects.entries(tree)
    links = [path for path, entry in present.items() if entry.mode == "120000"]
    results = tuple(_path(path, entry, present.get(path), restore, links) for path, entry in sorted(wanted.items()))
    grave = gravest(results)
    if grave not in {StepClass.CLEAN, StepClass.ALREADY_UPSTREAM}:
        first = next(result for result in results if result.step_class is grave)
        return StepResult(name, grave, f"{first.path} {first.detail}", paths=results)
    changes = {path: wanted[path] for path in wanted if _is_new(results, path)}
    if not changes:
        there = f"all {len(results)} files are there as they are to be"
        return StepResult(name, StepClass.ALREADY_UPSTREAM, there, paths=results, degree=Degree.EXACT)
    return StepResult(name, StepClass.CLEAN, f"{len(changes)} files restored", changes, results)


def _path(path: str, wanted: Entry, present: Entry | None, restore: Restore, links: list[str]) -> PathResult:
    if unsafe := unsafe_path(path) or unsafe_mode(wanted.mode):
        return PathResult(path, StepClass.CORRUPT, unsafe)
    if link := through_link(path, links):
        return PathResult(path, StepClass.RETARGETED, f"would be written through the symbolic link {link}")
    if present is None:
        return PathResult(path, StepClass.CLEAN)
    if present == wanted:
        return PathResult(path, StepClass.ALREADY_UPSTREAM, "is there already")
    side = side_for(path, restore.conflicts)
    if side is Side.THEIRS:
        return PathResult(path, StepClass.CLEAN, "replaced, as the step's conflicts say")
    if side is Side.OURS:
        return PathResult(path, StepClass.ALREADY_UPSTREAM, "kept, as the step's conflicts say")
    return PathResult(path, StepClass.CONFLICT, "is there and differs; name it in exclude or in conflicts")


def _is_new(results: tuple[PathResult, ...], path: str) -> bool:
    return any(result.path == path and result.step_class is StepClass.CLEAN for result in results)
