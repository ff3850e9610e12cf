"""Elections in virtual time: there is a leader whenever there can be one, and never are there two."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.runtime.client import ApiClient
from controller.runtime.errors import ApiError, UnreachableError
from controller.runtime.leader_election import Election, LeaderElector
from controller.runtime.leader_fence import LeaseFence
from controller.runtime.leader_lease import DEFAULT_TIMING as TIMING
from controller.runtime.troubles import Troubles
from tests.unit.controller.runtime.virtual_time import now, virtual

Json = dict[str, Any]


class LeaseServer:
    """Keeps one Lease as an API server does: a version must be the stored one."""

    def __init__(self) -> None:
        self.lease: Json | None = None
        self._version = 0

    def get(self) -> Json:
        if self.lease is None:
            raise ApiError(404, "NotFound", "no lease")
        return self.lease

    def create(self, body: Json) -> Json:
        if self.lease is not None:
            raise ApiError(409, "AlreadyExists", "there is one")
        return self._store(body)

    def replace(self, body: Json) -> Json:
        if self.get()["metadata"]["resourceVersion"] != body["metadata"]["resourceVersion"]:
            raise ApiError(409, "Conflict", "it has changed")
        return self._store(body)

    def _store(self, body: Json) -> Json:
        self._version += 1
        self.lease = {**body, "metadata": {**body["metadata"], "resourceVersion": str(self._version)}}
        return self.lease


@dataclass
class Line:
    """A candidate's way to the server: how long each half takes, and whether requests or answers get lost."""

    server: LeaseServer
    there: float = 0.01
    back: float = 0.01
    refusal: int = 0
    requests_lost: bool = False
    answers_lost: bool = False
    asked: list[str] = field(default_factory=list)

    async def get(self, _path: str) -> bytes:
        return await self._ask("get", self.server.get)

    async def create(self, _path: str, body: Json) -> bytes:
        return await self._ask("create", lambda: self.server.create(body))

    async def replace(self, _path: str, body: Json) -> bytes:
        return await self._ask("replace", lambda: self.server.replace(body))

    async def _ask(self, verb: str, act: Callable[[], Json]) -> bytes:
        self.asked.append(verb)
        await asyncio.sleep(self.there)
        if self.requests_lost:
            raise UnreachableError("connection reset")
        if self.refusal:
            raise ApiError(self.refusal, "", f"refused with {self.refusal}")
        answer = act()
        await asyncio.sleep(self.back)
        if self.answers_lost:
            raise UnreachableError("connection reset")
        return json.dumps(answer).encode()


class Candidate:
    """An elector whose work is to wait."""

    def __init__(self, server: LeaseServer, name: str) -> None:
        loop = asyncio.get_running_loop()
        self.line = Line(server)
        self.fence = LeaseFence(loop.time, TIMING.renew_deadline)
        self.changes: list[tuple[float, bool]] = []
        client: Any = self.line
        assert all(hasattr(ApiClient, verb) for verb in ("get", "create", "replace"))
        self._elector = LeaderElector(
            client,
            Election("ns", "lease"),
            self.fence,
            LeaseFence(loop.time, TIMING.request_timeout),
            identity=name,
            clock=loop.time,
            now=lambda: datetime.now(UTC),
            troubles=Troubles(loop.time),
            leads=lambda leads: self.changes.append((now(), leads)),
        )
        self._task = asyncio.create_task(self._elector.run(self._lead))
        self.at_work = 0

    @property
    def leads(self) -> bool:
        return self.fence.may_write()

    async def end(self) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])
        await self._elector.resign()

    async def vanish(self) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])
        self.fence.revoke()

    async def _lead(self) -> None:
        self.at_work += 1
        try:
            await asyncio.Event().wait()
        finally:
            self.at_work -= 1


async def passed(condition: Callable[[], bool], within: float) -> float:
    """Wait for `condition` and return how long it took."""
    began = now()
    while not condition():
        assert now() - began < within
        await asyncio.sleep(0.01)
    return now() - began


@virtual
async def test_the_first_leads_and_the_second_waits() -> None:
    server = LeaseServer()
    first = Candidate(server, "first")
    await passed(lambda: first.leads, 1)
    second = Candidate(server, "second")
    await asyncio.sleep(120)
    assert (first.leads, second.leads) == (True, False)
    assert (first.at_work, second.at_work) == (1, 0)
    assert set(second.line.asked) == {"get"}, "who stands by writes nothing"
    await second.end()
    await first.end()


@virtual
async def test_a_release_hands_over_at_once() -> None:
    server = LeaseServer()
    first = Candidate(server, "first")
    await passed(lambda: first.leads, 1)
    second = Candidate(server, "second")
    await asyncio.sleep(10)
    await first.end()
    assert await passed(lambda: second.leads, 2) < 1
    assert server.get()["spec"]["leaseTransitions"] == 1
    await second.end()


@virtual
async def test_the_lease_of_one_that_vanished_is_taken_when_it_is_over() -> None:
    server = LeaseServer()
    for moment in range(20):
        first = Candidate(server, f"first-{moment}")
        second = Candidate(server, f"second-{moment}")
        await passed(lambda one=first, other=second: one.leads or other.leads, 20)  # type: ignore[misc]  # bound now
        leader, standby = (first, second) if first.leads else (second, first)
        await asyncio.sleep(10 + moment * 0.13)
        await leader.vanish()
        took = await passed(lambda standby=standby: standby.leads, 20)  # type: ignore[misc]  # bound now
        assert 12.9 < took < 16
        await standby.end()


