"""What a pass comes to once its actions were applied: the status to write, then what to tell of it (B18)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from controller.reconcile.actions import Event, Outcome
from controller.reconcile.observed import Observed
from controller.reconcile.plan import Plan

Counter = Literal["created", "successful", "failed", "restarted", "deleted"]


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What is left to do after the actions of a plan.

    `status_patch` is a JSON merge patch for `/status` that carries the resource version it was made from; None when the
    stored status is right already. `events` and `counters` tell of the change, so they are due once, after the patch
    was written (at once without one), and not at all when it was refused. `standing` are warnings that hold until a
    pass no longer names them: each is to be published when it first appears for the job. `retry` asks for another pass
    after a back-off, since an action failed.
    """

    status_patch: Mapping[str, Any] | None = None
    events: tuple[Event, ...] = ()
    standing: tuple[Event, ...] = ()
    counters: tuple[Counter, ...] = ()
    requeue_after: timedelta | None = None
    retry: bool = False


def conclude(observed: Observed, plan: Plan, outcomes: Sequence[Outcome], now: datetime) -> Conclusion:  # noqa: ARG001  what is told follows
    """Draw the conclusion of a pass at `now` from what was observed, what was planned and how that went."""
    return Conclusion(requeue_after=plan.requeue_after)
