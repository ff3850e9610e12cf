"""The ceiling: how fast the control plane takes the same objects from a loop that does nothing else."""

from __future__ import annotations

import time
from typing import Final

import msgspec

from benchmarks.api import PODS, SERVICES, Api
from benchmarks.loads import Load
from benchmarks.pool import each

AT_ONCE: Final = 64


async def ceiling(api: Api, load: Load) -> float:
    """Create the pods and services of `load`, and return how many a second that was; they are removed again."""
    children = [
        (path, msgspec.json.encode(manifest))
        for name in load.names()
        for path, manifest in load.shape.children(f"ceiling-{name}")
    ]

    async def create(child: tuple[str, bytes]) -> None:
        await api.post(*child)

    start = time.monotonic()
    await each(children, create, at_once=AT_ONCE)
    elapsed = time.monotonic() - start
    for path in (PODS, SERVICES):
        await api.delete_all(path)
    return len(children) / elapsed
