"""Tells each job once that its API version is deprecated, for as long as the API server says so.

`mxfork crd generate --deprecated` marks the CRD; the API server then sends a warning with every list and watch, which
takes no permission to read. Nothing is stored on jobs: an event whose name follows from the job's uid is told already.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

from controller.api.mxjob import read
from controller.reconcile.actions import Event
from controller.reconcile.responsibility import left_alone
from controller.runtime.backoff import Backoff
from controller.runtime.cache import Change, Store, key_of
from controller.runtime.client import ApiClient
from controller.runtime.decode import StoredJob
from controller.runtime.errors import ApiError, RequestError
from controller.runtime.events import event_manifest
from controller.runtime.flow import Priority
from controller.runtime.resources import EVENTS, MXJOBS
from controller.runtime.troubles import Troubles

log = logging.getLogger(__name__)

_REASON: Final = "MXJobDeprecated"
# Thousands of jobs learn of it at the same moment; ten events a second are no burden for an API server.
_PAUSE: Final = 0.1
# RFC 7234, 5.5: code, agent, quoted text; 299 is what Kubernetes sends.
_WARNING: Final = re.compile(r'\b299 \S+ "((?:[^"\\]|\\.)*)"')
_ESCAPED: Final = re.compile(r"\\(.)")


class Deprecation:
    """Hears the API server's warning, and passes it on to every job, at a pace."""

    def __init__(
        self, jobs: Store[StoredJob], namespace: str, *, now: Callable[[], datetime], troubles: Troubles
    ) -> None:
        """Tell `jobs`, which are those of `namespace` ("" means all), in `run`. `now` is UTC."""
        self._jobs = jobs
        self._path = MXJOBS.path(namespace)
        self._now = now
        self._troubles = troubles
        self._message = ""
        self._due: OrderedDict[str, StoredJob] = OrderedDict()
        self._told: set[str] = set()
        self._wake = asyncio.Event()
        self._backoff = Backoff(1, 60)

    def heard(self, method: str, path: str, headers: Iterable[str]) -> None:
        """Take the `Warning` headers of a successful answer; those of lists and watches of MXJobs are about the CRD."""
        if method != "GET" or path != self._path:
            return
        message = "; ".join(warnings(headers))
        if message == self._message:
            return
        log.info("the API server warns of MXJobs: %s", message or "no longer")
        self._message = message
        self._due.clear()
        for key in self._jobs:
            self._add(self._jobs.get(key))

    def changed(self, change: Change[StoredJob]) -> None:
        """Take a new job, and forget one that is gone."""
        before, after = change.before, change.after
        if before is not None and (after is None or after.metadata.uid != before.metadata.uid):
            self._due.pop(before.metadata.uid, None)
            self._told.discard(before.metadata.uid)
        self._add(after)

    async def run(self, client: ApiClient) -> None:
        """Tell the jobs that are due until cancelled."""
        while True:
            await self._wake.wait()
            while self._due:
                uid, job = next(iter(self._due.items()))
                if left_alone(read(job.raw)):
                    del self._due[uid]
                    continue
                if await self._tell(client, job, self._message):
                    self._backoff.reset()
                    # It may have gone, or the deprecation may be over, while its event was on the way.
                    if self._due.pop(uid, None) is not None:
                        self._told.add(uid)
                    await asyncio.sleep(_PAUSE)
                else:
                    if uid in self._due:
                        self._due.move_to_end(uid)
                    await asyncio.sleep(self._backoff.next())
            self._wake.clear()

    def _add(self, job: StoredJob | None) -> None:
        if job is not None and self._message and job.metadata.uid not in self._told:
            self._due[job.metadata.uid] = job
            self._wake.set()

    async def _tell(self, client: ApiClient, job: StoredJob, message: str) -> bool:
        """Post the event, and log what was not told before; False when it is to be tried again."""
        try:
            await client.create(
                EVENTS.path(job.metadata.namespace), self._event(job, message), priority=Priority.EVENTS
            )
        except RequestError as error:
            if isinstance(error, ApiError) and error.status == 409:
                return True
            self._troubles.report("deprecation events", f"events cannot be written: {error}")
            if not isinstance(error, ApiError) or error.concerns_server or error.status >= 500:
                return False
        else:
            self._troubles.settle("deprecation events")
        key = key_of(job)
        log.warning("%s: %s: %s", key, _REASON, message, extra={"job": str(key), "uid": job.metadata.uid})
        return True

    def _event(self, job: StoredJob, message: str) -> dict[str, Any]:
        now = self._now()
        name = f"mxjob-deprecated.{job.metadata.uid}"
        return event_manifest(Event("Warning", _REASON, message), job, name=name, first=now, last=now, count=1)


def warnings(headers: Iterable[str]) -> list[str]:
    """Return the texts of the API server's warnings in `Warning` headers, each once."""
    texts = (text for header in headers for text in _WARNING.findall(_clean(header)))
    return list(dict.fromkeys(_ESCAPED.sub(r"\1", text) for text in texts))


def _clean(header: str) -> str:
    """Replace the bytes that were no UTF-8, which could not be sent on."""
    return header.encode(errors="surrogateescape").decode(errors="replace")
