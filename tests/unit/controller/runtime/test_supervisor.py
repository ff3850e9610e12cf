"""A task that has to run and does not is the end of the process, and tells why."""

from __future__ import annotations

import asyncio

import pytest

from controller.runtime.supervisor import Supervisor


@pytest.fixture
def stops() -> list[str]:
    return []


@pytest.fixture
def supervisor(stops: list[str]) -> Supervisor:
    return Supervisor(lambda: stops.append("stop"))


async def crash() -> None:
    raise RuntimeError("a defect")


async def end() -> None:
    pass


async def run() -> None:
    await asyncio.Event().wait()


async def test_a_crash_stops_the_process(supervisor: Supervisor, stops: list[str]) -> None:
    task = supervisor.start("informer", crash())
    await asyncio.wait([task])
    await asyncio.sleep(0)
    assert stops == ["stop"]
    assert str(supervisor.failure) == "a defect"


async def test_an_end_without_an_error_stops_the_process_as_well(supervisor: Supervisor, stops: list[str]) -> None:
    task = supervisor.start("informer", end())
    await asyncio.wait([task])
    await asyncio.sleep(0)
    assert stops == ["stop"]
    assert "informer" in str(supervisor.failure)


async def test_being_told_to_end_is_no_failure(supervisor: Supervisor, stops: list[str]) -> None:
    supervisor.start("informer", run())
    released = supervisor.start("workers", end())
    supervisor.release(released)
    await asyncio.wait([released])
    await supervisor.cancel()
    assert (stops, supervisor.failure) == ([], None)


async def test_the_first_failure_is_the_one_told(supervisor: Supervisor) -> None:
    supervisor.fail(ValueError("first"))
    supervisor.fail(ValueError("second"))
    assert str(supervisor.failure) == "first"
