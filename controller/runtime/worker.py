"""Workers: take a due job, make a pass, put it back when something failed. One job's trouble never is another's."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from controller.runtime.errors import RequestError, UnreachableError
from controller.runtime.log_context import in_pass
from controller.runtime.metrics import ControllerMetrics
from controller.runtime.reconciler import Result
from controller.runtime.resources import ObjectKey
from controller.runtime.workqueue import WorkQueue

log = logging.getLogger(__name__)

# A failure is told when it begins and when it lasts, or a job retried often would fill the log.
_TELL_EVERY: Final = 5


class Workers:
    """A fixed number of concurrent workers on one queue."""

    def __init__(
        self,
        queue: WorkQueue[ObjectKey],
        reconcile: Callable[[ObjectKey], Awaitable[Result]],
        metrics: ControllerMetrics,
        count: int,
    ) -> None:
        """Call `reconcile` for each key, in `count` tasks."""
        self._queue = queue
        self._reconcile = reconcile
        self._metrics = metrics
        self._count = count
        metrics.max_concurrent_reconciles.set(count)

    async def run(self) -> None:
        """Work until the queue is closed and every pass under way has ended."""
        async with asyncio.TaskGroup() as group:
            for number in range(self._count):
                group.create_task(self._work(), name=f"worker {number}")

    async def _work(self) -> None:
        while (key := await self._queue.get()) is not None:
            try:
                with in_pass(key), self._metrics.reconcile() as outcome:
                    outcome.result = await self._pass(key)
            finally:
                self._queue.done(key)

    async def _pass(self, key: ObjectKey) -> str:
        """Make a pass and settle the key; returns the `result` label of the metrics."""
        try:
            result = await self._reconcile(key)
        except RequestError as error:
            # An API server that is away is told of once, by the informers.
            level = logging.DEBUG if isinstance(error, UnreachableError) else logging.WARNING
            self._fail(key, level, "%s: %s (trying again)", key, error)
            return "error"
        except Exception:
            # Whatever is wrong with this job, the others go on.
            self._fail(key, logging.ERROR, "%s: the pass failed (trying again)", key, trace=True)
            return "error"
        if result.requeue_after is not None:
            self._queue.add_after(key, result.requeue_after)
        if result.retry:
            self._queue.add_rate_limited(key)
            return "requeue"
        self._queue.forget(key)
        return "success" if result.requeue_after is None else "requeue_after"

    def _fail(self, key: ObjectKey, level: int, message: str, *arguments: object, trace: bool = False) -> None:
        if self._queue.failures(key) % _TELL_EVERY == 0:
            log.log(level, message, *arguments, exc_info=trace)
        self._queue.add_rate_limited(key)
