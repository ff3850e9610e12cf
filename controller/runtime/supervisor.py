"""Tasks that have to run as long as the process does: the end of one is the end of all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine
from typing import Any

from controller.runtime.errors import StartError

log = logging.getLogger(__name__)


class Supervisor:
    """Starts tasks and watches over them. `failure` is the first thing that went wrong."""

    def __init__(self, stop: Callable[[], None]) -> None:
        """Call `stop` as soon as a task ends by itself."""
        self._stop = stop
        self._tasks: set[asyncio.Task[None]] = set()
        self.failure: BaseException | None = None

    def start(self, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start a task that is not supposed to end before `cancel`, or before `release` was called for it."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def release(self, task: asyncio.Task[None]) -> None:
        """Let a task end."""
        self._tasks.discard(task)

    def fail(self, failure: BaseException) -> None:
        """Note what makes it impossible to go on, and stop."""
        self.failure = self.failure or failure
        self._stop()

    async def cancel(self) -> None:
        """End every task and wait for it."""
        await self.end(set(self._tasks))

    async def end(self, tasks: Collection[asyncio.Task[None]]) -> None:
        """End some tasks and wait for them."""
        for task in tasks:
            self.release(task)
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if task not in self._tasks or task.cancelled():
            return
        error = task.exception()
        if not isinstance(error, StartError):
            log.critical("task %s ended, so the process has to", task.get_name())
        self.fail(error or RuntimeError(f"task {task.get_name()} ended"))
