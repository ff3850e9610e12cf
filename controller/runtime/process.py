"""The parts of the controller put together, started in order and stopped in the opposite one."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, TypeVar

import msgspec

from controller.api.constants import CONTROLLER_NAME, LABEL_OPERATOR_NAME
from controller.runtime import triggers
from controller.runtime.admission import Certificate, admission_routes
from controller.runtime.apply import Applier
from controller.runtime.cache import Cache, Change, Store
from controller.runtime.client import ApiClient
from controller.runtime.configuration import Configuration
from controller.runtime.consistency import Consistency
from controller.runtime.credentials import Credentials
from controller.runtime.debug import debug_routes
from controller.runtime.decode import Cached, decode_job, decode_pod, decode_pod_group, decode_service
from controller.runtime.deprecation import Deprecation
from controller.runtime.errors import StartError
from controller.runtime.events import EventRecorder
from controller.runtime.http import Listeners, metrics_routes, probe_routes
from controller.runtime.informer import Informer
from controller.runtime.leader_election import LeaderElector
from controller.runtime.leader_fence import LeaseFence
from controller.runtime.leader_lease import DEFAULT_TIMING
from controller.runtime.leader_term import Duty, Term
from controller.runtime.metrics import ControllerMetrics, QueueMetrics
from controller.runtime.preflight.checks import Preflight
from controller.runtime.priority_classes import PriorityClasses
from controller.runtime.reconciler import Reconciler
from controller.runtime.resources import MXJOBS, PODS, SERVICES, ObjectKey, Resource, pod_groups
from controller.runtime.staleness import Staleness
from controller.runtime.supervisor import Supervisor
from controller.runtime.troubles import Troubles
from controller.runtime.turns import batch_of, tenant_of
from controller.runtime.worker import Workers
from controller.runtime.workqueue import WorkQueue

log = logging.getLogger(__name__)
T = TypeVar("T", bound=Cached)

# Together well below the 30 s that a pod gets to end by default.
_DRAIN_PASSES: Final = 10.0
_DRAIN_EVENTS: Final = 1.0
# All deadlines of an informer are shorter, so one that is silent for this long hangs.
_SILENCE: Final = 300.0
_OWN_CHILDREN: Final = f"{LABEL_OPERATOR_NAME}={CONTROLLER_NAME}"


class ControllerProcess:
    """Everything that runs, between `start` and `stop`."""

    def __init__(self, configuration: Configuration, credentials: Credentials, stop: Callable[[], None]) -> None:
        """Start nothing yet; `stop` is called when something failed that the process cannot live without."""
        self._configuration = configuration
        self._credentials = credentials
        self._supervisor = Supervisor(stop)
        self._stack = AsyncExitStack()
        self._informers: list[Informer[Any]] = []
        self._term = Term(self._supervisor)

    @property
    def failure(self) -> BaseException | None:
        """What ended the process; None when it was told to end."""
        return self._supervisor.failure

    async def start(self) -> None:
        """Listen, then fill the caches, then work; returns once all of it is under way."""
        try:
            await self._start()
        except StartError as error:
            self._supervisor.fail(error)

    async def stop(self) -> None:
        """Finish the passes under way and what they have to tell, within their grace, and close everything."""
        await self._stack.aclose()

    async def _start(self) -> None:
        configuration = self._configuration
        loop = asyncio.get_running_loop()
        metrics = ControllerMetrics()
        troubles = Troubles(loop.time)

        queue_metrics = QueueMetrics(metrics.registry)
        queue: WorkQueue[ObjectKey] = WorkQueue(queue_metrics, tenant_of=tenant_of, batch_of=batch_of)
        queue_metrics.watch(queue, loop.time)

        listeners = Listeners()
        self._stack.push_async_callback(listeners.close)
        await listeners.open(
            "metrics", "--metrics-bind-address", configuration.metrics_address, metrics_routes(metrics.registry)
        )
        await listeners.open(
            "probes",
            "--health-probe-bind-address",
            configuration.probe_address,
            probe_routes(self._hangs, self._waits) | debug_routes(queue.snapshot),
        )

        await self._open_webhook(listeners)

        cache = Cache()
        deprecation = Deprecation(cache.jobs, configuration.namespace, now=lambda: datetime.now(UTC), troubles=troubles)
        # Not the loop's time: uvloop reads the clock once a turn, and a turn may be frozen in.
        fence = LeaseFence(time.monotonic, DEFAULT_TIMING.renew_deadline)
        client = await self._stack.enter_async_context(
            ApiClient(
                self._credentials,
                count_request=metrics.count_request,
                hear=deprecation.heard,
                may_write=fence.may_write if configuration.election else lambda: True,
                limit=configuration.rate_limit,
            )
        )
        self._stack.push_async_callback(self._supervisor.cancel)

        kinds: dict[str, Informer[Any]] = {}
        staleness = Staleness(kinds, metrics.cache_staleness, loop.time)
        self._create_informers(client, cache, queue, troubles, deprecation, staleness)
        kinds |= {informer.resource.kind: informer for informer in self._informers}
        for informer in self._informers:
            metrics.watch_informer(informer.resource.qualified, partial(_silence, informer, loop.time))
        resources = {kind: informer.resource for kind, informer in kinds.items()}
        consistency = Consistency(kinds, loop.time, wrote=staleness.wrote)
        recorder = EventRecorder(
            client,
            clock=loop.time,
            now=lambda: datetime.now(UTC),
            troubles=troubles,
            dropped=metrics.count_dropped_event,
        )
        reconciler = Reconciler(
            cache=cache,
            consistency=consistency,
            client=client,
            applier=Applier(client, resources, consistency),
            recorder=recorder,
            metrics=metrics,
            settings=configuration.settings,
            now=lambda: datetime.now(UTC),
            failures=queue.failures,
            priorities=PriorityClasses(client, clock=loop.time, troubles=troubles).values,
        )
        workers = Workers(queue, reconciler.reconcile, metrics, configuration.workers)

        log.info("following %s on %s", configuration.namespace or "all namespaces", client.server)
        for informer in self._informers:
            self._supervisor.start(f"informer {informer.resource.qualified}", informer.run())

        preflight = Preflight(
            client,
            configuration.namespace,
            pod_groups(configuration.settings.gang_scheduler_name),
            ignore_other_controllers=configuration.ignore_other_controllers,
        )

        async def work() -> None:
            await preflight.run()
            for informer in self._informers:
                await informer.synced.wait()
            for key in cache.jobs:
                queue.add(key)
            log.info("ready: %d workers", configuration.workers)
            await workers.run()

        self._stack.callback(queue.close)
        await self._lead(
            {"events": recorder.run, "deprecation": lambda: deprecation.run(client), "workers": work},
            metrics,
            fence,
            troubles,
        )
        self._stack.push_async_callback(self._drain, queue, recorder)

    async def _open_webhook(self, listeners: Listeners) -> None:
        folder = self._configuration.webhook_certificate
        if folder is None:
            return
        certificate = Certificate(folder)
        await listeners.open(
            "webhook",
            "--webhook-bind-address",
            self._configuration.webhook_address,
            admission_routes(),
            method="POST",
            tls=certificate.context,
        )
        self._supervisor.start("webhook certificate", certificate.run())

    async def _lead(
        self, duties: Mapping[str, Duty], metrics: ControllerMetrics, fence: LeaseFence, troubles: Troubles
    ) -> None:
        """Perform the duties: from now on, or, with an election, while this process holds the lease."""
        election = self._configuration.election
        if election is None:
            metrics.leads(CONTROLLER_NAME, True)
            self._supervisor.start("leading", self._term.serve(duties))
            return
        # A connection of its own: no other request may keep a renewal waiting.
        attempt = LeaseFence(time.monotonic, DEFAULT_TIMING.request_timeout)
        client = await self._stack.enter_async_context(
            ApiClient(self._credentials, count_request=metrics.count_request, may_write=attempt.may_write)
        )
        elector = LeaderElector(
            client,
            election,
            fence,
            attempt,
            identity=f"{socket.gethostname()}_{uuid.uuid4()}",
            clock=time.monotonic,
            now=lambda: datetime.now(UTC),
            troubles=troubles,
            leads=partial(metrics.leads, election.name),
        )
        metrics.leads(election.name, False)
        self._stack.push_async_callback(elector.resign)
        campaign = self._supervisor.start("leader election", elector.run(partial(self._term.serve, duties)))
        self._stack.push_async_callback(self._supervisor.end, [campaign])

    async def _drain(self, queue: WorkQueue[ObjectKey], recorder: EventRecorder) -> None:
        """Let what the leader has under way come to its end; without a term there is nothing."""
        working = self._term.let_end("workers")
        if working is None:
            return
        queue.close()
        if not all(informer.synced.is_set() for informer in self._informers):
            working.cancel()
        _, pending = await asyncio.wait([working], timeout=_DRAIN_PASSES)
        for task in pending:
            log.warning("giving up passes that did not end within %d s; the next start finds them", _DRAIN_PASSES)
            task.cancel()
            await asyncio.wait([task])
        await _within(_DRAIN_EVENTS, recorder.drain)

    def _create_informers(
        self,
        client: ApiClient,
        cache: Cache,
        queue: WorkQueue[ObjectKey],
        troubles: Troubles,
        deprecation: Deprecation,
        staleness: Staleness,
    ) -> None:
        def follow(
            resource: Resource,
            decode: Callable[[msgspec.Raw | bytes], T],
            store: Store[T],
            concerned: Callable[[Change[T]], set[ObjectKey]],
            label_selector: str = "",
            unavailable: Callable[[str], None] | None = None,
            also: Callable[[Change[T]], None] = lambda _: None,
        ) -> None:
            def changed(change: Change[T]) -> None:
                also(change)
                staleness.changed(resource.kind)
                # Who stands by keeps the cache only; whoever begins to lead looks at every job.
                if self._term.active:
                    triggers.enqueue(queue, change, concerned(change))

            informer = Informer(
                client,
                resource,
                decode,
                store,
                troubles=troubles,
                changed=changed,
                namespace=self._configuration.namespace,
                label_selector=label_selector,
                unavailable=unavailable,
            )
            self._informers.append(informer)

        def pod_groups_unavailable(why: str) -> None:
            cache.pod_groups_unavailable = why
            for key in cache.jobs if self._term.active else ():
                queue.add(key)

        follow(MXJOBS, decode_job, cache.jobs, triggers.changed_job, also=deprecation.changed)
        follow(PODS, decode_pod, cache.pods, triggers.changed_child, _OWN_CHILDREN)
        follow(SERVICES, decode_service, cache.services, triggers.changed_child, _OWN_CHILDREN)
        gang = pod_groups(self._configuration.settings.gang_scheduler_name)
        if gang is not None:
            follow(
                gang,
                decode_pod_group,
                cache.pod_groups,
                triggers.changed_pod_group,
                unavailable=pod_groups_unavailable,
            )

    def _hangs(self) -> str:
        """Return which informers hang; an API server that is away is none of a liveness probe's business."""
        now = asyncio.get_running_loop().time()
        hanging = [i.resource.qualified for i in self._informers if now - i.last_activity > _SILENCE]
        return f"hanging: {', '.join(hanging)}" if hanging else ""

    def _waits(self) -> str:
        """Return what has to be listed before there can be work."""
        waiting = [i.resource.qualified for i in self._informers if not i.synced.is_set()]
        return f"not listed yet: {', '.join(waiting)}" if waiting else "" if self._informers else "starting"


def _silence(informer: Informer[Any], clock: Callable[[], float]) -> float:
    return clock() - informer.last_activity


async def _within(seconds: float, act: Callable[[], Any]) -> None:
    try:
        async with asyncio.timeout(seconds):
            await act()
    except TimeoutError:
        log.warning("not everything was told within %d s", seconds)
