"""What a pod does next, and the phase that leaves it in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fork_tools.cluster.node.pod.lifecycle import after_end, after_refusal, initialized, next_step, phase
from fork_tools.cluster.node.pod.states import ContainerRecord, Running, State, Terminated, Waiting, ended_by
from tests.unit.tools.node.manifests import container, pod

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BACK_OFF = timedelta(seconds=10)
NEW, UP = Waiting(), Running(NOW)


def ended(code: int) -> Terminated:
    return ended_by(code, NOW, NOW, "process://x")


def crashed(code: int = 1) -> ContainerRecord:
    return ContainerRecord(state=Waiting("CrashLoopBackOff", not_before=NOW + BACK_OFF), last=ended(code))


def record(state: State | ContainerRecord) -> ContainerRecord:
    return state if isinstance(state, ContainerRecord) else ContainerRecord(state=state)


SIDECAR = container("i", restartPolicy="Always")
INIT = container("i")


@pytest.mark.parametrize(
    ("policy", "states", "expected"),
    [
        pytest.param("Never", [NEW], "Pending", id="not started"),
        pytest.param("Never", [UP, NEW], "Pending", id="one not started yet"),
        pytest.param("Never", [UP], "Running", id="runs"),
        pytest.param("Never", [UP, ended(1)], "Running", id="one has failed, one runs"),
        pytest.param("Never", [ended(0)], "Succeeded", id="Never: done"),
        pytest.param("Never", [ended(0), ended(1)], "Failed", id="Never: one failed"),
        pytest.param("OnFailure", [ended(0)], "Succeeded", id="OnFailure: done"),
        pytest.param("OnFailure", [crashed()], "Running", id="OnFailure: will restart"),
        pytest.param("OnFailure", [ended(0), crashed()], "Running", id="OnFailure: one will restart"),
        pytest.param("Always", [crashed(0)], "Running", id="Always: will restart after success"),
    ],
)
def test_phase(policy: str, states: list[State | ContainerRecord], expected: str) -> None:
    one = pod(*(container(str(number)) for number in range(len(states))), restartPolicy=policy)
    assert phase(one.spec, {str(number): record(state) for number, state in enumerate(states)}) == expected


@pytest.mark.parametrize(
    ("policy", "init", "init_state", "main_state", "expected"),
    [
        pytest.param("Never", INIT, UP, NEW, "Pending", id="initializing"),
        pytest.param("Never", INIT, ended(1), NEW, "Failed", id="initializing failed for good"),
        pytest.param("Always", INIT, crashed(), NEW, "Pending", id="initializing will be tried again"),
        pytest.param("Never", INIT, ended(0), UP, "Running", id="initialized"),
        pytest.param("Never", SIDECAR, UP, ended(0), "Succeeded", id="a sidecar does not keep a pod alive"),
        pytest.param("Never", SIDECAR, UP, UP, "Running", id="with its sidecar"),
    ],
)
def test_phase_with_init_containers(
    policy: str, init: dict[str, Any], init_state: State | ContainerRecord, main_state: State, expected: str
) -> None:
    one = pod(container(), initContainers=[init], restartPolicy=policy)
    assert phase(one.spec, {"i": record(init_state), "main": record(main_state)}) == expected


@pytest.mark.parametrize(
    ("state", "expected"), [(ended(0), "Succeeded"), (ended(143), "Failed"), (NEW, "Failed"), (crashed(), "Failed")]
)
def test_a_stopped_pod_has_a_final_phase(state: State | ContainerRecord, expected: str) -> None:
    assert phase(pod(restartPolicy="Always").spec, {"main": record(state)}, over=True) == expected


@pytest.mark.parametrize(
    ("inits", "states", "starts"),
    [
        pytest.param([], {"main": NEW, "side": NEW}, ["main", "side"], id="all together"),
        pytest.param(["i", "j"], {"i": NEW, "j": NEW}, ["i"], id="the first init container"),
        pytest.param(["i", "j"], {"i": UP, "j": NEW}, [], id="while it runs, nothing"),
        pytest.param(["i", "j"], {"i": ended(0), "j": NEW}, ["j"], id="then the second"),
        pytest.param(["i", "j"], {"i": ended(1), "j": NEW}, [], id="not after a failure for good"),
        pytest.param(["i", "j"], {"i": ended(0), "j": ended(0)}, ["main", "side"], id="then all others"),
        pytest.param([], {"main": UP, "side": ended(1)}, [], id="what runs or has ended is left alone"),
    ],
)
def test_next_step(inits: list[str], states: dict[str, State], starts: list[str]) -> None:
    one = pod(container("main"), container("side"), initContainers=[container(name) for name in inits])
    records = {name: record(states.get(name, NEW)) for name in (*inits, "main", "side")}
    assert [each.name for each in next_step(one.spec, records, NOW).start] == starts


def test_a_sidecar_starts_before_the_others_and_again_with_them() -> None:
    one = pod(container(), initContainers=[SIDECAR])
    first = next_step(one.spec, {"i": record(NEW), "main": record(NEW)}, NOW)
    then = next_step(one.spec, {"i": record(UP), "main": record(NEW)}, NOW)
    again = next_step(one.spec, {"i": crashed(), "main": record(NEW)}, NOW + BACK_OFF)
    assert [[each.name for each in step.start] for step in (first, then, again)] == [["i"], ["main"], ["i", "main"]]
    assert initialized(one.spec, {"i": crashed()})


def test_a_crashed_container_waits() -> None:
    spec = pod().spec
    early = next_step(spec, {"main": crashed()}, NOW)
    due = next_step(spec, {"main": crashed()}, NOW + BACK_OFF)
    assert (early.start, early.wake) == ((), NOW + BACK_OFF)
    assert [each.name for each in due.start] == ["main"]


def test_back_off_doubles_up_to_five_minutes() -> None:
    current, waits = ContainerRecord(), []
    for _ in range(8):
        current = after_end(current, ended(1), restart=True, back_off=BACK_OFF)
        assert isinstance(current.state, Waiting)
        assert current.state.not_before is not None
        waits.append((current.state.not_before - NOW).total_seconds())
    assert waits == [0, 10, 20, 40, 80, 160, 300, 300]


def test_a_long_run_makes_up_for_earlier_failures() -> None:
    long_run = ended_by(1, NOW - timedelta(minutes=11), NOW, "")
    after = after_end(ContainerRecord(crashes=7), long_run, restart=True, back_off=BACK_OFF)
    assert after.state == Waiting("CrashLoopBackOff", "back-off 0s restarting failed container", NOW)


def test_without_restart_the_end_stays() -> None:
    assert after_end(ContainerRecord(), ended(3), restart=False, back_off=BACK_OFF).state == ended(3)


def test_a_container_that_cannot_be_made_is_tried_again_soon() -> None:
    refused = ContainerRecord()
    for _ in range(9):
        refused = after_refusal(refused, Waiting("CreateContainerConfigError", "why"), NOW, timedelta(seconds=1))
    assert refused.state == Waiting("CreateContainerConfigError", "why", NOW + timedelta(seconds=10))
