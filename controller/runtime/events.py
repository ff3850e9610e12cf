"""Posts events on jobs in the background: never delays a reconcile, never matters when it fails."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from controller.api.constants import API_VERSION, CONTROLLER_NAME, KIND
from controller.api.timestamps import render
from controller.reconcile.actions import Event
from controller.runtime.client import ApiClient
from controller.runtime.decode import StoredJob
from controller.runtime.errors import ApiError, RequestError
from controller.runtime.event_budget import EventBudget
from controller.runtime.resources import EVENTS
from controller.runtime.troubles import Troubles

log = logging.getLogger(__name__)

_LONGEST_QUEUE: Final = 10_000
_SERIES_REMEMBERED: Final = 4096
_AT_ONCE: Final = 8
_LONGEST_MESSAGE: Final = 1024
_LONGEST_NAME: Final = 253


class _Series(NamedTuple):
    """What makes two events the same."""

    uid: str
    event: Event


@dataclass(slots=True)
class _Due:
    """A series to be written: how often it happened since it was last written, and when."""

    job: StoredJob
    count: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class _Written:
    name: str
    count: int


class EventRecorder:
    """Queues events and writes them; what happens again is counted in the event that is there already."""

    def __init__(
        self, client: ApiClient, *, clock: Callable[[], float], now: Callable[[], datetime], troubles: Troubles
    ) -> None:
        """Nothing is written before `run`. `clock` counts seconds, `now` is UTC."""
        self._client = client
        self._now = now
        self._troubles = troubles
        self._budget = EventBudget(clock)
        self._due: OrderedDict[_Series, _Due] = OrderedDict()
        self._written: OrderedDict[_Series, _Written] = OrderedDict()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def publish(self, job: StoredJob, event: Event) -> None:
        """Queue an event on `job`; drops it when the job's budget is spent or the queue is full."""
        series = _Series(job.metadata.uid, event)
        now = self._now()
        due = self._due.get(series)
        if due is not None:
            due.count += 1
            due.last = now
            return
        if len(self._due) >= _LONGEST_QUEUE:
            self._troubles.report("event queue", "events are dropped: the API server takes them too slowly")
            return
        if not self._budget.take(job.metadata.uid):
            log.debug("%s/%s had too many events to post %s", job.metadata.namespace, job.metadata.name, event.reason)
            return
        self._due[series] = _Due(job, 1, now, now)
        self._idle.clear()
        self._wake.set()

    async def run(self) -> None:
        """Write what is due until cancelled."""
        while True:
            await self._wake.wait()
            while self._due:
                # One at a time of each series, so that a repetition finds what its first occurrence wrote.
                batch = [self._due.popitem(last=False) for _ in range(min(_AT_ONCE, len(self._due)))]
                await asyncio.gather(*(self._write(series, due) for series, due in batch))
            self._troubles.settle("event queue")
            self._wake.clear()
            self._idle.set()

    async def drain(self) -> None:
        """Wait until everything queued is written or given up."""
        await self._idle.wait()

    async def _write(self, series: _Series, due: _Due) -> None:
        try:
            written = await self._repeat(series, due) or await self._create(series, due)
        except RequestError as error:
            self._troubles.report("events", f"events cannot be written: {error}")
            return
        self._troubles.settle("events")
        self._written[series] = written
        self._written.move_to_end(series)
        if len(self._written) > _SERIES_REMEMBERED:
            self._written.popitem(last=False)

    async def _repeat(self, series: _Series, due: _Due) -> _Written | None:
        """Count the repetition in the event that is there; None when there is none (any more)."""
        before = self._written.get(series)
        if before is None:
            return None
        count = before.count + due.count
        path = EVENTS.path(due.job.metadata.namespace, before.name)
        try:
            await self._client.patch(path, {"count": count, "lastTimestamp": render(due.last)})
        except ApiError as error:
            if error.status == 404:
                return None
            raise
        return _Written(before.name, count)

    async def _create(self, series: _Series, due: _Due) -> _Written:
        job = due.job.metadata
        suffix = f".{time.time_ns():x}"
        name = job.name[: _LONGEST_NAME - len(suffix)] + suffix
        manifest = event_manifest(series.event, due.job, name=name, first=due.first, last=due.last, count=due.count)
        await self._client.create(EVENTS.path(job.namespace), manifest)
        return _Written(name, due.count)


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
        "reportingInstance": socket.gethostname(),
        "firstTimestamp": render(first),
        "lastTimestamp": render(last),
        "count": count,
    }
