"""Requests: what is sent, and what each way to fail becomes."""

from __future__ import annotations

import pytest

from controller.runtime.errors import ApiError, UnreachableError
from tests.unit.controller.runtime.scripted_api import Answer, ScriptedApi, Stream, client_of, status


async def test_an_object_is_created_as_it_is_with_the_bearer_token() -> None:
    api = ScriptedApi(Answer({"metadata": {"name": "p"}}, 201))
    async with api.client(token="t0ken") as client:
        await client.create("/api/v1/namespaces/ns/pods", {"spec": {"unheard-of": [1, None]}})
    (request,) = api.requests
    assert (request.method, request.path) == ("POST", "/api/v1/namespaces/ns/pods")
    assert request.body == {"spec": {"unheard-of": [1, None]}}
    assert request.headers["Authorization"] == "Bearer t0ken"
    assert request.headers["User-Agent"].startswith("mxjob-controller/")


async def test_a_patch_is_a_merge_patch() -> None:
    api = ScriptedApi(Answer())
    async with api.client() as client:
        await client.patch("/x", {"a": None})
    assert api.requests[0].headers["Content-Type"] == "application/merge-patch+json"
    assert "Authorization" not in api.requests[0].headers


async def test_a_refusal_keeps_what_the_api_server_said() -> None:
    api = ScriptedApi(status(422, "Invalid", "spec.x is wrong"))
    async with api.client() as client:
        with pytest.raises(ApiError, match=r"spec\.x is wrong") as refusal:
            await client.create("/x", {})
    assert (refusal.value.status, refusal.value.reason, refusal.value.permanent) == (422, "Invalid", True)


async def test_a_refusal_without_a_status_object_is_told_as_it_came() -> None:
    api = ScriptedApi(Answer("upstream is down", 502, content_type="text/plain"))
    async with api.client() as client:
        with pytest.raises(ApiError, match="upstream is down") as refusal:
            await client.get("/x")
    assert not refusal.value.permanent


async def test_throttling_is_obeyed_and_the_request_repeated() -> None:
    throttled = Answer({"kind": "Status"}, 429, {"Retry-After": "0"})
    api = ScriptedApi(throttled, throttled, Answer({"kind": "Pod"}, 201))
    async with api.client() as client:
        assert await client.create("/x", {}) == b'{"kind": "Pod"}'
    assert api.asked() == ["POST /x"] * 3


@pytest.mark.parametrize("asked_for", ["86400", "inf"])
async def test_no_server_makes_us_wait_for_long(asked_for: str) -> None:
    api = ScriptedApi(Answer({"kind": "Status"}, 503, {"Retry-After": asked_for}))
    async with api.client() as client:
        with pytest.raises(ApiError) as refusal:
            await client.get("/x")
    assert refusal.value.retry_after == 30


async def test_endless_throttling_is_an_error() -> None:
    api = ScriptedApi(Answer({"kind": "Status", "message": "too many"}, 429, {"Retry-After": "0"}))
    async with api.client() as client:
        with pytest.raises(ApiError, match="too many") as refusal:
            await client.get("/x")
    assert refusal.value.retry_after == 0
    assert len(api.requests) == 5


@pytest.mark.parametrize("answer", [status(500), status(503), status(409), Answer("", 429)])
async def test_nothing_else_is_repeated(answer: Answer) -> None:
    api = ScriptedApi(answer)
    async with api.client() as client:
        with pytest.raises(ApiError):
            await client.create("/x", {})
    assert len(api.requests) == 1


async def test_a_page_in_the_api_servers_place_is_no_answer() -> None:
    api = ScriptedApi(Answer("<html>log in</html>", content_type="text/html"))
    async with api.client() as client:
        with pytest.raises(UnreachableError, match="text/html"):
            await client.get("/x")


async def test_a_redirection_is_not_followed() -> None:
    api = ScriptedApi(Answer("", 302, {"Location": "http://127.0.0.1:1/"}))
    async with api.client(token="t0ken") as client:
        with pytest.raises(ApiError) as refusal:
            await client.get("/x")
    assert refusal.value.status == 302
    assert len(api.requests) == 1


async def test_an_answer_that_breaks_off_leaves_the_outcome_unknown() -> None:
    api = ScriptedApi(Stream(('{"kind":',), cut=True))
    async with api.client() as client:
        with pytest.raises(UnreachableError):
            await client.create("/x", {})


async def test_a_closed_port_is_told_with_the_address() -> None:
    api = ScriptedApi(Answer())
    async with api.client() as client:
        server = client.server
    async with client_of(server) as client:
        with pytest.raises(UnreachableError, match=server):
            await client.get("/x")


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param(('{"a":1}\n{"b":2}\n',), id="together"),
        pytest.param(('{"a":1}\n', '{"b":2}\n'), id="one by one"),
        pytest.param(('{"a"', ":1}", '\n{"b":', "2}\n"), id="in pieces"),
        pytest.param(('{"a":1}\n{"b":2', "}\n"), id="one and a half"),
    ],
)
async def test_a_watch_gives_whole_lines(pieces: tuple[str, ...]) -> None:
    api = ScriptedApi(Stream(pieces))
    async with api.client() as client, client.watch("/x", {}, inactivity=5) as lines:
        assert [line async for line in lines] == [b'{"a":1}', b'{"b":2}']


async def test_a_line_may_be_far_longer_than_a_read_buffer() -> None:
    long = '{"a":"' + "x" * 2**20 + '"}'
    api = ScriptedApi(Stream((long + "\n",)))
    async with api.client() as client, client.watch("/x", {}, inactivity=5) as lines:
        assert [len(line) async for line in lines] == [len(long)]


async def test_a_silent_watch_is_given_up() -> None:
    api = ScriptedApi(Stream(('{"a":1}\n',), held=True))
    async with api.client() as client:
        with pytest.raises(UnreachableError):
            async with client.watch("/x", {}, inactivity=0.05) as lines:
                assert [line async for line in lines]


async def test_a_refused_watch_is_a_refusal() -> None:
    api = ScriptedApi(status(410, "Expired", "too old"))
    async with api.client() as client:
        with pytest.raises(ApiError, match="too old"):
            async with client.watch("/x", {}, inactivity=5):
                pass
