from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from controller.api.mxjob import read
from controller.reconcile.expiry import NEVER, Expiry, expiry
from tests.unit.controller.builders import NOW, ago, condition, mxjob


def finished(at: datetime, kind: str = "Succeeded", *, completed: bool = True) -> dict[str, Any]:
    status: dict[str, Any] = {"conditions": [condition("Created", at=ago(days=2)), condition(kind, at=at)]}
    if completed:
        status["completionTime"] = status["conditions"][1]["lastUpdateTime"]
    return status


@pytest.mark.parametrize(
    ("ttl", "status", "expected"),
    [
        pytest.param(None, finished(ago(days=1)), NEVER, id="114: no ttl, kept for ever"),
        pytest.param(180, finished(ago(days=1)), Expiry(due=True), id="114: past its ttl"),
        pytest.param(180, finished(ago(days=1), "Failed"), Expiry(due=True), id="113: failed jobs expire too"),
        pytest.param(180, finished(ago(seconds=180)), Expiry(due=True), id="114: the very second"),
        pytest.param(
            180, finished(ago(seconds=60)), Expiry(wait=timedelta(seconds=120)), id="118: looks again when it is due"
        ),
        pytest.param(0, finished(NOW), Expiry(due=True), id="114: zero means at once"),
        pytest.param(-5, finished(NOW), Expiry(due=True), id="114: less than zero is zero"),
        pytest.param(180, {}, NEVER, id="118: a running job never expires"),
        pytest.param(
            180, finished(ago(days=1), "Failed", completed=False), Expiry(due=True), id="115: the transition stands in"
        ),
        pytest.param(
            60,
            finished(NOW + timedelta(seconds=30)),
            Expiry(wait=timedelta(seconds=90)),
            id="118: completed in the future, put off",
        ),
    ],
)
def test_expiry(ttl: int | None, status: dict[str, Any], expected: Expiry) -> None:
    assert expiry(read(mxjob(worker=1, status=status, ttlSecondsAfterFinished=ttl)), NOW) == expected


def test_117_suspending_a_finished_job_does_not_keep_it() -> None:
    job = mxjob(worker=1, status=finished(ago(days=1)), ttlSecondsAfterFinished=1, suspend=True)
    assert expiry(read(job), NOW) == Expiry(due=True)
