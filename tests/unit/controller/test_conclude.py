from __future__ import annotations

from typing import Any

import pytest

from controller.reconcile.actions import Create, Delete, Event, Outcome
from controller.reconcile.conclude import Conclusion, conclude
from controller.reconcile.observed import Observed
from controller.reconcile.plan import plan
from tests.unit.controller.builders import NOW, ago, condition, dist_job, mxjob, pods_of, replica_spec, services_of


def concluded(job: dict[str, Any], how: dict[str, dict[str, Any]] | None = None) -> Conclusion:
    """Conclude the first pass over `job`, in which all goes well but for the names in `how`."""
    observed = Observed(job)
    intended = plan(observed, NOW)
    outcomes = [
        Outcome(action, **({"done": False} | how[action.name])) if how and action.name in how else Outcome(action, True)
        for action in intended.actions
    ]
    return conclude(observed, intended, outcomes, NOW)


def named(events: tuple[Event, ...], reason: str) -> list[str]:
    return [event.message for event in events if event.reason == reason]


def test_50_what_was_created_is_told_once() -> None:
    events = concluded(dist_job()).events
    names = "demo-scheduler-0, demo-server-0, demo-worker-0, demo-worker-1"
    assert named(events, "SuccessfulCreatePod") == [f"Created pods: {names}"]
    assert named(events, "SuccessfulCreateService") == [f"Created services: {names}"]


def test_50_many_are_told_by_their_first_names_and_number() -> None:
    (message,) = named(concluded(mxjob(worker=500)).events, "SuccessfulCreatePod")
    assert message.startswith("Created pods: demo-worker-0, demo-worker-1,")
    assert message.endswith("and 492 more")


def test_49_a_refused_pod_leaves_the_status_written_and_asks_for_another_try() -> None:
    conclusion = concluded(dist_job(), {"demo-scheduler-0": {"error": "exceeded quota"}})
    assert conclusion.status_patch is not None
    assert [each["type"] for each in conclusion.status_patch["status"]["conditions"]] == ["Created", "Blocked"]
    assert "startTime" in conclusion.status_patch["status"]
    assert named(conclusion.standing, "FailedCreatePod") == ["Cannot create pod: demo-scheduler-0: exceeded quota"]
    assert conclusion.retry


def test_47_a_pod_that_was_there_already_is_no_error() -> None:
    conclusion = concluded(dist_job())
    assert (conclusion.standing, conclusion.retry) == ((), False)


def test_48_a_name_of_somebody_else_is_told_and_the_others_are_handled() -> None:
    conclusion = concluded(dist_job(), {"demo-worker-1": {"taken_by": "TFJob other"}})
    (warning,) = named(conclusion.standing, "FailedCreatePod")
    assert "TFJob other" in warning
    assert named(conclusion.events, "SuccessfulCreatePod") == [
        "Created pods: demo-scheduler-0, demo-server-0, demo-worker-0"
    ]


@pytest.mark.parametrize(("permanent", "retry"), [(True, False), (False, True)])
def test_what_cannot_succeed_is_not_tried_again(permanent: bool, retry: bool) -> None:
    conclusion = concluded(mxjob(worker=1), {"demo-worker-0": {"error": "invalid", "permanent": permanent}})
    assert conclusion.retry is retry


def test_49_a_thousand_refusals_are_one_warning() -> None:
    refused = {f"demo-worker-{index}": {"error": f"pod {index} is refused"} for index in range(1000)}
    standing = concluded(mxjob(worker=1000), refused).standing
    assert [event.reason for event in standing] == ["FailedCreateService", "FailedCreatePod"]


def test_44_an_overwritten_template_is_told_when_a_pod_of_it_was_created() -> None:
    job = mxjob(worker=replica_spec(1, restartPolicy="Always"), server=1)
    assert len(named(concluded(job).events, "SetPodTemplateRestartPolicy")) == 1
    failed = concluded(job, {"demo-worker-0": {"error": "no"}})
    assert named(failed.events, "SetPodTemplateRestartPolicy") == []


def test_84_nothing_to_write_at_rest() -> None:
    job = dist_job()
    patch = concluded(job).status_patch
    assert patch is not None
    job["status"] = patch["status"]
    observed = Observed(job, pods_of(job), services_of(job))
    assert conclude(observed, plan(observed, NOW), (), NOW) == Conclusion()


