"""What Prometheus may ask: the job counters under v1.8.1's names, the rest under those of Go controllers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)

from controller.api.constants import CONTROLLER_NAME, FRAMEWORK
from controller.runtime.resources import ObjectKey
from controller.runtime.workqueue import WorkQueue

_JOB_COUNTERS: Final = {
    "created": "MXJobs whose handling began",
    "deleted": "MXJobs deleted because their time to live was over",
    "successful": "MXJobs that succeeded",
    "failed": "MXJobs that failed",
    "restarted": "Restarts of MXJobs",
}
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_PATIENT_SECONDS: Final = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600)
_RESULTS: Final = ("success", "requeue", "requeue_after", "error")
_DROPPED_FOR: Final = ("budget", "queue", "refused")


@dataclass(slots=True)
class PassOutcome:
    """Filled in by whoever makes a pass: success, requeue, requeue_after or error."""

    result: str = "error"


class ControllerMetrics:
    """Every metric of one process, in a registry of its own."""

    def __init__(self) -> None:
        """Register everything.

        The job counters of a namespace appear together with its first job; everything else is there from the start, at
        zero, so that no rate misses the first step.
        """
        disable_created_metrics()  # type: ignore[no-untyped-call]  # as published
        self.registry: Final = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self._jobs = {
            name: Counter(
                f"training_operator_jobs_{name}", text, ("job_namespace", "framework"), registry=self.registry
            )
            for name, text in _JOB_COUNTERS.items()
        }
        self._requests = Counter(
            "rest_client_requests", "Requests to the API server", ("code", "method", "host"), registry=self.registry
        )
        self._reconciles = Counter(
            "controller_runtime_reconcile", "Passes over jobs", ("controller", "result"), registry=self.registry
        )
        for result in _RESULTS:
            self._reconciles.labels(CONTROLLER_NAME, result)
        self._reconcile_errors = Counter(
            "controller_runtime_reconcile_errors", "Passes that failed", ("controller",), registry=self.registry
        ).labels(CONTROLLER_NAME)
        self._reconcile_time = Histogram(
            "controller_runtime_reconcile_time_seconds",
            "How long passes took",
            ("controller",),
            buckets=_SECONDS,
            registry=self.registry,
        ).labels(CONTROLLER_NAME)
        self.max_concurrent_reconciles: Final = self._gauge(
            "controller_runtime_max_concurrent_reconciles", "Workers", "controller"
        )
        self._active_workers = self._gauge("controller_runtime_active_workers", "Workers making a pass", "controller")
        self.stale_skips: Final = Counter(
            "mxjob_stale_sync_skips", "Passes put off until the cache has the last writes", registry=self.registry
        )
        self._staleness = Histogram(
            "mxjob_cache_staleness_seconds",
            "How long after the answer to a write the cache showed it",
            ("kind",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.time_to_pods: Final = Histogram(
            "mxjob_time_to_pods_seconds",
            "From the creation of a job that was never suspended to that of the last of its pods",
            buckets=_PATIENT_SECONDS,
            registry=self.registry,
        )
        self._silence = Gauge(
            "mxjob_informer_silence_seconds",
            "How long an informer has neither heard from the API server nor tried to",
            ("resource",),
            registry=self.registry,
        )
        self._dropped_events = Counter(
            "mxjob_events_dropped", "Events that were not posted, and why", ("cause",), registry=self.registry
        )
        for cause in _DROPPED_FOR:
            self._dropped_events.labels(cause)
        self._leading = Gauge(
            "leader_election_master_status",
            "1 in the process that leads, 0 in one that stands by",
            ("name",),
            registry=self.registry,
        )

    def count_job(self, counter: str, namespace: str) -> None:
        """Count a change of a job: created, deleted, successful, failed or restarted."""
        for each in self._jobs.values():
            each.labels(namespace, FRAMEWORK)
        self._jobs[counter].labels(namespace, FRAMEWORK).inc()

    def count_request(self, method: str, code: str, host: str) -> None:
        """Count a request to the API server."""
        self._requests.labels(code, method, host).inc()

    def cache_staleness(self, kind: str, seconds: float) -> None:
        """Note that the cache of a kind showed a write so many seconds after its answer."""
        self._staleness.labels(kind).observe(seconds)

    def watch_informer(self, resource: str, silence: Callable[[], float]) -> None:
        """Show at each scrape for how many seconds the informer of `resource` has been silent."""
        self._silence.labels(resource).set_function(silence)

    def count_dropped_event(self, cause: Literal["budget", "queue", "refused"]) -> None:
        """Count an event that was not posted: its job had too many, too many wait, or the API server refused it."""
        self._dropped_events.labels(cause).inc()

    def leads(self, name: str, leads: bool) -> None:
        """Show whether this process leads, by the lease `name`."""
        self._leading.labels(name).set(leads)

    @contextmanager
    def reconcile(self) -> Iterator[PassOutcome]:
        """Time and count one pass."""
        outcome = PassOutcome()
        with self._active_workers.track_inprogress(), self._reconcile_time.time():
            yield outcome
        self._reconciles.labels(CONTROLLER_NAME, outcome.result).inc()
        if outcome.result == "error":
            self._reconcile_errors.inc()

    def _gauge(self, name: str, text: str, label: str) -> Gauge:
        return Gauge(name, text, (label,), registry=self.registry).labels(CONTROLLER_NAME)


class QueueMetrics:
    """client-go's `workqueue_*` series of one queue."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register the series; `watch` connects the queue whose depth and age they show."""
        self._registry = registry
        self._adds = self._counter("workqueue_adds", "Keys that became due")
        self._retries = self._counter("workqueue_retries", "Keys put back after a failure")
        self._waited = self._histogram("workqueue_queue_duration_seconds", "How long keys waited")
        self._worked = self._histogram("workqueue_work_duration_seconds", "How long workers had keys")

    def watch(self, queue: WorkQueue[ObjectKey], clock: Callable[[], float] = time.monotonic) -> None:
        """Show the state of `queue` at each scrape; `clock` is the queue's own."""
        self._live("workqueue_depth", "Keys waiting", lambda: len(queue))
        self._live(
            "workqueue_unfinished_work_seconds",
            "How long the passes under way have lasted, together",
            lambda: sum(clock() - start for start in queue.started_at),
        )
        self._live(
            "workqueue_longest_running_processor_seconds",
            "How long the longest pass under way has lasted",
            lambda: max((clock() - start for start in queue.started_at), default=0),
        )

    def added(self) -> None:
        """Count a key that became due."""
        self._adds.inc()

    def retried(self) -> None:
        """Count a key put back after a failure."""
        self._retries.inc()

    def started(self, waited: float) -> None:
        """Count a key that waited so many seconds for a worker."""
        self._waited.observe(waited)

    def finished(self, worked: float) -> None:
        """Count a key that a worker had for so many seconds."""
        self._worked.observe(worked)

    def _counter(self, name: str, text: str) -> Counter:
        return Counter(name, text, ("name",), registry=self._registry).labels(CONTROLLER_NAME)

    def _histogram(self, name: str, text: str) -> Histogram:
        return Histogram(name, text, ("name",), buckets=_SECONDS, registry=self._registry).labels(CONTROLLER_NAME)

    def _live(self, name: str, text: str, value: Callable[[], float]) -> None:
        Gauge(name, text, ("name",), registry=self._registry).labels(CONTROLLER_NAME).set_function(value)
