"""The ceiling: how fast the control plane takes the same objects from a loop that does nothing else."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

import msgspec

from benchmarks.api import PODS, SERVICES, Api
from benchmarks.loads import Load
from benchmarks.pool import each

AT_ONCE: Final = 64


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Objects a second, and what each cost the loop: the price of a request on this machine, as busy as it is."""

    objects_per_second: float
    cpu_ms_per_object: float


async def ceiling(api: Api, load: Load) -> Ceiling:
    """Create the pods and services of `load` as fast as can be; they are removed again."""
    children = [
        (path, msgspec.json.encode(manifest))
        for name in load.names()
        for path, manifest in load.shape.children(f"ceiling-{name}")
    ]

    async def create(child: tuple[str, bytes]) -> None:
        await api.post(*child)

    start, used = time.monotonic(), time.process_time()
    await each(children, create, at_once=AT_ONCE)
    elapsed, used = time.monotonic() - start, time.process_time() - used
    for path in (PODS, SERVICES):
        await api.delete_all(path)
    return Ceiling(len(children) / elapsed, 1000 * used / len(children))
