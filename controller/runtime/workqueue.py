"""Keys that need attention: each at most once, never by two workers at a time, later when asked, slower when failing.

The semantics are those of Kubernetes' own controllers: a key added while a worker has it is handed out again when that
worker is done with it; of several delays for a key the earliest deadline wins. One thing differs: a key whose delay
ends while a worker has it is handed out a moment after that.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

from controller.runtime.lanes import Lanes

K = TypeVar("K", bound=Hashable)

_FIRST_RETRY: Final = 0.005
_LONGEST_RETRY: Final = 1000.0
_SUPERSEDED_KEPT: Final = 64
# What a pass wrote comes back to the cache when the pass is over: the next one would wait for it anyway.
SETTLING: Final = 0.05


@dataclass(frozen=True, slots=True)
class QueueSnapshot(Generic[K]):
    """What a queue holds at one moment, in seconds: since when keys wait or are worked on, until when they are put off.

    A key may be in several of these at once. `failures` counts the failures in a row.
    """

    queued: Mapping[K, float]
    delayed: Mapping[K, float]
    in_progress: Mapping[K, float]
    failures: Mapping[K, int]


class QueueObserver(Protocol):
    """Is told what goes through the queue; durations are in seconds."""

    def added(self) -> None:
        """Hear that a key became due."""

    def retried(self) -> None:
        """Hear that a key was put back because of a failure."""

    def started(self, waited: float) -> None:
        """Hear that a worker took a key."""

    def finished(self, worked: float) -> None:
        """Hear that a worker gave a key back."""


class Unobserved:
    """Nobody is told."""

    def added(self) -> None:
        """Ignore it."""

    def retried(self) -> None:
        """Ignore it."""

    def started(self, waited: float) -> None:
        """Ignore it."""

    def finished(self, worked: float) -> None:
        """Ignore it."""


class WorkQueue(Generic[K]):
    """Fair between tenants, within each between new keys and others, within those between batches; else in order.

    Belongs to one event loop, whose clock it uses.
    """

    def __init__(
        self,
        observer: QueueObserver | None = None,
        *,
        tenant_of: Callable[[K], Hashable] = lambda _: None,
        batch_of: Callable[[K], Hashable] = lambda _: None,
    ) -> None:
        """Start empty and open; `tenant_of` says whose a key is, `batch_of` to which of his batches it belongs."""
        self._loop = asyncio.get_running_loop()
        self._observer = observer or Unobserved()
        self._tenant_of = tenant_of
        self._batch_of = batch_of
        self._ready: Lanes[K] = Lanes()
        self._added: dict[K, float] = {}
        self._processing: dict[K, float] = {}
        self._unsettled: set[K] = set()
        self._delayed: list[tuple[float, int, K]] = []
        self._deadlines: dict[K, float] = {}
        self._serial = 0
        self._timer: asyncio.TimerHandle | None = None
        self._failures: dict[K, int] = {}
        self._getters: deque[asyncio.Future[None]] = deque()
        self._closed = False

    def __len__(self) -> int:
        return len(self._ready)

    @property
    def started_at(self) -> list[float]:
        """When each of the keys that workers have now was taken, in loop time."""
        return list(self._processing.values())

    def add(self, key: K, *, new: bool = False) -> None:
        """Make a key due now; without effect when it is due already. One that is `new` does not wait for the others."""
        if self._closed or key in self._added:
            return
        self._added[key] = self._loop.time()
        self._observer.added()
        if key not in self._processing:
            self._hand_out(key, new=new)

    def add_after(self, key: K, delay: float) -> None:
        """Make a key due in `delay` seconds, unless it is to be due earlier than that anyway."""
        if self._closed:
            return
        if delay <= 0:
            self.add(key)
            return
        deadline = self._loop.time() + delay
        if deadline < self._deadlines.get(key, float("inf")):
            self._deadlines[key] = deadline
            self._serial += 1
            heapq.heappush(self._delayed, (deadline, self._serial, key))
            self._drop_superseded()
            self._set_timer()

    def add_rate_limited(self, key: K) -> None:
        """Make a key due again after a failure: 5 ms later, then twice as long at each failure, up to 1000 s."""
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        self._observer.retried()
        # The exponent is capped as well: 2.0 ** 1024 is not a float.
        self.add_after(key, min(_FIRST_RETRY * 2.0 ** min(failures, 32), _LONGEST_RETRY))

    def forget(self, key: K) -> None:
        """Note that a key did well: its next failure is its first."""
        self._failures.pop(key, None)

    def failures(self, key: K) -> int:
        """Return how often a key failed in a row."""
        return self._failures.get(key, 0)

    def snapshot(self) -> QueueSnapshot[K]:
        """Return what the queue holds now."""
        now = self._loop.time()
        return QueueSnapshot(
            queued={key: now - since for key, since in self._added.items()},
            delayed={key: max(0.0, deadline - now) for key, deadline in self._deadlines.items()},
            in_progress={key: now - since for key, since in self._processing.items()},
            failures=dict(self._failures),
        )

    async def get(self) -> K | None:
        """Wait for a due key and take it; None once the queue is closed. Call `done` for every key taken."""
        while not self._ready:
            if self._closed:
                return None
            getter: asyncio.Future[None] = self._loop.create_future()
            self._getters.append(getter)
            try:
                await getter
            except asyncio.CancelledError:
                self._withdraw(getter)
                raise
        if self._closed:
            return None
        key = self._ready.take()
        now = self._loop.time()
        self._observer.started(now - self._added.pop(key))
        self._processing[key] = now
        return key

    def done(self, key: K) -> None:
        """Give a key back; it is handed out again if it was added meanwhile, a moment later if its time came."""
        self._observer.finished(self._loop.time() - self._processing.pop(key))
        if key in self._added and not self._closed:
            self._hand_out(key)
        elif key in self._unsettled:
            self.add_after(key, SETTLING)
        self._unsettled.discard(key)

    def close(self) -> None:
        """Hand out nothing more; every `get` returns None. What was due is dropped: a restart finds it again."""
        self._closed = True
        self._ready.clear()
        if self._timer is not None:
            self._timer.cancel()
        for getter in self._getters:
            if not getter.done():
                getter.set_result(None)

    def _hand_out(self, key: K, *, new: bool = False) -> None:
        self._ready.put((self._tenant_of(key), new, self._batch_of(key)), key)
        self._wake_one()

    def _wake_one(self) -> None:
        while self._getters:
            getter = self._getters.popleft()
            if not getter.done():
                getter.set_result(None)
                return

    def _withdraw(self, getter: asyncio.Future[None]) -> None:
        if getter in self._getters:
            self._getters.remove(getter)
        elif self._ready:  # woken and cancelled at once: somebody else has to take the key
            self._wake_one()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._delayed[0][0], self._release) if self._delayed else None

    def _drop_superseded(self) -> None:
        """Forget, from time to time, the deadlines that earlier ones have replaced: they may be years away."""
        if len(self._delayed) > 2 * len(self._deadlines) + _SUPERSEDED_KEPT:
            self._delayed = [each for each in self._delayed if self._deadlines.get(each[2]) == each[0]]
            heapq.heapify(self._delayed)

    def _release(self) -> None:
        now = self._loop.time()
        while self._delayed and self._delayed[0][0] <= now:
            deadline, _, key = heapq.heappop(self._delayed)
            if self._deadlines.get(key) == deadline:
                del self._deadlines[key]
                if key in self._processing:
                    self._unsettled.add(key)
                else:
                    self.add(key)
        self._set_timer()
