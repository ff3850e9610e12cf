"""The agent's way to the API server: raw JSON over one connection pool, credentials from a kubeconfig."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import aiohttp
import msgspec
from kubernetes.aio.client import Configuration
from kubernetes.aio.config import kube_config, load_kube_config

_REQUEST_SECONDS = 30
_LINE_BYTES = 16 * 1024 * 1024
MERGE_PATCH = "application/merge-patch+json"


class ApiError(Exception):
    """The API server refused a request; `reason` is its machine-readable word for it."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        """Keep what the API server said."""
        super().__init__(message)
        self.status = status
        self.reason = reason


TRANSIENT = (aiohttp.ClientError, TimeoutError, OSError)


class Api:
    """An API server. Use as a context manager."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        """Use a session that knows where the server is; see `connect`."""
        self._session = session

    async def __aenter__(self) -> Api:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def get(self, path: str) -> bytes:
        """Read an object or a list."""
        return await self._send("GET", path)

    async def create(self, path: str, body: Mapping[str, Any]) -> bytes:
        """Create an object."""
        return await self._send("POST", path, body)

    async def merge(self, path: str, body: Mapping[str, Any]) -> bytes:
        """Change an object by a JSON merge patch."""
        return await self._send("PATCH", path, body, MERGE_PATCH)

    async def delete(self, path: str, options: Mapping[str, Any] | None = None) -> bytes:
        """Delete an object."""
        return await self._send("DELETE", path, options or {})

    async def watch(self, path: str, resource_version: str, seconds: int) -> AsyncIterator[bytes]:
        """Yield watch events, each as JSON, until the server ends the watch, at the latest after `seconds`."""
        query = f"watch=1&allowWatchBookmarks=true&resourceVersion={resource_version}&timeoutSeconds={seconds}"
        timeout = aiohttp.ClientTimeout(total=None, sock_read=seconds + _REQUEST_SECONDS)
        async with self._session.get(f"{path}?{query}", timeout=timeout) as response:
            await _check(response)
            async for line in response.content:
                yield line

    async def _send(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, kind: str = "application/json"
    ) -> bytes:
        data = msgspec.json.encode(body) if body is not None else None
        async with self._session.request(method, path, data=data, headers={"Content-Type": kind}) as response:
            await _check(response)
            return await response.read()


async def _check(response: aiohttp.ClientResponse) -> None:
    if response.status < 400:
        return
    text = await response.text()
    try:
        said = msgspec.json.decode(text)
    except msgspec.DecodeError:
        said = {}
    raise ApiError(response.status, said.get("reason", ""), said.get("message", text))


async def connect(kubeconfig: Path) -> Api:
    """Prepare for talking to the cluster of a kubeconfig; nothing is sent yet."""
    configuration = Configuration()
    await load_kube_config(config_file=str(kubeconfig), client_configuration=configuration, persist_config=False)  # type: ignore[no-untyped-call]  # bare there
    tls = ssl.create_default_context(cafile=configuration.ssl_ca_cert)
    if not configuration.verify_ssl:
        tls.check_hostname = False
        tls.verify_mode = ssl.CERT_NONE
    if configuration.cert_file:
        tls.load_cert_chain(configuration.cert_file, configuration.key_file)
    # The loader's copy of the private key would stay until the end, and for ever after a kill -9.
    kube_config._cleanup_temp_files()  # type: ignore[no-untyped-call]  # bare there
    token = await configuration.get_api_key_with_prefix("BearerToken")
    return Api(
        aiohttp.ClientSession(
            base_url=configuration.host,
            connector=aiohttp.TCPConnector(ssl=tls),
            headers={"Authorization": token} if token else {},
            timeout=aiohttp.ClientTimeout(total=_REQUEST_SECONDS),
            read_bufsize=_LINE_BYTES,
        )
    )
