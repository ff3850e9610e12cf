"""Measures how far the cache lags behind: from the answer to a write until the informer of that kind has seen it."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from typing import Final, Protocol

_WRITES_REMEMBERED: Final = 10_000


class View(Protocol):
    """What an informer tells of its progress."""

    def has_seen(self, version: int) -> bool:
        """Whether the store contains everything up to a resource version."""


class Staleness:
    """Remembers, by kind, the writes that the cache has yet to show; the newest 10,000 of them."""

    def __init__(
        self, views: Mapping[str, View], observe: Callable[[str, float], None], clock: Callable[[], float]
    ) -> None:
        """Call `observe` with the kind and the lag in seconds for every write that `views` have come to show."""
        self._views = views
        self._observe = observe
        self._clock = clock
        self._unseen: defaultdict[str, deque[tuple[int, float]]] = defaultdict(lambda: deque(maxlen=_WRITES_REMEMBERED))

    def wrote(self, kind: str, version: int) -> None:
        """Note a write; the watch is often faster than the answer."""
        view = self._views.get(kind)
        if view is not None and view.has_seen(version):
            self._observe(kind, 0.0)
        else:
            self._unseen[kind].append((version, self._clock()))

    def changed(self, kind: str) -> None:
        """Look again, since the cache of a kind has changed."""
        unseen = self._unseen.get(kind)
        while unseen and self._views[kind].has_seen(unseen[0][0]):
            self._observe(kind, self._clock() - unseen.popleft()[1])
