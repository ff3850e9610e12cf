"""How long one job waits for its pods while thousands of others are being created."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

import msgspec

from benchmarks.api import Api, ensure_namespace, jobs_path, pods_path
from benchmarks.life import clear, submit
from benchmarks.loads import SMALL, Load
from benchmarks.subject import Subject
from benchmarks.timeline import Timeline

_ELSEWHERE = "benchmark-neighbour"


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Seconds from the submission of one job, halfway through those of `jobs` others, until it has all its pods.

    `same_namespace` is for a job among the others, `other_namespace` for one beside them; `last_job` is when the last
    of all jobs had its pods.
    """

    jobs: int
    same_namespace: float
    other_namespace: float
    last_job: float


async def wait_among(api: Api, load: Load, subject: Subject) -> Neighbour:
    """Submit `load`, and two jobs more in the middle of it."""
    await subject.listening()
    await ensure_namespace(api, _ELSEWHERE)
    timeline = Timeline(api)
    await timeline.open()
    start = time.monotonic()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(submit(api, load, timeline))
            await timeline.until(lambda: len(timeline.conditions) >= load.jobs // 2)
            beside = group.create_task(_elsewhere(api))
            among = group.create_task(_among(api, timeline))
        last = await timeline.until(lambda: timeline.children >= load.objects + 2 * SMALL.pods)
    finally:
        await timeline.close()
        await clear(api)
        await api.delete_all(jobs_path(_ELSEWHERE))
    return Neighbour(load.jobs, among.result(), beside.result(), last - start)


async def _among(api: Api, timeline: Timeline) -> float:
    start = time.monotonic()
    await api.post(jobs_path(), msgspec.json.encode(SMALL.job("among")))
    return await timeline.until(lambda: len(timeline.pods["among"]) >= SMALL.pods) - start


async def _elsewhere(api: Api) -> float:
    job = SMALL.job("beside")
    job["metadata"]["namespace"] = _ELSEWHERE
    start = time.monotonic()
    await api.post(jobs_path(_ELSEWHERE), msgspec.json.encode(job))
    while (await api.count(pods_path(_ELSEWHERE)))[0] < SMALL.pods:  # noqa: ASYNC110  another process makes them
        await asyncio.sleep(0.02)
    return time.monotonic() - start
