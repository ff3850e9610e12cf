"""revert and cherry-pick: a commit of upstream's undone or done again, path by path, with a policy for conflicts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from fork_tools.queue.diff import CorruptDiffError, Hunk, parse_diff
from fork_tools.queue.fields import Fields
from fork_tools.queue.guards import lost_lines, through_link, unsafe_mode, unsafe_path
from fork_tools.queue.merge import Side, Verdict, merge_contents, side_for, verdict
from fork_tools.queue.objects import Objects
from fork_tools.queue.patterns import any_matches, matches
from fork_tools.queue.resolutions import NONE, Resolutions
from fork_tools.queue.result import Changes, Degree, Entry, PathResult, StepClass, StepResult, gravest


@dataclass(frozen=True, slots=True)
class Pick:
    """A commit to do again, or to undo (`backwards`): all its paths, or those of `paths` without `exclude`.

    `conflicts` maps patterns to the side that wins where a merge conflicts, the first match counting; `mainline` is the
    parent (from 1) that a merge commit is compared with.
    """

    commit: str
    backwards: bool
    paths: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    conflicts: dict[str, Side] = field(default_factory=dict)
    mainline: int = 1


def parse(fields: Fields, *, backwards: bool) -> Pick:
    """Read `commit`, `paths`, `exclude`, `conflicts` and `mainline`."""
    return Pick(
        fields.text("commit"),
        backwards,
        fields.texts("paths"),
        fields.texts("exclude"),
        fields.choices("conflicts", Side),
        fields.number("mainline", 1),
    )


def sides(objects: Objects, pick: Pick) -> tuple[str, str] | None:
    """Return the trees that the step leads from and to; None when upstream has no such commit or parent."""
    commit = objects.resolve(f"{pick.commit}^{{commit}}")
    parent = objects.resolve(f"{pick.commit}^{pick.mainline}")
    if commit is None or parent is None:
        return None
    return (commit, parent) if pick.backwards else (parent, commit)


def touched(objects: Objects, pick: Pick) -> dict[str, tuple[Entry | None, Entry | None]]:
    """Return the paths that the step is about, with what each leads from and to."""
    ends = sides(objects, pick)
    if ends is None:
        return {}
    return {
        path: both
        for path, both in objects.changed(*ends).items()
        if (not pick.paths or any_matches(pick.paths, path)) and not any_matches(pick.exclude, path)
    }


def attempt(objects: Objects, tree: str, pick: Pick, name: str, resolutions: Resolutions = NONE) -> StepResult:
    """Merge the commit's change into `tree`. No path is ever taken for another, however similar (no renames)."""
    if sides(objects, pick) is None:
        return StepResult(
            name, StepClass.CORRUPT, f"upstream has no commit {pick.commit} with a parent {pick.mainline}"
        )
    wanted = touched(objects, pick)
    idle = [pattern for pattern in pick.paths if not any(matches(pattern, path) for path in wanted)]
    if idle or not wanted:
        return StepResult(name, StepClass.EMPTY, f"{idle[0] if idle else 'it'} means no path of {pick.commit[:9]}")
    present = objects.entries(tree)
    objects.bring(_needed(wanted, present))
    links = [path for path, entry in present.items() if entry.mode == "120000"]
    attempts = [
        _path(objects, path, both, present.get(path), pick, links, resolutions) for path, both in wanted.items()
    ]
    results = tuple(result for result, _ in attempts)
    grave = gravest(results)
    bad = [result for result in results if result.step_class is grave]
    if grave not in {StepClass.CLEAN, StepClass.THREE_WAY, StepClass.ALREADY_UPSTREAM}:
        others = f" and {len(bad) - 1} more" if len(bad) > 1 else ""
        return StepResult(name, grave, f"{bad[0].path} {bad[0].detail}{others}", paths=results)
    changes: Changes = {path: entry for _, changed in attempts for path, entry in changed.items()}
    if not changes:
        degree = Degree.EXACT if all(present.get(p) == both[1] for p, both in wanted.items()) else Degree.SUPERSET
        return StepResult(name, StepClass.ALREADY_UPSTREAM, "nothing is left of it to do", paths=results, degree=degree)
    return StepResult(name, grave, f"{len(changes)} paths of {pick.commit[:9]}", changes, results)


