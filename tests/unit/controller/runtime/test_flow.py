"""Requests are admitted by priority, a bounded number at a time, at the rate that was asked for (B40)."""

from __future__ import annotations

import asyncio

import pytest

from controller.runtime.flow import Flow, Priority, RateLimit
from tests.unit.controller.runtime.virtual_time import now, virtual


class Requests:
    """Requests of a second each; `begun` are their names and when they were admitted."""

    def __init__(self, flow: Flow) -> None:
        self.begun: list[tuple[str, float]] = []
        self._flow = flow

    async def send(
        self, name: str, priority: Priority = Priority.CHILDREN, lasting: float = 1, job: str | None = None
    ) -> None:
        await self._flow.enter(priority, job)
        self.begun.append((name, round(now(), 3)))
        await asyncio.sleep(lasting)
        self._flow.leave()


@virtual
async def test_children_go_before_statuses_before_events() -> None:
    requests = Requests(Flow(in_flight=1))
    order = [Priority.EVENTS, Priority.EVENTS, Priority.STATUS, Priority.CHILDREN]
    await asyncio.gather(*(requests.send(priority.name, priority) for priority in order))
    assert [name for name, _ in requests.begun] == ["EVENTS", "CHILDREN", "STATUS", "EVENTS"]


@virtual
async def test_a_job_of_thousands_of_pods_does_not_delay_a_small_one() -> None:
    requests = Requests(Flow(in_flight=1))
    order = [("big", number) for number in range(100)] + [("small", number) for number in range(2)]
    await asyncio.gather(*(requests.send(f"{job} {number}", job=job) for job, number in order))
    assert [name for name, _ in requests.begun][:5] == ["big 0", "big 1", "small 0", "big 2", "small 1"]


@virtual
async def test_no_more_than_so_many_at_a_time() -> None:
    requests = Requests(Flow(in_flight=2))
    await asyncio.gather(*(requests.send(str(number)) for number in range(5)))
    assert requests.begun == [("0", 0), ("1", 0), ("2", 1), ("3", 1), ("4", 2)]


@pytest.mark.parametrize(
    ("limit", "times"),
    [
        pytest.param(RateLimit(), [0] * 6, id="no limit by default"),
        pytest.param(RateLimit(qps=10, burst=3), [0, 0, 0, 0.1, 0.2, 0.3], id="a burst, then the rate"),
        pytest.param(RateLimit(qps=2), [0, 0, 0.5, 1, 1.5, 2], id="a burst of one second's requests by default"),
        pytest.param(RateLimit(qps=0.5), [0, 2, 4, 6, 8, 10], id="less than one a second"),
    ],
)
def test_the_rate(limit: RateLimit, times: list[float]) -> None:
    @virtual
    async def send_six() -> None:
        requests = Requests(Flow(limit))
        await asyncio.gather(*(requests.send(str(number)) for number in range(6)))
        assert [at for _, at in requests.begun] == times

    send_six()


@virtual
async def test_a_rest_is_worth_no_more_than_a_burst() -> None:
    requests = Requests(Flow(RateLimit(qps=1, burst=2)))
    await asyncio.sleep(100)
    await asyncio.gather(*(requests.send(str(number)) for number in range(4)))
    assert [at for _, at in requests.begun] == [100, 100, 101, 102]


@virtual
async def test_a_server_that_asks_for_a_pause_gets_it() -> None:
    flow = Flow()
    requests = Requests(flow)
    flow.pause(7)
    await asyncio.gather(requests.send("a"), requests.send("b", Priority.EVENTS))
    assert requests.begun == [("a", 7), ("b", 7)]


@virtual
async def test_who_gives_up_waiting_takes_nobodys_turn() -> None:
    flow = Flow(in_flight=1)
    requests = Requests(flow)
    first, second, third = (asyncio.create_task(requests.send(name)) for name in ("first", "second", "third"))
    await asyncio.sleep(0.5)
    second.cancel()
    await asyncio.gather(first, third)
    assert requests.begun == [("first", 0), ("third", 1)]


@virtual
async def test_who_is_cancelled_at_its_turn_passes_it_on() -> None:
    flow = Flow(in_flight=1)
    requests = Requests(flow)
    await flow.enter(Priority.CHILDREN)
    cancelled = asyncio.create_task(requests.send("cancelled"))
    next_one = asyncio.create_task(requests.send("next"))
    await asyncio.sleep(1)
    flow.leave()
    cancelled.cancel()
    await next_one
    assert requests.begun == [("next", 1)]
