"""Lanes that take turns: whoever has much waiting delays himself, and nobody else."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Lanes(Generic[T]):
    """First in, first out within a lane; one of each lane in turn. A lane may have lanes of its own."""

    def __init__(self) -> None:
        self._lanes: OrderedDict[Hashable, Lanes[T] | deque[T]] = OrderedDict()
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def put(self, path: tuple[Hashable, ...], item: T) -> None:
        """Line up `item` in the lane that `path` leads to; all paths are of one length, at least 1."""
        lane, *inner = path
        self._length += 1
        if inner:
            nested = self._lanes.setdefault(lane, Lanes())
            assert isinstance(nested, Lanes)  # noqa: S101  tells mypy what the length of the paths ensures
            nested.put(tuple(inner), item)
        else:
            items = self._lanes.setdefault(lane, deque())
            assert isinstance(items, deque)  # noqa: S101  as above
            items.append(item)

    def take(self) -> T:
        """Take the item whose turn it is. Raises KeyError when there is none."""
        lane, items = self._lanes.popitem(last=False)
        item = items.take() if isinstance(items, Lanes) else items.popleft()
        if items:
            self._lanes[lane] = items
        self._length -= 1
        return item

    def clear(self) -> None:
        """Drop everything."""
        self._lanes.clear()
        self._length = 0
