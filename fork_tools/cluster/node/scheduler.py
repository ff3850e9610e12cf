"""Binds pending pods to the nodes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from fork_tools.cluster.node.api import TRANSIENT, Api, ApiError
from fork_tools.cluster.node.events import Recorder
from fork_tools.cluster.node.pod.manifest import Node, Pod
from fork_tools.cluster.node.pod.placement import Place, place, wants_place
from fork_tools.cluster.node.pod.status import timestamp
from fork_tools.cluster.node.pod.taking_turns import owner, whose_turn

_PAUSE_SECONDS = 1.0


class Scheduler:
    """Looks at all pods whenever something has changed, and binds those that wait for a node."""

    def __init__(
        self,
        api: Api,
        recorder: Recorder,
        *,
        pods: Callable[[], Iterable[Pod]],
        nodes: Callable[[], Sequence[Node]],
        one_job_at_a_time: bool,
    ) -> None:
        """Read pods and nodes through the given functions."""
        self._api = api
        self._recorder = recorder
        self._pods = pods
        self._nodes = nodes
        self._one_job_at_a_time = one_job_at_a_time
        self._turn = 0
        self._bound: dict[str, Pod] = {}
        self._changed = asyncio.Event()

    def look_again(self) -> None:
        """Take note that a pod or node has changed."""
        self._changed.set()

    async def run(self) -> None:
        """Bind pods for ever."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            pods = tuple(self._pods())
            waiting = [pod for pod in pods if wants_place(pod) and pod.metadata.uid not in self._bound]
            self._bound = {pod.metadata.uid: pod for pod in pods if self._was_bound(pod)}
            for pod in waiting:
                try:
                    await self._decide(pod, pods)
                except (ApiError, *TRANSIENT):
                    asyncio.get_running_loop().call_later(_PAUSE_SECONDS, self._changed.set)

    def _was_bound(self, pod: Pod) -> bool:
        """Tell whether we bound a pod and its object does not show it yet."""
        return pod.metadata.uid in self._bound and wants_place(pod)

    async def _decide(self, pod: Pod, pods: Iterable[Pod]) -> None:
        decision = self._turn_of_another(pod, pods) or place(pod, self._nodes(), self._turn)
        if decision.node:
            self._turn += 1
            await self._bind(pod, decision.node)
        else:
            await self._explain(pod, decision.obstacle)

    def _turn_of_another(self, pod: Pod, pods: Iterable[Pod]) -> Place | None:
        if not self._one_job_at_a_time:
            return None
        turn = whose_turn(pods) or next((owner(each) for each in self._bound.values()), None)
        if turn is None or turn[0] == owner(pod)[0]:
            return None
        return Place(obstacle=f"without namespaces one job runs at a time, and that is now {turn[1]}")

    async def _bind(self, pod: Pod, node: str) -> None:
        meta = pod.metadata
        binding = {
            "apiVersion": "v1",
            "kind": "Binding",
            "metadata": {"name": meta.name, "namespace": meta.namespace, "uid": meta.uid},
            "target": {"apiVersion": "v1", "kind": "Node", "name": node},
        }
        await self._api.create(f"/api/v1/namespaces/{meta.namespace}/pods/{meta.name}/binding", binding)
        self._bound[meta.uid] = pod
        self._recorder.normal(pod, "Scheduled", f"Successfully assigned {meta.namespace}/{meta.name} to {node}")

    async def _explain(self, pod: Pod, obstacle: str) -> None:
        present = {condition["type"]: condition for condition in pod.status.conditions}
        if present.get("PodScheduled", {}).get("message") == obstacle:
            return
        meta = pod.metadata
        condition: dict[str, Any] = {
            "type": "PodScheduled",
            "status": "False",
            "reason": "Unschedulable",
            "message": obstacle,
            "lastTransitionTime": timestamp(datetime.now(UTC)),
        }
        status = {"conditions": [*(present | {"PodScheduled": condition}).values()]}
        path = f"/api/v1/namespaces/{meta.namespace}/pods/{meta.name}/status"
        await self._api.merge(path, {"metadata": {"uid": meta.uid}, "status": status})
        self._recorder.warning(pod, "FailedScheduling", obstacle)
