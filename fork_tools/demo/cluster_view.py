"""What the API server tells about one job, its pods and their logs, as it changes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec
from kubernetes.aio.client import ApiClient, ApiException, CoreV1Api, CustomObjectsApi
from kubernetes.aio.config import new_client_from_config
from kubernetes.aio.watch import Watch

from controller.api.constants import GROUP, LABEL_JOB_NAME, PLURAL, VERSION
from controller.api.objects import Pod
from controller.api.status import JobStatus, status_from_raw

# Streams stay open for as long as the demonstration may last; its own time limit ends them.
_STREAM_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class ClusterView:
    """Access to one namespace, by the official client."""

    api: ApiClient
    namespace: str

    async def job_states(self, name: str) -> AsyncIterator[JobStatus]:
        """Yield the status of the MXJob `name`, now and after each change."""
        jobs = CustomObjectsApi(self.api).list_namespaced_custom_object
        where = (GROUP, VERSION, self.namespace, PLURAL)
        async for event in _watch(jobs, *where, field_selector=f"metadata.name={name}"):
            yield status_from_raw(event["object"].get("status"))

    async def pod_changes(self, job: str) -> AsyncIterator[tuple[str, Pod | None]]:
        """Yield the name of each pod of `job` and its state, now and after each change; None when it is gone."""
        pods = CoreV1Api(self.api).list_namespaced_pod
        async for event in _watch(pods, self.namespace, label_selector=f"{LABEL_JOB_NAME}={job}"):
            pod = msgspec.convert(event["object"], Pod)
            yield pod.metadata.name, None if event["type"] == "DELETED" else pod

    async def log_lines(self, pod: str) -> AsyncIterator[str]:
        """Follow the log of a pod from its beginning until its container ends; says so when there is none."""
        response = await CoreV1Api(self.api).read_namespaced_pod_log_without_preload_content(
            pod, self.namespace, follow=True, _request_timeout=_STREAM_SECONDS
        )
        if response.status != HTTPStatus.OK:
            yield f"(no log: {(await response.json()).get('message', response.reason)})"
            return
        async for line in response.content:
            yield line.decode(errors="replace").rstrip("\n")

    async def log(self, pod: str) -> str:
        """Read the whole log of a pod, which is empty for a container that never ran."""
        try:
            return await CoreV1Api(self.api).read_namespaced_pod_log(pod, self.namespace)
        except ApiException as refusal:
            if refusal.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND):
                return ""
            raise


@asynccontextmanager
async def connect(kubeconfig: Path, namespace: str) -> AsyncIterator[ClusterView]:
    """Open a view on `namespace` of the cluster that `kubeconfig` leads to."""
    async with await new_client_from_config(str(kubeconfig), persist_config=False) as api:  # type: ignore[no-untyped-call]  # the client's config has no types
        yield ClusterView(api, namespace)


async def _watch(list_objects: Any, *where: str, **selectors: str) -> AsyncIterator[dict[str, Any]]:
    watcher: Any = Watch(return_type="object")  # type: ignore[no-untyped-call]  # the client's watch has no types
    async with watcher.stream(list_objects, *where, **selectors, _request_timeout=_STREAM_SECONDS) as events:
        async for event in events:
            yield event