def _needed(wanted: dict[str, tuple[Entry | None, Entry | None]], present: dict[str, Entry]) -> list[str]:
    merged = ((base, present.get(path), theirs) for path, (base, theirs) in wanted.items())
    return [entry.id for three in merged for entry in three if entry is not None]


def _path(
    objects: Objects,
    path: str,
    both: tuple[Entry | None, Entry | None],
    ours: Entry | None,
    pick: Pick,
    links: list[str],
    resolutions: Resolutions,
) -> tuple[PathResult, Changes]:
    base, theirs = both
    if unsafe := unsafe_path(path) or unsafe_mode(theirs.mode if theirs else None):
        return PathResult(path, StepClass.CORRUPT, unsafe), {}
    if link := through_link(path, links):
        return PathResult(path, StepClass.RETARGETED, f"would be written through the symbolic link {link}"), {}
    found = verdict(base, ours, theirs)
    if found is Verdict.TAKE:
        return PathResult(path, StepClass.CLEAN), {path: theirs}
    if found in {Verdict.SAME, Verdict.KEEP}:
        return PathResult(path, StepClass.ALREADY_UPSTREAM, "is so already"), {}
    side = side_for(path, pick.conflicts)
    if base and ours and theirs:
        return _contents(objects, path, (base, ours, theirs), side, resolutions)
    return _without_base(path, found, ours, theirs, side)


def _without_base(
    path: str, found: Verdict, ours: Entry | None, theirs: Entry | None, side: Side | None
) -> tuple[PathResult, Changes]:
    if side is Side.OURS:
        return PathResult(path, StepClass.ALREADY_UPSTREAM, "kept, as the step's conflicts say"), {}
    if side is Side.THEIRS:
        return PathResult(path, StepClass.CLEAN, "taken, as the step's conflicts say"), {path: theirs}
    if found is Verdict.DELETED_HERE:
        return PathResult(path, StepClass.PATH_DELETED, "is gone from this release"), {}
    if found is Verdict.DELETED_THERE:
        return PathResult(path, StepClass.CONFLICT, "would be deleted, but this release changed it"), {}
    del ours
    return PathResult(path, StepClass.CONFLICT, "is there already and differs"), {}


def _contents(
    objects: Objects, path: str, three: tuple[Entry, Entry, Entry], side: Side | None, resolutions: Resolutions
) -> tuple[PathResult, Changes]:
    base, ours, theirs = (objects.blob(entry.id) for entry in three)
    merged = merge_contents(objects, base, ours, theirs)
    detail = ""
    if merged.conflicts > 0:
        settled = resolutions.settle(merged.content)
        if settled is not None:
            merged, detail = replace(merged, content=settled, conflicts=0), "settled as recorded"
    if merged.conflicts:
        if side is None:
            what = "is binary and differs" if merged.conflicts < 0 else f"conflicts in {merged.conflicts} places"
            return PathResult(path, StepClass.CONFLICT, what, three_way=False, conflicted=merged.content), {}
        merged = merge_contents(objects, base, ours, theirs, side=side)
        detail = f"conflicts settled for {side}, as the step says"
    elif lost := lost_lines(ours, merged.content, _hunks(objects, three[0], three[2])):
        if side is None:
            what = f"would lose {len(lost)} of its lines, which stand there for something else: {lost[0]!r}"
            return PathResult(path, StepClass.CONFLICT, what, three_way=True, lost=lost), {}
        detail = f"{len(lost)} of its lines were there already"
    if merged.content == ours:
        return PathResult(path, StepClass.ALREADY_UPSTREAM, detail or "is so already"), {}
    mode = three[2].mode if three[2].mode != three[0].mode else three[1].mode
    changed = Entry(mode, objects.write_blob(merged.content))
    return PathResult(path, StepClass.THREE_WAY, detail, three_way=True), {path: changed}


def _hunks(objects: Objects, old: Entry, new: Entry) -> tuple[Hunk, ...]:
    try:
        files = parse_diff(objects.git("diff", "--no-ext-diff", "--no-color", old.id, new.id))
    except CorruptDiffError:
        return ()
    return tuple(hunk for file in files for hunk in file.hunks)
