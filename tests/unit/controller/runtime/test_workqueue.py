"""The queue's promises: once, never by two at a time, not too early, slower when failing (as client-go's)."""

from __future__ import annotations

import asyncio
import sys

import pytest

from controller.runtime.workqueue import SETTLING, WorkQueue
from tests.unit.controller.runtime.virtual_time import now, virtual

Queue = WorkQueue[str]


async def take(queue: Queue) -> str:
    """Take a key and be done with it."""
    key = await queue.get()
    assert key is not None
    queue.done(key)
    return key


@virtual
async def test_first_in_first_out() -> None:
    queue = Queue()
    for key in "abc":
        queue.add(key)
    assert [await take(queue) for _ in "abc"] == ["a", "b", "c"]


@virtual
async def test_a_key_is_due_once_however_often_it_is_added() -> None:
    queue = Queue()
    for key in "aba":
        queue.add(key)
    assert len(queue) == 2
    assert [await take(queue), await take(queue)] == ["a", "b"]
    assert len(queue) == 0


@virtual
async def test_a_key_added_while_it_is_worked_on_comes_again_when_that_is_done() -> None:
    queue = Queue()
    queue.add("a")
    assert await queue.get() == "a"
    queue.add("a")
    queue.add("a")
    assert len(queue) == 0, "a second worker must not get it meanwhile"
    queue.done("a")
    assert await take(queue) == "a"
    assert len(queue) == 0


@virtual
async def test_a_key_whose_time_comes_while_it_is_worked_on_comes_again_a_moment_after_that() -> None:
    queue = Queue()
    queue.add("a")
    assert await queue.get() == "a"
    queue.add_after("a", 1)
    await asyncio.sleep(5)
    queue.done("a")
    assert (await take(queue), now()) == ("a", 5 + SETTLING)
    queue.add_after("guard", 100)
    assert await take(queue) == "guard", "once is enough"


@virtual
async def test_a_key_that_is_due_at_once_is_not_put_off_by_what_else_came_while_it_was_worked_on() -> None:
    queue = Queue()
    queue.add("a")
    assert await queue.get() == "a"
    queue.add_after("a", 1)
    await asyncio.sleep(5)
    queue.add("a")
    queue.done("a")
    assert (await take(queue), now()) == ("a", 5)
    queue.add_after("guard", 100)
    assert await take(queue) == "guard", "once is enough"


@virtual
async def test_get_waits_for_a_key() -> None:
    queue = Queue()
    asyncio.get_running_loop().call_later(7, queue.add, "a")
    assert await take(queue) == "a"
    assert now() == 7


@virtual
async def test_each_key_wakes_one_worker() -> None:
    queue = Queue()
    workers = [asyncio.create_task(queue.get()) for _ in range(3)]
    await asyncio.sleep(1)
    for key in "ab":
        queue.add(key)
    await asyncio.sleep(1)
    assert {worker.result() for worker in workers if worker.done()} == {"a", "b"}
    queue.close()
    assert [await worker for worker in workers].count(None) == 1


@virtual
async def test_a_key_that_is_retried_for_ever_needs_no_more_and_more_memory() -> None:
    queue: WorkQueue[object] = WorkQueue()
    key = object()
    for _ in range(1000):
        queue.add_after(key, 1e6)
        queue.add_after(key, 1)
        assert await queue.get() is key
        queue.done(key)
    assert sys.getrefcount(key) < 100


@virtual
async def test_a_delayed_key_is_due_then() -> None:
    queue = Queue()
    queue.add_after("late", 60)
    queue.add_after("soon", 10)
    assert len(queue) == 0
    assert (await take(queue), now()) == ("soon", 10)
    assert (await take(queue), now()) == ("late", 60)


