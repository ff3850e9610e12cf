"""A job is not planned on a view that lacks the controller's own writes, and never waits for ever (KEP-5647)."""

from __future__ import annotations

import pytest

from controller.api.objects import Pod
from controller.runtime.cache import Store
from controller.runtime.consistency import PATIENCE, Consistency
from controller.runtime.resources import ObjectKey
from tests.unit.controller.runtime.objects import pod

JOB = ObjectKey("ns", "job")
OTHER = ObjectKey("ns", "other")
POD = ObjectKey("ns", "p")


class View:
    """An informer that has seen everything up to `version`."""

    def __init__(self) -> None:
        self.store: Store[Pod] = Store()
        self.version = 10
        self.relists = 0

    def has_seen(self, version: int) -> bool:
        return self.version >= version

    def relist(self) -> None:
        self.relists += 1


class Bench:
    """A gate over two kinds and a clock."""

    def __init__(self) -> None:
        self.pods, self.jobs = View(), View()
        self.time = 0.0
        self.gate = Consistency({"Pod": self.pods, "MXJob": self.jobs}, lambda: self.time)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_nothing_written_is_nothing_to_wait_for(bench: Bench) -> None:
    assert bench.gate.caught_up(JOB)


def test_a_write_is_waited_for_until_its_kind_has_seen_it(bench: Bench) -> None:
    bench.gate.wrote(JOB, "Pod", "12")
    bench.jobs.version = 99
    assert not bench.gate.caught_up(JOB)
    assert bench.gate.caught_up(OTHER), "another job has nothing to wait for"
    bench.pods.version = 11
    assert not bench.gate.caught_up(JOB)
    bench.pods.version = 12
    assert bench.gate.caught_up(JOB)


def test_of_several_writes_the_last_counts_in_whatever_order_they_answered(bench: Bench) -> None:
    for version in ("14", "12", "13"):
        bench.gate.wrote(JOB, "Pod", version)
    bench.pods.version = 13
    assert not bench.gate.caught_up(JOB)
    bench.pods.version = 14
    assert bench.gate.caught_up(JOB)


def test_every_kind_has_to_catch_up(bench: Bench) -> None:
    bench.gate.wrote(JOB, "Pod", "12")
    bench.gate.wrote(JOB, "MXJob", "13")
    bench.pods.version = 20
    assert not bench.gate.caught_up(JOB)
    bench.jobs.version = 20
    assert bench.gate.caught_up(JOB)


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(pod("p", deleting=True), id="marked for deletion"),
        pytest.param(pod("p", uid="a later one"), id="another object under its name"),
        pytest.param(None, id="gone"),
    ],
)
def test_a_deletion_is_waited_for_by_uid(bench: Bench, seen: Pod | None) -> None:
    bench.pods.store.put(pod("p"))
    bench.gate.deleted(JOB, "Pod", POD, "p-uid")
    assert not bench.gate.caught_up(JOB)
    if seen is None:
        bench.pods.store.remove(POD)
    else:
        bench.pods.store.put(seen)
    assert bench.gate.caught_up(JOB)


def test_a_write_that_does_not_show_up_makes_its_kind_list_again(bench: Bench) -> None:
    bench.gate.wrote(JOB, "Pod", "12")
    bench.time = PATIENCE - 1
    assert not bench.gate.caught_up(JOB)
    assert bench.pods.relists == 0
    bench.time = PATIENCE
    assert not bench.gate.caught_up(JOB)
    assert not bench.gate.caught_up(JOB)
    assert (bench.pods.relists, bench.jobs.relists) == (1, 0), "once, and only the kind in doubt"
    bench.time += PATIENCE
    assert not bench.gate.caught_up(JOB)
    assert bench.pods.relists == 2


def test_a_deletion_that_does_not_show_up_makes_its_kind_list_again(bench: Bench) -> None:
    bench.pods.store.put(pod("p"))
    bench.gate.deleted(JOB, "Pod", POD, "p-uid")
    bench.time = PATIENCE
    assert not bench.gate.caught_up(JOB)
    assert bench.pods.relists == 1


def test_a_deletion_that_a_new_list_does_not_show_did_not_take_place(bench: Bench) -> None:
    bench.pods.store.put(pod("p"))
    bench.gate.deleted(JOB, "Pod", POD, "p-uid")
    bench.time = PATIENCE
    assert not bench.gate.caught_up(JOB)
    bench.time += PATIENCE
    assert bench.gate.caught_up(JOB), "it has to be asked for again, and nobody else would"
    assert bench.pods.relists == 1


def test_a_job_that_is_gone_waits_for_nothing(bench: Bench) -> None:
    bench.gate.wrote(JOB, "Pod", "12")
    bench.gate.forget(JOB)
    assert bench.gate.caught_up(JOB)


def test_versions_that_are_no_numbers_cannot_be_waited_for(bench: Bench) -> None:
    bench.gate.wrote(JOB, "Pod", "opaque")
    assert bench.gate.caught_up(JOB)
