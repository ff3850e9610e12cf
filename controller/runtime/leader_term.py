"""What only the leader does: started together with its term, and ended with it, as often as it leads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from controller.runtime.supervisor import Supervisor

Duty = Callable[[], Coroutine[Any, Any, None]]


class Term:
    """Tasks that run while this process leads. `active` says whether it does."""

    def __init__(self, supervisor: Supervisor) -> None:
        """Watch over the tasks by `supervisor`: the unexpected end of one is the end of the process."""
        self._supervisor = supervisor
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @property
    def active(self) -> bool:
        """Whether this process leads."""
        return bool(self._tasks)

    async def serve(self, duties: Mapping[str, Duty]) -> None:
        """Perform the `duties`, by name, until cancelled."""
        self._tasks = {name: self._supervisor.start(name, duty()) for name, duty in duties.items()}
        try:
            await asyncio.Event().wait()
        finally:
            tasks, self._tasks = self._tasks, {}
            await self._supervisor.end(tasks.values())

    def let_end(self, name: str) -> asyncio.Task[None] | None:
        """Allow a duty to end by itself, and give its task; None when this process does not lead."""
        task = self._tasks.get(name)
        if task is not None:
            self._supervisor.release(task)
        return task
