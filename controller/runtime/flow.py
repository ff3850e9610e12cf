"""Which request goes next: a bounded number at a time, what matters most first, no faster than was asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from controller.runtime.lanes import Lanes

# More than this at once makes an API server slower, not faster.
IN_FLIGHT: Final = 64
_HAIR: Final = 1e-6


class Priority(IntEnum):
    """Who goes first when not all can: a job's children, then what its status says, then what is told of it."""

    CHILDREN = 0
    STATUS = 1
    EVENTS = 2


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A token bucket as client-go has it: `qps` requests a second for long, up to `burst` at once after a rest.

    A rate of 0 means no limit; a burst of 0 means one second's requests.
    """

    qps: float = 0
    burst: int = 0

    @property
    def capacity(self) -> float:
        """How many requests may go at once, at least one."""
        return max(self.burst or self.qps, 1)


NO_LIMIT: Final = RateLimit()


class Flow:
    """Admits requests by priority, and those of equal priority from each job in turn. Belongs to one event loop."""

    def __init__(self, limit: RateLimit = NO_LIMIT, in_flight: int = IN_FLIGHT) -> None:
        """Admit at most `in_flight` at a time, at the rate of `limit`."""
        self._loop = asyncio.get_running_loop()
        self._limit = limit
        self._free = in_flight
        self._tokens = limit.capacity
        self._refilled = self._loop.time()
        self._paused_until = float("-inf")
        self._waiting: dict[Priority, Lanes[asyncio.Future[None]]] = {priority: Lanes() for priority in Priority}
        self._timer: asyncio.TimerHandle | None = None

    async def enter(self, priority: Priority, job: Hashable = None) -> None:
        """Wait for the turn of a request made for `job`; call `leave` when it was answered."""
        if not any(self._waiting.values()) and self._free > 0 and self._wait() <= 0:
            self._take()
            return
        turn: asyncio.Future[None] = self._loop.create_future()
        self._waiting[priority].put((job,), turn)
        self._admit()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()
            raise

    def leave(self) -> None:
        """Give the turn to the next."""
        self._free += 1
        self._admit()

    def pause(self, seconds: float) -> None:
        """Admit nothing for so long: the API server asked for it."""
        self._paused_until = max(self._paused_until, self._loop.time() + seconds)

    def _admit(self) -> None:
        while self._free > 0 and (waiting := next(filter(None, self._waiting.values()), None)):
            wait = self._wait()
            if wait > 0:
                self._look_again(wait)
                return
            turn = waiting.take()
            if not turn.done():  # cancelled meanwhile otherwise
                self._take()
                turn.set_result(None)

    def _take(self) -> None:
        self._free -= 1
        self._tokens -= 1 if self._limit.qps else 0

    def _wait(self) -> float:
        """Return the seconds until the next request may go; 0 or less when it may now."""
        now = self._loop.time()
        paused = self._paused_until - now
        if not self._limit.qps:
            return paused
        self._tokens = min(self._limit.capacity, self._tokens + (now - self._refilled) * self._limit.qps)
        self._refilled = now
        # A sum of fractions may stay a hair below a whole token for ever.
        missing = 0 if self._tokens > 1 - _HAIR else 1 - self._tokens
        return max(paused, missing / self._limit.qps)

    def _look_again(self, wait: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(wait, self._admit)
