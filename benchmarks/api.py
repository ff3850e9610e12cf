"""The API server as the benchmark needs it: few kinds of requests, each as cheap as can be."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import aiohttp
import msgspec

from controller.runtime.credentials import Credentials, load_credentials

MERGE_PATCH: Final = "application/merge-patch+json"
METADATA_ONLY: Final = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
_METADATA_LIST: Final = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"

NAMESPACE: Final = "benchmark"


def jobs_path(namespace: str = NAMESPACE) -> str:
    """Return the collection of MXJobs."""
    return f"/apis/kubeflow.org/v1/namespaces/{namespace}/mxjobs"


def pods_path(namespace: str = NAMESPACE) -> str:
    """Return the collection of pods."""
    return f"/api/v1/namespaces/{namespace}/pods"


JOBS: Final = jobs_path()
PODS: Final = pods_path()
SERVICES: Final = f"/api/v1/namespaces/{NAMESPACE}/services"
EVENTS: Final = f"/api/v1/namespaces/{NAMESPACE}/events"


class RefusedError(Exception):
    """The API server did not do what the benchmark asked for, so there is nothing to measure."""


class _ListMeta(msgspec.Struct, rename="camel"):
    resource_version: str
    remaining_item_count: int = 0


class _Page(msgspec.Struct):
    metadata: _ListMeta
    items: list[msgspec.Raw] | None


class Api:
    """Requests as the cluster's administrator."""

    def __init__(self, credentials: Credentials) -> None:
        """Open a session; call `close` in the end."""
        self._server = credentials.server
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ssl=credentials.ssl_context),
            headers={"Content-Type": "application/json"},
            timeout=aiohttp.ClientTimeout(total=None),
        )

    @classmethod
    async def connect(cls, kubeconfig: Path) -> Api:
        """Connect as `kubeconfig` says."""
        return cls(await load_credentials(kubeconfig))

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def post(self, path: str, body: bytes, *, there_already: bool = False) -> None:
        """Create an object; with `there_already` it may exist."""
        async with self._session.post(self._server + path, data=body) as response:
            if response.status != 409 or not there_already:
                await _read(response)

    async def patch(self, path: str, body: bytes) -> None:
        """Change an object by a merge patch."""
        async with self._session.patch(
            self._server + path, data=body, headers={"Content-Type": MERGE_PATCH}
        ) as response:
            await _read(response)

    async def count(self, path: str) -> tuple[int, str]:
        """Count a collection's objects; returns the list's resource version as well."""
        async with self._session.get(
            self._server + path, params={"limit": "1"}, headers={"Accept": _METADATA_LIST}
        ) as response:
            page = msgspec.json.decode(await _read(response), type=_Page)
        return len(page.items or ()) + page.metadata.remaining_item_count, page.metadata.resource_version

    async def delete_all(self, path: str) -> None:
        """Delete a collection's objects at once."""
        options = msgspec.json.encode({"gracePeriodSeconds": 0, "propagationPolicy": "Background"})
        async with self._session.delete(self._server + path, data=options) as response:
            await _read(response)

    @asynccontextmanager
    async def watch(
        self, path: str, version: str, *, accept: str = "application/json"
    ) -> AsyncGenerator[aiohttp.StreamReader, None]:
        """Open a watch and give its lines."""
        parameters: Mapping[str, str] = {"watch": "true", "resourceVersion": version}
        async with self._session.get(
            self._server + path, params=parameters, headers={"Accept": accept}, read_bufsize=2**24
        ) as response:
            if response.status >= 300:
                await _read(response)
            yield response.content


async def ensure_namespace(api: Api, name: str) -> None:
    """Create a namespace, if it is not there."""
    await api.post("/api/v1/namespaces", msgspec.json.encode({"metadata": {"name": name}}), there_already=True)


async def _read(response: aiohttp.ClientResponse) -> bytes:
    answer = await response.read()
    if response.status >= 300:
        raise RefusedError(f"{response.method} {response.url.path}: {response.status} {answer[:300].decode()}")
    return answer
