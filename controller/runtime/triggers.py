"""Which jobs a change concerns, and how soon: the keys to put into the work queue."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, TypeVar

from msgspec.structs import replace

from controller.api.constants import API_VERSION, KIND
from controller.api.objects import Pod
from controller.runtime.cache import Change, job_label, key_of
from controller.runtime.decode import Cached, StoredJob
from controller.runtime.resources import ObjectKey
from controller.runtime.workqueue import WorkQueue

T = TypeVar("T", bound=Cached)

# Children come in bursts, and a job's own writes come back: a pass for all of them together, not for each.
BURST: Final = 0.1


def enqueue(queue: WorkQueue[ObjectKey], change: Change[Any], keys: Iterable[ObjectKey]) -> None:
    """Make `keys` due because of `change`: at once when a user did something, else with what comes right after it.

    A pod that got an address, or a condition that decides nothing, is no reason to look.
    """
    if _tells_nothing(change):
        return
    job = change.after or change.before
    for key in keys:
        if not isinstance(job, StoredJob) or _is_same_request(change):
            queue.add_after(key, BURST)
        else:
            queue.add(key, new=change.before is None)


def _tells_nothing(change: Change[Any]) -> bool:
    """Tell whether a pod is as it was in all that is kept of it. The controller itself never changes a pod."""
    before, after = change.before, change.after
    if not isinstance(before, Pod) or not isinstance(after, Pod):
        return False
    metadata = replace(after.metadata, resource_version=before.metadata.resource_version)
    return replace(after, metadata=metadata) == before


def _is_same_request(change: Change[StoredJob]) -> bool:
    """Tell whether the job asks for the same as before, so that only its status or its labels differ."""
    before, after = change.before, change.after
    if before is None or after is None or before.metadata.uid != after.metadata.uid:
        return False
    return _request(before) == _request(after)


def _request(job: StoredJob) -> tuple[Any, str | None]:
    return job.raw["metadata"].get("generation"), job.metadata.deletion_timestamp


def changed_job(change: Change[StoredJob]) -> set[ObjectKey]:
    """Return the job itself, as it was and as it is."""
    return {key_of(item) for item in (change.before, change.after) if item is not None}


def changed_child(change: Change[T]) -> set[ObjectKey]:
    """Return the job that a child's label names and the one that owns it, before and after the change."""
    keys = set()
    for item in (change.before, change.after):
        if item is None:
            continue
        labelled = job_label(item)
        if labelled is not None:
            keys.add(labelled)
        owner = item.metadata.controller
        if owner is not None and owner.kind == KIND and owner.api_version == API_VERSION:
            keys.add(ObjectKey(item.metadata.namespace, owner.name))
    return keys


def changed_pod_group(change: Change[T]) -> set[ObjectKey]:
    """Return the job of a PodGroup's name, besides its owner."""
    named = {key_of(item) for item in (change.before, change.after) if item is not None}
    return named | changed_child(change)
