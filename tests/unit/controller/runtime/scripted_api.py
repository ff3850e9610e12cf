"""An API server that answers as it was told to: for what a real one cannot be brought to say on demand."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from kubernetes.aio.client import Configuration

from controller.runtime.client import ApiClient, Hear
from controller.runtime.credentials import Credentials

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """What arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    body: Json | str = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class Stream:
    """The pieces of a watch; afterwards it ends, stays open (`held`) or breaks (`cut`)."""

    pieces: tuple[str, ...] = ()
    held: bool = False
    cut: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


class ScriptedApi:
    """Answers requests in the order of the script; the last entry goes on answering."""

    def __init__(self, *script: Answer | Stream) -> None:
        self.script: deque[Answer | Stream] = deque(script)
        self.requests: list[Request] = []

    def asked(self) -> list[str]:
        """Return method, path and query of every request."""
        return [f"{request.method} {request.path}" for request in self.requests]

    @asynccontextmanager
    async def client(self, token: str = "", hear: Hear = lambda *_: None) -> AsyncIterator[ApiClient]:
        """Serve, and give a client."""
        application = web.Application()
        application.add_routes([web.route("*", "/{path:.*}", self._handle)])
        server = TestServer(application)
        await server.start_server(shutdown_timeout=0.01)
        try:
            async with client_of(str(server.make_url("")), token, hear) as client:
                yield client
        finally:
            await server.close()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.requests.append(
            Request(
                request.method,
                request.path,
                dict(request.query),
                dict(request.headers),
                json.loads(body) if body else None,
            )
        )
        entry = self.script.popleft() if len(self.script) > 1 else self.script[0]
        if isinstance(entry, Answer):
            text = entry.body if isinstance(entry.body, str) else json.dumps(entry.body)
            return web.Response(status=entry.status, text=text, headers=entry.headers, content_type=entry.content_type)
        response = web.StreamResponse(headers={"Content-Type": "application/json", **entry.headers})
        await response.prepare(request)
        for piece in entry.pieces:
            await response.write(piece.encode())
            await asyncio.sleep(0)
        if entry.cut and request.transport is not None:
            request.transport.abort()
        if entry.held:
            await asyncio.Event().wait()
        return response


def client_of(server: str, token: str = "", hear: Hear = lambda *_: None) -> ApiClient:
    """Make a client of the API server at an address."""
    return ApiClient(credentials_of(server, token), hear=hear)


def credentials_of(server: str, token: str = "") -> Credentials:
    """Make the credentials for the API server at an address."""
    configuration = Configuration()
    configuration.host = server
    if token:
        configuration.api_key["BearerToken"] = f"Bearer {token}"
    return Credentials(configuration, None)


async def until(condition: Callable[[], bool]) -> None:
    """Wait until `condition` holds, and fail when it does not soon."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  what is waited for happens in code that knows of no test
            await asyncio.sleep(0.001)


def status(code: int, reason: str = "", message: str = "") -> Answer:
    """Make a Status object with that HTTP status."""
    return Answer({"kind": "Status", "code": code, "reason": reason, "message": message}, code)
