"""While the API server says that MXJobs are deprecated, each job is told once: an event and a log line."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from controller.runtime.cache import Store
from controller.runtime.client import ApiClient
from controller.runtime.decode import StoredJob
from controller.runtime.deprecation import Deprecation, warnings
from controller.runtime.errors import ApiError, RequestError, UnreachableError
from controller.runtime.flow import Priority
from controller.runtime.resources import ObjectKey
from controller.runtime.troubles import Troubles
from tests.unit.controller.runtime.objects import stored_job
from tests.unit.controller.runtime.scripted_api import Answer, ScriptedApi, Stream, status
from tests.unit.controller.runtime.virtual_time import now, virtual

LIST = "/apis/kubeflow.org/v1/mxjobs"
GOING = '299 - "MXJobs are going"'
CONFLICT = ApiError(409, "AlreadyExists", "told already")
FORBIDDEN = ApiError(403, "Forbidden", "no events for you")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param([], [], id="none"),
        pytest.param([GOING], ["MXJobs are going"], id="as the API server writes it"),
        pytest.param([r'299 - "a \"b\" \\ c, d"'], [r'a "b" \ c, d'], id="escaped"),
        pytest.param(['299 - "a", 299 - "b"', '299 - "a"'], ["a", "b"], id="several, in one header or more"),
        pytest.param(['299 - "a" "Tue, 10 Sep 2024 08:00:00 GMT"'], ["a"], id="dated"),
        pytest.param(['110 proxy "stale"', r'199 - "299 - \"x\""'], [], id="of somebody else"),
        pytest.param(['299 - "für immer"'], ["für immer"], id="beyond ASCII"),
        pytest.param(['299 - "\udcff"'], ["\ufffd"], id="no UTF-8"),
        pytest.param(["299", '299 - "open', ""], [], id="garbled"),
    ],
)
def test_warnings(headers: list[str], expected: list[str]) -> None:
    assert warnings(headers) == expected


class Events(ApiClient):
    """Takes events at a virtual time; `trouble` is raised for the next ones."""

    def __init__(self, *trouble: RequestError) -> None:
        self.trouble = list(trouble)
        self.told: list[tuple[str, str]] = []
        self.at: list[float] = []
        self.paths: set[str] = set()
        self.names: list[str] = []

    async def create(self, path: str, manifest: Mapping[str, Any], *, priority: Priority = Priority.CHILDREN) -> bytes:
        assert priority is Priority.EVENTS
        self.at.append(now())
        self.paths.add(path)
        self.names.append(manifest["metadata"]["name"])
        await asyncio.sleep(0)
        if self.trouble:
            raise self.trouble.pop(0)
        self.told.append((manifest["involvedObject"]["name"], manifest["message"]))
        return b""


class Told:
    """The jobs in a cache, and what they are told."""

    def __init__(self, *trouble: RequestError, namespace: str = "") -> None:
        self.jobs: Store[StoredJob] = Store()
        self.events = Events(*trouble)
        self.deprecation = Deprecation(
            self.jobs, namespace, now=lambda: datetime(2024, 9, 10, 8, tzinfo=UTC), troubles=Troubles(now)
        )

    def hear(self, *headers: str, method: str = "GET", path: str = LIST) -> None:
        self.deprecation.heard(method, path, headers)

    def put(self, *names: str, version: int = 1) -> None:
        for name in names:
            self.store(stored_job(name, version=version))

    def store(self, job: StoredJob) -> None:
        self.deprecation.changed(self.jobs.put(job))

    def remove(self, name: str) -> None:
        self.deprecation.changed(self.jobs.remove(ObjectKey("ns", name)))

    async def settle(self) -> list[str]:
        """Give it an hour; returns the jobs told since the beginning."""
        with suppress(TimeoutError):
            async with asyncio.timeout(3600):
                await self.deprecation.run(self.events)
        return [name for name, _ in self.events.told]


@virtual
async def test_off_by_default() -> None:
    told = Told()
    told.put("a", "b")
    told.hear()
    assert await told.settle() == []


@virtual
async def test_each_job_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    told = Told()
    told.put("old")
    told.hear(GOING)
    told.put("new")
    assert await told.settle() == ["old", "new"]
    told.hear(GOING)
    told.put("old", "new", version=2)
    assert await told.settle() == ["old", "new"]
    lines = [(record.levelname, record.getMessage()) for record in caplog.records if record.levelname != "INFO"]
    assert lines == [("WARNING", f"ns/{name}: MXJobDeprecated: MXJobs are going") for name in ("old", "new")]


@virtual
async def test_what_an_earlier_process_told_is_not_told_again(caplog: pytest.LogCaptureFixture) -> None:
    before, after = Told(), Told(CONFLICT)
    for each in (before, after):
        each.put("a")
        each.hear(GOING)
    assert await before.settle() == ["a"]
    caplog.clear()
    assert await after.settle() == []
    assert before.events.paths == {"/api/v1/namespaces/ns/events"}
    assert before.events.names == after.events.names == ["mxjob-deprecated.a-uid"]
    assert "ns/a" not in caplog.text


@virtual
async def test_nothing_is_told_any_more_when_it_is_over() -> None:
    told = Told()
    told.hear(GOING)
    told.put("a", "b")
    told.hear()
    told.put("c")
    assert await told.settle() == []
    told.hear('299 - "gone soon"')
    await told.settle()
    assert told.events.told == [(name, "gone soon") for name in "abc"]


@virtual
async def test_another_message_is_for_those_not_told_yet() -> None:
    told = Told()
    told.hear(GOING)
    told.put("a")
    await told.settle()
    told.hear('299 - "gone soon"')
    told.put("b")
    await told.settle()
    assert told.events.told == [("a", "MXJobs are going"), ("b", "gone soon")]


@virtual
async def test_a_job_of_the_same_name_is_another_job() -> None:
    told = Told()
    told.hear(GOING)
    told.put("a")
    await told.settle()
    told.store(stored_job("a", version=9, uid="another"))
    assert await told.settle() == ["a", "a"]
    assert told.events.names == ["mxjob-deprecated.a-uid", "mxjob-deprecated.another"]


@virtual
async def test_a_job_that_is_gone_is_not_told() -> None:
    told = Told()
    told.hear(GOING)
    told.put("a", "b")
    told.remove("a")
    assert await told.settle() == ["b"]


@virtual
async def test_a_job_that_somebody_else_manages_is_left_alone_until_it_is_ours() -> None:
    told = Told()
    told.hear(GOING)
    job = stored_job("a")
    told.store(replace(job, raw={**job.raw, "spec": {"runPolicy": {"managedBy": "kueue.x-k8s.io/multikueue"}}}))
    told.put("b")
    assert await told.settle() == ["b"]
    told.store(job)
    assert await told.settle() == ["b", "a"]


@virtual
async def test_thousands_of_jobs_are_told_one_by_one_at_a_pace() -> None:
    told = Told()
    told.put(*(f"job-{number}" for number in range(3000)))
    told.hear(GOING)
    assert len(await told.settle()) == 3000
    waits = [later - earlier for earlier, later in zip(told.events.at, told.events.at[1:], strict=False)]
    assert min(waits) == pytest.approx(0.1)
    assert max(waits) == pytest.approx(0.1)


@pytest.mark.parametrize(
    "trouble", [UnreachableError("away"), ApiError(429, "", "busy"), ApiError(500, "", "failed calling webhook")]
)
def test_what_could_not_be_told_now_is_told_later(trouble: RequestError, caplog: pytest.LogCaptureFixture) -> None:
    @virtual
    async def scenario() -> None:
        told = Told(trouble, trouble)
        told.put("a", "b")
        told.hear(GOING)
        assert sorted(await told.settle()) == ["a", "b"]

    scenario()
    lines = [record.getMessage() for record in caplog.records]
    assert [lines.count(f"ns/{name}: MXJobDeprecated: MXJobs are going") for name in "ab"] == [1, 1]


@virtual
async def test_an_event_that_is_refused_stops_nobody_else(caplog: pytest.LogCaptureFixture) -> None:
    told = Told(FORBIDDEN)
    told.put("a", "b")
    told.hear(GOING)
    assert await told.settle() == ["b"]
    assert len(told.events.names) == 2
    lines = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert lines == [
        "events cannot be written: no events for you (trying again)",
        "ns/a: MXJobDeprecated: MXJobs are going",
        "ns/b: MXJobDeprecated: MXJobs are going",
    ]


@virtual
async def test_only_lists_and_watches_of_our_jobs_are_heard() -> None:
    told = Told(namespace="ns")
    told.put("a")
    told.hear(GOING)
    told.hear(GOING, method="POST", path="/apis/kubeflow.org/v1/namespaces/ns/mxjobs")
    told.hear(GOING, path="/api/v1/namespaces/ns/pods")
    assert await told.settle() == []
    told.hear(GOING, path="/apis/kubeflow.org/v1/namespaces/ns/mxjobs")
    told.hear(path="/api/v1/namespaces/ns/pods")
    assert await told.settle() == ["a"]


@asynccontextmanager
async def hearing(api: ScriptedApi) -> AsyncIterator[tuple[ApiClient, list[tuple[str, str, list[str]]]]]:
    heard: list[tuple[str, str, list[str]]] = []
    async with api.client(hear=lambda method, path, headers: heard.append((method, path, list(headers)))) as client:
        yield client, heard


async def test_the_client_passes_on_the_warnings_of_answers_and_watches() -> None:
    warned = {"Warning": '299 - "für immer"'}
    api = ScriptedApi(Answer(headers=warned), Answer(), status(403), Stream(("{}\n",), headers=warned))
    async with hearing(api) as (client, heard):
        await client.get("/list")
        await client.create("/events", {})
        with pytest.raises(ApiError):
            await client.get("/forbidden")
        async with client.watch("/watch", {}, inactivity=5) as lines:
            assert [line async for line in lines]
    assert heard == [
        ("GET", "/list", [warned["Warning"]]),
        ("POST", "/events", []),
        ("GET", "/watch", [warned["Warning"]]),
    ]
