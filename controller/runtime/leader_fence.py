"""Nothing is written without a valid lease: looked at when a request is about to go out, not when it was planned.

A process may be stopped anywhere, for any time (SIGSTOP, a paused container, a starved node), and wakes up without
knowing it; the monotonic clock has gone on meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import aiohttp

from controller.runtime.errors import NotLeaderError

MayWrite = Callable[[], bool]
_READS: Final = frozenset({"GET", "HEAD"})


class LeaseFence:
    """Open for a while after each renewal, by this process's own clock; closed at first."""

    def __init__(self, clock: Callable[[], float], duration: float) -> None:
        """`clock` counts seconds and never stops; a renewal is good for `duration` of them."""
        self._clock = clock
        self._duration = duration
        self._until = float("-inf")

    @property
    def left(self) -> float:
        """How many seconds the fence stays open if nothing happens; at most 0 when it is closed."""
        return self._until - self._clock()

    def renewed(self, asked_at: float) -> None:
        """Open: the lease was renewed by a request that was sent at `asked_at` or later."""
        self._until = asked_at + self._duration

    def revoke(self) -> None:
        """Close."""
        self._until = float("-inf")

    def may_write(self) -> bool:
        """Tell whether a write may be sent now."""
        return self.left > 0


class FencedConnector(aiohttp.TCPConnector):
    """Hands out a connection for a write only while `may_write` says so: nothing comes between this and the sending."""

    def __init__(self, may_write: MayWrite, **options: Any) -> None:
        """`options` are TCPConnector's."""
        super().__init__(**options)
        self._may_write = may_write

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Any],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109  aiohttp's own
    ) -> aiohttp.connector.Connection:
        """Connect, or take a connection from the pool; raises NotLeaderError."""
        connection = await super().connect(req, traces, timeout)
        if req.method not in _READS and not self._may_write():
            connection.release()
            raise NotLeaderError
        return connection
