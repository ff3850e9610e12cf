"""`/debug/queue`: what the work queue holds, for whoever is in the pod; keys and times, nothing of any spec."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from aiohttp import web

from controller.runtime.http import Handler
from controller.runtime.resources import ObjectKey
from controller.runtime.workqueue import QueueSnapshot

_LONGEST_LIST: Final = 1000

Snapshot = QueueSnapshot[ObjectKey]


def debug_routes(snapshot: Callable[[], Snapshot]) -> dict[str, Handler]:
    """Serve the queue's `snapshot` to callers on the loopback interface, which `kubectl port-forward` is.

    Anybody else gets a 404: the names of all tenants' jobs are not for everybody who reaches the probes' port.
    """

    async def queue(request: web.Request) -> web.Response:
        if not is_local(request.remote):
            raise web.HTTPNotFound
        body = msgspec.json.format(msgspec.json.encode(describe(snapshot())), indent=2)
        return web.Response(body=body + b"\n", content_type="application/json")

    return {"/debug/queue": queue}


def is_local(remote: str | None) -> bool:
    """Tell whether a caller's address is 127.0.0.1 or ::1; other loopback addresses are those of mesh proxies."""
    try:
        address = ipaddress.ip_address(remote or "")
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return str(address) in ("127.0.0.1", "::1")


def describe(snapshot: Snapshot) -> dict[str, Any]:
    """Lay a snapshot out as JSON: how many there are, and the 1000 that are worst off of each."""
    return {
        "total": {
            "queued": len(snapshot.queued),
            "delayed": len(snapshot.delayed),
            "inProgress": len(snapshot.in_progress),
            "failing": len(snapshot.failures),
        },
        "queued": _listed(snapshot.queued, "waitingSeconds"),
        "delayed": _listed(snapshot.delayed, "dueInSeconds"),
        "inProgress": _listed(snapshot.in_progress, "sinceSeconds"),
        "failing": _listed(snapshot.failures, "failuresInARow"),
    }


def _listed(values: Mapping[ObjectKey, float], label: str) -> list[dict[str, Any]]:
    worst_first = sorted(values.items(), key=lambda item: (-item[1], item[0]))
    return [{"job": str(key), label: round(value, 3)} for key, value in worst_first[:_LONGEST_LIST]]