@pytest.mark.parametrize("delays", [(10, 60), (60, 10)])
@virtual
async def test_of_two_delays_the_earlier_deadline_wins(delays: tuple[float, float]) -> None:
    queue = Queue()
    for delay in delays:
        queue.add_after("a", delay)
    assert (await take(queue), now()) == ("a", 10)
    queue.add_after("guard", 100)
    assert (await take(queue), now()) == ("guard", 110), "the later deadline is none any more"


@virtual
async def test_no_delay_is_at_once() -> None:
    queue = Queue()
    queue.add_after("a", 0)
    queue.add_after("b", -5)
    assert [await take(queue), await take(queue)] == ["a", "b"]
    assert now() == 0


@virtual
async def test_failures_slow_a_key_down_until_it_is_forgotten() -> None:
    queue = Queue()
    waits = []
    for _ in range(5):
        before = now()
        queue.add_rate_limited("a")
        await take(queue)
        waits.append(round(now() - before, 3))
    assert waits == [0.005, 0.01, 0.02, 0.04, 0.08]
    assert queue.failures("a") == 5
    queue.forget("a")
    before = now()
    queue.add_rate_limited("a")
    await take(queue)
    assert round(now() - before, 3) == 0.005


@virtual
async def test_retries_never_are_more_than_1000_s_apart() -> None:
    queue = Queue()
    before = 0.0
    for _ in range(2000):  # far beyond where a float would overflow
        before = now()
        queue.add_rate_limited("a")
        await take(queue)
    assert now() - before == pytest.approx(1000)


@virtual
async def test_another_key_is_not_slowed_down() -> None:
    queue = Queue()
    for _ in range(10):
        queue.add_rate_limited("bad")
        await take(queue)
    assert queue.failures("good") == 0


@virtual
async def test_closing_ends_every_worker_and_drops_what_was_due() -> None:
    queue = Queue()
    workers = [asyncio.create_task(queue.get()) for _ in range(2)]
    queue.add_after("later", 5)
    await asyncio.sleep(1)
    queue.close()
    assert [await worker for worker in workers] == [None, None]
    queue.add("a")
    queue.add_after("b", 0)
    queue.add_rate_limited("c")
    await asyncio.sleep(10)
    assert await queue.get() is None


@virtual
async def test_a_pass_under_way_may_end_after_closing() -> None:
    queue = Queue()
    queue.add("a")
    await queue.get()
    queue.add("a")
    queue.close()
    queue.done("a")
    assert await queue.get() is None


@virtual
async def test_a_cancelled_worker_takes_no_key_with_it() -> None:
    queue = Queue()
    cancelled, other = asyncio.create_task(queue.get()), asyncio.create_task(queue.get())
    await asyncio.sleep(1)
    queue.add("a")
    cancelled.cancel()  # woken for the key and cancelled in the same breath
    await asyncio.sleep(1)
    assert other.done()
    assert other.result() == "a"


class Ledger:
    """Writes down what the queue tells."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, float]] = []

    def added(self) -> None:
        self.entries.append(("added", now()))

    def retried(self) -> None:
        self.entries.append(("retried", now()))

    def started(self, waited: float) -> None:
        self.entries.append(("started", waited))

    def finished(self, worked: float) -> None:
        self.entries.append(("finished", worked))


@virtual
async def test_an_observer_hears_how_long_keys_wait_and_take() -> None:
    ledger = Ledger()
    queue = Queue(ledger)
    queue.add("a")
    await asyncio.sleep(3)
    key = await queue.get()
    assert queue.started_at == [3]
    await asyncio.sleep(4)
    assert key is not None
    queue.done(key)
    assert queue.started_at == []
    assert ledger.entries == [("added", 0), ("started", 3), ("finished", 4)]


@virtual
async def test_a_key_added_during_its_pass_waits_from_then_on() -> None:
    ledger = Ledger()
    queue = Queue(ledger)
    queue.add("a")
    await queue.get()
    await asyncio.sleep(2)
    queue.add("a")
    await asyncio.sleep(5)
    queue.done("a")
    await take(queue)
    assert [waited for what, waited in ledger.entries if what == "started"] == [0, 5]
