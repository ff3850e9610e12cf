"""One pod's life on a node: follows its specification and its processes, and writes its status.

Not supported, and treated as if not there: probes (a container is ready as soon as it runs), life cycle hooks,
hostNetwork and the like, and limits of resources.
"""

from __future__ import annotations

import asyncio
import signal
import traceback
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Interface
from typing import Any

import msgspec

from fork_tools.cluster.node.api import TRANSIENT, ApiError
from fork_tools.cluster.node.containers import Containers, Started
from fork_tools.cluster.node.context import HOST_ADDRESS, NodeContext
from fork_tools.cluster.node.pod.errors import PodError
from fork_tools.cluster.node.pod.lifecycle import after_end, after_refusal, may_restart, next_step, phase
from fork_tools.cluster.node.pod.manifest import Container, Pod
from fork_tools.cluster.node.pod.states import ContainerRecord, Running, Terminated, Waiting, ended_by
from fork_tools.cluster.node.pod.status import OWN_CONDITIONS, Ending, Placement, lost_status, pod_status, ready
from fork_tools.cluster.node.sandbox.process import StartError

_API_PAUSE_SECONDS = 1.0
_START_ERROR_CODE = 128
_SHUTDOWN = Ending("Terminated", "Pod was terminated in response to imminent node shutdown.")
_DEADLINE = Ending("DeadlineExceeded", "Pod was active on the node longer than the specified deadline")
_SHUTDOWN_GRACE = timedelta(seconds=2)


