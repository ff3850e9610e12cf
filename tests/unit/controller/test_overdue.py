from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from controller.api.mxjob import read
from controller.reconcile.observed import Observed
from controller.reconcile.overdue import next_overdue, overdue
from controller.reconcile.ownership import Family, gather
from tests.unit.controller.builders import mxjob, pod

JOB = mxjob(worker=1)
GONE_BY = datetime.fromisoformat("2024-09-10T07:59:00Z")


def family(*, terminating: bool) -> Family:
    return gather(read(JOB), Observed(JOB, (pod(JOB, "Worker", phase="Running", terminating=terminating),)))


@pytest.mark.parametrize(
    ("terminating", "after", "told", "wait"),
    [
        pytest.param(False, 0, 0, None, id="not going at all"),
        pytest.param(True, 0, 0, 5, id="just deleted: looks again in five minutes"),
        pytest.param(True, 4, 0, 1, id="nearly"),
        pytest.param(True, 5, 1, None, id="stuck: told, and nothing more to wait for"),
    ],
)
def test_overdue(terminating: bool, after: int, told: int, wait: int | None) -> None:
    now = GONE_BY + timedelta(minutes=after)
    seen = family(terminating=terminating)
    assert len(list(overdue(seen, now))) == told
    assert next_overdue(seen, now) == (None if wait is None else timedelta(minutes=wait))


def test_what_to_do_is_told() -> None:
    (warning,) = overdue(family(terminating=True), GONE_BY + timedelta(hours=1))
    assert "gone by 2024-09-10T07:59:00Z" in warning.message
    assert "kubectl delete pod demo-worker-0 --force" in warning.message
