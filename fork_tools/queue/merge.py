"""Three-way merge path by path, without rename detection: a change can only land where it is named."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from fork_tools.queue.objects import Objects
from fork_tools.queue.patterns import matches
from fork_tools.queue.result import Entry

_CONFLICT = re.compile(rb"^<{7} ", re.MULTILINE)
_BINARY_PROBE = 8000
_TOO_MANY_CONFLICTS = 127


class Side(StrEnum):
    """Whose side wins where a merge conflicts: the tree's, the step's, or both one after the other."""

    OURS = "ours"
    THEIRS = "theirs"
    UNION = "union"


class Verdict(StrEnum):
    """What a three-way merge of one path comes to before any content is looked at."""

    TAKE = "take"
    KEEP = "keep"
    SAME = "same"
    CONTENT = "content"
    BOTH_ADDED = "both added"
    DELETED_HERE = "deleted here"
    DELETED_THERE = "deleted by the step"


def verdict(base: Entry | None, ours: Entry | None, theirs: Entry | None) -> Verdict:
    """Decide by identity alone, as git does for a path."""
    if ours == theirs:
        return Verdict.SAME
    if ours == base:
        return Verdict.TAKE
    if theirs == base:
        return Verdict.KEEP
    if ours is None:
        return Verdict.DELETED_HERE
    if theirs is None:
        return Verdict.DELETED_THERE
    return Verdict.BOTH_ADDED if base is None else Verdict.CONTENT


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged content; `conflicts` counts what is left between markers in it (-1: binary, not merged)."""

    content: bytes
    conflicts: int


def is_binary(content: bytes) -> bool:
    """Whether git would take it for binary: a NUL in its first 8,000 bytes."""
    return b"\0" in content[:_BINARY_PROBE]


def merge_contents(
    objects: Objects, base: bytes, ours: bytes, theirs: bytes, *, side: Side | None = None, label: str = "step"
) -> Merged:
    """Merge with `git merge-file`, whose result is the same on every machine; `side` settles conflicts."""
    if is_binary(ours) or is_binary(theirs) or is_binary(base):
        chosen = theirs if side is Side.THEIRS else ours
        return Merged(chosen, 0 if side in {Side.OURS, Side.THEIRS} else -1)
    with tempfile.TemporaryDirectory(prefix="mxfork-merge-") as folder:
        files = [Path(folder) / name for name in ("ours", "base", "theirs")]
        for file, content in zip(files, (ours, base, theirs), strict=True):
            file.write_bytes(content)
        how = [f"--{side}"] if side else ["--diff3"]
        labels = ["-L", "the tree", "-L", "common base", "-L", label]
        found = objects.plumbing.attempt("merge-file", "-p", "-q", *how, *labels, *map(str, files))
    if not 0 <= found.code <= _TOO_MANY_CONFLICTS:
        return Merged(ours, -1)
    return Merged(found.output, len(_CONFLICT.findall(found.output)) if found.code else 0)


def side_for(path: str, policy: Mapping[str, Side]) -> Side | None:
    """Return the side that the first matching pattern of a step's policy gives to `path`."""
    return next((side for pattern, side in policy.items() if matches(pattern, path)), None)
