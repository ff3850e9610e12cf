"""Lanes that take turns: whoever has much waiting delays himself, and nobody else."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Lanes(Generic[T]):
    """First in, first out within a lane; one of each lane in turn."""

    def __init__(self) -> None:
        self._lanes: OrderedDict[Hashable, deque[T]] = OrderedDict()
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def put(self, lane: Hashable, item: T) -> None:
        """Line up `item` in its lane."""
        self._lanes.setdefault(lane, deque()).append(item)
        self._length += 1

    def take(self) -> T:
        """Take the item whose turn it is. Raises KeyError when there is none."""
        lane, items = self._lanes.popitem(last=False)
        item = items.popleft()
        if items:
            self._lanes[lane] = items
        self._length -= 1
        return item

    def clear(self) -> None:
        """Drop everything."""
        self._lanes.clear()
        self._length = 0
