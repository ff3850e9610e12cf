"""Waits between tries grow, spread, and stop growing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from controller.runtime.backoff import Backoff


@given(
    initial=st.floats(min_value=0.001, max_value=10),
    cap=st.floats(min_value=10, max_value=1000),
    tries=st.integers(1, 99),
)
def test_waits_grow_up_to_the_cap(initial: float, cap: float, tries: int) -> None:
    backoff = Backoff(initial, cap)
    for number in range(tries):
        nominal = min(initial * 2.0**number, cap)
        assert nominal / 2 <= backoff.next() <= nominal
    backoff.reset()
    assert initial / 2 <= backoff.next() <= initial
