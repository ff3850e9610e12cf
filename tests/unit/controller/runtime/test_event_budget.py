"""One job's events are limited as client-go's recorder limits them (spec §5.1)."""

from __future__ import annotations

from controller.runtime.event_budget import EventBudget


def test_a_burst_then_one_every_five_minutes() -> None:
    time = [0.0]
    budget = EventBudget(lambda: time[0])
    assert [budget.take("job") for _ in range(26)] == [True] * 25 + [False]
    time[0] = 299
    assert not budget.take("job")
    time[0] = 301
    assert [budget.take("job") for _ in range(2)] == [True, False]
    assert budget.take("another"), "a noisy job does not silence the others"


def test_the_burst_comes_back() -> None:
    time = [0.0]
    budget = EventBudget(lambda: time[0])
    for _ in range(25):
        budget.take("job")
    time[0] = 1e6
    assert [budget.take("job") for _ in range(26)] == [True] * 25 + [False]
