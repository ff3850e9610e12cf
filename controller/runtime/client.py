"""Requests to the API server: raw JSON over one HTTP session, with one kind of error for each way to fail."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

import aiohttp
import msgspec

from controller.api.constants import CONTROLLER_NAME
from controller.runtime.credentials import Credentials
from controller.runtime.errors import ApiError, UnreachableError
from controller.runtime.flow import NO_LIMIT, Flow, Priority, RateLimit
from controller.runtime.leader_fence import FencedConnector, MayWrite
from controller.runtime.log_context import current_key

log = logging.getLogger(__name__)

JSON: Final = "application/json"
MERGE_PATCH: Final = "application/merge-patch+json"
USER_AGENT: Final = f"{CONTROLLER_NAME}/{version('mxjob-fork-kit')}"

_REQUEST_TIMEOUT: Final = 30.0
_CONNECT_TIMEOUT: Final = 10.0
_THROTTLED_TRIES: Final = 5
_LONGEST_RETRY_AFTER: Final = 30.0
_DEADLINES: Final = aiohttp.ClientTimeout(total=_REQUEST_TIMEOUT, sock_connect=_CONNECT_TIMEOUT)

CountRequest = Callable[[str, str, str], None]
"""Called with the method, the status code (`<error>` when no answer came) and the host of every request."""

Hear = Callable[[str, str, Sequence[str]], None]
"""Called with the method, the path and the `Warning` headers (mostly none) of every request that was successful."""


class _Status(msgspec.Struct):
    reason: str = ""
    message: str = ""


class ApiClient:
    """One HTTP session to one API server. Use as an asynchronous context manager, or call `close`."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        count_request: CountRequest = lambda *_: None,
        hear: Hear = lambda *_: None,
        may_write: MayWrite = lambda: True,
        limit: RateLimit = NO_LIMIT,
    ) -> None:
        """Open the session; has to be called inside the event loop. No request is made yet.

        What is not a read is sent only while `may_write` holds, and raises NotLeaderError otherwise. `limit` is for
        every request but watches; those that change something are sent by priority as well.
        """
        self._credentials = credentials
        self._flow = Flow(limit)
        self._count_request = count_request
        self._hear = hear
        self._host = urlsplit(credentials.server).netloc
        self._session = aiohttp.ClientSession(
            connector=FencedConnector(may_write, limit=0, ssl=credentials.ssl_context, keepalive_timeout=60),
            headers={"User-Agent": USER_AGENT, "Accept": JSON},
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    @property
    def server(self) -> str:
        """The API server's address, for messages."""
        return self._credentials.server

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()

    async def get(self, path: str, parameters: Mapping[str, str] | None = None) -> bytes:
        """Read an object or a list."""
        return await self._request("GET", path, parameters=parameters)

    async def create(self, path: str, manifest: Mapping[str, Any], *, priority: Priority = Priority.CHILDREN) -> bytes:
        """Create an object in the collection `path`; returns it as stored."""
        return await self._request("POST", path, body=manifest, priority=priority)

    async def patch(self, path: str, patch: Mapping[str, Any], *, priority: Priority = Priority.CHILDREN) -> bytes:
        """Apply a JSON merge patch; returns the object as stored."""
        return await self._request("PATCH", path, body=patch, content_type=MERGE_PATCH, priority=priority)

    async def replace(self, path: str, manifest: Mapping[str, Any]) -> bytes:
        """Replace an object whose version is still the one in `manifest`; returns it as stored."""
        return await self._request("PUT", path, body=manifest)

    async def delete(self, path: str, options: Mapping[str, Any]) -> bytes:
        """Delete an object with DeleteOptions; returns the object or a Status."""
        return await self._request("DELETE", path, body=options)

    @asynccontextmanager
    async def watch(
        self, path: str, parameters: Mapping[str, str], *, inactivity: float
    ) -> AsyncGenerator[AsyncIterator[bytes], None]:
        """Open a watch and give its JSON lines, until the server ends it; `inactivity` seconds of silence are an error.

        Raises ApiError or UnreachableError, on opening and while iterating.
        """
        deadlines = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_TIMEOUT, sock_read=inactivity)
        async with self._answer("GET", path, parameters, None, JSON, deadlines) as response:
            if response.status >= 300:
                raise await self._refusal(response)
            _require_json(response)
            yield _lines(response.content)

    async def _request(
        self,
        method: str,
        path: str,
        *,
        parameters: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        content_type: str = JSON,
        priority: Priority = Priority.CHILDREN,
    ) -> bytes:
        """Send a request when it is its turn; raises RequestError."""
        payload = None if body is None else msgspec.json.encode(body)
        await self._flow.enter(priority, current_key())
        try:
            return await self._patiently(method, path, parameters, payload, content_type)
        finally:
            self._flow.leave()

    async def _patiently(
        self, method: str, path: str, parameters: Mapping[str, str] | None, payload: bytes | None, content_type: str
    ) -> bytes:
        """Send a request, again if the server was too busy to look at it."""
        for tries_left in reversed(range(_THROTTLED_TRIES)):
            async with self._answer(method, path, parameters, payload, content_type) as response:
                if response.status < 300:
                    _require_json(response)
                    return await response.read()
                error = await self._refusal(response)
            # Throttling happens before a request is looked at, so sending even a creation again is safe.
            if error.status != 429 or error.retry_after is None or not tries_left:
                raise error
            self._flow.pause(error.retry_after)
            await asyncio.sleep(error.retry_after)
        raise AssertionError("the last try returns or raises")

    async def _refusal(self, response: aiohttp.ClientResponse) -> ApiError:
        """Read what the API server has against a request; rejected credentials are loaded again for the next one."""
        answer = await response.read()
        if response.status == 401:
            await self._credentials.renew()
        return _api_error(response, answer)

    @asynccontextmanager
    async def _answer(
        self,
        method: str,
        path: str,
        parameters: Mapping[str, str] | None,
        payload: bytes | None,
        content_type: str,
        deadlines: aiohttp.ClientTimeout | None = None,
    ) -> AsyncGenerator[aiohttp.ClientResponse, None]:
        headers = {"Content-Type": content_type} if payload is not None else {}
        authorization = await self._credentials.authorization()
        if authorization:
            headers["Authorization"] = authorization
        code = ""
        try:
            async with self._session.request(
                method,
                self._credentials.server + path,
                params=parameters,
                data=payload,
                headers=headers,
                timeout=deadlines or _DEADLINES,
                proxy=self._credentials.proxy,
                server_hostname=self._credentials.server_hostname,
                allow_redirects=False,
            ) as response:
                code = str(response.status)
                if response.status < 300:
                    self._hear(method, path, response.headers.getall("Warning", []))
                yield response
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise UnreachableError(f"{self._credentials.server}: {str(error) or type(error).__name__}") from error
        finally:
            self._count_request(method, code or "<error>", self._host)


