"""Whoever has much waiting delays nobody else."""

from __future__ import annotations

from controller.runtime.lanes import Lanes
from controller.runtime.workqueue import WorkQueue
from tests.unit.controller.runtime.virtual_time import virtual


def test_lanes_take_turns_and_keep_their_order() -> None:
    lanes: Lanes[str] = Lanes()
    for item in ("a1", "a2", "a3", "b1"):
        lanes.put(item[0], item)
    assert [lanes.take() for _ in range(len(lanes))] == ["a1", "b1", "a2", "a3"]


def test_cleared_lanes_are_empty() -> None:
    lanes: Lanes[str] = Lanes()
    lanes.put("a", "a1")
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
async def test_a_new_job_does_not_wait_for_the_later_passes_of_thousands() -> None:
    queue: WorkQueue[str] = WorkQueue()
    for number in range(2000):
        queue.add(str(number))
    queue.add("new", new=True)
    assert [await queue.get(), await queue.get(), await queue.get()] == ["0", "new", "1"]
