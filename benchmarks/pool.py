"""Do many things, a limited number of them at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


async def each(items: Iterable[T], act: Callable[[T], Awaitable[None]], *, at_once: int) -> None:
    """Call `act` with each of `items`, `at_once` of them at a time, in order; the first failure ends it."""
    rest = iter(items)

    async def work() -> None:
        for item in rest:
            await act(item)

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(work())
