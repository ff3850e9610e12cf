"""Workers: what a pass comes to decides when a job is looked at again; no job's trouble is another's (B4, 158)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

import pytest

from controller.runtime.errors import ApiError, UnreachableError
from controller.runtime.metrics import ControllerMetrics
from controller.runtime.reconciler import Result
from controller.runtime.resources import ObjectKey
from controller.runtime.worker import Workers
from controller.runtime.workqueue import WorkQueue
from tests.unit.controller.runtime.virtual_time import now, virtual

GOOD, BAD = ObjectKey("ns", "good"), ObjectKey("ns", "bad")
Reconcile = Callable[[ObjectKey], Awaitable[Result]]


class Bench:
    """Workers on a queue; `passes` are the keys and times of the passes begun."""

    def __init__(self, reconcile: Reconcile, workers: int = 2) -> None:
        self.metrics = ControllerMetrics()
        self.queue: WorkQueue[ObjectKey] = WorkQueue()
        self.passes: list[tuple[str, float]] = []
        self._reconcile = reconcile
        self._workers = Workers(self.queue, self._noted, self.metrics, workers)

    async def run(self, seconds: float) -> None:
        """Work for so many seconds."""
        task = asyncio.create_task(self._workers.run())
        await asyncio.sleep(seconds)
        self.queue.close()
        await task

    def count(self, result: str) -> float:
        labels = {"controller": "mxjob-controller", "result": result}
        return self.metrics.registry.get_sample_value("controller_runtime_reconcile_total", labels) or 0

    async def _noted(self, key: ObjectKey) -> Result:
        self.passes.append((key.name, round(now(), 3)))
        return await self._reconcile(key)


@virtual
async def test_a_job_that_is_well_is_left_alone() -> None:
    async def reconcile(_: ObjectKey) -> Result:
        return Result()

    bench = Bench(reconcile)
    bench.queue.add(GOOD)
    await bench.run(1000)
    assert bench.passes == [("good", 0)]
    assert bench.count("success") == 1


@virtual
async def test_103_a_deadline_is_looked_at_when_it_is_due() -> None:
    async def reconcile(_: ObjectKey) -> Result:
        return Result(requeue_after=60)

    bench = Bench(reconcile)
    bench.queue.add(GOOD)
    await bench.run(130)
    assert bench.passes == [("good", 0), ("good", 60), ("good", 120)]
    assert bench.count("requeue_after") == 3


@virtual
async def test_an_unfinished_pass_is_retried_more_and_more_slowly() -> None:
    async def reconcile(_: ObjectKey) -> Result:
        return Result(retry=True)

    bench = Bench(reconcile)
    bench.queue.add(GOOD)
    await bench.run(0.1)
    assert bench.passes == [("good", 0), ("good", 0.005), ("good", 0.015), ("good", 0.035), ("good", 0.075)]
    assert bench.count("requeue") == 5


@virtual
async def test_success_ends_the_slowing_down() -> None:
    results = [Result(retry=True)] * 3 + [Result()]

    async def reconcile(_: ObjectKey) -> Result:
        return results.pop(0)

    bench = Bench(reconcile)
    bench.queue.add(GOOD)
    await bench.run(10)
    assert bench.queue.failures(GOOD) == 0


@pytest.mark.parametrize(
    "error", [RuntimeError("a defect"), KeyError("x"), ApiError(500, "", "no luck"), UnreachableError("away")]
)
@virtual
async def test_158_an_exception_in_one_job_is_counted_and_retried_and_stops_no_other(error: Exception) -> None:
    async def reconcile(key: ObjectKey) -> Result:
        if key == BAD:
            raise error
        return Result()

    bench = Bench(reconcile, workers=1)
    for key in (BAD, GOOD):
        bench.queue.add(key)
    await bench.run(1)
    names = [name for name, _ in bench.passes]
    assert names[:2] == ["bad", "good"]
    assert names.count("good") == 1
    assert names.count("bad") > 5
    errors = bench.metrics.registry.get_sample_value(
        "controller_runtime_reconcile_errors_total", {"controller": "mxjob-controller"}
    )
    assert errors == bench.count("error") == names.count("bad")


@virtual
async def test_closing_lets_a_pass_under_way_end() -> None:
    ended = []

    async def reconcile(key: ObjectKey) -> Result:
        await asyncio.sleep(20)
        ended.append(key)
        return Result()

    bench = Bench(reconcile)
    bench.queue.add(GOOD)
    await bench.run(1)
    assert ended == [GOOD]


@virtual
async def test_jobs_are_handled_at_the_same_time_up_to_the_number_of_workers() -> None:
    async def reconcile(_: ObjectKey) -> Result:
        await asyncio.sleep(10)
        return Result()

    bench = Bench(reconcile, workers=3)
    for number in range(5):
        bench.queue.add(ObjectKey("ns", str(number)))
    await bench.run(15)
    assert [begun for _, begun in bench.passes] == [0, 0, 0, 10, 10]


def test_a_lasting_failure_does_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    @virtual
    async def fail_ten_times() -> None:
        async def reconcile(_: ObjectKey) -> Result:
            raise ApiError(500, "", "no luck")

        bench = Bench(reconcile)
        bench.queue.add(BAD)
        await bench.run(3)
        assert len(bench.passes) == 10

    fail_ten_times()
    assert caplog.messages == ["ns/bad: no luck (trying again)"] * 2
