"""Keeps a job from being planned on a view that lacks the controller's own last writes (the idea of KEP-5647).

A write answers with the resource version it made: once the informer of that kind has seen this version or a later one,
the cache contains the write. A deletion is seen when the object is gone from the cache, or marked for deletion there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from controller.runtime.cache import Store
from controller.runtime.resources import ObjectKey

# Far longer than a watch event takes, and short enough to be waited for.
PATIENCE: Final = 30.0


class View(Protocol):
    """What an informer shows of one kind."""

    @property
    def store(self) -> Store[Any]:
        """The objects."""

    def has_seen(self, version: int) -> bool:
        """Whether the store contains everything up to a resource version."""

    def relist(self) -> None:
        """List everything again."""


@dataclass(slots=True)
class _Expected:
    """What the cache has yet to show of one job; `since` is the time of the last write, or of the last remedy."""

    since: float
    versions: dict[str, int] = field(default_factory=dict)
    deletions: dict[tuple[str, ObjectKey], str] = field(default_factory=dict)
    listed_again: bool = False


class Consistency:
    """Remembers for each job the writes that its cache has yet to show."""

    def __init__(
        self,
        views: Mapping[str, View],
        clock: Callable[[], float],
        *,
        wrote: Callable[[str, int], None] = lambda *_: None,
    ) -> None:
        """Compare with `views`, by kind; `clock` counts seconds. `wrote` is told the kind and version of a write."""
        self._views = views
        self._clock = clock
        self._tell_written = wrote
        self._expected: dict[ObjectKey, _Expected] = {}

    def wrote(self, job: ObjectKey, kind: str, version: str) -> None:
        """Note that a write for `job` made this resource version of an object of `kind`."""
        if version.isdecimal():
            versions = self._entry(job).versions
            versions[kind] = max(int(version), versions.get(kind, 0))
            self._tell_written(kind, int(version))

    def deleted(self, job: ObjectKey, kind: str, key: ObjectKey, uid: str) -> None:
        """Note that the deletion of an object was accepted."""
        self._entry(job).deletions[kind, key] = uid

    def forget(self, job: ObjectKey) -> None:
        """Expect nothing any more: the job is gone."""
        self._expected.pop(job, None)

    def caught_up(self, job: ObjectKey) -> bool:
        """Whether the cache shows every noted write of `job`.

        Writes that do not show up in time make their informers list again, so that nothing waits for ever.
        """
        expected = self._expected.get(job)
        if expected is None:
            return True
        for kind in [kind for kind, version in expected.versions.items() if self._views[kind].has_seen(version)]:
            del expected.versions[kind]
        for deletion in [deletion for deletion, uid in expected.deletions.items() if self._is_deleted(*deletion, uid)]:
            del expected.deletions[deletion]
        late = self._clock() - expected.since >= PATIENCE
        if late and expected.listed_again:
            # A list was made, and what should be gone is there: the deletion has to be asked for again.
            expected.deletions.clear()
        if not expected.versions and not expected.deletions:
            del self._expected[job]
            return True
        if late:
            expected.since = self._clock()
            expected.listed_again = True
            for kind in {*expected.versions, *(kind for kind, _ in expected.deletions)}:
                self._views[kind].relist()
        return False

    def _entry(self, job: ObjectKey) -> _Expected:
        entry = self._expected.setdefault(job, _Expected(since=0))
        entry.since = self._clock()
        entry.listed_again = False
        return entry

    def _is_deleted(self, kind: str, key: ObjectKey, uid: str) -> bool:
        item = self._views[kind].store.get(key)
        return item is None or item.metadata.uid != uid or item.metadata.deletion_timestamp is not None
