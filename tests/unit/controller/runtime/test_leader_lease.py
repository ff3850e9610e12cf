"""Who may lead, by the Lease as it was seen."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from controller.runtime.leader_lease import DEFAULT_TIMING as TIMING
from controller.runtime.leader_lease import Claim, Sighting, claimed, expires_in, manifest, released, retry_wait, seen

NOW = datetime(2024, 9, 10, 8, 0, 0, 250_000, tzinfo=UTC)
MOMENT = "2024-09-10T08:00:00.250000Z"
EARLIER = "2024-09-10T07:00:00.000000Z"
THEIRS = Claim("other", 15, EARLIER, EARLIER, 3)
OURS = Claim("we", 15, EARLIER, EARLIER, 4)


@pytest.mark.parametrize(
    ("claim", "since", "now", "expected"),
    [
        pytest.param(THEIRS, 100.0, 100.0, 15.0, id="another's, just seen: its whole duration"),
        pytest.param(THEIRS, 100.0, 114.5, 0.5, id="another's, unchanged for a while: the rest"),
        pytest.param(THEIRS, 100.0, 115.0, 0.0, id="another's, unchanged for its duration: free"),
        pytest.param(Claim("other", 60), 100.0, 130.0, 30.0, id="the holder says how long"),
        pytest.param(Claim("other"), 100.0, 100.0, 15.0, id="the holder does not say how long: as ours"),
        pytest.param(Claim("", 15), 100.0, 100.0, 0.0, id="released by a Go program: free"),
        pytest.param(Claim(None, 1), 100.0, 100.0, 0.0, id="released: free"),
        pytest.param(Claim(), 100.0, 100.0, 0.0, id="made by hand, empty: free"),
        pytest.param(OURS, 100.0, 100.0, 0.0, id="our own"),
    ],
)
def test_when_the_lease_may_be_claimed(claim: Claim, since: float, now: float, expected: float) -> None:
    assert expires_in(Sighting(claim, since), "we", now) == expected


def test_a_claim_is_as_old_as_its_last_change() -> None:
    first = seen(None, THEIRS, 1)
    assert seen(first, Claim("other", 15, EARLIER, EARLIER, 3), 9) == Sighting(THEIRS, 1)
    assert seen(first, Claim("other", 15, EARLIER, MOMENT, 3), 9).since == 9


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        pytest.param(None, Claim("we", 15, MOMENT, MOMENT, 0), id="there was none"),
        pytest.param(THEIRS, Claim("we", 15, MOMENT, MOMENT, 4), id="taken over: a transition"),
        pytest.param(OURS, Claim("we", 15, EARLIER, MOMENT, 4), id="renewed: held since"),
        pytest.param(Claim("we"), Claim("we", 15, MOMENT, MOMENT, 0), id="renewed, and completed"),
    ],
)
def test_what_is_claimed(before: Claim | None, expected: Claim) -> None:
    assert claimed(before, "we", NOW) == expected


def test_a_released_lease_has_no_holder_and_keeps_its_count() -> None:
    spec = manifest({"metadata": {"resourceVersion": "7"}}, released(OURS, NOW), namespace="ns", name="l")
    assert spec == {
        "metadata": {"resourceVersion": "7"},
        "spec": {"leaseDurationSeconds": 1, "acquireTime": MOMENT, "renewTime": MOMENT, "leaseTransitions": 4},
    }


def test_a_new_lease_is_whole() -> None:
    lease = manifest(None, claimed(None, "we", NOW), namespace="ns", name="l")
    assert lease["apiVersion"] == "coordination.k8s.io/v1"
    assert lease["kind"] == "Lease"
    assert lease["metadata"] == {"name": "l", "namespace": "ns"}
    assert lease["spec"]["holderIdentity"] == "we"


def test_contenders_are_kept_apart() -> None:
    assert retry_wait(TIMING, 0.0) == 2.0
    assert retry_wait(TIMING, 1.0) == pytest.approx(4.4)


def test_a_leader_has_stopped_long_before_another_may_begin() -> None:
    assert TIMING.renew_deadline + TIMING.request_timeout < TIMING.lease_duration
    assert TIMING.request_timeout < TIMING.renew_deadline / 2
    assert TIMING.lease_duration + TIMING.look_period < 16
