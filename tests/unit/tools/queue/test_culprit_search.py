"""Where something stopped to hold, in rows of states that need not be monotonic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fork_tools.queue.culprit.search import find_breaking


def _row(text: str) -> list[bool]:
    return [letter == "+" for letter in text]


@pytest.mark.parametrize(
    ("row", "index", "earlier"),
    [
        pytest.param("+++--", 3, (), id="once"),
        pytest.param("+-", 1, (), id="at the first commit"),
        pytest.param("++-++--", 5, (2,), id="broken, mended, broken"),
        pytest.param("---", None, (), id="never held"),
        pytest.param("--+-", 3, (), id="held in between only"),
    ],
)
def test_the_state_since_which_it_does_not_hold(row: str, index: int | None, earlier: tuple[int, ...]) -> None:
    flags = _row(row)
    found = find_breaking(len(flags), flags.__getitem__)
    assert found is not None
    assert (found.index, found.earlier) == (index, earlier)


@pytest.mark.parametrize("row", ["+", "--+", "+-+"])
def test_what_holds_at_the_end_is_not_broken(row: str) -> None:
    assert find_breaking(len(row), _row(row).__getitem__) is None


def test_a_long_row_is_not_looked_at_as_a_whole() -> None:
    found = find_breaking(1000, lambda index: index < 700)
    assert found is not None
    assert found.index == 700
    assert found.checked < 20


def test_in_a_long_row_something_mended_beside_the_answer_is_noticed() -> None:
    found = find_breaking(1000, lambda index: index < 500 or 501 <= index < 900)
    assert found is not None
    assert found.index == 900


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.integers(1, 70))
def test_at_the_answer_the_neighbours_are_what_they_are_said_to_be(row: list[bool], few: int) -> None:
    found = find_breaking(len(row), row.__getitem__, few=few)
    if row[-1]:
        assert found is None
        return
    assert found is not None
    for index in (*found.earlier, *([found.index] if found.index is not None else [])):
        assert not row[index]
        assert row[index - 1]
    if found.index is None:
        assert not row[0]
    elif len(row) <= few:
        assert not any(row[found.index :])
