"""Whatever a watch goes through, the store comes to hold what the API server holds, and differences are told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from controller.api.objects import Pod
from controller.runtime.backoff import Backoff
from controller.runtime.cache import Change, Store
from controller.runtime.decode import decode_pod
from controller.runtime.informer import Informer
from controller.runtime.resources import PODS
from controller.runtime.troubles import Troubles
from tests.unit.controller.runtime.scripted_api import Answer, ScriptedApi, Stream, status, until


def pod(name: str, version: int, **status: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "ns", "uid": f"{name}-uid", "resourceVersion": str(version)}
    return {"metadata": metadata, "status": {"phase": "Pending", **status}}


def page(version: int, *pods: dict[str, Any], more: str = "") -> Answer:
    return Answer({"metadata": {"resourceVersion": str(version), "continue": more}, "items": list(pods)})


def event(kind: str, item: dict[str, Any]) -> str:
    return json.dumps({"type": kind, "object": item}) + "\n"


def bookmark(version: int) -> str:
    return event("BOOKMARK", {"kind": "Pod", "metadata": {"resourceVersion": str(version)}})


def too_old() -> str:
    return event("ERROR", {"kind": "Status", "code": 410, "reason": "Expired", "message": "too old"})


def held(*pieces: str) -> Stream:
    return Stream(pieces, held=True)


class Watched:
    """An informer at work, and what it told."""

    def __init__(self, informer: Informer[Pod], told: list[str], unavailable: list[str]) -> None:
        self.informer = informer
        self.told = told
        self.unavailable = unavailable

    @property
    def names(self) -> set[str]:
        return {key.name for key in self.informer.store}

    async def comes_to(self, names: str, version: str) -> None:
        """Wait until the store holds these pods, and everything up to a version was seen."""
        await until(lambda: (self.names, self.informer.resource_version) == (set(names), version))


def describe(change: Change[Pod]) -> str:
    before, after = (
        item and f"{item.metadata.name}{item.metadata.resource_version}" for item in (change.before, change.after)
    )
    return f"{before or ''}>{after or ''}"


@asynccontextmanager
async def watching(api: ScriptedApi, selector: str = "", *, optional: bool = False) -> AsyncIterator[Watched]:
    told: list[str] = []
    unavailable: list[str] = []
    async with api.client() as client:
        informer = Informer(
            client,
            PODS,
            decode_pod,
            Store[Pod](),
            troubles=Troubles(asyncio.get_running_loop().time),
            changed=lambda change: told.append(describe(change)),
            label_selector=selector,
            backoff=Backoff(0.001, 0.001),
            unavailable=unavailable.append if optional else None,
        )
        task = asyncio.create_task(informer.run())
        yield Watched(informer, told, unavailable)
        assert not task.done(), task.exception()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_list_in_pages_then_a_watch_from_there() -> None:
    api = ScriptedApi(page(5, pod("a", 1), more="next"), page(5, pod("b", 2)), held(event("ADDED", pod("c", 7))))
    async with watching(api, selector="x=y") as watched:
        await watched.comes_to("abc", "7")
        assert watched.informer.synced.is_set()
    first, second, watch = api.requests
    assert first.query == {"limit": "500", "labelSelector": "x=y"}
    assert second.query == {"limit": "500", "labelSelector": "x=y", "continue": "next"}
    assert int(watch.query["timeoutSeconds"]) >= 300
    assert (
        watch.query.items()
        >= {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": "5",
            "labelSelector": "x=y",
        }.items()
    )
    assert watched.told == [">a1", ">b2", ">c7"]


async def test_changes_and_deletions_are_told() -> None:
    api = ScriptedApi(
        page(5, pod("a", 1), pod("b", 2)), held(event("MODIFIED", pod("a", 6)), event("DELETED", pod("b", 8)))
    )
    async with watching(api) as watched:
        await watched.comes_to("a", "8")
        assert watched.told == [">a1", ">b2", "a1>a6", "b2>"]


async def test_158_an_object_nested_deeper_than_python_can_read_hides_no_other() -> None:
    deep = '[{"a":' * 4000 + "1" + "}]" * 4000
    listed, seen = (json.dumps(pod(name, 1)).replace('"phase"', f'"deep": {deep}, "phase"') for name in "bc")
    items = f"[{json.dumps(pod('a', 1))}, {listed}]"
    api = ScriptedApi(
        Answer(f'{{"metadata": {{"resourceVersion": "5"}}, "items": {items}}}'),
        held(f'{{"type": "ADDED", "object": {seen}}}\n', event("ADDED", pod("d", 9))),
    )
    async with watching(api) as watched:
        await watched.comes_to("abcd", "9")


async def test_a_bookmark_is_a_version_seen() -> None:
    api = ScriptedApi(page(5), held(bookmark(99)))
    async with watching(api) as watched:
        assert not watched.informer.has_seen(99)
        await watched.comes_to("", "99")
        assert watched.informer.has_seen(99)
        assert not watched.informer.has_seen(100)
        assert watched.told == []


@pytest.mark.parametrize("end", [Stream(()), Stream((), cut=True), status(503), status(429)])
async def test_after_an_interruption_the_watch_goes_on_from_the_last_version(end: Stream | Answer) -> None:
    api = ScriptedApi(page(5, pod("a", 1)), Stream((bookmark(9),)), end, held(event("ADDED", pod("b", 12))))
    async with watching(api) as watched:
        await watched.comes_to("ab", "12")
    assert [request.query.get("resourceVersion") for request in api.requests] == [None, "5", "9", "9"]


@pytest.mark.parametrize(
    "loss",
    [
        pytest.param(status(410, "Expired"), id="gone, by status"),
        pytest.param(Stream((too_old(),)), id="gone, in the stream"),
        pytest.param(Stream(("{garbage\n",)), id="garbled"),
        pytest.param(status(404), id="the kind was removed"),
        pytest.param(
            Stream((event("ERROR", {"kind": "Status", "code": 500, "message": "etcd"}),)), id="another error inside"
        ),
    ],
)
async def test_what_vanished_while_nobody_watched_is_told(loss: Stream | Answer) -> None:
    api = ScriptedApi(
        page(5, pod("ghost", 1), pod("a", 2), pod("b", 3)),
        loss,
        page(20, pod("a", 2), pod("b", 15), pod("c", 16)),
        held(),
    )
    async with watching(api) as watched:
        await until(lambda: watched.told[3:] != [] and watched.informer.resource_version == "20")
        assert watched.names == {"a", "b", "c"}
        assert watched.told == [">ghost1", ">a2", ">b3", "ghost1>", "b3>b15", ">c16"], "and what stayed is not"


@pytest.mark.parametrize("failure", [status(500), status(403), status(404), Answer("<html>", content_type="text/html")])
async def test_a_list_is_tried_until_it_works(failure: Answer) -> None:
    api = ScriptedApi(failure, failure, page(5, pod("a", 1)), held())
    async with watching(api) as watched:
        await watched.comes_to("a", "5")


@pytest.mark.parametrize(
    ("refusal", "why"),
    [
        pytest.param(status(404), "the CRD pods is not installed", id="not installed"),
        pytest.param(status(403), "not permitted to list pods", id="not permitted"),
    ],
)
async def test_work_goes_on_without_a_kind_that_is_optional(refusal: Answer, why: str) -> None:
    api = ScriptedApi(refusal, refusal, page(5, pod("a", 1)), held())
    async with watching(api, optional=True) as watched:
        await watched.informer.synced.wait()
        assert watched.names == set()
        await watched.comes_to("a", "5")
        (begin, end) = watched.unavailable
        assert begin.startswith(why)
        assert end == ""


async def test_an_optional_kind_may_go_again() -> None:
    api = ScriptedApi(page(5, pod("a", 1)), status(404), status(404), page(9), held())
    async with watching(api, optional=True) as watched:
        await watched.comes_to("", "9")
        assert [bool(why) for why in watched.unavailable] == [True, False]


@pytest.mark.parametrize("trouble", [status(500), status(429)])
async def test_trouble_of_the_api_server_is_waited_for(trouble: Answer) -> None:
    api = ScriptedApi(trouble)
    async with watching(api, optional=True) as watched:
        await until(lambda: len(api.requests) > 3)
        assert not watched.informer.synced.is_set()
        assert watched.unavailable == []


async def test_a_list_that_expires_half_way_begins_again() -> None:
    api = ScriptedApi(page(5, pod("a", 1), more="next"), status(410, "Expired"), page(9, pod("b", 2)), held())
    async with watching(api) as watched:
        await watched.comes_to("b", "9")
        assert watched.told == [">b2"]
    assert [request.query.get("continue") for request in api.requests][:3] == [None, "next", None]


async def test_an_object_of_no_shape_stops_no_other() -> None:
    odd = pod("odd", 6) | {"status": {"phase": ["what?"]}}
    api = ScriptedApi(page(5, odd, pod("a", 1)), held(event("MODIFIED", odd), event("ADDED", pod("b", 8))))
    async with watching(api) as watched:
        await watched.comes_to("ab", "8")


async def test_a_view_in_doubt_is_listed_again() -> None:
    api = ScriptedApi(page(5, pod("a", 1)), held(), page(9, pod("b", 7)), held())
    async with watching(api) as watched:
        await until(lambda: len(api.requests) == 2)
        watched.informer.relist()
        await watched.comes_to("b", "9")
        assert watched.told == [">a1", "a1>", ">b7"]


async def test_versions_that_are_no_numbers_hold_nothing_up() -> None:
    api = ScriptedApi(Answer({"metadata": {"resourceVersion": "opaque"}, "items": []}), held())
    async with watching(api) as watched:
        await watched.comes_to("", "opaque")
        assert watched.informer.has_seen(10**9)
