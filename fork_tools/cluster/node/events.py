"""Kubernetes events about pods, for `kubectl describe`."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime

from fork_tools.cluster.node.api import TRANSIENT, Api, ApiError
from fork_tools.cluster.node.pod.manifest import Pod
from fork_tools.cluster.node.pod.status import timestamp


class Recorder:
    """Publishes events in the background; one that cannot be published is dropped."""

    def __init__(self, api: Api) -> None:
        """Publish through `api`."""
        self._api = api
        self._publishing: set[asyncio.Task[None]] = set()
        self._count = 0

    def normal(self, pod: Pod, reason: str, message: str) -> None:
        """Report something expected."""
        self._record(pod, "Normal", reason, message)

    def warning(self, pod: Pod, reason: str, message: str) -> None:
        """Report something that a user should look at."""
        self._record(pod, "Warning", reason, message)

    def _record(self, pod: Pod, kind: str, reason: str, message: str) -> None:
        task = asyncio.create_task(self._publish(pod, kind, reason, message))
        self._publishing.add(task)
        task.add_done_callback(self._publishing.discard)

    async def _publish(self, pod: Pod, kind: str, reason: str, message: str) -> None:
        now = datetime.now(UTC)
        self._count += 1
        meta = pod.metadata
        source = {"component": "kubelet", "host": pod.spec.node_name} if pod.spec.node_name else {"component": "nodes"}
        event = {
            "metadata": {"name": f"{meta.name}.{now.timestamp():.6f}.{self._count}", "namespace": meta.namespace},
            "involvedObject": {
                "apiVersion": "v1",
                "kind": "Pod",
                "namespace": meta.namespace,
                "name": meta.name,
                "uid": meta.uid,
            },
            "type": kind,
            "reason": reason,
            "message": message[:1024],
            "source": source,
            "firstTimestamp": timestamp(now),
            "lastTimestamp": timestamp(now),
            "count": 1,
        }
        with contextlib.suppress(ApiError, *TRANSIENT):
            await self._api.create(f"/api/v1/namespaces/{meta.namespace}/events", event)