class PodWorker:
    """Runs one pod, from the moment a node took it until its object is gone."""

    def __init__(self, context: NodeContext, pod: Pod, address: IPv4Interface) -> None:
        """Take `pod`, which is bound to one of the nodes, and give it `address`."""
        self.pod = pod
        self.address = address
        self.containers = Containers(context, pod, address)
        every = (*pod.spec.init_containers, *pod.spec.containers)
        self.records = {container.name: ContainerRecord() for container in every}
        self._context = context
        self._placement = Placement(HOST_ADDRESS, "", _now())
        self._running: dict[str, Started] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._written: dict[str, Any] = {}
        self._wake = asyncio.Event()
        self.gone = False
        self._over = False
        self._ending: Ending | None = None

    @property
    def published(self) -> bool:
        """Whether services may publish the pod's address: from as early as possible until it is stopped."""
        return not self._over

    @property
    def ready(self) -> bool:
        """Whether services that ask for it may publish the pod's address."""
        return ready(self.pod, self.records)

    def update(self, pod: Pod) -> None:
        """Take a newer version of the pod's object."""
        self.pod = pod
        self._wake.set()

    def forget(self) -> None:
        """Take note that the pod's object no longer exists."""
        self.gone = True
        self._wake.set()

    def shut_down(self) -> None:
        """End the pod because its node ends."""
        self._ending = _SHUTDOWN
        self._wake.set()

    async def run(self) -> None:
        """Live the pod's life."""
        try:
            try:
                if await self._attach():
                    await self._live()
            except Exception as error:  # one pod's surprise is not to end, or to hide from, the others
                traceback.print_exc()
                self._ending = Ending("NodeError", f"the node could not run the pod: {error!r}")
            await self._stop()
            self._over = True
            self._context.names_changed(self.pod.metadata.namespace)
            await self._publish()
        finally:
            self._context.sandbox.detach(self.pod.metadata.uid)
            self._context.addresses.give_back(self.address)
        if self._ending is not _SHUTDOWN:
            await self._hand_back()

    async def _attach(self) -> bool:
        while not self._is_over():
            try:
                await self._context.sandbox.attach(self.pod.metadata.uid, self.address)
            except StartError as failure:
                self._context.recorder.warning(self.pod, failure.reason, failure.message)
                await self._pause(_now() + timedelta(seconds=_API_PAUSE_SECONDS))
                continue
            self._placement = replace(self._placement, address=str(self.address.ip))
            await self._publish()
            return True
        return False

    async def _live(self) -> None:
        deadline = self._deadline()
        while not self._is_over():
            self._wake.clear()
            if deadline is not None and _now() >= deadline:
                self._ending = _DEADLINE
                return
            step = next_step(self.pod.spec, self.records, _now())
            if step.start:
                await self._start_all(step.start)
            await self._publish()
            if phase(self.pod.spec, self.records) in ("Succeeded", "Failed"):
                return
            step = next_step(self.pod.spec, self.records, _now())
            if not step.start:
                await self._pause(min((each for each in (step.wake, deadline) if each is not None), default=None))

    def _deadline(self) -> datetime | None:
        seconds = self.pod.spec.active_deadline_seconds
        return self._placement.since + timedelta(seconds=seconds) if seconds is not None else None

    def _is_over(self) -> bool:
        return self.gone or self._ending is not None or self.pod.metadata.deletion_timestamp is not None

    async def _pause(self, until: datetime | None) -> None:
        seconds = max((until - _now()).total_seconds(), 0) if until is not None else None
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            return

    async def _start_all(self, containers: tuple[Container, ...]) -> None:
        try:
            references = await self.containers.prepare(self.pod)
        except (PodError, ApiError, *TRANSIENT) as error:
            for container in containers:
                self._refuse(container, "FailedMount", Waiting("ContainerCreating", str(error)))
            return
        for container in containers:
            try:
                started = await self.containers.start(self.pod, container, references)
            except PodError as problem:
                self._refuse(container, "Failed", Waiting(problem.reason, problem.message))
            except StartError as failure:
                self._fail_to_start(container, failure)
            else:
                self._follow(container, started)

    def _refuse(self, container: Container, event: str, why: Waiting) -> None:
        record = self.records[container.name]
        if not isinstance(record.state, Waiting) or record.state.message != why.message:
            self._context.recorder.warning(self.pod, event, f"Error: {why.message}")
        if why.reason == "ErrImagePull" and record.refusals > 0:
            why = Waiting("ImagePullBackOff", why.message)
        self.records[container.name] = after_refusal(record, why, _now(), self._context.back_off)

    def _fail_to_start(self, container: Container, failure: StartError) -> None:
        if failure.reason != "StartError":
            self._refuse(container, "Failed", Waiting(failure.reason, failure.message))
            return
        self._context.recorder.warning(self.pod, "Failed", f"Error: {failure.message}")
        record = self._begun(container)
        self._end(container, record, Terminated(_START_ERROR_CODE, failure.reason, _now(), message=failure.message))

    def _begun(self, container: Container) -> ContainerRecord:
        record = self.records[container.name]
        return replace(record, restarts=record.restarts + (1 if record.last is not None else 0))

    def _follow(self, container: Container, started: Started) -> None:
        self.records[container.name] = replace(
            self._begun(container),
            state=Running(_now()),
            refusals=0,
            container_id=f"process://{started.run.name}",
            image_id=started.environment.identity,
        )
        self._running[container.name] = started
        self._context.recorder.normal(self.pod, "Started", f"Started container {container.name}")
        self._context.names_changed(self.pod.metadata.namespace)
        task = asyncio.create_task(self._await_end(container, started))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _await_end(self, container: Container, started: Started) -> None:
        exit_code = await started.run.exit_code
        await started.log.complete.wait()
        record = self.records[container.name]
        since = record.state.since if isinstance(record.state, Running) else _now()
        del self._running[container.name]
        ended = ended_by(exit_code, since, _now(), record.container_id)
        self._end(container, record, replace(ended, message=self.containers.message(container)))
        self._context.names_changed(self.pod.metadata.namespace)
        self._wake.set()

    def _end(self, container: Container, record: ContainerRecord, ended: Terminated) -> None:
        restart = may_restart(self.pod.spec, container, ended) and not self._is_over()
        self.records[container.name] = after_end(record, ended, restart=restart, back_off=self._context.back_off)
        state = self.records[container.name].state
        if isinstance(state, Waiting) and state.not_before is not None and state.not_before > ended.finished:
            self._context.recorder.warning(self.pod, "BackOff", f"{state.message} {container.name}")

    async def _stop(self) -> None:
        """End what still runs: SIGTERM, and SIGKILL when the grace period is over."""
        began = _now()
        for name, started in self._running.items():
            self._context.recorder.normal(self.pod, "Killing", f"Stopping container {name}")
            self._context.sandbox.signal(started.run, signal.SIGTERM)
        while self._running:
            until = began + self._grace()
            if _now() >= until:
                for started in self._running.values():
                    self._context.sandbox.signal(started.run, signal.SIGKILL)
                await asyncio.gather(*self._tasks)
                return
            self._wake.clear()
            await self._pause(until)

    def _grace(self) -> timedelta:
        if self.gone:
            return timedelta(0)
        if self._ending is _SHUTDOWN:
            return _SHUTDOWN_GRACE
        meta, spec = self.pod.metadata, self.pod.spec
        wanted = spec.termination_grace_period_seconds
        if meta.deletion_timestamp is not None and meta.deletion_grace_period_seconds is not None:
            wanted = meta.deletion_grace_period_seconds
        return timedelta(seconds=wanted)

    async def inherit(self) -> None:
        """Take over from an earlier agent, whose processes are no more: say so, and wait for the pod's deletion."""
        self._over = True
        self._context.addresses.give_back(self.address)
        if not self.pod.finished:
            await self._write(lost_status(self.pod, _now()))
        await self._hand_back()

    async def _publish(self) -> None:
        status = self._status()
        if status != self._written:
            await self._write(status)

    async def _write(self, status: dict[str, Any]) -> None:
        while not self.gone:
            meta = self.pod.metadata
            path = f"/api/v1/namespaces/{meta.namespace}/pods/{meta.name}/status"
            try:
                await self._context.api.merge(path, {"metadata": {"uid": meta.uid}, "status": status})
            except ApiError as error:
                if error.status in (404, 409):
                    self.gone = True
                elif error.status < 500 and error.status != 429:
                    self._context.recorder.warning(self.pod, "FailedStatusUpdate", str(error))
                    return
                else:
                    await asyncio.sleep(_API_PAUSE_SECONDS)
            except TRANSIENT:
                await asyncio.sleep(_API_PAUSE_SECONDS)
            else:
                self._written = status
                return

    def _status(self) -> dict[str, Any]:
        """Compute the status, taking our conditions as last written: the object may not show them yet."""
        conditions = {each["type"]: each for each in self.pod.status.conditions}
        for each in self._written.get("conditions", ()):
            if each["type"] in OWN_CONDITIONS:
                conditions[each["type"]] = each
        current = msgspec.structs.replace(self.pod.status, conditions=tuple(conditions.values()))
        pod = msgspec.structs.replace(self.pod, status=current)
        return pod_status(pod, self.records, self._placement, _now(), over=self._over, ending=self._ending)

    async def _hand_back(self) -> None:
        """Wait until the pod is to be deleted, and delete its object."""
        while not self.gone and self._ending is not _SHUTDOWN:
            self._wake.clear()
            if self.pod.metadata.deletion_timestamp is None:
                await self._pause(None)
                continue
            meta = self.pod.metadata
            options = {"gracePeriodSeconds": 0, "preconditions": {"uid": meta.uid}}
            try:
                await self._context.api.delete(f"/api/v1/namespaces/{meta.namespace}/pods/{meta.name}", options)
            except (ApiError, *TRANSIENT) as error:
                self.gone = isinstance(error, ApiError) and error.status in (404, 409)
                await self._pause(_now() + timedelta(seconds=_API_PAUSE_SECONDS))
            else:
                await self._pause(None)


def _now() -> datetime:
    return datetime.now(UTC)
