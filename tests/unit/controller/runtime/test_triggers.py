"""Which jobs are looked at when something changes (spec §3.1)."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from controller.api.objects import Metadata, Pod
from controller.runtime.cache import Change
from controller.runtime.decode import StoredJob, decode_pod
from controller.runtime.resources import ObjectKey
from controller.runtime.triggers import BURST, changed_child, changed_job, changed_pod_group, enqueue
from controller.runtime.workqueue import WorkQueue
from tests.unit.controller.runtime.objects import pod, stored_job
from tests.unit.controller.runtime.virtual_time import now, virtual


@pytest.mark.parametrize(
    ("before", "after", "concerned"),
    [
        pytest.param(None, pod("p", job="j", owner="j"), {"j"}, id="made"),
        pytest.param(pod("p", job="j", owner="j"), None, {"j"}, id="151: gone"),
        pytest.param(pod("p", job="j"), pod("p", job="k"), {"j", "k"}, id="relabelled: it left one job for another"),
        pytest.param(None, pod("p", owner="j"), {"j"}, id="without the label: its owner"),
        pytest.param(None, pod("p", job="j", owner="k"), {"j", "k"}, id="label and owner disagree"),
        pytest.param(None, pod("p"), set(), id="151: nobody's"),
        pytest.param(None, pod("p", owner="j", kind="TFJob"), set(), id="151: of another kind of job"),
        pytest.param(None, None, set(), id="gone before it was seen"),
    ],
)
def test_child(before: Pod | None, after: Pod | None, concerned: set[str]) -> None:
    assert changed_child(Change(before, after)) == {ObjectKey("ns", name) for name in concerned}


def test_a_job_concerns_itself() -> None:
    assert changed_job(Change(None, stored_job("j"))) == {ObjectKey("ns", "j")}
    assert changed_job(Change(stored_job("j"), None)) == {ObjectKey("ns", "j")}


def test_a_pod_group_concerns_the_job_of_its_name() -> None:
    assert changed_pod_group(Change(None, pod("j", owner="k"))) == {ObjectKey("ns", "j"), ObjectKey("ns", "k")}


def generation(number: int, *, uid: str = "u", deleting: bool = False) -> StoredJob:
    """Make a job whose request was changed so often."""
    deletion = "2024-09-10T08:00:00Z" if deleting else None
    return StoredJob(Metadata("j", "ns", uid, deletion_timestamp=deletion), {"metadata": {"generation": number}})


@pytest.mark.parametrize(
    ("change", "delay"),
    [
        pytest.param(Change(None, generation(1)), 0, id="a new job"),
        pytest.param(Change(generation(1), generation(2)), 0, id="a job that asks for something else"),
        pytest.param(Change(generation(1), generation(1, deleting=True)), 0, id="a job that is being deleted"),
        pytest.param(Change(generation(1), generation(1, uid="v")), 0, id="a job made anew"),
        pytest.param(Change(generation(1), None), 0, id="a job that is gone"),
        pytest.param(Change(generation(1), generation(1)), BURST, id="a job's status"),
        pytest.param(Change(None, pod("p", job="j")), BURST, id="a child"),
    ],
)
def test_what_comes_in_bursts_is_looked_at_a_moment_later(
    change: Change[StoredJob] | Change[Pod], delay: float
) -> None:
    @virtual
    async def wait_for_it() -> None:
        queue: WorkQueue[ObjectKey] = WorkQueue()
        enqueue(queue, change, [ObjectKey("ns", "j")])
        await queue.get()
        assert now() == delay

    wait_for_it()


@virtual
async def test_a_pod_that_is_as_it_was_causes_no_pass() -> None:
    queue: WorkQueue[ObjectKey] = WorkQueue()
    before = decode_pod(pod_as_stored("1", "Pending", {"hostIP": "10.0.0.1"}))
    addressed = decode_pod(pod_as_stored("2", "Pending", {"podIP": "10.1.0.1"}))
    enqueue(queue, Change(before, addressed), [ObjectKey("ns", "j")])
    await asyncio.sleep(1)
    assert not len(queue)
    running = decode_pod(pod_as_stored("3", "Running", {"podIP": "10.1.0.1"}))
    enqueue(queue, Change(addressed, running), [ObjectKey("ns", "j")])
    assert await queue.get() == ObjectKey("ns", "j")


def pod_as_stored(version: str, phase: str, more: dict[str, str]) -> bytes:
    """Encode a pod as the API server sends it."""
    metadata = {"name": "p", "namespace": "ns", "uid": "u", "resourceVersion": version}
    return msgspec.json.encode({"metadata": metadata, "status": {"phase": phase, **more}})


@virtual
async def test_a_burst_is_one_pass_and_puts_off_no_deadline() -> None:
    queue: WorkQueue[ObjectKey] = WorkQueue()
    key = ObjectKey("ns", "j")
    queue.add_after(key, BURST / 2)
    for name in ("p", "q", "r"):
        enqueue(queue, Change(None, pod(name, job="j")), [key])
    await queue.get()
    assert now() == BURST / 2
    assert not len(queue)
