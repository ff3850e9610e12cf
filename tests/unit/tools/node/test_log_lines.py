"""Log lines: how output is stored, and what is made of it for a reader."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fork_tools.cluster.node.logs.lines import LONGEST_PIECE, Wanted, cut, rendered, stored, tail

NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
ALL = Wanted()


def log(*pieces: bytes) -> list[bytes]:
    return [stored(piece, NOW) for piece in pieces]


def test_lines_are_stored_as_container_runtimes_do() -> None:
    assert stored(b"hello world\n", NOW) == b"2026-03-01T12:00:00.123456000Z stdout F hello world\n"
    assert stored(b"part", NOW) == b"2026-03-01T12:00:00.123456000Z stdout P part\n"


@given(st.lists(st.binary(max_size=40_000), max_size=5))
def test_what_is_read_is_what_was_written(chunks: list[bytes]) -> None:
    lines, rest = [], b""
    for chunk in chunks:
        pieces, rest = cut(rest + chunk)
        lines += log(*pieces)
    lines += log(rest) if rest else []
    assert b"".join(rendered(line, ALL) for line in lines) == b"".join(chunks)
    assert all(len(line) < LONGEST_PIECE + 100 for line in lines)


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (None, b"one\ntwo\nthree"),
        (0, b""),
        (1, b"three"),
        (2, b"two\nthree"),
        (9, b"one\ntwo\nthree"),
    ],
)
def test_tail(count: int | None, expected: bytes) -> None:
    lines = tail(log(b"one\n", b"two\n", b"thr", b"ee"), count)
    assert b"".join(rendered(line, ALL) for line in lines) == expected


def test_old_lines_are_left_out() -> None:
    (line,) = log(b"x\n")
    assert rendered(line, Wanted(since=NOW)) == b"x\n"
    assert rendered(line, Wanted(since=NOW + timedelta(seconds=1))) == b""


def test_lines_can_carry_their_time() -> None:
    (line,) = log(b"x\n")
    assert rendered(line, Wanted(timestamps=True)) == b"2026-03-01T12:00:00.123456000Z x\n"
