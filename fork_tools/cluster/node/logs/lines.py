"""Log lines as container runtimes store them: `<time> stdout F <text>`, F for a full line, P for a part of one."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

LONGEST_PIECE = 16 * 1024
_FULL, _PART = b"F", b"P"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of a log to serve; `timestamps` puts the time in front of each line."""

    since: datetime | None = None
    tail_lines: int | None = None
    limit_bytes: int | None = None
    timestamps: bool = False


def cut(output: bytes) -> tuple[list[bytes], bytes]:
    """Cut output into lines with their newline, and parts of lines that are too long; what is left comes second."""
    *full, rest = output.split(b"\n")
    pieces = [piece for line in full for piece in _pieces(line + b"\n")]
    if len(rest) < LONGEST_PIECE:
        return pieces, rest
    *parts, rest = _pieces(rest)
    return [*pieces, *parts], rest


def _pieces(line: bytes) -> list[bytes]:
    return [line[start : start + LONGEST_PIECE] for start in range(0, len(line), LONGEST_PIECE)]


def stored(piece: bytes, now: datetime) -> bytes:
    """Render a piece for storage."""
    kind = _FULL if piece.endswith(b"\n") else _PART
    return b"%b stdout %b %b\n" % (_time(now), kind, piece.removesuffix(b"\n"))


def rendered(line: bytes, wanted: Wanted) -> bytes:
    """Render a stored line (with its newline) for a reader; empty if it is too old."""
    time, _, kind, text = line.removesuffix(b"\n").split(b" ", 3)
    if wanted.since is not None and time < _time(wanted.since):
        return b""
    end = b"\n" if kind == _FULL else b""
    return (time + b" " if wanted.timestamps else b"") + text + end


def tail(lines: Iterable[bytes], count: int | None) -> Iterable[bytes]:
    """Keep the last `count` stored lines, or all of them; parts belong to the line that they begin."""
    if count is None:
        return lines
    kept: deque[list[bytes]] = deque(maxlen=count)
    unfinished: list[bytes] = []
    for line in lines:
        unfinished.append(line)
        if line.split(b" ", 3)[2] == _FULL:
            kept.append(unfinished)
            unfinished = []
    if unfinished and count > 0:
        kept.append(unfinished)
    return [line for group in kept for line in group]


def _time(moment: datetime) -> bytes:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z").encode()
