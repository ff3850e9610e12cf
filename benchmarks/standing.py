"""Jobs that run and need nothing: what looking after them costs, and how long a restart takes to find that out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final

from benchmarks.api import Api
from benchmarks.life import RUNNING, clear, play, quiet, submit
from benchmarks.loads import Load
from benchmarks.subject import Subject
from benchmarks.timeline import Timeline

_WATCHED: Final = 30.0


@dataclass(frozen=True, slots=True)
class Standing:
    """What `jobs` running jobs cost.

    `writes` are the requests in `seconds` that were to change something, `cpu_percent` is of one core. `restart` is the
    time in seconds from the start of another process until it has looked at every job, and `restart_writes` what it
    wrote meanwhile.
    """

    jobs: int
    pods: int
    seconds: float
    writes: float
    cpu_percent: float
    rss_mib: float
    restart: float
    restart_cpu: float
    restart_writes: float


async def stand(api: Api, load: Load, run: Callable[[], AbstractContextManager[Subject]]) -> Standing:
    """Bring `load` to where all of it runs, watch the controller rest, then start another one."""
    try:
        with run() as subject:
            await subject.listening()
            await _bring_up(api, load)
            await quiet(subject)
            before, written = subject.usage(), await subject.writes()
            await asyncio.sleep(_WATCHED)
            after, rewritten = subject.usage(), await subject.writes()
        start = time.monotonic()
        with run() as subject:
            await subject.listening()
            while await subject.passes() < load.jobs:  # noqa: ASYNC110  another process makes them
                await asyncio.sleep(0.1)
            restart = time.monotonic() - start
            restarted, restart_writes = subject.usage(), await subject.writes()
    finally:
        await clear(api)
    return Standing(
        jobs=load.jobs,
        pods=load.pods,
        seconds=_WATCHED,
        writes=rewritten - written,
        cpu_percent=100 * (after.cpu - before.cpu) / _WATCHED,
        rss_mib=after.rss,
        restart=restart,
        restart_cpu=restarted.cpu,
        restart_writes=restart_writes,
    )


async def _bring_up(api: Api, load: Load) -> None:
    timeline = Timeline(api)
    await timeline.open()
    try:
        await submit(api, load, timeline)
        await timeline.until(lambda: timeline.children >= load.objects)
        await play(api, timeline.pod_names, RUNNING)
        await timeline.until(lambda: timeline.having("Running") >= load.jobs)
    finally:
        await timeline.close()
