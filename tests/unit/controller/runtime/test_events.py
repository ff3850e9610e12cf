"""Events are written in the background, counted instead of repeated, and never matter when they fail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from controller.reconcile.actions import Event
from controller.runtime.events import EventRecorder
from controller.runtime.troubles import Troubles
from tests.unit.controller.runtime.objects import stored_job
from tests.unit.controller.runtime.scripted_api import Answer, ScriptedApi, status

NOW = datetime(2024, 9, 10, 8, tzinfo=UTC)
CREATED = Event("Normal", "SuccessfulCreatePod", "Created pod: job-worker-0")
FAILED = Event("Warning", "FailedCreatePod", "Cannot create pod: job-worker-1: quota")
JOB = stored_job("job")


@asynccontextmanager
async def recording(api: ScriptedApi, dropped: list[str] | None = None) -> AsyncIterator[EventRecorder]:
    async with api.client() as client:
        troubles = Troubles(asyncio.get_running_loop().time)
        count = (dropped if dropped is not None else []).append
        recorder = EventRecorder(client, clock=lambda: 0, now=lambda: NOW, troubles=troubles, dropped=count)
        task = asyncio.create_task(recorder.run())
        yield recorder
        assert not task.done(), task.exception()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_162_an_event_is_on_the_job() -> None:
    api = ScriptedApi(Answer(status=201))
    async with recording(api) as recorder:
        recorder.publish(JOB, CREATED)
        await recorder.drain()
    (request,) = api.requests
    assert (request.method, request.path) == ("POST", "/api/v1/namespaces/ns/events")
    name = request.body["metadata"].pop("name")
    assert name.startswith("job.")
    assert int(name.removeprefix("job."), 16) > 0, "named as client-go names events"
    del request.body["reportingInstance"]
    assert request.body == {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"namespace": "ns"},
        "involvedObject": {
            "apiVersion": "kubeflow.org/v1",
            "kind": "MXJob",
            "namespace": "ns",
            "name": "job",
            "uid": "job-uid",
            "resourceVersion": "1",
        },
        "type": "Normal",
        "reason": "SuccessfulCreatePod",
        "message": "Created pod: job-worker-0",
        "source": {"component": "mxjob-controller"},
        "reportingComponent": "mxjob-controller",
        "firstTimestamp": "2024-09-10T08:00:00Z",
        "lastTimestamp": "2024-09-10T08:00:00Z",
        "count": 1,
    }


async def test_a_repetition_is_counted() -> None:
    api = ScriptedApi(Answer(status=201))
    async with recording(api) as recorder:
        for _ in range(3):
            recorder.publish(JOB, FAILED)
            await recorder.drain()
    created, *counted = api.requests
    path = f"/api/v1/namespaces/ns/events/{created.body['metadata']['name']}"
    assert [(request.method, request.path) for request in counted] == [("PATCH", path)] * 2
    assert [request.body["count"] for request in counted] == [2, 3]


async def test_what_repeats_before_it_is_written_is_written_once() -> None:
    api = ScriptedApi(Answer(status=201))
    async with recording(api) as recorder:
        for _ in range(3):
            recorder.publish(JOB, FAILED)
        await recorder.drain()
    assert [request.body["count"] for request in api.requests] == [3]


async def test_a_counted_event_that_has_expired_is_written_anew() -> None:
    api = ScriptedApi(Answer(status=201), status(404, "NotFound"), Answer(status=201))
    async with recording(api) as recorder:
        for _ in range(2):
            recorder.publish(JOB, FAILED)
            await recorder.drain()
    assert [request.method for request in api.requests] == ["POST", "PATCH", "POST"]


async def test_other_jobs_and_other_messages_are_other_events() -> None:
    api = ScriptedApi(Answer(status=201))
    async with recording(api) as recorder:
        recorder.publish(JOB, FAILED)
        recorder.publish(JOB, CREATED)
        recorder.publish(stored_job("other"), CREATED)
        await recorder.drain()
    assert [request.method for request in api.requests] == ["POST"] * 3


@pytest.mark.parametrize("answer", [status(403, "Forbidden", "no events for you"), status(500)])
async def test_a_failure_is_told_and_forgotten(answer: Answer, caplog: pytest.LogCaptureFixture) -> None:
    api = ScriptedApi(answer, Answer(status=201))
    async with recording(api) as recorder:
        recorder.publish(JOB, FAILED)
        await recorder.drain()
        recorder.publish(JOB, CREATED)
        await recorder.drain()
    assert [request.body["reason"] for request in api.requests] == ["FailedCreatePod", "SuccessfulCreatePod"]
    assert "events cannot be written" in caplog.text


async def test_a_noisy_job_is_cut_short_and_disturbs_no_other() -> None:
    api = ScriptedApi(Answer(status=201))
    async with recording(api) as recorder:
        for number in range(100):
            recorder.publish(JOB, Event("Normal", "Noise", str(number)))
        recorder.publish(stored_job("other"), CREATED)
        await recorder.drain()
    assert len(api.requests) == 25 + 1


async def test_a_long_message_and_a_long_name_are_cut_to_what_is_allowed() -> None:
    api = ScriptedApi(Answer(status=201))
    async with recording(api) as recorder:
        recorder.publish(stored_job("j" * 253), Event("Normal", "Long", "m" * 5000))
        await recorder.drain()
    (request,) = api.requests
    assert len(request.body["metadata"]["name"]) == 253
    assert len(request.body["message"]) == 1024


SUCCEEDED = Event("Normal", "MXJobSucceeded", "MXJob ns/job successfully completed.")


async def test_the_end_of_a_job_is_told_even_if_it_had_too_many_events() -> None:
    api = ScriptedApi(Answer(status=201))
    dropped: list[str] = []
    async with recording(api, dropped) as recorder:
        for number in range(100):
            recorder.publish(JOB, Event("Normal", "Noise", str(number)))
        recorder.publish(JOB, SUCCEEDED)
        await recorder.drain()
    assert len(api.requests) == 25 + 1
    assert api.requests[-1].body["reason"] == "MXJobSucceeded"
    assert dropped == ["budget"] * 75


async def test_the_end_of_a_job_is_told_even_if_the_queue_is_full(caplog: pytest.LogCaptureFixture) -> None:
    api = ScriptedApi(Answer(status=201))
    dropped: list[str] = []
    async with api.client() as client:
        troubles = Troubles(asyncio.get_running_loop().time)
        recorder = EventRecorder(client, clock=lambda: 0, now=lambda: NOW, troubles=troubles, dropped=dropped.append)
        for number in range(30_001):
            recorder.publish(stored_job(f"job-{number}"), CREATED)
        recorder.publish(JOB, SUCCEEDED)
        assert dropped == ["queue"]
        assert recorder.waiting == 30_001
    assert "too slowly" in caplog.text


@pytest.mark.parametrize("trouble", [status(500), status(429, "TooManyRequests"), status(401, "Unauthorized")])
async def test_the_end_of_a_job_is_told_again_until_it_is_heard(trouble: Answer) -> None:
    api = ScriptedApi(trouble, Answer(status=201))
    async with recording(api) as recorder:
        recorder.publish(JOB, SUCCEEDED)
        await recorder.drain()
    names = {request.body["metadata"]["name"] for request in api.requests}
    assert [request.method for request in api.requests] == ["POST", "POST"]
    assert len(names) == 1, "a repetition after a lost reply must not become a second event"


async def test_a_lost_reply_to_a_terminal_event_is_healed() -> None:
    api = ScriptedApi(status(504), status(409, "AlreadyExists"), Answer(status=201))
    async with recording(api) as recorder:
        recorder.publish(JOB, SUCCEEDED)
        await recorder.drain()
    assert [request.method for request in api.requests] == ["POST", "POST"]


async def test_without_permission_the_end_of_a_job_is_tried_once() -> None:
    api = ScriptedApi(status(403, "Forbidden", "no events for you"))
    dropped: list[str] = []
    async with recording(api, dropped) as recorder:
        recorder.publish(JOB, SUCCEEDED)
        await recorder.drain()
    assert (len(api.requests), dropped) == (1, ["refused"])


async def test_a_namespace_that_is_being_deleted_is_no_trouble(caplog: pytest.LogCaptureFixture) -> None:
    words = "unable to create new content in namespace ns because it is being terminated"
    api = ScriptedApi(status(403, "Forbidden", f'events "job.1" is forbidden: {words}'))
    async with recording(api) as recorder:
        recorder.publish(JOB, CREATED)
        recorder.publish(JOB, SUCCEEDED)
        await recorder.drain()
    assert caplog.messages == []
