"""The kubelet's containerLogs endpoint: what the API server asks for when a user asks for logs."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web

from fork_tools.cluster.node.logs.lines import Wanted
from fork_tools.cluster.node.logs.store import PodLogs


@dataclass(frozen=True, slots=True)
class ServedPod:
    """A pod whose logs can be asked for: its logs, and what to say of a container that has none yet."""

    logs: PodLogs
    containers: Mapping[str, str]


Find = Callable[[str, str], ServedPod | None]


class LogServer:
    """Serves container logs on loopback to clients with a certificate of the given authority."""

    def __init__(self, find: Find, *, certificate: Path, key: Path, client_ca: Path) -> None:
        """Serve the pods that `find` knows by namespace and name."""
        self._find = find
        self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(client_ca))
        self._tls.verify_mode = ssl.CERT_REQUIRED
        self._tls.load_cert_chain(certificate, key)
        application = web.Application()
        application.router.add_get("/healthz", _healthz)
        application.router.add_get("/containerLogs/{namespace}/{pod}/{container}", self._container_logs)
        # A reader who goes away while nothing is written is noticed only by cancellation.
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)

    async def start(self) -> int:
        """Listen on a free port of 127.0.0.1 and return it."""
        await self._runner.setup()
        listener = socket.create_server(("127.0.0.1", 0))
        await web.SockSite(self._runner, listener, ssl_context=self._tls).start()
        port: int = listener.getsockname()[1]
        return port

    async def stop(self) -> None:
        """End every transfer and stop listening."""
        await self._runner.cleanup()

    async def _container_logs(self, request: web.Request) -> web.StreamResponse:
        name, container = request.match_info["pod"], request.match_info["container"]
        pod = self._find(request.match_info["namespace"], name)
        if pod is None:
            raise web.HTTPNotFound(text=f'pod "{name}" does not run on this node')
        if container not in pod.containers:
            raise web.HTTPNotFound(text=f'container "{container}" is not in pod "{name}"')
        previous = _flag(request, "previous")
        log = pod.logs.find(container, previous=previous)
        if log is None and previous:
            raise web.HTTPBadRequest(text=f'previous terminated container "{container}" in pod "{name}" not found')
        if log is None:
            waiting = pod.containers[container]
            raise web.HTTPBadRequest(text=f'container "{container}" in pod "{name}" is waiting to start: {waiting}')
        response = web.StreamResponse(headers={"Content-Type": "text/plain"})
        response.enable_chunked_encoding()
        wanted = _wanted(request, datetime.now(UTC))
        await response.prepare(request)
        with contextlib.suppress(ConnectionResetError):
            async for text in log.read(wanted, follow=_flag(request, "follow")):
                await response.write(text)
            await response.write_eof()
        return response


def _wanted(request: web.Request, now: datetime) -> Wanted:
    query = request.query
    try:
        since = datetime.fromisoformat(query["sinceTime"]) if "sinceTime" in query else None
        if "sinceSeconds" in query:
            since = now - timedelta(seconds=int(query["sinceSeconds"]))
        return Wanted(
            since=since,
            tail_lines=int(query["tailLines"]) if "tailLines" in query else None,
            limit_bytes=int(query["limitBytes"]) if "limitBytes" in query else None,
            timestamps=_flag(request, "timestamps"),
        )
    except ValueError as error:
        raise web.HTTPBadRequest(text=str(error)) from error


def _flag(request: web.Request, name: str) -> bool:
    return request.query.get(name, "false").lower() in ("true", "1")


async def _healthz(_request: web.Request) -> web.Response:
    return web.Response(text="ok")
