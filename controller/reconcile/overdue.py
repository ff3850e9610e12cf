"""Pods that should have gone and are still there, as on a node that died: each blocks its replica's name (B49)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from controller.api.objects import Pod
from controller.api.timestamps import parse, render
from controller.reconcile.obstacles import Obstacle
from controller.reconcile.ownership import Family

# What a living kubelet may need beyond the grace period, whose end a deletion timestamp tells.
PATIENCE: Final = timedelta(minutes=5)


def overdue(family: Family, now: datetime) -> Iterator[Obstacle]:
    """Name every pod that is overdue; whether it may be removed by force only its owner can know."""
    for pod, gone_by in _going(family):
        if now - gone_by >= PATIENCE:
            name = pod.metadata.name
            message = (
                f"Pod {name} should have gone by {render(gone_by)}, and its replica waits for that; if its node is "
                f"lost: kubectl delete pod {name} --force"
            )
            yield Obstacle("PodOverdue", message, "PodOverdue")


def next_overdue(family: Family, now: datetime) -> timedelta | None:
    """Tell in how long the next pod will be overdue, if any is going."""
    waits = (PATIENCE - (now - gone_by) for _, gone_by in _going(family))
    return min((wait for wait in waits if wait > timedelta(0)), default=None)


def _going(family: Family) -> Iterator[tuple[Pod, datetime]]:
    for replica in family.replicas:
        gone_by = parse(replica.pod.metadata.deletion_timestamp or "") if replica.pod else None
        if replica.pod and gone_by:
            yield replica.pod, gone_by