async def _lines(stream: aiohttp.StreamReader) -> AsyncIterator[bytes]:
    """Split at line ends; objects may be far larger than what the stream reader takes for a line."""
    rest = bytearray()
    async for chunk in stream.iter_any():
        head, newline, tail = chunk.rpartition(b"\n")
        if newline:
            rest += head
            for line in bytes(rest).split(b"\n"):
                yield line
            rest.clear()
        rest += tail


def _require_json(response: aiohttp.ClientResponse) -> None:
    """Refuse the pages that proxies and log-in portals send in the API server's place."""
    if response.content_type != JSON:
        raise UnreachableError(f"{response.url.origin()} answers with {response.content_type} instead of {JSON}")


def _api_error(response: aiohttp.ClientResponse, answer: bytes) -> ApiError:
    try:
        status = msgspec.json.decode(answer, type=_Status)
    except msgspec.DecodeError:
        status = _Status(reason=response.reason or "", message=answer[:200].decode(errors="replace"))
    return ApiError(response.status, status.reason, status.message, _retry_after(response))


def _retry_after(response: aiohttp.ClientResponse) -> float | None:
    try:
        return min(max(0.0, float(response.headers["Retry-After"])), _LONGEST_RETRY_AFTER)
    except (KeyError, ValueError):
        return None
