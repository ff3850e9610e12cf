from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given

from controller.api.mxjob import LONGEST, CleanPodPolicy, JobMode, RunPolicy, SchedulingPolicy, read
from tests.unit.controller.builders import NOW, ago, condition, dist_job, mxjob, replica_spec, template
from tests.unit.controller.json_values import ANY_JSON, mutations


def test_identity_comes_from_the_metadata() -> None:
    job = read(mxjob("demo", worker=1, metadata={"generation": 7, "annotations": {"a": "b"}}))
    assert (job.namespace, job.name, job.uid, job.generation, job.resource_version, job.annotations, job.deleting) == (
        "default",
        "demo",
        "uid-of-demo",
        7,
        "1",
        {"a": "b"},
        False,
    )


def test_119_a_deletion_timestamp_means_deleting() -> None:
    assert read(mxjob(worker=1, metadata={"deletionTimestamp": "2024-09-10T08:00:00Z"})).deleting


def test_types_come_in_a_fixed_order_with_unknown_ones_last() -> None:
    raw = mxjob(tuner=1, worker=1, scheduler=1, specs={"Zoo": replica_spec(), "Foo": replica_spec()})
    assert [spec.type for spec in read(raw).replica_specs] == ["Scheduler", "Worker", "Tuner", "Foo", "Zoo"]


def test_replicas_are_counted_by_type_and_in_all() -> None:
    job = read(dist_job(server=0))
    assert [job.replicas_of(kind) for kind in ("Scheduler", "Server", "Worker", "Tuner")] == [1, 0, 2, 0]
    assert job.total_replicas == 3


def test_33_a_negative_count_never_gets_past_reading() -> None:
    assert read(mxjob(worker=-1)).replicas_of("Worker") == 0


def test_run_policy_is_read_as_typed() -> None:
    raw = mxjob(
        worker=1,
        cleanPodPolicy="Running",
        ttlSecondsAfterFinished=180,
        activeDeadlineSeconds=60,
        backoffLimit=3,
        suspend=True,
        managedBy="kueue.x-k8s.io/multikueue",
        schedulingPolicy={
            "minAvailable": 2,
            "queue": "q",
            "minResources": {"cpu": 1, "memory": "1Gi"},
            "priorityClass": "high",
            "scheduleTimeoutSeconds": 45,
        },
    )
    assert read(raw).run_policy == RunPolicy(
        clean_pod_policy=CleanPodPolicy.RUNNING,
        ttl_after_finished=timedelta(minutes=3),
        active_deadline=timedelta(minutes=1),
        backoff_limit=3,
        suspend=True,
        managed_by="kueue.x-k8s.io/multikueue",
        scheduling_policy=SchedulingPolicy(2, "q", {"cpu": 1, "memory": "1Gi"}, "high", 45),
    )


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        pytest.param(
            {"ttlSecondsAfterFinished": -5}, RunPolicy(ttl_after_finished=timedelta()), id="114: negative ttl is zero"
        ),
        pytest.param(
            {"activeDeadlineSeconds": -1}, RunPolicy(active_deadline=timedelta()), id="101: negative deadline is zero"
        ),
        pytest.param({"backoffLimit": -1}, RunPolicy(backoff_limit=0), id="100: negative limit is zero"),
        pytest.param(
            {"activeDeadlineSeconds": 2**63 - 1}, RunPolicy(active_deadline=LONGEST), id="no deadline overflows"
        ),
        pytest.param(
            {"suspend": None, "cleanPodPolicy": None, "schedulingPolicy": None}, RunPolicy(), id="nulls are absent"
        ),
    ],
)
def test_run_policy_at_its_edges(policy: dict[str, Any], expected: RunPolicy) -> None:
    assert read(mxjob(worker=1, **policy)).run_policy == expected


def test_the_longest_time_can_be_added_to_any_date() -> None:
    assert NOW + LONGEST > NOW


def test_61_the_tuner_server_key_is_an_annotation_of_the_template() -> None:
    annotated = template() | {"metadata": {"annotations": {"tuner-server-key": "gtx"}}}
    job = read(mxjob(mode="MXTune", tuner_server=replica_spec(template=annotated), tuner=1))
    assert job.job_mode == JobMode.TUNE
    assert [spec.tuner_server_key for spec in job.replica_specs] == ["gtx", ""]


@pytest.mark.parametrize(
    ("status", "finished", "finished_at"),
    [
        pytest.param({}, False, None, id="81: a new job is not finished"),
        pytest.param({"conditions": [condition("Suspended")]}, False, None, id="81: nor is a suspended one"),
        pytest.param({"conditions": [condition("Failed", "False")]}, False, None, id="81: nor one that once failed"),
        pytest.param(
            {"conditions": [condition("Succeeded")], "completionTime": "2024-09-10T07:00:00Z"},
            True,
            ago(hours=1),
            id="81: succeeded, at its completion time",
        ),
        pytest.param(
            {"conditions": [condition("Failed", at=ago(minutes=5))]},
            True,
            ago(minutes=5),
            id="115: failed without completion time, at its last transition",
        ),
        pytest.param(
            {"conditions": [condition("Failed", at=ago(minutes=5)) | {"lastUpdateTime": "2024-09-10T08:00:00Z"}]},
            True,
            ago(minutes=5),
            id="115: whatever was updated later",
        ),
        pytest.param(
            {"conditions": [{"type": "Failed", "status": "True"}]}, True, None, id="115: failed, nobody knows when"
        ),
    ],
)
def test_finished(status: dict[str, Any], finished: bool, finished_at: datetime | None) -> None:
    job = read(mxjob(worker=1, status=status))
    assert (job.finished, job.finished_at) == (finished, finished_at)


def test_what_cannot_be_read_costs_only_itself() -> None:
    raw = mxjob(
        scheduler=1, specs={"Worker": "two"}, ttlSecondsAfterFinished=180, backoffLimit="many", cleanPodPolicy="x"
    )
    job = read(raw)
    assert [spec.type for spec in job.replica_specs] == ["Scheduler"]
    assert job.run_policy == RunPolicy(ttl_after_finished=timedelta(minutes=3))


@given(ANY_JSON, ANY_JSON, ANY_JSON)
def test_nothing_stored_makes_it_raise(metadata: Any, spec: Any, status: Any) -> None:
    read({"metadata": metadata, "spec": spec, "status": status})


@given(mutations(dist_job(status={"conditions": [condition("Failed")]})))
def test_no_change_to_a_good_job_makes_it_raise(raw: dict[str, Any]) -> None:
    job = read(raw)
    assert isinstance(job.finished_at, datetime | None)
