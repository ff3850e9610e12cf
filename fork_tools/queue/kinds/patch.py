"""patch: hand-written changes in git's mail format, put on a tree by the ladder exact, offset, reverse, three-way."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from fork_tools.errors import MxforkError
from fork_tools.queue import ladder
from fork_tools.queue.diff import ABSENT, CorruptDiffError, FileDiff, parse_diff
from fork_tools.queue.guards import outside_named, through_link, unsafe_mode, unsafe_path
from fork_tools.queue.hunks import apply_hunks
from fork_tools.queue.objects import Objects
from fork_tools.queue.resolutions import NONE, Resolutions
from fork_tools.queue.result import (
    Changes,
    Degree,
    Entry,
    PathResult,
    StepClass,
    StepResult,
    gravest,
)


@dataclass(frozen=True, slots=True)
class Patch:
    """A diff, and what reading it came to: its files, or why it is none."""

    diff: bytes
    files: tuple[FileDiff, ...] = ()
    corrupt: str = ""

    @property
    def named(self) -> tuple[str, ...]:
        """Every path that it names."""
        return tuple(sorted({path for file in self.files for path in file.paths}))


def parse(diff: bytes) -> Patch:
    """Read a diff; one that is broken is kept with the reason, so that the others can still be tried."""
    try:
        return Patch(diff, parse_diff(diff))
    except CorruptDiffError as error:
        return Patch(diff, corrupt=str(error))


def attempt(objects: Objects, tree: str, patch: Patch, name: str, resolutions: Resolutions = NONE) -> StepResult:
    """Say what the patch does to `tree`. Only paths that it names can change."""
    if patch.corrupt:
        return StepResult(name, StepClass.CORRUPT, patch.corrupt)
    if not patch.files:
        return StepResult(name, StepClass.EMPTY, "the patch holds no diff")
    present = objects.entries(tree)
    links = [path for path, entry in present.items() if entry.mode == "120000"]
    attempts = [_file(objects, present, file, patch, links, resolutions) for file in patch.files]
    results = tuple(result for result, _ in attempts)
    changes: Changes = {path: entry for _, changed in attempts for path, entry in changed.items()}
    grave = gravest(results)
    bad = [result for result in results if result.step_class is grave]
    if strays := outside_named(changes, patch.named):
        return StepResult(
            name, StepClass.RETARGETED, f"would change {strays[0]}, which it does not name", paths=results
        )
    if grave is StepClass.ALREADY_UPSTREAM:
        return _already(name, results)
    if grave not in {StepClass.CLEAN, StepClass.OFFSET, StepClass.THREE_WAY}:
        others = f" and {len(bad) - 1} more" if len(bad) > 1 else ""
        return StepResult(name, grave, f"{bad[0].path} {bad[0].detail}{others}", paths=results)
    warnings = tuple(f"{result.path} {result.detail}" for result in results if result.detail)
    return StepResult(name, grave, f"{len(changes)} paths", changes, results, warnings=warnings)


def _already(name: str, results: tuple[PathResult, ...]) -> StepResult:
    degrees = {Degree(result.detail) for result in results}
    degree = next(d for d in (Degree.TWEAKED, Degree.SUPERSET, Degree.EXACT) if d in degrees)
    message = {
        Degree.EXACT: "upstream has the very change",
        Degree.SUPERSET: "upstream has the change, among others",
        Degree.TWEAKED: "upstream has most of its lines, but not the change as such: look at both",
    }[degree]
    return StepResult(name, StepClass.ALREADY_UPSTREAM, message, paths=results, degree=degree)


def _file(
    objects: Objects,
    present: dict[str, Entry],
    file: FileDiff,
    patch: Patch,
    links: list[str],
    resolutions: Resolutions,
) -> tuple[PathResult, Changes]:
    if refused := _refused(file, links):
        return refused, {}
    if file.binary:
        return _binary(objects, present, file, patch)
    if file.old_path is None:
        return _new(objects, present.get(file.path), file)
    ours = present.get(file.old_path)
    if file.new_path is None:
        return _deleted(objects, ours, file)
    if ours is None:
        return PathResult(file.path, StepClass.PATH_DELETED, "is not in this release"), {}
    if file.new_path != file.old_path and file.new_path in present:
        return PathResult(file.path, StepClass.CONFLICT, "is there already, so nothing can be renamed to it"), {}
    climbed = ladder.climb(objects, file, ours, resolutions)
    if climbed.content is None:
        return climbed.result, {}
    mode = file.new_mode or ours.mode
    changed: dict[str, Entry | None] = {file.path: Entry(mode, objects.write_blob(climbed.content))}
    if file.old_path != file.new_path and not file.copied:
        changed[file.old_path] = None
    return climbed.result, changed


def _refused(file: FileDiff, links: list[str]) -> PathResult | None:
    for path in file.paths:
        if unsafe := unsafe_path(path):
            return PathResult(path, StepClass.CORRUPT, unsafe)
        if link := through_link(path, links):
            return PathResult(path, StepClass.RETARGETED, f"would be written through the symbolic link {link}")
    unsafe = unsafe_mode(file.new_mode) or unsafe_mode(file.old_mode)
    return PathResult(file.path, StepClass.CORRUPT, unsafe) if unsafe else None


def _new(objects: Objects, ours: Entry | None, file: FileDiff) -> tuple[PathResult, Changes]:
    content = apply_hunks(b"", file.hunks)
    if not content.whole:
        return PathResult(file.path, StepClass.CORRUPT, "is new and yet expects lines to be there"), {}
    if ours is None:
        entry = Entry(file.new_mode or "100644", objects.write_blob(content.content))
        return PathResult(file.path, StepClass.CLEAN), {file.path: entry}
    if objects.blob(ours.id) == content.content:
        return PathResult(file.path, StepClass.ALREADY_UPSTREAM, Degree.EXACT), {}
    return PathResult(file.path, StepClass.CONFLICT, "is there already and differs"), {}


def _deleted(objects: Objects, ours: Entry | None, file: FileDiff) -> tuple[PathResult, Changes]:
    if ours is None:
        return PathResult(file.path, StepClass.ALREADY_UPSTREAM, Degree.EXACT), {}
    left = apply_hunks(objects.blob(ours.id), file.hunks)
    if left.whole and not left.content:
        return PathResult(file.path, StepClass.CLEAN), {file.path: None}
    return PathResult(file.path, StepClass.CONFLICT, "is to go, but holds other lines than the patch expects"), {}


def _binary(objects: Objects, present: dict[str, Entry], file: FileDiff, patch: Patch) -> tuple[PathResult, Changes]:
    ours = present.get(file.old_path or file.path)
    if ours and file.new_id and ours.id.startswith(file.new_id):
        return PathResult(file.path, StepClass.ALREADY_UPSTREAM, Degree.EXACT), {}
    if ours is None and file.new_path is None:
        return PathResult(file.path, StepClass.ALREADY_UPSTREAM, Degree.EXACT), {}
    if ours is None and file.old_path is not None:
        return PathResult(file.path, StepClass.PATH_DELETED, "is not in this release"), {}
    if (ours.id if ours else ABSENT).startswith(file.old_id) is False or not file.old_id:
        return PathResult(file.path, StepClass.CONFLICT, "is binary and another than the patch was made for"), {}
    if file.new_path is None:
        return PathResult(file.path, StepClass.CLEAN), {file.path: None}
    written = _git_apply(objects, ours, file, patch)
    if written is None:
        return PathResult(file.path, StepClass.CORRUPT, "is binary, and the patch does not carry its content"), {}
    return PathResult(file.path, StepClass.CLEAN), {file.path: replace(written, mode=file.new_mode or written.mode)}


def _git_apply(objects: Objects, ours: Entry | None, file: FileDiff, patch: Patch) -> Entry | None:
    with tempfile.TemporaryDirectory(prefix="mxfork-index-") as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        if ours:
            line = f"{ours.mode} {ours.id}\t{file.old_path}\0".encode("utf-8", "surrogateescape")
            objects.git("update-index", "-z", "--index-info", stdin=line, environment=index)
        try:
            only = ("--include", file.path)
            objects.git("apply", "--cached", *only, "-", stdin=patch.diff, environment=index)
            found = objects.git("ls-files", "-z", "--stage", "--", file.path, environment=index)
        except MxforkError:
            return None
        mode, identifier, _ = found.split(b"\t")[0].decode().split(" ")
        return Entry(mode, identifier)