@virtual
async def test_who_cannot_renew_stops_before_another_begins_and_comes_back_as_standby() -> None:
    server = LeaseServer()
    first = Candidate(server, "first")
    await passed(lambda: first.leads, 1)
    second = Candidate(server, "second")
    await asyncio.sleep(10)
    first.line.requests_lost = True
    stopped_after = await passed(lambda: not first.leads, 11)
    await asyncio.sleep(0.01)
    assert first.at_work == 0
    began_after = stopped_after + await passed(lambda: second.leads, 10)
    assert began_after - stopped_after > 2
    first.line.requests_lost = False
    await asyncio.sleep(60)
    assert (first.leads, second.leads) == (False, True)
    await second.end()
    await passed(lambda: first.at_work == 1, 5)
    await first.end()


@virtual
async def test_a_lost_answer_to_a_renewal_is_no_loss_of_the_lease() -> None:
    server = LeaseServer()
    first = Candidate(server, "first")
    await passed(lambda: first.leads, 1)
    for _ in range(5):
        first.line.answers_lost = True
        await asyncio.sleep(5)
        first.line.answers_lost = False
        await asyncio.sleep(4)
        assert first.leads
    assert [leads for _, leads in first.changes] == [True]
    await first.end()


@virtual
async def test_a_lease_that_somebody_deletes_or_edits_is_taken_again() -> None:
    server = LeaseServer()
    first = Candidate(server, "first")
    await passed(lambda: first.leads, 1)
    server.lease = None
    await asyncio.sleep(5)
    server.replace({**server.get(), "extra": "label"})
    await asyncio.sleep(5)
    assert first.leads
    assert server.get()["extra"] == "label"
    await first.end()


@pytest.mark.parametrize("refusal", [401, 403, 404, 409, 429, 500, 503])
def test_no_refusal_ends_a_campaign(refusal: int) -> None:
    @virtual
    async def campaign() -> None:
        candidate = Candidate(LeaseServer(), "only")
        candidate.line.refusal = refusal
        await asyncio.sleep(300)
        assert not candidate.leads
        assert len(candidate.line.asked) < 2 * 300 / TIMING.retry_period
        candidate.line.refusal = 0
        await passed(lambda: candidate.leads, 5)
        await candidate.end()

    campaign()


@virtual
async def test_a_release_that_nobody_answers_delays_the_end_for_a_moment_only() -> None:
    candidate = Candidate(LeaseServer(), "only")
    await passed(lambda: candidate.leads, 1)
    candidate.line.there = 1000
    began = now()
    await candidate.end()
    assert now() - began < 3


TROUBLE = st.fixed_dictionaries(
    {},
    optional={
        "there": st.floats(0, 20),
        "back": st.floats(0, 20),
        "requests_lost": st.booleans(),
        "answers_lost": st.booleans(),
        "refusal": st.sampled_from([0, 409, 500]),
    },
)
HAPPENINGS = st.lists(st.tuples(st.integers(0, 2), TROUBLE, st.floats(0.1, 30)), max_size=12)


@settings(max_examples=25, deadline=None)
@given(HAPPENINGS)
def test_two_never_lead_whatever_happens_to_their_requests(
    happenings: list[tuple[int, dict[str, Any], float]],
) -> None:
    @virtual
    async def election() -> None:
        server = LeaseServer()
        candidates = [Candidate(server, f"candidate-{number}") for number in range(3)]

        async def look(seconds: float) -> None:
            for _ in range(int(seconds / 0.1)):
                await asyncio.sleep(0.1)
                assert sum(candidate.leads for candidate in candidates) <= 1
                assert sum(candidate.at_work for candidate in candidates) <= 1

        for number, trouble, seconds in happenings:
            for name, value in trouble.items():
                setattr(candidates[number].line, name, value)
            await look(seconds)
        for candidate in candidates:
            candidate.line.there = candidate.line.back = 0.01
            candidate.line.requests_lost = candidate.line.answers_lost = False
            candidate.line.refusal = 0
        await look(40)
        assert sum(candidate.leads for candidate in candidates) == 1
        await asyncio.gather(*(candidate.end() for candidate in candidates))

    election()


@virtual
async def test_what_the_leaders_work_raises_is_raised() -> None:
    async def crash() -> None:
        raise RuntimeError("a defect")

    loop = asyncio.get_running_loop()
    client: Any = Line(LeaseServer())
    fence = LeaseFence(loop.time, TIMING.renew_deadline)
    elector = LeaderElector(
        client,
        Election("ns", "lease"),
        fence,
        LeaseFence(loop.time, TIMING.request_timeout),
        identity="we",
        clock=loop.time,
        now=lambda: datetime.now(UTC),
        troubles=Troubles(loop.time),
        leads=lambda _: None,
    )
    with pytest.raises(RuntimeError, match="a defect"):
        await elector.run(crash)
    assert not fence.may_write()
