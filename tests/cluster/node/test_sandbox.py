"""The sandbox process by itself, without nodes."""

from __future__ import annotations

import asyncio
from ipaddress import IPv4Interface
from pathlib import Path

from fork_tools.cluster.node.sandbox.client import open_sandbox


async def _attach_at_once(pods: int, stage: Path) -> list[None]:
    sandbox = await open_sandbox("shared", stage, IPv4Interface("10.244.0.1/16"))
    try:
        address = IPv4Interface("10.244.0.2/16")
        return await asyncio.gather(*(sandbox.attach(f"pod-{number}", address) for number in range(pods)))
    finally:
        await sandbox.close()


def test_more_pods_at_once_than_its_socket_holds_are_all_served(tmp_path: Path) -> None:
    """Two thousand requests in one turn of the loop exceed what a socket buffers."""
    assert len(asyncio.run(_attach_at_once(2000, tmp_path))) == 2000
