"""A change of counts is written once for all of a second, and a write that was lost is made again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec
import pytest

from controller.reconcile.actions import Action, Outcome
from controller.reconcile.settings import Settings
from controller.runtime.apply import Applier
from controller.runtime.cache import Cache
from controller.runtime.client import ApiClient
from controller.runtime.consistency import Consistency
from controller.runtime.decode import StoredJob, decode_job
from controller.runtime.errors import RequestError, UnreachableError
from controller.runtime.events import EventRecorder
from controller.runtime.flow import Priority
from controller.runtime.metrics import ControllerMetrics
from controller.runtime.reconciler import Reconciler
from controller.runtime.resources import ObjectKey
from tests.unit.controller.builders import NOW, dist_job
from tests.unit.controller.runtime.virtual_time import virtual
from tests.unit.controller.test_conclude import concluded


class Statuses:
    """Takes patches of statuses; `trouble` is raised for the first ones."""

    def __init__(self, *trouble: RequestError) -> None:
        self.trouble = list(trouble)
        self.written: list[Mapping[str, Any]] = []

    async def patch(self, _: str, patch: Mapping[str, Any], *, priority: Priority) -> bytes:
        assert priority is Priority.STATUS
        if self.trouble:
            raise self.trouble.pop(0)
        self.written.append(patch["status"])
        return b'{"metadata": {"name": "demo", "resourceVersion": "9"}}'


class Nothing:
    """Applies whatever is planned without a request, and tells nobody."""

    async def apply(self, _: StoredJob, actions: Sequence[Action]) -> tuple[Outcome, ...]:
        return tuple(Outcome(action, done=True) for action in actions)

    def publish(self, *_: object) -> None:
        pass


def reconciler(client: Statuses) -> tuple[Reconciler, ObjectKey]:
    """Make one that sees a job whose stored counts are out of date, and nothing else about it."""
    job = dist_job()
    patch = concluded(job).status_patch
    assert patch is not None
    job["status"] = patch["status"] | {"replicaStatuses": {"Worker": {"active": 1}}}
    cache = Cache()
    stored = cache.jobs.put(decode_job(msgspec.json.encode(job))).after
    assert stored is not None

    async def no_priorities() -> Mapping[str, int]:
        return {}

    return Reconciler(
        cache=cache,
        consistency=Consistency({}, lambda: 0),
        client=cast("ApiClient", client),
        applier=cast("Applier", Nothing()),
        recorder=cast("EventRecorder", Nothing()),
        metrics=ControllerMetrics(),
        settings=Settings(),
        now=lambda: NOW,
        failures=lambda _: 0,
        priorities=no_priorities,
    ), ObjectKey(stored.metadata.namespace, stored.metadata.name)


@virtual
async def test_counts_are_written_a_second_after_the_first_change() -> None:
    statuses = Statuses()
    passes, key = reconciler(statuses)
    result = await passes.reconcile(key)
    assert result.requeue_after == 1
    assert not statuses.written
    await asyncio.sleep(result.requeue_after)
    await passes.reconcile(key)
    assert len(statuses.written) == 1


@virtual
async def test_a_write_that_was_lost_is_made_again_without_another_second() -> None:
    statuses = Statuses(UnreachableError("away"))
    passes, key = reconciler(statuses)
    await passes.reconcile(key)
    await asyncio.sleep(1)
    with pytest.raises(UnreachableError):
        await passes.reconcile(key)
    await passes.reconcile(key)
    assert len(statuses.written) == 1
