"""What the informers have seen, indexed so that looking at one job costs what that job is big."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from controller.api.constants import LABEL_JOB_NAME
from controller.api.objects import Pod, PodGroup, Service
from controller.reconcile.observed import Observed
from controller.runtime.decode import Cached, StoredJob
from controller.runtime.resources import ObjectKey

T = TypeVar("T", bound=Cached)


def key_of(item: Cached) -> ObjectKey:
    """Return the key of an object within its kind."""
    return ObjectKey(item.metadata.namespace, item.metadata.name)


def job_label(item: Cached) -> ObjectKey | None:
    """Return the key of the job that an object's label names."""
    name = item.metadata.labels.get(LABEL_JOB_NAME)
    return ObjectKey(item.metadata.namespace, name) if name else None


@dataclass(frozen=True, slots=True)
class Change(Generic[T]):
    """What happened to one object: `before` is None for a new one, `after` for one that is gone."""

    before: T | None
    after: T | None


class Store(Generic[T]):
    """The objects of one kind, by key and by the job whose label they carry."""

    def __init__(self) -> None:
        self._items: dict[ObjectKey, T] = {}
        self._by_job: defaultdict[ObjectKey, dict[ObjectKey, T]] = defaultdict(dict)

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[ObjectKey]:
        return iter(self._items)

    def get(self, key: ObjectKey) -> T | None:
        """Return the object of that key, if it is there."""
        return self._items.get(key)

    def of_job(self, job: ObjectKey) -> tuple[T, ...]:
        """Return the objects whose label names `job`, in the order of their names."""
        return tuple(item for _, item in sorted(self._by_job.get(job, {}).items()))

    def put(self, item: T) -> Change[T]:
        """Store an object in place of an older version of it."""
        key = key_of(item)
        before = self._items.get(key)
        if before is not None:
            self._unindex(key, before)
        self._items[key] = item
        job = job_label(item)
        if job is not None:
            self._by_job[job][key] = item
        return Change(before, item)

    def remove(self, key: ObjectKey) -> Change[T]:
        """Forget an object, if it is there."""
        before = self._items.pop(key, None)
        if before is not None:
            self._unindex(key, before)
        return Change(before, None)

    def replace(self, items: Iterable[T]) -> list[Change[T]]:
        """Hold exactly `items` from now on; returns only what differs, objects that vanished unseen included."""
        wanted = {key_of(item): item for item in items}
        gone = [self.remove(key) for key in self._items.keys() - wanted.keys()]
        differing = [self.put(item) for key, item in wanted.items() if not _same_version(self._items.get(key), item)]
        return gone + differing

    def _unindex(self, key: ObjectKey, item: T) -> None:
        job = job_label(item)
        if job is not None:
            siblings = self._by_job[job]
            siblings.pop(key, None)
            if not siblings:
                del self._by_job[job]


def _same_version(before: Cached | None, after: Cached) -> bool:
    return (
        before is not None
        and before.metadata.uid == after.metadata.uid
        and before.metadata.resource_version == after.metadata.resource_version
    )


class Cache:
    """Every kind that a reconcile looks at; `pod_groups_unavailable` as in Observed."""

    def __init__(self) -> None:
        self.jobs: Store[StoredJob] = Store()
        self.pods: Store[Pod] = Store()
        self.services: Store[Service] = Store()
        self.pod_groups: Store[PodGroup] = Store()
        self.pod_groups_unavailable = ""

    def observe(self, job: StoredJob) -> Observed:
        """Put together what is known about one job."""
        key = key_of(job)
        return Observed(
            job=job.raw,
            pods=self.pods.of_job(key),
            services=self.services.of_job(key),
            pod_group=self.pod_groups.get(key),
            pod_groups_unavailable=self.pod_groups_unavailable,
        )
