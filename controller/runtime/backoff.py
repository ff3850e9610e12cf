"""How long to wait before the next try."""

from __future__ import annotations

import random


class Backoff:
    """Exponential waits with jitter, without an end: every wait is between half of the nominal one and all of it."""

    def __init__(self, initial: float, cap: float) -> None:
        """Start at `initial` seconds and double up to `cap`."""
        self._initial = initial
        self._cap = cap
        self._nominal = initial

    def next(self) -> float:
        """Return the next wait in seconds."""
        wait = self._nominal * random.uniform(0.5, 1)  # noqa: S311  spreads load; nothing secret
        self._nominal = min(self._nominal * 2, self._cap)
        return wait

    def reset(self) -> None:
        """Begin again at the initial wait: something worked."""
        self._nominal = self._initial
