"""What must never happen silently: a change in an unnamed path, in another symbol, or swallowed by a merge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from fork_tools.queue.diff import Hunk
from fork_tools.queue.hunks import Placed, split_lines
from fork_tools.queue.symbols import enclosing

_SYMLINK = "120000"
_SUBMODULE = "160000"


def unsafe_path(path: str) -> str | None:
    """Say why `path` must not be written, or None: it leaves the tree, or reaches into git's own files."""
    parts = PurePosixPath(path).parts
    if not path or path.startswith("/") or "\\" in path or "\0" in path or "\n" in path:
        return "is no relative path"
    if ".." in parts or "." in path.split("/") or "" in path.split("/"):
        return "leaves the tree"
    if any(part.lower().rstrip(". ") in {".git", "git~1"} for part in parts):
        return "reaches into .git"
    return None


def unsafe_mode(mode: str | None) -> str | None:
    """Say why a file of this mode must not be made, or None: links may lead out of the tree."""
    if mode == _SYMLINK:
        return "is a symbolic link"
    if mode == _SUBMODULE:
        return "is a submodule"
    return None


def through_link(path: str, links: Iterable[str]) -> str | None:
    """Name the symbolic link of the tree that `path` would be written through, or None."""
    folders = {str(parent) for parent in PurePosixPath(path).parents}
    return next((link for link in sorted(links) if link in folders), None)


def outside_named(touched: Iterable[str], named: Iterable[str]) -> tuple[str, ...]:
    """Return the touched paths that are not among the named ones."""
    return tuple(sorted(set(touched) - set(named)))


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a hunk's first change is meant to stand, and where it stands: lines from 1; `section` is its `@@` text."""

    meant: int
    found: int
    section: str


def stands(hunks: Iterable[Placed]) -> tuple[Stand, ...]:
    """Where the hunks stand after they were applied."""
    return tuple(
        Stand(hunk.hunk.old_start + hunk.hunk.leading, hunk.line + hunk.hunk.leading, hunk.hunk.section)
        for hunk in hunks
    )


def stands_of_undone(hunks: Iterable[Placed]) -> tuple[Stand, ...]:
    """Where the hunks stand in the file that they were undone from."""
    return tuple(
        Stand(hunk.hunk.old_start + hunk.hunk.leading, hunk.source + hunk.hunk.leading, hunk.hunk.section)
        for hunk in hunks
    )


def moved_symbol(path: str, meant: bytes, found: bytes, places: Iterable[Stand]) -> str | None:
    """Say which change stands in another symbol of `found` than it has in `meant`, or None."""
    before, after = split_lines(meant), split_lines(found)
    for place in places:
        wanted = enclosing(path, before, place.meant - 1)
        actual = enclosing(path, after, place.found - 1)
        if wanted != actual:
            return f"is meant for {_shown(wanted)} and would land in {_shown(actual)}"
    return None


def other_section(found: bytes, places: Iterable[Stand]) -> str | None:
    """Say which change stands below another heading than its `@@` line names, or None.

    That is all there is to go by when the version that the patch was made for is not known.
    """
    lines = split_lines(found)
    for place in places:
        above = (line for line in reversed(lines[: place.found - 1]) if line[:1].isalpha() or line[:1] in (b"_", b"$"))
        actual = next(above, b"").decode("utf-8", "replace").strip()[:_SECTION]
        wanted = place.section[:_SECTION]
        if wanted and actual and wanted != actual[: len(wanted)]:
            return f"is meant for {wanted!r} and would land below {actual!r}"
    return None


def lost_lines(ours: bytes, result: bytes, hunks: Iterable[Hunk]) -> tuple[str, ...]:
    """Return added lines that a merge swallowed, since a sibling had the same: `result` has no more than `ours` had.

    Only lines that say something count; closing brackets and blank lines are anybody's.
    """
    wanted: Counter[bytes] = Counter()
    for hunk in hunks:
        wanted.update(_telling(hunk.added))
        wanted.subtract(_telling(hunk.removed))
    gained = Counter(_telling(split_lines(result)))
    gained.subtract(_telling(split_lines(ours)))
    return tuple(
        line.decode("utf-8", "replace") for line, count in wanted.items() if count > 0 and gained[line] < count
    )


def _telling(lines: Iterable[bytes]) -> list[bytes]:
    stripped = (line.strip() for line in lines)
    return [line for line in stripped if sum(character in _WORD for character in line) > _FEW]


def _shown(symbol: tuple[str, ...]) -> str:
    return ".".join(symbol) if symbol else "the top level"


_WORD = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_FEW = 2
_SECTION = 80