@pytest.mark.parametrize(
    ("stored", "waits"),
    [
        pytest.param({"replicaStatuses": {"Worker": {"active": 1}}}, True, id="only other counts"),
        pytest.param({"replicaStatuses": {"Worker": {"active": 1}}, "startTime": None}, False, id="another start time"),
        pytest.param({"conditions": []}, False, id="another condition"),
        pytest.param({}, False, id="nothing to write"),
    ],
)
def test_only_counts_can_wait(stored: dict[str, Any], waits: bool) -> None:
    job = dist_job()
    patch = concluded(job).status_patch
    assert patch is not None
    job["status"] = patch["status"] | stored
    observed = Observed(job, pods_of(job), services_of(job))
    assert conclude(observed, plan(observed, NOW), (), NOW).status_can_wait is waits


@pytest.mark.parametrize(
    "status",
    [
        pytest.param({"conditions": "x", "replicaStatuses": {"Worker": None}, "other": 1}, id="garbage"),
        pytest.param({"replicaStatuses": {"Worker": {"labelSelector": {}, "active": 0}}}, id="v1.8.1's old fields"),
    ],
)
def test_what_others_wrote_differently_is_no_reason_to_write_twice(status: dict[str, Any]) -> None:
    job = mxjob(worker=1, status=status)
    first = concluded(job).status_patch
    assert first is not None
    assert "other" not in first["status"]


def test_87_a_type_that_is_gone_is_nulled_in_the_patch() -> None:
    job = mxjob(worker=1, status={"replicaStatuses": {"Server": {"active": 1}}})
    patch = concluded(job).status_patch
    assert patch is not None
    assert patch["status"]["replicaStatuses"] == {"Server": None, "Worker": {}}


def test_85_the_patch_names_the_version_it_was_made_from() -> None:
    patch = concluded(dist_job(metadata={"resourceVersion": "42"})).status_patch
    assert patch is not None
    assert patch["metadata"] == {"resourceVersion": "42"}


def test_85_the_same_pass_made_again_tells_the_same() -> None:
    assert concluded(dist_job()) == concluded(dist_job())


class TestExpiredJob:
    JOB = mxjob(
        worker=1,
        ttlSecondsAfterFinished=1,
        status={"conditions": [condition("Created"), condition("Succeeded", at=ago(days=1))]},
    )

    def test_113_its_deletion_is_counted_and_nothing_is_written_any_more(self) -> None:
        conclusion = concluded(self.JOB)
        assert conclusion == Conclusion(
            events=(Event("Normal", "SuccessfulDeletePod", "Deleted job: demo"),), counters=("deleted",)
        )

    def test_113_a_refused_deletion_is_tried_again(self) -> None:
        conclusion = concluded(self.JOB, {"demo": {"error": "forbidden"}})
        assert named(conclusion.standing, "FailedDeletePod") == ["Cannot delete job: demo: forbidden"]
        assert (conclusion.retry, conclusion.counters) == (True, ())


def test_deletions_are_told_by_kind() -> None:
    job = mxjob(worker=1)
    outcomes = [Outcome(Delete(kind, f"demo-worker-{i}", "uid"), True) for kind in ("Pod", "Service") for i in (1, 2)]
    observed = Observed(job)
    events = conclude(observed, plan(observed, NOW), outcomes, NOW).events
    assert named(events, "SuccessfulDeletePod") == ["Deleted pods: demo-worker-1, demo-worker-2"]
    assert named(events, "SuccessfulDeleteService") == ["Deleted services: demo-worker-1, demo-worker-2"]


def test_129_a_missing_pod_group_api_is_told() -> None:
    job = mxjob(worker=1)
    observed = Observed(job)
    failed = Outcome(Create("PodGroup", "demo", "", {}), done=False, error="the server could not find the resource")
    conclusion = conclude(observed, plan(observed, NOW), [failed], NOW)
    assert named(conclusion.standing, "FailedCreatePodGroup") == [
        "Cannot create PodGroup: demo: the server could not find the resource"
    ]
    assert conclusion.retry
