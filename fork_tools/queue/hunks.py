"""Put hunks onto a file's lines, as strictly as `git apply` does: every line of context counts, none is fuzzy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fork_tools.queue.diff import Hunk


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a hunk went: `source` is the line of the file, `line` that of the result (both from 1).

    `offset` is how far that is from where the patch expected it.
    """

    hunk: Hunk
    source: int
    line: int
    offset: int


@dataclass(frozen=True, slots=True)
class Failed:
    """A hunk whose lines are nowhere to be found, or more than once and nowhere near."""

    hunk: Hunk


@dataclass(frozen=True, slots=True)
class Applied:
    """The file after all hunks that could be placed; `whole` when that were all of them."""

    content: bytes
    hunks: tuple[Placed | Failed, ...]

    @property
    def whole(self) -> bool:
        """Whether every hunk found its place."""
        return all(isinstance(hunk, Placed) for hunk in self.hunks)

    @property
    def moved(self) -> bool:
        """Whether a hunk stands elsewhere than the patch says."""
        return any(isinstance(hunk, Placed) and hunk.offset for hunk in self.hunks)


def split_lines(content: bytes) -> list[bytes]:
    """Split at newlines only (a lone CR is part of its line) and keep them."""
    parts = content.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def apply_hunks(content: bytes, hunks: Sequence[Hunk]) -> Applied:
    """Place each hunk where it expects its lines, or at the only other place after the hunk before it.

    A hunk that fits nowhere, or elsewhere more than once (git would take the nearest and may be wrong), is left out and
    the others are still tried: the caller tells them apart.
    """
    lines = split_lines(content)
    result: list[bytes] = []
    placed: list[Placed | Failed] = []
    taken = 0
    drift = 0
    for hunk in hunks:
        expected = max(hunk.old_start - 1, 0) if hunk.before else hunk.old_start
        at = _find(lines, hunk, expected + drift, taken)
        if at is None:
            placed.append(Failed(hunk))
            continue
        result += lines[taken:at]
        placed.append(Placed(hunk, at + 1, len(result) + 1, at - expected))
        result += hunk.after
        taken = at + len(hunk.before)
        drift = at - expected
    return Applied(b"".join(result + lines[taken:]), tuple(placed))


def _find(lines: list[bytes], hunk: Hunk, expected: int, earliest: int) -> int | None:
    before = list(hunk.before)
    if not before:
        # An addition without any context belongs to an empty file, or it would fit everywhere.
        return 0 if not lines else None
    latest = len(lines) - len(before)

    def fits(at: int) -> bool:
        return earliest <= at <= latest and lines[at : at + len(before)] == before

    # As git does: what stood at the beginning or the end of the file has to stand there again.
    if hunk.old_start <= 1:
        return 0 if fits(0) and (hunk.trailing or latest == 0) else None
    if not hunk.trailing:
        return latest if fits(latest) else None
    if fits(expected):
        return expected
    candidates = [at for at in range(earliest, latest + 1) if lines[at] == before[0] and fits(at)]
    return candidates[0] if len(candidates) == 1 else None
