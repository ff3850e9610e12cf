"""Holds the Lease, or waits for it: the doing to what leader_lease decides."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from controller.runtime.client import ApiClient
from controller.runtime.errors import ApiError, RequestError, UnreachableError
from controller.runtime.leader_fence import LeaseFence
from controller.runtime.leader_lease import (
    DEFAULT_TIMING,
    Claim,
    Sighting,
    Timing,
    claimed,
    expires_in,
    manifest,
    released,
    retry_wait,
    seen,
)
from controller.runtime.resources import LEASES
from controller.runtime.troubles import Troubles

log = logging.getLogger(__name__)

_RELEASE_TIMEOUT: Final = 2.0
_MOMENT: Final = 0.05


@dataclass(frozen=True, slots=True)
class Election:
    """Which Lease decides."""

    namespace: str
    name: str


class _Stored(msgspec.Struct):
    spec: Claim = Claim()


class LeaderElector:
    """One candidate. `run` campaigns for ever; `resign` ends it."""

    def __init__(
        self,
        client: ApiClient,
        election: Election,
        fence: LeaseFence,
        attempt: LeaseFence,
        *,
        identity: str,
        clock: Callable[[], float],
        now: Callable[[], datetime],
        troubles: Troubles,
        leads: Callable[[bool], None],
        timing: Timing = DEFAULT_TIMING,
    ) -> None:
        """Open `fence` while the lease holds, and `attempt`, which is that of `client`, while a request is due.

        `clock` is that of the fences, `now` is UTC. `leads` hears of every change.
        """
        self._client = client
        self._election = election
        self._fence = fence
        self._due = attempt
        self._identity = identity
        self._clock = clock
        self._now = now
        self._troubles = troubles
        self._leads = leads
        self._timing = timing
        self._stored: dict[str, Any] | None = None
        self._sighting: Sighting | None = None
        self._holder: str | None = None

    async def run(self, lead: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Wait for the lease, `lead` while it holds, and begin again when it was lost; raises what `lead` raises."""
        while True:
            await self._campaign()
            log.info("leading as %s", self._identity)
            self._leads(True)
            term = asyncio.create_task(lead(), name="leading")
            try:
                await self._hold(term)
            finally:
                self._fence.revoke()
                self._leads(False)
                term.cancel()
                await asyncio.wait([term])
            if not term.cancelled():
                raise term.exception() or RuntimeError("the leader's work ended")
            # What is known may be long out of date: look before anything else.
            self._stored = self._sighting = None
            log.warning("the lease was lost, so nothing more is written")

    async def resign(self) -> None:
        """Give the lease back if this process has it, for another to take it at once; call it when `run` has ended."""
        self._fence.revoke()
        self._due.renewed(self._clock())
        try:
            async with asyncio.timeout(_RELEASE_TIMEOUT):
                await self._release()
        except (RequestError, TimeoutError) as error:
            why = str(error) or "no answer"
            log.warning("the lease could not be released, so others wait until it is over: %s", why)

    async def _campaign(self) -> None:
        while True:
            holds = await self._attempt(self._timing.request_timeout)
            if holds:
                return
            if holds is None or self._sighting is None:
                await asyncio.sleep(retry_wait(self._timing, random.random()))  # noqa: S311  nothing secret
                continue
            self._tell_of_holder()
            free_in = expires_in(self._sighting, self._identity, self._clock(), self._timing)
            await asyncio.sleep(min(self._timing.look_period, free_in + _MOMENT))

    async def _hold(self, term: asyncio.Task[None]) -> None:
        """Renew until `term` ends, the lease is another's, or it could not be renewed in time."""
        while (left := self._fence.left) > 0:
            done, _ = await asyncio.wait([term], timeout=min(self._timing.retry_period, left))
            if done or (left := self._fence.left) <= 0:
                return
            if await self._attempt(min(self._timing.request_timeout, left)) is False:
                return

    async def _attempt(self, within: float) -> bool | None:
        """Try to get or to renew the lease: whether this process has it; None when that could not be learnt."""
        asked_at = self._clock()
        self._due.renewed(asked_at)
        try:
            async with asyncio.timeout(within):
                holds = await self._contend()
        except TimeoutError:
            self._report(UnreachableError(f"no answer within {within:.0f} s"))
            return None
        except RequestError as error:
            if not isinstance(error, ApiError) or error.status != 409:
                self._report(error)
            return None
        self._troubles.settle("leader election")
        if holds:
            self._holder = self._identity
            self._fence.renewed(asked_at)
        return holds

    async def _contend(self) -> bool:
        """Claim the lease as known, and, when it has changed, once more as it is; False when it is another's."""
        known = self._sighting is not None and self._sighting.claim.holder_identity == self._identity
        if known:
            try:
                await self._claim()
            except ApiError as error:
                if error.status not in (404, 409):
                    raise
            else:
                return True
        await self._look()
        if self._sighting is not None and expires_in(self._sighting, self._identity, self._clock(), self._timing):
            return False
        await self._claim()
        return True

    async def _look(self) -> None:
        try:
            self._note(await self._client.get(LEASES.path(self._election.namespace, self._election.name)))
        except ApiError as error:
            if error.status != 404:
                raise
            self._stored = self._sighting = None

    async def _claim(self) -> None:
        before = self._sighting.claim if self._sighting else None
        await self._write(claimed(before, self._identity, self._now(), self._timing))

    async def _release(self) -> None:
        # What was under way when the campaign ended may have been done or not.
        await self._look()
        if self._sighting is None or self._sighting.claim.holder_identity != self._identity:
            return
        await self._write(released(self._sighting.claim, self._now()))
        log.info("the lease was released")

    async def _write(self, claim: Claim) -> None:
        where = self._election
        body = manifest(self._stored, claim, namespace=where.namespace, name=where.name)
        if self._stored is None:
            answer = await self._client.create(LEASES.path(where.namespace), body)
        else:
            answer = await self._client.replace(LEASES.path(where.namespace, where.name), body)
        self._note(answer)

    def _note(self, answer: bytes) -> None:
        self._stored = msgspec.json.decode(answer)
        self._sighting = seen(self._sighting, msgspec.convert(self._stored, _Stored).spec, self._clock())

    def _tell_of_holder(self) -> None:
        holder = self._sighting.claim.holder_identity if self._sighting else None
        if holder and holder != self._holder:
            log.info("standing by: %s leads", holder)
        self._holder = holder

    def _report(self, error: RequestError) -> None:
        self._troubles.report("leader election", explain(error, self._election))


def explain(error: RequestError, election: Election) -> str:
    """Turn a failed request for the lease into what an operator has to do about it."""
    lease = f"lease {election.name} in namespace {election.namespace}"
    status = error.status if isinstance(error, ApiError) else 0
    if status == 403:
        return f"not permitted to get, create and update the {lease}; next: give the controller's role these verbs"
    if status == 404:
        return f"no place for the {lease}; next: --leader-election-namespace with one that exists"
    return f"the {lease} cannot be renewed or taken: {error}"
