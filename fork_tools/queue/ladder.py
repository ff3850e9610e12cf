"""The ladder for one file of a patch: exact, offset, already upstream, three-way, as recorded before; then no further.

A rung is only taken when its result passes the guards: added lines in the symbol they are meant for, none swallowed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from fork_tools.queue.diff import CorruptDiffError, FileDiff, parse_diff
from fork_tools.queue.guards import lost_lines, moved_symbol, other_section, stands, stands_of_undone
from fork_tools.queue.hunks import Applied, Placed, apply_hunks, split_lines
from fork_tools.queue.merge import merge_contents
from fork_tools.queue.objects import Objects
from fork_tools.queue.resolutions import Resolutions
from fork_tools.queue.result import Degree, Entry, HunkResult, PathResult, StepClass
from fork_tools.queue.symbols import enclosing

_MOST = 0.8


@dataclass(frozen=True, slots=True)
class Climbed:
    """How a file fared, and its new content if it is to change."""

    result: PathResult
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Merge:
    """What three-way came to: a content, or a conflict with its markers."""

    content: bytes | None
    conflicted: bytes | None = None
    settled: bool = False


def climb(objects: Objects, file: FileDiff, ours: Entry, resolutions: Resolutions) -> Climbed:
    """Try the rungs for a file that the tree has, best first."""
    content = objects.blob(ours.id)
    base = _base(objects, file)
    forward = apply_hunks(content, file.hunks)
    if not file.hunks and (file.new_mode not in {None, ours.mode} or file.old_path != file.new_path):
        return Climbed(PathResult(file.path, StepClass.CLEAN), content)
    if not file.hunks:
        return Climbed(PathResult(file.path, StepClass.ALREADY_UPSTREAM, Degree.EXACT))
    merged = _merge(objects, file, base, content, resolutions) if base not in {None, content} else None
    if forward.whole:
        return _two_way(file, base, forward, merged)
    if degree := _upstream_has(file, base, content, ours):
        return Climbed(PathResult(file.path, StepClass.ALREADY_UPSTREAM, degree))
    if merged is not None and base is not None:
        return _three_way(objects, file, (base, content), forward, merged)
    if _tweaked(file, content):
        return Climbed(PathResult(file.path, StepClass.ALREADY_UPSTREAM, Degree.TWEAKED, _hunks(forward), False))
    return Climbed(_conflict(file, forward, "and the version that it was made for is not known"))


def _base(objects: Objects, file: FileDiff) -> bytes | None:
    """Return the content that the patch was made for, if it is known and the patch fits it exactly."""
    found = objects.has_blob(file.old_id) if file.old_id else None
    if found is None:
        return None
    content = objects.blob(found)
    applied = apply_hunks(content, file.hunks)
    return content if applied.whole and not applied.moved else None


def _merge(
    objects: Objects, file: FileDiff, base: bytes | None, content: bytes, resolutions: Resolutions
) -> _Merge | None:
    if base is None:
        return None
    theirs = apply_hunks(base, file.hunks).content
    merged = merge_contents(objects, base, content, theirs)
    if merged.conflicts == 0:
        return _Merge(merged.content)
    settled = resolutions.settle(merged.content)
    return _Merge(settled, merged.content, settled=True) if settled is not None else _Merge(None, merged.content)


def _two_way(file: FileDiff, base: bytes | None, forward: Applied, merged: _Merge | None) -> Climbed:
    placed = [hunk for hunk in forward.hunks if isinstance(hunk, Placed)]
    strays: str | None = None
    if base is not None:
        strays = moved_symbol(file.path, base, forward.content, stands(placed))
    elif forward.moved:
        strays = other_section(forward.content, stands(placed))
    three_way = None if merged is None else merged.content is not None
    if strays:
        return Climbed(PathResult(file.path, StepClass.RETARGETED, strays, _hunks(forward), True, three_way))
    if merged is not None and merged.content not in {None, forward.content}:
        detail = "goes to one place by its context and to another by a three-way merge"
        return Climbed(PathResult(file.path, StepClass.CONFLICT, detail, _hunks(forward), True, True))
    detail = "applies by context only: a three-way merge conflicts" if three_way is False else ""
    if forward.moved:
        most = max((hunk.offset for hunk in placed), key=abs)
        detail = detail or f"applies {abs(most)} lines {'further down' if most > 0 else 'further up'}"
        result = PathResult(file.path, StepClass.OFFSET, detail, _hunks(forward), True, three_way)
    else:
        result = PathResult(file.path, StepClass.CLEAN, detail, _hunks(forward), True, three_way)
    return Climbed(result, forward.content)


def _three_way(
    objects: Objects, file: FileDiff, known: tuple[bytes, bytes], forward: Applied, merged: _Merge
) -> Climbed:
    base, ours = known
    if merged.content is None:
        if _tweaked(file, ours):
            result = PathResult(
                file.path, StepClass.ALREADY_UPSTREAM, Degree.TWEAKED, _hunks(forward), False, False, merged.conflicted
            )
            return Climbed(result)
        return Climbed(_conflict(file, forward, "", merged.conflicted))
    if merged.content == ours:
        return Climbed(PathResult(file.path, StepClass.ALREADY_UPSTREAM, Degree.SUPERSET, _hunks(forward), False, True))
    if not merged.settled:
        if lost := lost_lines(ours, merged.content, file.hunks):
            detail = f"would lose {len(lost)} of its lines, which stand there for something else: {lost[0]!r}"
            return Climbed(PathResult(file.path, StepClass.CONFLICT, detail, _hunks(forward), False, True, lost=lost))
        theirs = apply_hunks(base, file.hunks).content
        meant = _added(objects, file.path, base, theirs)
        if strays := meant - _added(objects, file.path, ours, merged.content):
            symbol = ".".join(next(iter(strays))[0]) or "the top level"
            detail = f"is meant for {symbol} and would land elsewhere"
            return Climbed(PathResult(file.path, StepClass.RETARGETED, detail, _hunks(forward), False, True))
    detail = "settled as recorded" if merged.settled else ""
    return Climbed(PathResult(file.path, StepClass.THREE_WAY, detail, _hunks(forward), False, True), merged.content)


def _added(objects: Objects, path: str, before: bytes, after: bytes) -> Counter[tuple[tuple[str, ...], bytes]]:
    """Return the lines that `after` adds to `before`, each with its symbol; blank ones do not count."""
    identifiers = (objects.write_blob(before), objects.write_blob(after))
    try:
        files = parse_diff(objects.git("diff", "--no-ext-diff", "--no-color", "-U0", *identifiers))
    except CorruptDiffError:
        return Counter()
    lines = split_lines(after)
    found: Counter[tuple[tuple[str, ...], bytes]] = Counter()
    for hunk in (hunk for file in files for hunk in file.hunks):
        for index in range(hunk.new_start - 1, hunk.new_start - 1 + len(hunk.added)):
            if lines[index].strip():
                found[(enclosing(path, lines, index), lines[index].strip())] += 1
    return found


def _upstream_has(file: FileDiff, base: bytes | None, content: bytes, ours: Entry) -> Degree | None:
    if file.new_id and ours.id.startswith(file.new_id):
        return Degree.EXACT
    backward = apply_hunks(content, tuple(hunk.reversed() for hunk in file.hunks))
    if not backward.whole:
        return None
    placed = [hunk for hunk in backward.hunks if isinstance(hunk, Placed)]
    # The same lines in a sibling are not this change: they must stand where the patch means them.
    theirs = apply_hunks(base, file.hunks).content if base is not None else None
    places = stands_of_undone(placed)
    if moved_symbol(file.path, theirs, content, places) if theirs is not None else other_section(content, places):
        return None
    return Degree.SUPERSET if backward.moved else Degree.EXACT


def _tweaked(file: FileDiff, content: bytes) -> bool:
    there = {line.strip() for line in split_lines(content)}
    added = [line.strip() for hunk in file.hunks for line in hunk.added if len(line.strip()) > 1]
    kept = {line.strip() for hunk in file.hunks for line in hunk.after}
    removed = [line.strip() for hunk in file.hunks for line in hunk.removed if line.strip() not in kept]
    present = sum(line in there for line in added)
    return bool(added) and present >= _MOST * len(added) and not any(line in there for line in removed if len(line) > 1)


def _hunks(applied: Applied) -> tuple[HunkResult, ...]:
    return tuple(
        HunkResult(number, isinstance(hunk, Placed), hunk.offset if isinstance(hunk, Placed) else 0)
        for number, hunk in enumerate(applied.hunks, 1)
    )


def _conflict(file: FileDiff, forward: Applied, reason: str, conflicted: bytes | None = None) -> PathResult:
    failed = [number for number, hunk in enumerate(forward.hunks, 1) if not isinstance(hunk, Placed)]
    which = f"hunk {failed[0]}" if len(failed) == 1 else f"{len(failed)} hunks"
    detail = f"does not take {which} of {len(forward.hunks)} {reason}".strip()
    return PathResult(
        file.path,
        StepClass.CONFLICT,
        detail,
        _hunks(forward),
        two_way=False,
        three_way=False if conflicted is not None else None,
        conflicted=conflicted,
    )
