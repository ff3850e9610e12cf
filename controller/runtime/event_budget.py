"""Keeps one noisy job from flooding the cluster with events: as many, and as seldom, as client-go's recorder allows."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_BURST: Final = 25
_SECONDS_FOR_ONE: Final = 300.0
_JOBS_REMEMBERED: Final = 4096


@dataclass(slots=True)
class _Allowance:
    left: float
    at: float


class EventBudget:
    """A burst of 25 events a job, then one every five minutes."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Refill by `clock`, in seconds."""
        self._clock = clock
        self._allowances: OrderedDict[str, _Allowance] = OrderedDict()

    def take(self, uid: str) -> bool:
        """Take the allowance for one event of the job `uid`; False when there is none."""
        now = self._clock()
        allowance = self._allowances.setdefault(uid, _Allowance(_BURST, now))
        self._allowances.move_to_end(uid)
        if len(self._allowances) > _JOBS_REMEMBERED:
            self._allowances.popitem(last=False)
        allowance.left = min(_BURST, allowance.left + (now - allowance.at) / _SECONDS_FOR_ONE)
        allowance.at = now
        if allowance.left < 1:
            return False
        allowance.left -= 1
        return True
