"""Posts events on jobs in the background: never delays a reconcile, never matters when it fails.

Events are dropped when a job has too many, when too many wait, and when they cannot be written. The event that tells of
a job's end never is: users and tools wait for it, so it is outside of every limit, and written again until it is taken
or older than events are kept.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple

from controller.api.constants import API_VERSION, CONTROLLER_NAME, KIND
from controller.api.timestamps import render
from controller.reconcile.actions import Event
from controller.reconcile.transition_events import TERMINAL_REASONS
from controller.runtime.backoff import Backoff
from controller.runtime.client import ApiClient
from controller.runtime.decode import StoredJob
from controller.runtime.errors import ApiError, RequestError
from controller.runtime.event_budget import EventBudget
from controller.runtime.flow import Priority
from controller.runtime.resources import EVENTS
from controller.runtime.troubles import Troubles

log = logging.getLogger(__name__)

# Enough for what is told of the creation of thousands of jobs, which goes before.
_LONGEST_QUEUE: Final = 30_000
_SERIES_REMEMBERED: Final = 4096
_AT_ONCE: Final = 8
_LONGEST_MESSAGE: Final = 1024
_LONGEST_NAME: Final = 253
# The API server's own default.
_KEPT: Final = timedelta(hours=1)

CountDropped = Callable[[Literal["budget", "queue", "refused"]], None]
"""Called with the cause for every event that is not posted."""
_HOST: Final = socket.gethostname()


class _Series(NamedTuple):
    """What makes two events the same."""

    uid: str
    event: Event

    @property
    def terminal(self) -> bool:
        """Whether it tells of the job's end."""
        return self.event.reason in TERMINAL_REASONS


@dataclass(slots=True)
class _Due:
    """A series to be written: how often it happened since it was last written, and when."""

    job: StoredJob
    count: int
    first: datetime
    last: datetime
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Written:
    name: str
    count: int


class EventRecorder:
    """Queues events and writes them; what happens again is counted in the event that is there already."""

    def __init__(
        self,
        client: ApiClient,
        *,
        clock: Callable[[], float],
        now: Callable[[], datetime],
        troubles: Troubles,
        dropped: CountDropped = lambda _: None,
    ) -> None:
        """Nothing is written before `run`. `clock` counts seconds, `now` is UTC."""
        self._client = client
        self._now = now
        self._troubles = troubles
        self._dropped = dropped
        self._budget = EventBudget(clock)
        self._backoff = Backoff(0.5, 30.0)
        self._due: OrderedDict[_Series, _Due] = OrderedDict()
        self._written: OrderedDict[_Series, _Written] = OrderedDict()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def waiting(self) -> int:
        """How many events are queued."""
        return len(self._due)

    def publish(self, job: StoredJob, event: Event) -> None:
        """Queue an event on `job`; one that is not terminal is dropped when its budget is spent or the queue full."""
        series = _Series(job.metadata.uid, event)
        now = self._now()
        due = self._due.get(series)
        if due is not None:
            due.count += 1
            due.last = now
            return
        if not series.terminal and not self._has_room(job, event):
            return
        self._due[series] = _Due(job, 1, now, now)
        self._idle.clear()
        self._wake.set()

    def _has_room(self, job: StoredJob, event: Event) -> bool:
        if len(self._due) >= _LONGEST_QUEUE:
            self._troubles.report("event queue", "events are dropped: the API server takes them too slowly")
            self._dropped("queue")
            return False
        if not self._budget.take(job.metadata.uid):
            log.debug("%s/%s had too many events to post %s", job.metadata.namespace, job.metadata.name, event.reason)
            self._dropped("budget")
            return False
        return True

    async def run(self) -> None:
        """Write what is due until cancelled."""
        while True:
            await self._wake.wait()
            while self._due:
                # One at a time of each series, so that a repetition finds what its first occurrence wrote.
                batch = [self._due.popitem(last=False) for _ in range(min(_AT_ONCE, len(self._due)))]
                done = await asyncio.gather(*(self._write(series, due) for series, due in batch))
                if all(done):
                    self._backoff.reset()
                else:
                    await asyncio.sleep(self._backoff.next())
            self._troubles.settle("event queue")
            self._wake.clear()
            self._idle.set()

    async def drain(self) -> None:
        """Wait until everything queued is written or given up."""
        await self._idle.wait()

    async def _write(self, series: _Series, due: _Due) -> bool:
        """Write an event, or count it as dropped; False when it is due again a while later."""
        try:
            written = await self._repeat(series, due) or await self._create(series, due)
        except RequestError as error:
            if not (isinstance(error, ApiError) and error.namespace_ends):
                self._troubles.report("events", f"events cannot be written: {error}")
            if series.terminal and _may_pass(error) and self._now() - due.last < _KEPT:
                self._put_back(series, due)
                return False
            self._dropped("refused")
            return True
        self._troubles.settle("events")
        self._written[series] = written
        self._written.move_to_end(series)
        if len(self._written) > _SERIES_REMEMBERED:
            self._written.popitem(last=False)
        return True

    def _put_back(self, series: _Series, due: _Due) -> None:
        since = self._due.get(series)
        if since is not None:
            due = _Due(due.job, due.count + since.count, due.first, since.last, due.name)
        self._due[series] = due

    async def _repeat(self, series: _Series, due: _Due) -> _Written | None:
        """Count the repetition in the event that is there; None when there is none (any more)."""
        before = self._written.get(series)
        if before is None:
            return None
        count = before.count + due.count
        path = EVENTS.path(due.job.metadata.namespace, before.name)
        try:
            await self._client.patch(
                path, {"count": count, "lastTimestamp": render(due.last)}, priority=Priority.EVENTS
            )
        except ApiError as error:
            if error.status == 404:
                return None
            raise
        return _Written(before.name, count)

    async def _create(self, series: _Series, due: _Due) -> _Written:
        job = due.job.metadata
        again = bool(due.name)
        suffix = f".{time.time_ns():x}"
        due.name = name = due.name or job.name[: _LONGEST_NAME - len(suffix)] + suffix
        manifest = event_manifest(series.event, due.job, name=name, first=due.first, last=due.last, count=due.count)
        try:
            await self._client.create(EVENTS.path(job.namespace), manifest, priority=Priority.EVENTS)
        except ApiError as error:
            # Only the reply to the first attempt was lost.
            if error.status != 409 or not again:
                raise
        return _Written(name, due.count)


def _may_pass(error: RequestError) -> bool:
    """Tell whether the API server may take the same event later."""
    return not isinstance(error, ApiError) or error.concerns_server


def event_manifest(
    event: Event, on: StoredJob, *, name: str, first: datetime, last: datetime, count: int
) -> dict[str, Any]:
    """Build the Event object `name`: what happened to the job `on`, how often, and (UTC) when."""
    job = on.metadata
    return {
        "apiVersion": EVENTS.api_version,
        "kind": EVENTS.kind,
        "metadata": {"name": name, "namespace": job.namespace},
        "involvedObject": {
            "apiVersion": API_VERSION,
            "kind": KIND,
            "namespace": job.namespace,
            "name": job.name,
            "uid": job.uid,
            "resourceVersion": job.resource_version,
        },
        "type": event.type,
        "reason": event.reason,
        "message": event.message[:_LONGEST_MESSAGE],
        "source": {"component": CONTROLLER_NAME},
        "reportingComponent": CONTROLLER_NAME,
        "reportingInstance": _HOST,
        "firstTimestamp": render(first),
        "lastTimestamp": render(last),
        "count": count,
    }
