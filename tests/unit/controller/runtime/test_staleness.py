"""The lag of the cache is the time from the answer to a write until the informer has seen it."""

from __future__ import annotations

from controller.runtime.staleness import Staleness


class View:
    def __init__(self) -> None:
        self.version = 0

    def has_seen(self, version: int) -> bool:
        return self.version >= version


class Bench:
    def __init__(self) -> None:
        self.pods = View()
        self.time = 0.0
        self.lags: list[tuple[str, float]] = []
        self.staleness = Staleness({"Pod": self.pods}, lambda *lag: self.lags.append(lag), lambda: self.time)

    def show(self, version: int, *, at: float) -> None:
        self.pods.version, self.time = version, at
        self.staleness.changed("Pod")


def test_each_write_is_measured_once_when_it_is_shown() -> None:
    bench = Bench()
    bench.staleness.wrote("Pod", 10)
    bench.time = 1
    bench.staleness.wrote("Pod", 12)
    bench.show(9, at=2)
    assert bench.lags == []
    bench.show(11, at=3)
    bench.show(30, at=5)
    bench.show(31, at=9)
    assert bench.lags == [("Pod", 3), ("Pod", 4)]


def test_a_watch_that_is_faster_than_the_answer_is_no_lag() -> None:
    bench = Bench()
    bench.show(10, at=1)
    bench.staleness.wrote("Pod", 10)
    bench.show(11, at=60)
    assert bench.lags == [("Pod", 0)]


def test_what_nobody_watches_is_not_measured() -> None:
    bench = Bench()
    bench.staleness.wrote("Lease", 10)
    bench.show(11, at=1)
    assert bench.lags == []
