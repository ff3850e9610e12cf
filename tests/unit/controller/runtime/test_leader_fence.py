"""A write without a valid lease never reaches the API server, wherever it was held up."""

from __future__ import annotations

import pytest

from controller.runtime.client import ApiClient
from controller.runtime.errors import NotLeaderError
from controller.runtime.leader_fence import LeaseFence
from tests.unit.controller.runtime.scripted_api import Answer, ScriptedApi, credentials_of


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_fence_is_closed_at_first_and_open_for_a_while_after_a_renewal() -> None:
    clock = Clock()
    fence = LeaseFence(clock, 10)
    assert not fence.may_write()
    fence.renewed(asked_at=95)
    assert (fence.may_write(), fence.left) == (True, 5)
    clock.now = 105
    assert not fence.may_write()
    fence.renewed(asked_at=104)
    assert fence.may_write()
    fence.revoke()
    assert not fence.may_write()


async def test_writes_need_the_lease_and_reads_do_not() -> None:
    allowed = True
    api = ScriptedApi(Answer())
    async with (
        api.client() as door,
        ApiClient(credentials_of(door.server), may_write=lambda: allowed) as client,
    ):
        await client.create("/x", {})
        allowed = False
        for write in (
            client.create("/x", {}),
            client.patch("/x", {}),
            client.replace("/x", {}),
            client.delete("/x", {}),
        ):
            with pytest.raises(NotLeaderError):
                await write
        await client.get("/x")
    assert api.asked() == ["POST /x", "GET /x"]


async def test_a_write_that_was_told_to_wait_needs_the_lease_again() -> None:
    answers = iter([True, False])
    api = ScriptedApi(Answer({"kind": "Status"}, 429, {"Retry-After": "0"}))
    async with (
        api.client() as door,
        ApiClient(credentials_of(door.server), may_write=lambda: next(answers)) as client,
    ):
        with pytest.raises(NotLeaderError):
            await client.create("/x", {})
    assert api.asked() == ["POST /x"]
