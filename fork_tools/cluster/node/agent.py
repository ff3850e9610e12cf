"""The agent: watches pods, runs those bound to its nodes, serves their logs."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from fork_tools.cluster.node.addresses import Addresses
from fork_tools.cluster.node.api import Api, connect
from fork_tools.cluster.node.context import NodeContext
from fork_tools.cluster.node.events import Recorder
from fork_tools.cluster.node.isolation import GATEWAY, Isolated, isolate
from fork_tools.cluster.node.logs.server import LogServer, ServedPod
from fork_tools.cluster.node.mirror import Mirror
from fork_tools.cluster.node.pod.hosts import Neighbour, service_lines
from fork_tools.cluster.node.pod.images import Images
from fork_tools.cluster.node.pod.manifest import Node, Pod, Service
from fork_tools.cluster.node.pod.node_object import allocatable
from fork_tools.cluster.node.pod.states import Waiting
from fork_tools.cluster.node.registration import Registration, this_machine
from fork_tools.cluster.node.scheduler import Scheduler
from fork_tools.cluster.node.worker import PodWorker
from fork_tools.errors import MxforkError

_SHUTDOWN_SECONDS = 5.0
# Pods and services come in bursts; one renewal of all hosts files does for many.
_GATHER_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Options:
    """What the agent was started with; see the command's help."""

    kubeconfig: Path
    directory: Path
    nodes: int
    images: Mapping[str, Path]
    certificate: Path
    key: Path
    client_ca: Path
    ready_file: Path
    isolation: str
    back_off: timedelta


