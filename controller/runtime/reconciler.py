"""One pass over one job: look, plan, act, write the status, tell. Decisions are made in controller.reconcile only."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from controller.api.status import status_from_raw
from controller.reconcile.actions import Event
from controller.reconcile.conclude import Conclusion, conclude
from controller.reconcile.plan import earliest, plan
from controller.reconcile.priorities import depends_on_priorities
from controller.reconcile.settings import Settings
from controller.runtime.apply import Applier
from controller.runtime.cache import Cache
from controller.runtime.client import ApiClient
from controller.runtime.consistency import PATIENCE, Consistency
from controller.runtime.decode import StoredJob, decode_metadata
from controller.runtime.errors import ApiError
from controller.runtime.events import EventRecorder
from controller.runtime.flow import Priority
from controller.runtime.log_context import identify
from controller.runtime.metrics import ControllerMetrics
from controller.runtime.postponement import Postponement
from controller.runtime.resources import MXJOBS, ObjectKey
from controller.runtime.time_to_pods import TimeToPods

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Result:
    """What the work queue has to do with the key: `retry` after a back-off, look again in `requeue_after` seconds."""

    retry: bool = False
    requeue_after: float | None = None


class Reconciler:
    """Holds what a pass needs of the world."""

    def __init__(
        self,
        *,
        cache: Cache,
        consistency: Consistency,
        client: ApiClient,
        applier: Applier,
        recorder: EventRecorder,
        metrics: ControllerMetrics,
        settings: Settings,
        now: Callable[[], datetime],
        failures: Callable[[ObjectKey], int],
        priorities: Callable[[], Awaitable[Mapping[str, int]]],
    ) -> None:
        """`now` is UTC; passes see it in whole seconds, as a status can hold it.

        `failures` counts the passes over a job that asked in a row to be retried. `priorities` are the values of the
        PriorityClasses, as in Observed.
        """
        self._cache = cache
        self._consistency = consistency
        self._client = client
        self._applier = applier
        self._recorder = recorder
        self._metrics = metrics
        self._settings = settings
        self._now = now
        self._failures = failures
        self._priorities = priorities
        self._time_to_pods = TimeToPods(metrics.time_to_pods.observe, now)
        self._postponement = Postponement()
        self._standing: dict[ObjectKey, tuple[str, frozenset[Event]]] = {}

    async def reconcile(self, key: ObjectKey) -> Result:
        """Bring one job nearer to what it asks for. Raises RequestError when its status could not be written."""
        job = self._cache.jobs.get(key)
        if job is None:
            self._consistency.forget(key)
            self._postponement.forget(key)
            self._standing.pop(key, None)
            self._time_to_pods.forget(key)
            return Result()
        identify(job.metadata.uid)
        if not self._consistency.caught_up(key):
            self._metrics.stale_skips.inc()
            return Result(requeue_after=PATIENCE)
        now = self._now().replace(microsecond=0)
        observed = self._cache.observe(job)
        if depends_on_priorities(job.raw, self._settings):
            observed = replace(observed, priorities=await self._priorities())
        intended = plan(observed, now, self._settings)
        outcomes = await self._applier.apply(job, intended.actions)
        self._time_to_pods.applied(key, job, outcomes)
        conclusion = conclude(observed, intended, outcomes, now, failures_before=self._failures(key))
        patch = conclusion.status_patch
        waits = self._postponement.left(key) if patch and conclusion.status_can_wait else 0
        written = patch is not None and not waits
        log.debug("%s: %d actions, status %s", key, len(outcomes), "written" if written else "as it was")
        if patch is not None and written and not await self._write_status(key, job, patch):
            return Result(retry=True)
        if not waits:
            self._postponement.forget(key)
        self._tell(key, job, conclusion)
        after = earliest(conclusion.requeue_after, timedelta(seconds=waits) if waits else None)
        return Result(retry=conclusion.retry, requeue_after=None if after is None else after.total_seconds())

    async def _write_status(self, key: ObjectKey, job: StoredJob, patch: Mapping[str, Any]) -> bool:
        """Write the status; False when the job has changed or gone meanwhile, so that the pass has to be made again."""
        path = MXJOBS.path(key.namespace, key.name, "status")
        try:
            stored = decode_metadata(await self._client.patch(path, patch, priority=Priority.STATUS))
        except ApiError as error:
            if error.status in (404, 409):
                return False
            if error.permanent:
                # Where else should a user find it: the status itself stays empty, or out of date.
                self._recorder.publish(job, _refused_status(error))
            raise
        self._consistency.wrote(key, MXJOBS.kind, stored.resource_version)
        before = _state(job.raw.get("status"))
        after = _state(patch["status"]) or before
        if after != before:
            log.info("%s: %s", key, after, extra={"action": "update status", "state": after, "was": before})
        return True

    def _tell(self, key: ObjectKey, job: StoredJob, conclusion: Conclusion) -> None:
        uid, standing = self._standing.get(key, ("", frozenset()))
        known = standing if uid == job.metadata.uid else frozenset()
        self._standing[key] = (job.metadata.uid, frozenset(conclusion.standing))
        news = [event for event in conclusion.standing if event not in known]
        # A cause, such as a pod that exited, is told before what it led to.
        for event in (*news, *conclusion.events):
            self._recorder.publish(job, event)
        for counter in conclusion.counters:
            self._metrics.count_job(counter, key.namespace)


def _refused_status(error: ApiError) -> Event:
    """Tell that the API server finds fault with the job when its status is written, as after a change of the CRD."""
    message = f"Cannot write the status of this job; correct what is wrong with it, or make it anew: {error}"
    return Event("Warning", "FailedUpdateStatus", message)


def _state(status: Any) -> str:
    """Return the state that `kubectl get` shows of a job with that status, or whose status is patched so."""
    conditions = status_from_raw(status).conditions
    return conditions[-1].type if conditions else ""
