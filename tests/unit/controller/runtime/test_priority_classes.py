"""The values of PriorityClasses are asked for seldom, and done without where that is not permitted (B27)."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from controller.runtime.errors import ApiError
from controller.runtime.priority_classes import MEMORY, PriorityClasses
from controller.runtime.troubles import Troubles
from tests.unit.controller.runtime.scripted_api import Answer, ScriptedApi, status


class Clock:
    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


def classes(default: str = "", **values: int) -> Answer:
    items = [
        {"metadata": {"name": name}, "value": value, **({"globalDefault": True} if name == default else {})}
        for name, value in values.items()
    ]
    return Answer({"items": items})


@asynccontextmanager
async def asking(api: ScriptedApi, clock: Clock) -> AsyncIterator[PriorityClasses]:
    async with api.client() as client:
        yield PriorityClasses(client, clock=clock, troubles=Troubles(clock))


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name.startswith("controller.")]


async def test_129_values_by_name_and_the_global_default() -> None:
    api = ScriptedApi(classes(default="usual", usual=500, high=1000))
    async with asking(api, Clock()) as priorities:
        assert await priorities.values() == {"usual": 500, "high": 1000, "": 500}
    assert api.asked() == ["GET /apis/scheduling.k8s.io/v1/priorityclasses"]


async def test_129_they_are_remembered_for_a_while() -> None:
    api, clock = ScriptedApi(classes(high=1), classes(high=2)), Clock()
    async with asking(api, clock) as priorities:
        for clock.time in (0, MEMORY - 1):
            assert await priorities.values() == {"high": 1}
        clock.time = MEMORY
        assert await priorities.values() == {"high": 2}


async def test_129_without_the_permission_the_order_stays_fixed_and_a_line_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    api, clock = ScriptedApi(status(403, "Forbidden", "no"), status(403), classes(high=1)), Clock()
    async with asking(api, clock) as priorities:
        for clock.time in (0, 1, MEMORY):
            assert await priorities.values() == {}
        assert len(api.requests) == 2
        (line,) = told(caplog)
        assert line.startswith("not permitted to list priorityclasses.scheduling.k8s.io, so the replica types")
        clock.time = 2 * MEMORY
        assert await priorities.values() == {"high": 1}
        assert told(caplog)[1].startswith("over: ")


async def test_129_what_was_known_is_kept_when_the_permission_goes() -> None:
    api, clock = ScriptedApi(classes(high=1), status(403)), Clock()
    async with asking(api, clock) as priorities:
        await priorities.values()
        clock.time = MEMORY
        assert await priorities.values() == {"high": 1}


async def test_an_api_server_in_trouble_is_waited_for() -> None:
    async with asking(ScriptedApi(status(503)), Clock()) as priorities:
        with pytest.raises(ApiError):
            await priorities.values()
