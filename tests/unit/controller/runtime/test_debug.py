"""/debug/queue: what is queued, delayed and in progress; for callers in the pod only."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from controller.runtime.debug import debug_routes, describe, is_local
from controller.runtime.resources import ObjectKey
from controller.runtime.workqueue import WorkQueue
from tests.unit.controller.runtime.virtual_time import virtual


def keys(*names: str) -> list[ObjectKey]:
    return [ObjectKey("ns", name) for name in names]


@virtual
async def test_everything_in_the_queue_is_shown() -> None:
    queue: WorkQueue[ObjectKey] = WorkQueue()
    busy, failing, later, waiting = keys("busy", "failing", "later", "waiting")
    queue.add(busy)
    assert await queue.get() == busy
    queue.add_after(later, 60)
    for _ in range(12):
        queue.add_rate_limited(failing)
    queue.add(waiting)
    await asyncio.sleep(0.004)
    shown = describe(queue.snapshot())
    assert shown == {
        "total": {"queued": 1, "delayed": 2, "inProgress": 1, "failing": 1},
        "queued": [{"job": "ns/waiting", "waitingSeconds": 0.004}],
        "delayed": [{"job": "ns/later", "dueInSeconds": 59.996}, {"job": "ns/failing", "dueInSeconds": 0.001}],
        "inProgress": [{"job": "ns/busy", "sinceSeconds": 0.004}],
        "failing": [{"job": "ns/failing", "failuresInARow": 12}],
    }
    queue.close()


@virtual
async def test_of_very_many_the_worst_are_shown() -> None:
    queue: WorkQueue[ObjectKey] = WorkQueue()
    for number in range(1500):
        queue.add(ObjectKey("ns", f"{number:04}"))
    shown = describe(queue.snapshot())
    assert shown["total"]["queued"] == 1500
    assert len(shown["queued"]) == 1000


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.0.7", False),
        ("127.0.0.6", False),
        ("", False),
        (None, False),
    ],
)
def test_who_is_local(remote: str | None, expected: bool) -> None:
    assert is_local(remote) is expected


@virtual
async def test_others_find_nothing() -> None:
    queue: WorkQueue[ObjectKey] = WorkQueue()
    handler = debug_routes(queue.snapshot)["/debug/queue"]
    with pytest.raises(web.HTTPNotFound):
        await handler(make_mocked_request("GET", "/debug/queue"))
