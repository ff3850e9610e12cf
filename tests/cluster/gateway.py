"""Stands between a controller and the API server: may be closed, and may answer in the API server's place.

Speaks plain HTTP to the controller, so that requests can be looked at; to the API server it is whom its kubeconfig
names.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import yaml
from aiohttp import web

from controller.runtime.credentials import load_credentials
from fork_tools.cluster.ports import LOOPBACK, free_port

T = TypeVar("T")

_ASKED_WITH = ("Accept", "Content-Type", "User-Agent")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gateway answers by itself."""

    status: int
    text: str = "{}"
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cut:
    """Break the connection: before the request is passed on or, `answered`, instead of giving its answer.

    `then` is called first.
    """

    answered: bool
    then: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Delay:
    """Let a request through after so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Write:
    """A request that was to change something, and what the API server said."""

    method: str
    path: str
    status: int
    body: bytes


Verdict = Answer | Cut | Delay | None
Rule = Callable[[str, str], Verdict]
"""Decides by method and path; None lets a request through."""


def changes(method: str, path: str) -> bool:
    """Whether a request is to change something; what is asked for in an access review stays as it is."""
    return method != "GET" and not path.startswith("/apis/authorization.k8s.io/")


def let_through(_method: str, _path: str) -> Verdict:
    """Let everything through."""
    return None


class Gateway:
    """Closed at first. `requests` are the methods and paths seen so far, `writes` what came of those that changed."""

    def __init__(self, upstream: Path) -> None:
        self.writes: list[Write] = []
        self.requests: list[tuple[str, str]] = []
        self.rule: Rule = let_through
        self._upstream = upstream
        self._port = free_port()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None
        self._server = ""
        self._authorization: str | None = None

    def write_kubeconfig(self, path: Path) -> Path:
        """Write a kubeconfig that leads through this gateway."""
        names = {"cluster": "gateway", "user": "gateway"}
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "gateway", "cluster": {"server": f"http://{LOOPBACK}:{self._port}"}}],
            "users": [{"name": "gateway", "user": {"token": "not-a-secret"}}],
            "contexts": [{"name": "gateway", "context": names}],
            "current-context": "gateway",
        }
        path.write_text(yaml.safe_dump(document), encoding="utf-8")
        return path

    def open(self) -> None:
        """Begin to listen."""
        self._run(self._open())

    def close(self) -> None:
        """Cut every connection and stop listening."""
        self._run(self._close())

    def end(self) -> None:
        """Close for good."""
        self.close()
        self._run(_unwind())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    async def _open(self) -> None:
        credentials = await load_credentials(self._upstream)
        self._server = credentials.server
        self._authorization = await credentials.authorization()
        connector = aiohttp.TCPConnector(limit=0, ssl=credentials.ssl_context)
        self._session = aiohttp.ClientSession(connector=connector, auto_decompress=False)
        application = web.Application(client_max_size=2**24)
        application.add_routes([web.route("*", "/{path:.*}", self._handle)])
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, LOOPBACK, self._port).start()

    async def _close(self) -> None:
        if self._runner is not None and self._session is not None:
            await self._runner.cleanup()
            await self._session.close()
        self._runner = self._session = None

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append((request.method, request.path))
        verdict = self.rule(request.method, request.path)
        if isinstance(verdict, Answer):
            return web.Response(
                status=verdict.status, text=verdict.text, content_type=verdict.content_type, headers=verdict.headers
            )
        if isinstance(verdict, Cut) and not verdict.answered:
            return _cut(request, verdict)
        if isinstance(verdict, Delay):
            await asyncio.sleep(verdict.seconds)
        assert self._session is not None
        headers = {key: request.headers[key] for key in _ASKED_WITH if key in request.headers}
        if self._authorization:
            headers["Authorization"] = self._authorization
        async with self._session.request(
            request.method,
            self._server + request.path_qs,
            data=await request.read(),
            headers=headers,
            timeout=aiohttp.ClientTimeout(total=None),
        ) as upstream:
            if changes(request.method, request.path):
                written = Write(request.method, request.path, upstream.status, await upstream.read())
                self.writes.append(written)
                if isinstance(verdict, Cut):
                    return _cut(request, verdict)
                return web.Response(status=written.status, body=written.body, headers=_passed_on(upstream.headers))
            if isinstance(verdict, Cut):
                return _cut(request, verdict)
            response = web.StreamResponse(status=upstream.status, headers=_passed_on(upstream.headers))
            await response.prepare(request)
            async for chunk in upstream.content.iter_any():
                await response.write(chunk)
            return response


def _cut(request: web.Request, verdict: Cut) -> web.Response:
    verdict.then()
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _unwind() -> None:
    """Let everything that was cancelled or closed let go of its sockets, which takes a few turns of the loop."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.gather(*others, return_exceptions=True)
    for _ in range(5):
        await asyncio.sleep(0)


def _passed_on(headers: Any) -> dict[str, str]:
    return {key: headers[key] for key in ("Content-Type", "Content-Encoding", "Retry-After") if key in headers}


@contextmanager
def gateway(upstream: Path) -> Iterator[Gateway]:
    """Make a gateway to the API server that the kubeconfig `upstream` names."""
    made = Gateway(upstream)
    try:
        yield made
    finally:
        made.end()
