"""A load through its whole life: submitted, all children there, all pods running, all succeeded."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Final

import msgspec

from benchmarks.api import EVENTS, JOBS, PODS, SERVICES, Api
from benchmarks.loads import SMALL, Load
from benchmarks.pool import each
from benchmarks.subject import Subject
from benchmarks.timeline import Timeline

_AT_ONCE: Final = 32
RUNNING: Final = msgspec.json.encode(
    {
        "status": {
            "phase": "Running",
            "containerStatuses": [
                {
                    "name": "mxnet",
                    "image": "i",
                    "imageID": "",
                    "ready": True,
                    "restartCount": 0,
                    "state": {"running": {}},
                }
            ],
        }
    }
)
_SUCCEEDED: Final = msgspec.json.encode(
    {
        "status": {
            "phase": "Succeeded",
            "containerStatuses": [
                {
                    "name": "mxnet",
                    "image": "i",
                    "imageID": "",
                    "ready": False,
                    "restartCount": 0,
                    "state": {"terminated": {"exitCode": 0}},
                }
            ],
        }
    }
)


@dataclass(frozen=True, slots=True)
class Life:
    """What a load cost a controller; times in seconds from the first submission, latencies from a job to its last pod.

    `requests_per_job` is by HTTP method; it and `passes_per_job` are empty and 0 for a controller that does not tell.
    """

    load: str
    controller: str
    jobs: int
    objects: int
    objects_per_second: float
    all_children: float
    all_running: float
    all_succeeded: float
    latency_p50: float
    latency_p99: float
    cpu_ms_per_job: float
    cpu_ms_per_job_to_children: float
    peak_rss_mib: float
    status_writes_per_job: float
    condition_changes_per_job: float
    events_per_job: float
    passes_per_job: float
    requests_per_job: dict[str, float]


async def live(api: Api, load: Load, subject: Subject) -> Life:
    """Play the life of `load` while `subject` looks after it; everything is removed again."""
    timeline = Timeline(api)
    await timeline.open()
    try:
        return await _live(api, load, subject, timeline)
    finally:
        await timeline.close()
        await clear(api)


async def warm_up(api: Api, subject: Subject) -> None:
    """Return once a first job of `subject` has all its pods: it is up, and its connections are."""
    await subject.listening()
    await live(api, Load("warm-up", 8, SMALL), subject)


async def submit(api: Api, load: Load, timeline: Timeline) -> None:
    """Create the jobs of `load` as fast as the API server takes them."""

    async def create(name: str) -> None:
        timeline.submitted[name] = time.monotonic()
        await api.post(JOBS, msgspec.json.encode(load.shape.job(name)))

    await each(load.names(), create, at_once=_AT_ONCE)


async def play(api: Api, pods: list[str], status: bytes) -> None:
    """Do the kubelets' part."""

    async def patch(pod: str) -> None:
        await api.patch(f"{PODS}/{pod}/status", status)

    await each(pods, patch, at_once=_AT_ONCE)


async def clear(api: Api) -> None:
    """Remove every job and whatever belongs to it."""
    for path in (JOBS, PODS, SERVICES, EVENTS):
        await api.delete_all(path)


async def _live(api: Api, load: Load, subject: Subject, timeline: Timeline) -> Life:
    before, requests, passes = subject.usage(), await subject.requests(), await subject.passes()
    start = time.monotonic()
    await submit(api, load, timeline)
    children = await timeline.until(lambda: timeline.children >= load.objects)
    busy = subject.usage()
    await play(api, timeline.pod_names, RUNNING)
    running = await timeline.until(lambda: timeline.having("Running") >= load.jobs)
    await play(api, timeline.pod_names, _SUCCEEDED)
    succeeded = await timeline.until(lambda: timeline.having("Succeeded") >= load.jobs)
    await quiet(subject)
    after = subject.usage()
    events, _ = await api.count(EVENTS)
    latencies = timeline.latencies()
    return Life(
        load=load.name,
        controller=subject.name,
        jobs=load.jobs,
        objects=load.objects,
        objects_per_second=load.objects / (children - start),
        all_children=children - start,
        all_running=running - start,
        all_succeeded=succeeded - start,
        latency_p50=latencies[len(latencies) // 2],
        latency_p99=latencies[len(latencies) * 99 // 100],
        cpu_ms_per_job=1000 * (after.cpu - before.cpu) / load.jobs,
        cpu_ms_per_job_to_children=1000 * (busy.cpu - before.cpu) / load.jobs,
        peak_rss_mib=after.peak_rss,
        status_writes_per_job=timeline.status_writes / load.jobs,
        condition_changes_per_job=timeline.condition_changes / load.jobs,
        events_per_job=events / load.jobs,
        passes_per_job=(await subject.passes() - passes) / load.jobs,
        requests_per_job={
            method: (count - requests.get(method, 0)) / load.jobs
            for method, count in (await subject.requests()).items()
        },
    )


async def quiet(subject: Subject) -> None:
    """Wait until the controller has nothing more to do: next to no CPU for two seconds."""
    used = subject.usage().cpu
    while True:
        await asyncio.sleep(2)
        now = subject.usage().cpu
        if now - used < 0.04:
            return
        used = now