class Agent:
    """Several nodes that are all this machine."""

    def __init__(self, options: Options, api: Api, isolated: Isolated) -> None:
        """Join the parts; nothing runs before `run`."""
        self._options = options
        self._api = api
        self._isolated = isolated
        self._names = [f"node-{number}" for number in range(options.nodes)]
        self._workers: dict[str, PodWorker] = {}
        self._lives: set[asyncio.Task[None]] = set()
        self._stale_names: set[str] = set()
        self._pods = Mirror(api, "/api/v1/pods", Pod, self._pod_changed)
        self._services = Mirror(api, "/api/v1/services", Service, self._service_changed)
        self._nodes = Mirror(api, "/api/v1/nodes", Node, lambda *_: self._scheduler.look_again())
        self._logs = LogServer(
            self._find, certificate=options.certificate, key=options.key, client_ca=options.client_ca
        )
        recorder = Recorder(api)
        self._scheduler = Scheduler(
            api,
            recorder,
            pods=self._pods.objects.values,
            nodes=lambda: [self._nodes.objects["", name] for name in self._names if ("", name) in self._nodes.objects],
            one_job_at_a_time=not isolated.confined,
        )
        self._context = NodeContext(
            api=api,
            sandbox=isolated.sandbox,
            confined=isolated.confined,
            directory=options.directory.resolve(),
            home="/root" if isolated.confined and os.getuid() == 0 else "/tmp",  # noqa: S108  # in a root of its own
            images=Images(options.images),
            back_off=options.back_off,
            addresses=Addresses(GATEWAY),
            recorder=recorder,
            allocatable=allocatable(this_machine("", 0)),
            services=self._services.objects.values,
            neighbours=self._neighbours,
            names_changed=self._names_changed,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set or the sandbox is gone; then end every pod and remove the nodes."""
        port = await self._logs.start()
        how = (
            "each in its own namespaces" if self._isolated.confined else f"one job at a time: {self._isolated.obstacle}"
        )
        registration = Registration(self._api, self._names, this_machine(how, port))
        duties: list[asyncio.Task[None]] = []
        try:
            if not await _unless(stop, registration.register()):
                return
            background = (self._services.run(), self._nodes.run(), self._pods.run(), self._scheduler.run())
            duties = [asyncio.create_task(each) for each in (*background, registration.keep_fresh())]
            self._tell_ready(port)
            duties.append(asyncio.create_task(self._notice_loss()))
            await _unless(stop, asyncio.wait(duties, return_when=asyncio.FIRST_COMPLETED))
            for duty in duties:
                if duty.done():
                    duty.result()
        finally:
            for duty in duties:
                duty.cancel()
            await self._end(registration)

    async def _notice_loss(self) -> None:
        await self._isolated.sandbox.gone.wait()
        raise MxforkError(
            "the process that held the nodes' pods has ended, and every pod's processes with it",
            next_step="take the cluster down and up again: mxfork cluster down, mxfork cluster up",
        )

    def _tell_ready(self, port: int) -> None:
        state = {"port": port, "isolation": self._isolated.name, "nodes": self._names}
        state |= {"obstacle": self._isolated.obstacle} if self._isolated.obstacle else {}
        draft = self._options.ready_file.with_suffix(".draft")
        draft.write_bytes(msgspec.json.encode(state))
        draft.replace(self._options.ready_file)

    async def _end(self, registration: Registration) -> None:
        for worker in self._workers.values():
            worker.shut_down()
        if self._lives:
            await asyncio.wait(self._lives, timeout=_SHUTDOWN_SECONDS)
        for life in self._lives:
            life.cancel()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(registration.remove(), _SHUTDOWN_SECONDS)
        await self._logs.stop()
        await self._isolated.sandbox.close()

    def _pod_changed(self, former: Pod | None, current: Pod | None) -> None:
        self._scheduler.look_again()
        if former is not None and (current is None or current.metadata.uid != former.metadata.uid):
            worker = self._workers.get(former.metadata.uid)
            if worker is not None:
                worker.forget()
        if current is None or current.spec.node_name not in self._names:
            return
        worker = self._workers.get(current.metadata.uid)
        if worker is not None:
            worker.update(current)
        else:
            self._take(current)

    def _take(self, pod: Pod) -> None:
        try:
            address = self._context.addresses.take() if self._context.confined else GATEWAY
        except LookupError as error:
            self._context.recorder.warning(pod, "FailedCreatePodSandBox", str(error))
            return
        worker = PodWorker(self._context, pod, address)
        self._workers[pod.metadata.uid] = worker
        inherited = pod.finished or pod.status.start_time is not None
        life = asyncio.create_task(worker.inherit() if inherited else worker.run())
        self._lives.add(life)
        life.add_done_callback(lambda done: self._bury(worker, done))
        self._names_changed(pod.metadata.namespace)

    def _bury(self, worker: PodWorker, life: asyncio.Task[None]) -> None:
        self._lives.discard(life)
        if worker.gone:
            del self._workers[worker.pod.metadata.uid]
            shutil.rmtree(worker.containers.folder, ignore_errors=True)
        if not life.cancelled():
            life.result()

    def _service_changed(self, former: Service | None, current: Service | None) -> None:
        for service in (former, current):
            if service is not None:
                self._names_changed(service.metadata.namespace)

    def _names_changed(self, namespace: str) -> None:
        if not self._stale_names:
            asyncio.get_running_loop().call_later(_GATHER_SECONDS, self._renew_names)
        self._stale_names.add(namespace)

    def _renew_names(self) -> None:
        stale, self._stale_names = self._stale_names, set()
        for namespace in stale:
            lines = service_lines(namespace, self._services.objects.values(), self._neighbours())
            for worker in self._workers.values():
                if worker.published and worker.pod.metadata.namespace == namespace:
                    worker.containers.write_hosts(worker.pod, lines)

    def _neighbours(self) -> Iterator[Neighbour]:
        for worker in self._workers.values():
            if worker.published:
                yield Neighbour(worker.pod, str(worker.address.ip), ready=worker.ready)

    def _find(self, namespace: str, name: str) -> ServedPod | None:
        pod = self._pods.objects.get((namespace, name))
        worker = self._workers.get(pod.metadata.uid) if pod is not None else None
        if worker is None:
            return None
        waiting = {
            container: record.state.reason if isinstance(record.state, Waiting) else "ContainerCreating"
            for container, record in worker.records.items()
        }
        return ServedPod(worker.containers.logs, waiting)


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, Any]) -> bool:
    """Do `work` unless `stop` comes first; tells whether it was done."""
    working, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait((working, stopped), return_when=asyncio.FIRST_COMPLETED)
    for task in (working, stopped):
        task.cancel()
    return working.done() and not working.cancelled()


async def run_agent(options: Options, stop: asyncio.Event, warn: Callable[[str], None]) -> None:
    """Run nodes until `stop` is set; `warn` hears of what a user should know. Raises MxforkError."""
    options.directory.mkdir(parents=True, exist_ok=True)
    isolated = await isolate(options.isolation, options.directory.resolve())
    if not isolated.confined:
        warn(f"pods run without namespaces, one job at a time: {isolated.obstacle}")
    async with await connect(options.kubeconfig) as api:
        await Agent(options, api, isolated).run(stop)
