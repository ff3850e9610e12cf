"""Who may lead: decided from the Lease as it was last seen, and from how long it has looked the same.

The rules are client-go's. Times written by other machines are never compared with a clock: a lease is over when it has
not changed for its duration on the clock of whoever looks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import msgspec


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds; the defaults are client-go's.

    A leader that could not renew for `renew_deadline` stops; others wait for `lease_duration`, so the difference is
    what its last requests have to come to an end. It renews every `retry_period`. The others look every `look_period`:
    who sees a renewal late takes over late by as much.
    """

    lease_duration: float = 15.0
    renew_deadline: float = 10.0
    retry_period: float = 2.0
    retry_jitter: float = 1.2
    look_period: float = 0.75
    request_timeout: float = 4.0


DEFAULT_TIMING: Final = Timing()


class Claim(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The `spec` of a Lease of coordination.k8s.io/v1."""

    holder_identity: str | None = None
    lease_duration_seconds: int | None = None
    acquire_time: str | None = None
    renew_time: str | None = None
    lease_transitions: int | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """A claim, and since when (seconds of the clock of whoever looks) it is known to look like this."""

    claim: Claim
    since: float


def seen(before: Sighting | None, claim: Claim, now: float) -> Sighting:
    """Note a claim; one that has not changed is as old as it was."""
    return before if before is not None and before.claim == claim else Sighting(claim, now)


def expires_in(sighting: Sighting, identity: str, now: float, timing: Timing = DEFAULT_TIMING) -> float:
    """Return in how many seconds `identity` may claim the lease; 0 when it may now."""
    holder = sighting.claim.holder_identity
    if not holder or holder == identity:
        return 0.0
    duration = sighting.claim.lease_duration_seconds or timing.lease_duration
    return max(0.0, sighting.since + duration - now)


def claimed(before: Claim | None, identity: str, now: datetime, timing: Timing = DEFAULT_TIMING) -> Claim:
    """Return the claim that makes `identity` the holder at `now` (UTC), or renews it."""
    moment = render_micro_time(now)
    duration = round(timing.lease_duration)
    if before is None:
        return Claim(identity, duration, moment, moment, 0)
    transitions = before.lease_transitions or 0
    if before.holder_identity == identity:
        return Claim(identity, duration, before.acquire_time or moment, moment, transitions)
    return Claim(identity, duration, moment, moment, transitions + 1)


def released(before: Claim, now: datetime) -> Claim:
    """Return the claim of nobody: whoever looks next may take the lease at once."""
    moment = render_micro_time(now)
    return Claim(None, 1, moment, moment, before.lease_transitions or 0)


def retry_wait(timing: Timing, random: float) -> float:
    """Return how long to wait after a failure, in seconds; `random` in [0, 1) keeps contenders apart."""
    return timing.retry_period * (1 + timing.retry_jitter * random)


def manifest(stored: Mapping[str, Any] | None, claim: Claim, *, namespace: str, name: str) -> dict[str, Any]:
    """Build the Lease to send: a new one, or `stored` with this claim and all else as it is."""
    spec = msgspec.to_builtins(claim)
    if stored is not None:
        return {**stored, "spec": spec}
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
    }


def render_micro_time(moment: datetime) -> str:
    """Write `moment` (with a time zone) as Kubernetes' MicroTime: `2024-09-10T08:00:00.000000Z`."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
