"""Follow a job through the API server until it has ended, and tell what happens while it does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from controller.api.constants import LABEL_REPLICA_TYPE, WORKER
from controller.api.objects import Pod
from controller.api.status import ConditionType, JobStatus
from fork_tools.demo.cluster_view import ClusterView
from fork_tools.demo.narration import Line, job_lines, pod_lines
from fork_tools.demo.verdict import ended

Tell = Callable[[Line], None]


class Following:
    """One job as far as it has been followed: `status`, and `pods` by name as last seen."""

    def __init__(self, view: ClusterView, job: str, tell: Tell) -> None:
        """Prepare to follow `job`; nothing is asked of the server yet."""
        self._view, self._job, self._tell = view, job, tell
        self.status = JobStatus()
        self.pods: dict[str, Pod] = {}
        self._changed = asyncio.Condition()
        self._logs: dict[str, asyncio.Task[None]] = {}

    @property
    def workers(self) -> list[str]:
        """The names of the worker pods."""
        return sorted(name for name, pod in self.pods.items() if _is_worker(pod))

    async def until_ended(self, watch_over: Coroutine[Any, Any, None]) -> None:
        """Follow until the job has ended and, if it succeeded, its workers have too.

        `watch_over` runs beside it and raises when there is no use in waiting any longer.
        """
        async with asyncio.TaskGroup() as group:
            background = [group.create_task(watch_over), group.create_task(self._follow_pods(group))]
            await self._follow_job()
            if self.status.is_true(ConditionType.SUCCEEDED):
                await self._workers_ended()
            for task in (*background, *self._logs.values()):
                task.cancel()

    async def _follow_job(self) -> None:
        async for status in self._view.job_states(self._job):
            for line in job_lines(self.status, status):
                self._tell(line)
            self.status = status
            if ended(status):
                return

    async def _follow_pods(self, group: asyncio.TaskGroup) -> None:
        async for name, pod in self._view.pod_changes(self._job):
            for line in pod_lines(self.pods.get(name), pod):
                self._tell(line)
            self._remember(name, pod)
            if pod is not None and self._has_unread_log(pod):
                self._logs[pod.metadata.uid] = group.create_task(self._follow_log(name))
            async with self._changed:
                self._changed.notify_all()

    def _remember(self, name: str, pod: Pod | None) -> None:
        if pod is None:
            self.pods.pop(name, None)
        else:
            self.pods[name] = pod

    def _has_unread_log(self, pod: Pod) -> bool:
        return _is_worker(pod) and pod.status.phase != "Pending" and pod.metadata.uid not in self._logs

    async def _follow_log(self, pod: str) -> None:
        source = pod.removeprefix(f"{self._job}-")
        async for text in self._view.log_lines(pod):
            self._tell(Line(source, text))

    async def _workers_ended(self) -> None:
        # The scheduler's end makes the job succeed, and the workers' processes may outlive it by a moment.
        async with self._changed:
            await self._changed.wait_for(self._no_worker_runs)
        await asyncio.gather(*self._logs.values())

    def _no_worker_runs(self) -> bool:
        return all(self.pods[name].status.phase != "Running" for name in self.workers)


def _is_worker(pod: Pod) -> bool:
    return pod.metadata.labels.get(LABEL_REPLICA_TYPE) == WORKER.lower()
