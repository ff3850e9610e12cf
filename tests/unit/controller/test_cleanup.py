from __future__ import annotations

from typing import Any

import pytest

from controller.api.mxjob import read
from controller.reconcile.cleanup import clean_up, delete_recorded
from controller.reconcile.observed import Observed
from controller.reconcile.ownership import gather
from tests.unit.controller.builders import ago, condition, mxjob, pod, pods_of, service, services_of

PHASES = ["Running", "Pending", "Succeeded", "Failed", "Unknown"]


def gone(policy: str | None, job: dict[str, Any] | None = None, **status: Any) -> dict[str, list[int]]:
    """Return the indices of workers whose pod or service a finished job gives away, one worker for each phase."""
    raw = job or mxjob(worker=len(PHASES), cleanPodPolicy=policy)
    raw["status"] = {"conditions": [condition("Succeeded")], **status}
    pods = tuple(pod(raw, "Worker", index, phase=phase) for index, phase in enumerate(PHASES))
    deletions = list(clean_up(read(raw), gather(read(raw), Observed(raw, pods, services_of(raw)))))
    return {kind: [int(each.name[-1]) for each in deletions if each.kind == kind] for kind in ("Pod", "Service")}


@pytest.mark.parametrize(
    ("policy", "indices"),
    [
        pytest.param("None", [], id="108: None keeps all"),
        pytest.param(None, [], id="108: which is the default"),
        pytest.param("Running", [0, 1], id="106, 110: Running takes what has not ended"),
        pytest.param("All", [0, 1, 2, 3, 4], id="107: All takes all"),
    ],
)
def test_clean_up(policy: str | None, indices: list[int]) -> None:
    assert gone(policy) == {"Pod": indices, "Service": indices}


def test_97_a_job_that_failed_too_often_keeps_its_pods_under_none() -> None:
    assert gone("None", conditions=[condition("Failed")]) == {"Pod": [], "Service": []}


def test_102_a_job_past_its_deadline_is_stopped_even_under_none() -> None:
    job = mxjob(worker=len(PHASES), activeDeadlineSeconds=60)
    status = {"conditions": [condition("Failed")], "startTime": ago(seconds=60).strftime("%Y-%m-%dT%H:%M:%SZ")}
    assert gone(None, job, **status) == {"Pod": [0, 1], "Service": [0, 1]}


@pytest.mark.parametrize("policy", ["All", "Running"])
def test_112_services_go_even_when_the_pods_have_gone_before(policy: str) -> None:
    job = mxjob(worker=2, cleanPodPolicy=policy, status={"conditions": [condition("Failed")]})
    family = gather(read(job), Observed(job, (), services_of(job)))
    assert [each.kind for each in clean_up(read(job), family)] == ["Service", "Service"]


def test_112_the_service_of_a_pod_that_is_going_anyway_goes_too() -> None:
    job = mxjob(worker=1, cleanPodPolicy="Running", status={"conditions": [condition("Succeeded")]})
    observed = Observed(job, pods_of(job, "Succeeded", terminating=True), services_of(job))
    assert [each.kind for each in clean_up(read(job), gather(read(job), observed))] == ["Service"]


def test_nothing_is_deleted_twice() -> None:
    job = mxjob(worker=2, cleanPodPolicy="All", status={"conditions": [condition("Failed")]})
    observed = Observed(job, pods_of(job, "Running", terminating=True), services_of(job, terminating=True))
    assert list(clean_up(read(job), gather(read(job), observed))) == []


def test_56_what_belongs_to_others_stays() -> None:
    job = mxjob(worker=1, cleanPodPolicy="All", status={"conditions": [condition("Failed")]})
    observed = Observed(job, (pod(job, "Worker", owner_uid="another"),), (service(job, "Worker", owner_uid="another"),))
    assert list(clean_up(read(job), gather(read(job), observed))) == []


@pytest.mark.parametrize("policy", ["All", "Running", "None"])
def test_124_a_job_at_rest_keeps_nothing_whatever_its_policy(policy: str) -> None:
    job = mxjob(worker=2, cleanPodPolicy=policy, suspend=True)
    pods = (pod(job, "Worker", 0, phase="Succeeded"), pod(job, "Worker", 1, phase="Running"), pod(job, "Server", 0))
    family = gather(read(job), Observed(job, pods, services_of(job)))
    services = [each.name for each in delete_recorded(family, ()) if each.kind == "Service"]
    assert services == ["demo-worker-0", "demo-worker-1"]
    assert not any(each.kind == "Pod" for each in delete_recorded(family, ()))
    assert sorted(each.name for each in delete_recorded(family, family.uids) if each.kind == "Pod") == [
        "demo-server-0",
        "demo-worker-0",
        "demo-worker-1",
    ]
