from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.api.status import (
    ConditionType,
    JobCondition,
    JobStatus,
    ReplicaStatus,
    Restarts,
    status_from_raw,
    status_to_raw,
)
from tests.unit.controller.builders import NOW
from tests.unit.controller.json_values import ANY_JSON

STORED = {
    "conditions": [
        {
            "type": "Created",
            "status": "True",
            "reason": "MXJobCreated",
            "message": "MXJob demo is created.",
            "lastUpdateTime": "2024-09-10T08:00:00Z",
            "lastTransitionTime": "2024-09-10T07:59:00Z",
        }
    ],
    "replicaStatuses": {"Worker": {"active": 1, "failed": 2}, "Scheduler": {}},
    "startTime": "2024-09-10T08:00:00Z",
    "restarts": {"count": 2, "uids": ["a"], "disrupted": ["b"]},
}
VALUE = JobStatus(
    conditions=(
        JobCondition("Created", "True", "MXJobCreated", "MXJob demo is created.", NOW, NOW - timedelta(minutes=1)),
    ),
    replica_statuses={"Worker": ReplicaStatus(active=1, failed=2), "Scheduler": ReplicaStatus()},
    start_time=NOW,
    restarts=Restarts(count=2, uids=("a",), disrupted=("b",)),
)


def test_reads_what_v1_8_1_wrote() -> None:
    assert status_from_raw(STORED) == VALUE


def test_86_zero_counts_are_left_out_and_a_fresh_type_is_empty() -> None:
    assert status_to_raw(VALUE) == STORED


def test_an_empty_status_is_written_as_nothing() -> None:
    assert status_to_raw(JobStatus()) == {}


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(None, id="no status"),
        pytest.param("Running", id="a text"),
        pytest.param({"conditions": {"type": "Created"}}, id="conditions as a map"),
        pytest.param(
            {"conditions": [None, 3, {"type": "Running"}, {"status": "True"}]}, id="conditions without a type"
        ),
        pytest.param({"startTime": 12, "completionTime": "soon"}, id="times that are none"),
        pytest.param(
            {"restarts": {"count": True, "uids": [1, None], "disrupted": "a"}}, id="counts and uids that are none"
        ),
        pytest.param({"restarts": {"count": -3}}, id="a negative count"),
    ],
)
def test_what_cannot_be_read_is_not_there(raw: Any) -> None:
    assert status_from_raw(raw) == JobStatus()


def test_conditions_are_found_by_type() -> None:
    status = JobStatus(conditions=(JobCondition("Created", "True"), JobCondition("Running", "False")))
    assert status.condition(ConditionType.RUNNING) == JobCondition("Running", "False")
    assert status.is_true(ConditionType.CREATED)
    assert not status.is_true(ConditionType.RUNNING)
    assert not status.is_true(ConditionType.FAILED)


@given(ANY_JSON)
def test_nothing_stored_makes_it_raise(raw: Any) -> None:
    json.dumps(status_to_raw(status_from_raw(raw)))


MOMENTS = st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001 - bound without zone
    lambda moment: moment.replace(microsecond=0)
)
CONDITIONS = st.builds(
    JobCondition,
    type=st.sampled_from(list(ConditionType)).map(str) | st.text(min_size=1),
    status=st.sampled_from(["True", "False", "Unknown"]),
    reason=st.text(),
    message=st.text(),
    last_update_time=st.none() | MOMENTS,
    last_transition_time=st.none() | MOMENTS,
)
COUNTS = st.integers(0, 2**31 - 1)
UIDS = st.lists(st.text(), max_size=3).map(tuple)
STATUSES = st.builds(
    JobStatus,
    conditions=st.lists(CONDITIONS, max_size=4).map(tuple),
    replica_statuses=st.dictionaries(st.text(), st.builds(ReplicaStatus, COUNTS, COUNTS, COUNTS), max_size=4),
    start_time=st.none() | MOMENTS,
    completion_time=st.none() | MOMENTS,
    last_reconcile_time=st.none() | MOMENTS,
    restarts=st.builds(Restarts, count=COUNTS, uids=UIDS, disrupted=UIDS),
)


@given(STATUSES)
def test_what_is_written_reads_back(status: JobStatus) -> None:
    assert status_from_raw(json.loads(json.dumps(status_to_raw(status)))) == status
