"""Actions to requests. Every request may be repeated: names are fixed, deletions name the uid they mean."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, assert_never

from controller.api.constants import LABEL_JOB_NAME, LABEL_OPERATOR_NAME
from controller.api.objects import Metadata
from controller.reconcile.actions import Action, Create, Delete, Outcome, Update
from controller.reconcile.outcome_groups import group_of, grouped
from controller.runtime.client import ApiClient
from controller.runtime.consistency import Consistency
from controller.runtime.decode import StoredJob, decode_metadata
from controller.runtime.errors import ApiError, RequestError
from controller.runtime.resources import ObjectKey, Resource

# What the API server has to bear at once from the first attempt for one job.
_FIRST_BATCH: Final = 8
_FOUND_BY: Final = (LABEL_OPERATOR_NAME, LABEL_JOB_NAME)


class Applier:
    """Applies the actions of plans."""

    def __init__(self, client: ApiClient, resources: Mapping[str, Resource], consistency: Consistency) -> None:
        """Send requests through `client` to the `resources` of each kind, and note the writes in `consistency`."""
        self._client = client
        self._resources = resources
        self._consistency = consistency

    async def apply(self, job: StoredJob, actions: Sequence[Action]) -> tuple[Outcome, ...]:
        """Apply actions concurrently and say how each one went, in order; raises nothing that a request may bring.

        Batches double in size as long as all goes well, and begin small again when not: with a quota exhausted or the
        API server in trouble, a big job does not fail hundreds of times to learn it. A refusal stops what is like it,
        trouble stops everything; what was not attempted has the error of what failed.
        """
        outcomes: dict[int, Outcome] = {}
        remaining = list(enumerate(actions))
        size = _FIRST_BATCH
        while remaining:
            batch, remaining = remaining[:size], remaining[size:]
            results = await asyncio.gather(*(self._outcome(job, action) for _, action in batch))
            outcomes |= zip((place for place, _ in batch), results, strict=True)
            obstacles = [*filter(_concerns_others, results), *_hopeless(results)]
            stopped = {place: found for place, action in remaining if (found := _in_the_way(action, obstacles))}
            outcomes |= stopped
            remaining = [each for each in remaining if each[0] not in stopped]
            size = _FIRST_BATCH if obstacles else size * 2
        return tuple(outcomes[place] for place in range(len(actions)))

    async def _outcome(self, job: StoredJob, action: Action) -> Outcome:
        try:
            match action:
                case Create():
                    return await self._create(job, action)
                case Update():
                    return await self._update(job, action)
                case Delete():
                    return await self._delete(job, action)
                case _:
                    assert_never(action)
        except RequestError as error:
            permanent = isinstance(error, ApiError) and error.permanent
            return Outcome(action, False, str(error), permanent=permanent, transient=_is_transient(error))

    async def _create(self, job: StoredJob, action: Create) -> Outcome:
        resource = self._resources[action.kind]
        namespace = job.metadata.namespace
        try:
            answer = await self._client.create(resource.path(namespace), action.manifest)
        except ApiError as error:
            if error.status != 409:
                raise
            answer = await self._client.get(resource.path(namespace, action.name))
        metadata = decode_metadata(answer)
        owner = metadata.controller
        if owner is None or owner.uid != job.metadata.uid:
            taken_by = f"{owner.kind} {owner.name}" if owner else "an object without a controller"
            return Outcome(action, done=False, taken_by=taken_by)
        if not _is_seen(metadata, action.manifest):
            return Outcome(action, done=False, taken_by="an object of this job that lost its labels")
        self._consistency.wrote(_key(job), action.kind, metadata.resource_version)
        return Outcome(action, done=True)

    async def _update(self, job: StoredJob, action: Update) -> Outcome:
        path = self._resources[action.kind].path(job.metadata.namespace, action.name)
        metadata = decode_metadata(await self._client.patch(path, action.patch))
        self._consistency.wrote(_key(job), action.kind, metadata.resource_version)
        return Outcome(action, done=True)

    async def _delete(self, job: StoredJob, action: Delete) -> Outcome:
        namespace = job.metadata.namespace
        options = {"preconditions": {"uid": action.uid}, "propagationPolicy": "Background"}
        try:
            await self._client.delete(self._resources[action.kind].path(namespace, action.name), options)
        except ApiError as error:
            # A conflict may mean that the name is another object's by now, but others object to deletions as well.
            if error.status != 404:
                raise
        self._consistency.deleted(_key(job), action.kind, ObjectKey(namespace, action.name), action.uid)
        return Outcome(action, done=True)


def _key(job: StoredJob) -> ObjectKey:
    return ObjectKey(job.metadata.namespace, job.metadata.name)


def _is_seen(metadata: Metadata, manifest: Mapping[str, Any]) -> bool:
    """Tell whether an object carries the labels by which the cache finds it, if it was to have them."""
    labels = manifest["metadata"].get("labels", {})
    return all(metadata.labels.get(name) == labels[name] for name in _FOUND_BY if name in labels)


def _is_transient(error: RequestError) -> bool:
    """Tell whether an error says nothing about the job: trouble of the API server, or an object that just changed."""
    return not isinstance(error, ApiError) or error.concerns_server or error.status in (404, 409)


def _in_the_way(action: Action, obstacles: Iterable[Outcome]) -> Outcome | None:
    """Give the outcome of an action that need not be attempted; None when nothing speaks against it."""
    alike = (each for each in obstacles if each.transient or group_of(each.action) == group_of(action))
    return next((replace(each, action=action) for each in alike), None)


def _hopeless(results: Iterable[Outcome]) -> Iterator[Outcome]:
    """Name those that stand for all like them: they have one template, which was unacceptable more than once."""
    for alike in grouped(results):
        if len(alike) > 1 and all(each.permanent for each in alike):
            yield alike[0]


def _concerns_others(outcome: Outcome) -> bool:
    return not outcome.done and not outcome.permanent and not outcome.taken_by
