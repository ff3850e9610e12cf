"""Write a patch anew as it stands on a release: same header, same change, today's lines around it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fork_tools.queue.diff import parse_diff
from fork_tools.queue.hunks import split_lines
from fork_tools.queue.objects import Objects
from fork_tools.queue.result import StepClass

_DIFF = ("diff-tree", "-p", "--binary", "--full-index", "--no-renames", "--no-color", "--no-ext-diff")


class Difference(StrEnum):
    """In what the new file differs from the old one."""

    NONE = "nothing"
    CONTEXT = "line numbers and context only"
    CONTENT = "added or removed lines"


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The patch file's new bytes and how they differ from the old ones."""

    content: bytes
    difference: Difference


def refreshed(objects: Objects, content: bytes, commit: str, step_class: StepClass) -> Refreshed:
    """Put the diff of the step's `commit` into its patch file; one that applies as it is written stays to the byte."""
    if step_class is StepClass.CLEAN:
        return Refreshed(content, Difference.NONE)
    lines = split_lines(content)
    start = next(index for index, line in enumerate(lines) if line.startswith(b"diff --git "))
    old = b"".join(lines[start:])
    new = objects.git(*_DIFF, f"{commit}^", commit)
    same = _changes(old) == _changes(new)
    return Refreshed(b"".join(lines[:start]) + new, Difference.CONTEXT if same else Difference.CONTENT)


def _changes(diff: bytes) -> list[tuple[str, tuple[bytes, ...], tuple[bytes, ...]]]:
    return [
        (
            file.path,
            tuple(line for hunk in file.hunks for line in hunk.added),
            tuple(line for hunk in file.hunks for line in hunk.removed),
        )
        for file in parse_diff(diff)
    ]
