"""Puts off what is not urgent: one write for all that changes within a second."""

from __future__ import annotations

import asyncio
from typing import Final

from controller.runtime.resources import ObjectKey

# Replicas come and go in bursts, and nothing is decided by how many of them a status shows.
LONGEST: Final = 1.0


class Postponement:
    """Remembers since when each job has something to write that can wait."""

    def __init__(self) -> None:
        """Nothing waits yet; time is that of the running event loop."""
        self._due: dict[ObjectKey, float] = {}

    def left(self, key: ObjectKey) -> float:
        """Return for how many seconds more a write can wait, counted from the first time it could; 0 when it is due."""
        now = asyncio.get_running_loop().time()
        return max(self._due.setdefault(key, now + LONGEST) - now, 0)

    def forget(self, key: ObjectKey) -> None:
        """Note that nothing waits any more."""
        self._due.pop(key, None)
