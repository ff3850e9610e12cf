"""Which jobs a change concerns: the keys to put into the work queue."""

from __future__ import annotations

from typing import TypeVar

from controller.api.constants import API_VERSION, KIND
from controller.runtime.cache import Change, job_label, key_of
from controller.runtime.decode import Cached, StoredJob
from controller.runtime.resources import ObjectKey

T = TypeVar("T", bound=Cached)


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
