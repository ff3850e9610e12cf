"""The HTTP listeners of the process: metrics, the kubelet's probes, and the webhook's, over TLS."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from controller.runtime.errors import StartError

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.Response]]


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen; an empty host means every interface, port 0 a free one."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def parse_address(text: str) -> Address | None:
    """Read an address as Go programs take it: `:8080`, `127.0.0.1:0`, `[::1]:8081`; `0` means none.

    Raises ValueError when it is none of these.
    """
    if text == "0":
        return None
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdecimal() or int(port) > 65535:
        raise ValueError(f"{text!r} is no address; give HOST:PORT, :PORT, or 0 for none")
    return Address(host.removeprefix("[").removesuffix("]"), int(port))


class Listeners:
    """The listeners that are open, to be closed together."""

    def __init__(self) -> None:
        self._runners: list[web.AppRunner] = []

    async def open(
        self,
        name: str,
        flag: str,
        address: Address | None,
        routes: Mapping[str, Handler],
        *,
        method: str = "GET",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Serve `routes` on `address`, if there is one; raises StartError when it is not to be had."""
        if address is None:
            return
        application = web.Application()
        application.add_routes([web.route(method, path, handler) for path, handler in routes.items()])
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        self._runners.append(runner)
        try:
            await web.TCPSite(runner, address.host or None, address.port, ssl_context=tls).start()
        except OSError as error:
            reason = error.strerror or str(error)
            raise StartError(
                f"cannot listen on {address} for {name}: {reason}", next_step=f"{flag} HOST:PORT"
            ) from error
        host, port, *_ = runner.addresses[0]
        log.info("%s on %s", name, Address(host, port))

    async def close(self) -> None:
        """Stop serving."""
        while self._runners:
            await self._runners.pop().cleanup()


def metrics_routes(registry: CollectorRegistry) -> dict[str, Handler]:
    """`/metrics` in the Prometheus text format."""

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return {"/metrics": metrics}


def probe_routes(healthy: Callable[[], str], ready: Callable[[], str]) -> dict[str, Handler]:
    """`/healthz` and `/readyz`; each function returns what is wrong, nothing when all is well."""

    def answer(problem: str) -> web.Response:
        return web.Response(text=problem or "ok", status=503 if problem else 200)

    async def healthz(_: web.Request) -> web.Response:
        return answer(healthy())

    async def readyz(_: web.Request) -> web.Response:
        return answer(ready())

    return {"/healthz": healthz, "/readyz": readyz}
