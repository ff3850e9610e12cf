"""Waiting for what an API server does a moment later."""

from __future__ import annotations

import time
from collections.abc import Callable


def wait_until(condition: Callable[[], bool], *, within: float = 30, otherwise: Callable[[], str] = str) -> None:
    """Return as soon as `condition` holds; fail with what `otherwise` says when it does not within so many seconds."""
    limit = time.monotonic() + within
    while not condition():
        assert time.monotonic() < limit, f"not so within {within} s {otherwise()}"
        time.sleep(0.05)
