"""Waiting for what an API server does a moment later."""

from __future__ import annotations

import time
from collections.abc import Callable


def wait_until(condition: Callable[[], bool], *, within: float = 30) -> None:
    """Return as soon as `condition` holds; fail when it does not within so many seconds."""
    limit = time.monotonic() + within
    while not condition():
        assert time.monotonic() < limit, f"not so within {within} s"
        time.sleep(0.05)
