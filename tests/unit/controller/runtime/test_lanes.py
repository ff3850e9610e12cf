"""Whoever has much waiting delays nobody else."""

from __future__ import annotations

import pytest

from controller.runtime.lanes import Lanes
from controller.runtime.resources import ObjectKey
from controller.runtime.turns import batch_of, tenant_of
from controller.runtime.workqueue import WorkQueue
from tests.unit.controller.runtime.virtual_time import virtual


def test_lanes_take_turns_and_keep_their_order() -> None:
    lanes: Lanes[str] = Lanes()
    for item in ("a1", "a2", "a3", "b1"):
        lanes.put((item[0],), item)
    assert [lanes.take() for _ in range(len(lanes))] == ["a1", "b1", "a2", "a3"]


def test_lanes_within_a_lane_take_its_turns() -> None:
    lanes: Lanes[str] = Lanes()
    for item in ("ax1", "ax2", "ay1", "bz1", "bz2"):
        lanes.put((item[0], item[1]), item)
    assert [lanes.take() for _ in range(len(lanes))] == ["ax1", "bz1", "ay1", "bz2", "ax2"]


def test_cleared_lanes_are_empty() -> None:
    lanes: Lanes[str] = Lanes()
    lanes.put(("a",), "a1")
    lanes.clear()
    assert not lanes


@virtual
async def test_a_namespace_does_not_wait_for_the_thousands_of_another() -> None:
    queue: WorkQueue[str] = WorkQueue(tenant_of=lambda key: key[0])
    for number in range(2000):
        queue.add(f"a{number}", new=True)
    queue.add("b", new=True)
    assert [await queue.get(), await queue.get()] == ["a0", "b"]


@virtual
async def test_a_job_does_not_wait_for_the_thousands_of_a_sweep_in_its_namespace() -> None:
    queue: WorkQueue[ObjectKey] = WorkQueue(tenant_of=tenant_of, batch_of=batch_of)
    for number in range(2000):
        queue.add(ObjectKey("team", f"sweep-{number}"), new=True)
    queue.add(ObjectKey("team", "single"), new=True)
    assert [str(await queue.get()) for _ in range(3)] == ["team/sweep-0", "team/single", "team/sweep-1"]


@pytest.mark.parametrize(
    ("name", "batch"),
    [("sweep-17", "sweep"), ("trial-x7k2p", "trial"), ("digits7", "digits"), ("digits", "digits"), ("a-b-1", "a-b")],
)
def test_names_tell_which_jobs_were_submitted_together(name: str, batch: str) -> None:
    assert batch_of(ObjectKey("team", name)) == batch


@virtual
async def test_a_new_job_does_not_wait_for_the_later_passes_of_thousands() -> None:
    queue: WorkQueue[str] = WorkQueue()
    for number in range(2000):
        queue.add(str(number))
    queue.add("new", new=True)
    assert [await queue.get(), await queue.get(), await queue.get()] == ["0", "new", "1"]
