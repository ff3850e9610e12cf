"""Keeps the Node objects: made at the start, kept fresh, removed at the end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from fork_tools.cluster.node.api import TRANSIENT, Api, ApiError
from fork_tools.cluster.node.pod.node_object import Machine, node_manifest, node_status

_HEARTBEAT_SECONDS = 10.0
_PAUSE_SECONDS = 0.5
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


class Registration:
    """The nodes of one agent."""

    def __init__(self, api: Api, names: Sequence[str], machine: Machine) -> None:
        """Prepare to register `names`, all of them this `machine`."""
        self._api = api
        self._names = names
        self._machine = machine
        self._since = datetime.now(UTC)

    async def register(self) -> None:
        """Create or take over the Node objects, trying until the API server is there."""
        for name in self._names:
            registered = await self._keep(name)
            while not registered:
                await asyncio.sleep(_PAUSE_SECONDS)
                registered = await self._keep(name)

    async def keep_fresh(self) -> None:
        """Renew the nodes' heartbeats for ever."""
        while True:
            await asyncio.sleep(_HEARTBEAT_SECONDS)
            for name in self._names:
                await self._keep(name)

    async def remove(self) -> None:
        """Delete the Node objects, if the API server is there."""
        for name in self._names:
            with contextlib.suppress(ApiError, *TRANSIENT):
                await self._api.delete(f"/api/v1/nodes/{name}")

    async def _keep(self, name: str) -> bool:
        status = {"status": node_status(name, self._machine, datetime.now(UTC), self._since)}
        try:
            await self._api.merge(f"/api/v1/nodes/{name}/status", status)
        except ApiError as error:
            if error.status == 404:
                with contextlib.suppress(ApiError, *TRANSIENT):
                    await self._api.create("/api/v1/nodes", node_manifest(name))
                    # Admission taints a new node as not ready, and only a controller-manager would lift that.
                    await self._api.merge(f"/api/v1/nodes/{name}", {"spec": {"taints": None}})
                    await self._api.merge(f"/api/v1/nodes/{name}/status", status)
                    return True
            return False
        except TRANSIENT:
            return False
        return True


def this_machine(isolation: str, port: int) -> Machine:
    """Describe the machine this process runs on; logs are served on `port`."""
    return Machine(
        processors=os.cpu_count() or 1,
        memory_bytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        kernel=platform.release(),
        operating_system="linux",
        architecture=_ARCHITECTURES.get(platform.machine(), platform.machine()),
        boot_id=Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip(),
        isolation=isolation,
        port=port,
    )
