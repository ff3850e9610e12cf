"""When what happened, as a watcher sees it: jobs, their pods and services, and every change of a job's status."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Final

import msgspec

from benchmarks.api import JOBS, METADATA_ONLY, PODS, SERVICES, Api, RefusedError

_STALLED: Final = 60.0


class _Owner(msgspec.Struct):
    name: str


class _Metadata(msgspec.Struct, rename="camel"):
    name: str = ""
    resource_version: str = ""
    owner_references: tuple[_Owner, ...] = ()


class _Condition(msgspec.Struct):
    type: str
    status: str


class _Status(msgspec.Struct):
    conditions: tuple[_Condition, ...] = ()


class _Object(msgspec.Struct):
    metadata: _Metadata
    status: _Status | str = msgspec.field(default_factory=_Status)


class _Change(msgspec.Struct):
    type: str
    object: _Object


_CHANGES: Final = msgspec.json.Decoder(_Change)


class StalledError(Exception):
    """Nothing has happened for a minute, so what is waited for will not."""


class Timeline:
    """What was seen since `open`; times are those of time.monotonic().

    `submitted` is filled in by whoever submits. `pods` and `services` hold the arrival times by job, `conditions` each
    job's present conditions, `status_writes` and `condition_changes` count over all jobs.
    """

    def __init__(self, api: Api) -> None:
        """See nothing yet."""
        self._api = api
        self._tasks: list[asyncio.Task[None]] = []
        self._stirred = asyncio.Event()
        self.submitted: dict[str, float] = {}
        self.pods: defaultdict[str, list[float]] = defaultdict(list)
        self.pod_names: list[str] = []
        self.services: defaultdict[str, list[float]] = defaultdict(list)
        self.conditions: dict[str, frozenset[str]] = {}
        self.status_writes = 0
        self.condition_changes = 0
        self.children = 0

    async def open(self) -> None:
        """Begin to watch; whatever happens after it returns is seen."""
        for path, see, accept in (
            (JOBS, self._see_job, "application/json"),
            (PODS, self._see_pod, METADATA_ONLY),
            (SERVICES, self._see_service, METADATA_ONLY),
        ):
            _, version = await self._api.count(path)
            self._tasks.append(asyncio.create_task(self._watch(path, version, accept, see)))

    async def close(self) -> None:
        """Watch no longer."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def until(self, condition: Callable[[], bool]) -> float:
        """Wait until `condition` holds of what was seen; returns when that was."""
        while not condition():
            self._stirred.clear()
            for task in self._tasks:
                if task.done():
                    task.result()
            try:
                async with asyncio.timeout(_STALLED):
                    await self._stirred.wait()
            except TimeoutError:
                raise StalledError(
                    f"{self.children} pods and services of {len(self.submitted)} jobs, "
                    f"{self.having('Running')} Running, {self.having('Succeeded')} Succeeded"
                ) from None
        return time.monotonic()

    def having(self, condition: str) -> int:
        """Count the jobs that carry `condition` now."""
        return sum(condition in conditions for conditions in self.conditions.values())

    def latencies(self) -> list[float]:
        """Return for each job the seconds from its submission to its last pod, in ascending order."""
        return sorted(max(self.pods[job]) - start for job, start in self.submitted.items() if self.pods[job])

    async def _watch(self, path: str, version: str, accept: str, see: Callable[[_Change], None]) -> None:
        """Watch for ever; the API server ends the watch of whoever reads too slowly, as on a busy machine."""
        while True:
            async with self._api.watch(path, version, accept=accept) as lines:
                async for line in lines:
                    change = _CHANGES.decode(line)
                    if change.type == "ERROR":
                        raise RefusedError(f"{path}: {line.decode()}")
                    version = change.object.metadata.resource_version
                    see(change)
                    self._stirred.set()

    def _see_job(self, change: _Change) -> None:
        name, status = change.object.metadata.name, change.object.status
        conditions = status.conditions if isinstance(status, _Status) else ()
        now = frozenset(each.type for each in conditions if each.status == "True")
        if change.type == "MODIFIED":
            self.status_writes += 1
            self.condition_changes += now != self.conditions.get(name)
        self.conditions[name] = now

    def _see_pod(self, change: _Change) -> None:
        if change.type == "ADDED":
            self.pod_names.append(change.object.metadata.name)
            self._see_child(change, self.pods)

    def _see_service(self, change: _Change) -> None:
        if change.type == "ADDED":
            self._see_child(change, self.services)

    def _see_child(self, change: _Change, seen: defaultdict[str, list[float]]) -> None:
        owners = change.object.metadata.owner_references
        if owners:
            seen[owners[0].name].append(time.monotonic())
            self.children += 1
