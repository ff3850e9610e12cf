from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from controller.api.mxjob import read
from controller.api.objects import Metadata, OwnerReference, PodGroup, PodGroupStatus
from controller.reconcile.actions import Action, Create, Update
from controller.reconcile.gang import GangScheduler, dissolve, gang_scheduler, holds_back, marks, obstacles, sync
from controller.reconcile.settings import Settings
from tests.unit.controller.builders import dist_job, mxjob, replica_spec
from tests.unit.controller.model import merged

VOLCANO = GangScheduler("volcano", volcano=True)
PLUGINS = GangScheduler("my-scheduler", volcano=False)


def pod_group(phase: str = "Running", owner: str = "uid-of-demo", gone: str | None = None, **spec: Any) -> PodGroup:
    reference = OwnerReference("kubeflow.org/v1", "MXJob" if owner == "uid-of-demo" else "TFJob", "demo", owner, True)
    metadata = Metadata("demo", uid="uid-of-group", resource_version="7", deletion_timestamp=gone)
    owned = Metadata(
        **{**{f: getattr(metadata, f) for f in metadata.__struct_fields__}, "owner_references": (reference,)}
    )
    return PodGroup(owned, spec, PodGroupStatus(phase))


def synced(
    scheduler: GangScheduler | None,
    job: dict[str, Any],
    group: PodGroup | None = None,
    priorities: Mapping[str, int] | None = None,
) -> Action | None:
    return next(sync(scheduler, read(job), group, priorities or {}), None)


def wanted(scheduler: GangScheduler, job: dict[str, Any], group: PodGroup | None = None) -> dict[str, Any]:
    """Return the spec that the PodGroup ends up with."""
    action = synced(scheduler, job, group)
    if isinstance(action, Create):
        return dict(action.manifest["spec"])
    assert group is not None
    return merged(group.spec, action.patch["spec"]) if isinstance(action, Update) else group.spec


def asking(requests: dict[str, Any] | None = None, limits: dict[str, Any] | None = None, replicas: int = 1) -> Any:
    resources = {key: value for key, value in {"requests": requests, "limits": limits}.items() if value is not None}
    container = {"name": "mxnet", "image": "example.test/mxnet", "resources": resources}
    return replica_spec(replicas, template={"spec": {"containers": [container]}})


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        pytest.param("", None, id="140: off"),
        pytest.param("none", None, id="140: none"),
        pytest.param("None", None, id="140: None"),
        pytest.param(" NONE ", None, id="140: however it is typed"),
        pytest.param("volcano", VOLCANO, id="129: volcano"),
        pytest.param("Volcano", VOLCANO, id="129: in any case"),
        pytest.param("my-scheduler", PLUGINS, id="131: any other is scheduler-plugins"),
    ],
)
def test_gang_scheduler(flag: str, expected: GangScheduler | None) -> None:
    assert gang_scheduler(Settings(gang_scheduler_name=flag)) == expected


def test_129_volcanos_group() -> None:
    job = mxjob(
        scheduler=asking({"cpu": "1"}),
        server=asking(None, {"cpu": "2", "memory": "1Gi"}),
        worker=asking({"cpu": "3"}, {"cpu": "4"}, replicas=2),
        metadata={"annotations": {"who": "me"}},
        schedulingPolicy={"priorityClass": "high", "scheduleTimeoutSeconds": 10},
    )
    action = synced(VOLCANO, job)
    assert isinstance(action, Create)
    assert action.manifest["apiVersion"] == "scheduling.volcano.sh/v1beta1"
    assert action.manifest["metadata"]["annotations"] == {"who": "me"}
    assert action.manifest["metadata"]["ownerReferences"][0]["uid"] == "uid-of-demo"
    assert action.manifest["spec"] == {
        "minMember": 4,
        "queue": "default",
        "priorityClassName": "high",
        "minResources": {"cpu": "9", "memory": "1Gi"},
    }


def test_131_the_group_of_scheduler_plugins() -> None:
    policy = {"minAvailable": 2, "queue": "q", "priorityClass": "high", "scheduleTimeoutSeconds": 45}
    action = synced(PLUGINS, dist_job(schedulingPolicy=policy))
    assert isinstance(action, Create)
    assert action.manifest["apiVersion"] == "scheduling.x-k8s.io/v1alpha1"
    assert action.manifest["spec"] == {"minMember": 2, "scheduleTimeoutSeconds": 45}


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        pytest.param(
            {"minAvailable": 1}, {"minMember": 1, "minResources": {"cpu": "1"}}, id="132: the first pods only"
        ),
        pytest.param(
            {"minAvailable": 9}, {"minMember": 9, "minResources": {"cpu": "7"}}, id="134: more than there are"
        ),
        pytest.param({"minAvailable": 0}, {"minMember": 0}, id="132: none at all"),
        pytest.param(
            {"minResources": {"gpu": 4}}, {"minMember": 3, "minResources": {"gpu": 4}}, id="132: as the user says"
        ),
        pytest.param({"minResources": {}}, {"minMember": 3}, id="132: nothing, as the user says"),
    ],
)
def test_what_has_to_be_free(policy: dict[str, Any], expected: dict[str, Any]) -> None:
    job = mxjob(scheduler=asking({"cpu": "1"}), worker=asking({"cpu": "3"}, replicas=2), schedulingPolicy=policy)
    assert wanted(PLUGINS, job) == expected


def test_129_the_pods_of_the_highest_priority_count_first() -> None:
    worker = asking({"cpu": "3"}, replicas=2)
    worker["template"]["spec"]["priorityClassName"] = "high"
    job = mxjob(scheduler=asking({"cpu": "1"}), worker=worker, schedulingPolicy={"minAvailable": 3})
    group = pod_group(minMember=3, minResources={"cpu": "7"})
    assert synced(PLUGINS, job, group, {"high": 5}) is None
    job["spec"]["runPolicy"]["schedulingPolicy"]["minAvailable"] = 2
    action = synced(PLUGINS, job, None, {"high": 5})
    assert isinstance(action, Create)
    assert action.manifest["spec"] == {"minMember": 2, "minResources": {"cpu": "6"}}


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        pytest.param(None, None, id="135: nothing"),
        pytest.param({"limits": None}, None, id="135: null"),
        pytest.param({"limits": {"cpu": "2"}}, {"cpu": "2"}, id="135: limits stand in"),
        pytest.param(
            {"requests": {"cpu": "1"}, "limits": {"cpu": "2", "gpu": 1}}, {"cpu": "1"}, id="135: requests win"
        ),
        pytest.param({"requests": {}, "limits": {"cpu": "2"}}, None, id="135: even empty ones"),
        pytest.param({"requests": {"cpu": "much"}}, None, id="135: what is no quantity"),
    ],
)
def test_what_a_container_asks_for(resources: Any, expected: dict[str, Any] | None) -> None:
    container = {"name": "mxnet", "image": "example.test/mxnet", "resources": resources}
    job = mxjob(worker=replica_spec(template={"spec": {"containers": [container]}}))
    assert wanted(PLUGINS, job).get("minResources") == expected


def test_132_the_queue_of_a_group_that_is_there_wins() -> None:
    job = dist_job(schedulingPolicy={"queue": "asked"})
    assert wanted(VOLCANO, job)["queue"] == "asked"
    assert wanted(VOLCANO, job, pod_group(minMember=1, queue="given"))["queue"] == "given"


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param({"minMember": 4, "queue": "default"}, id="137: as asked"),
        pytest.param({"minMember": 4, "queue": "default", "minTaskMember": {"worker": 1}}, id="137: with more in it"),
    ],
)
def test_a_group_as_asked_is_left_alone(spec: dict[str, Any]) -> None:
    assert synced(VOLCANO, dist_job(), pod_group(**spec)) is None


def test_137_the_same_amount_in_other_words_is_no_difference() -> None:
    job = mxjob(worker=asking({"cpu": "1000m", "memory": "1024Mi"}))
    group = pod_group(minMember=1, minResources={"cpu": 1, "memory": "1Gi"})
    assert synced(PLUGINS, job, group) is None


def test_134_a_group_follows_the_job_and_nothing_else_of_it_changes() -> None:
    group = pod_group(minMember=10, queue="default", priorityClassName="old", minTaskMember={"worker": 1})
    assert synced(VOLCANO, dist_job(), group) == Update(
        "PodGroup",
        "demo",
        {"metadata": {"resourceVersion": "7"}, "spec": {"minMember": 4, "priorityClassName": None}},
    )


@pytest.mark.parametrize(
    ("scheduler", "group", "expected"),
    [
        pytest.param(None, None, False, id="45: no gang scheduling"),
        pytest.param(VOLCANO, None, True, id="130: no group yet"),
        pytest.param(VOLCANO, pod_group(""), True, id="130: volcano has not seen it"),
        pytest.param(VOLCANO, pod_group("Pending"), True, id="130: volcano lets it wait"),
        pytest.param(VOLCANO, pod_group("Inqueue"), False, id="130: admitted"),
        pytest.param(PLUGINS, None, True, id="131: no group yet"),
        pytest.param(PLUGINS, pod_group("Pending"), False, id="131: scheduler-plugins holds pods itself"),
        pytest.param(PLUGINS, pod_group(owner="another"), True, id="139: the group of another job"),
        pytest.param(VOLCANO, pod_group(gone="2024-09-10T07:59:00Z"), True, id="136: the group is going"),
    ],
)
def test_holds_back(scheduler: GangScheduler | None, group: PodGroup | None, expected: bool) -> None:
    assert holds_back(scheduler, read(dist_job()), group) is expected


@pytest.mark.parametrize("scheduler", [VOLCANO, PLUGINS])
def test_139_the_group_of_another_job_is_neither_changed_nor_deleted(scheduler: GangScheduler) -> None:
    job, foreign = read(dist_job()), pod_group(owner="another", minMember=1)
    assert list(sync(scheduler, job, foreign, {})) == []
    assert list(dissolve(scheduler, job, foreign)) == []
    (obstacle,) = obstacles(scheduler, job, foreign, "")
    assert (obstacle.reason, obstacle.warning.reason) == ("NameTaken", "FailedCreatePodGroup")
    assert "TFJob demo" in obstacle.message


@pytest.mark.parametrize(
    ("scheduler", "group", "number"),
    [
        pytest.param(VOLCANO, pod_group(), 1, id="136: deleted"),
        pytest.param(VOLCANO, None, 0, id="137: there is none"),
        pytest.param(VOLCANO, pod_group(gone="2024-09-10T07:59:00Z"), 0, id="137: going already"),
        pytest.param(None, pod_group(), 0, id="140: no business of ours"),
    ],
)
def test_dissolve(scheduler: GangScheduler | None, group: PodGroup | None, number: int) -> None:
    assert len(list(dissolve(scheduler, read(dist_job()), group))) == number


def test_130_131_what_pods_carry() -> None:
    job = read(mxjob(worker=1))
    assert marks(VOLCANO, job)["Worker"].annotations == {
        "scheduling.k8s.io/group-name": "demo",
        "volcano.sh/task-spec": "worker",
    }
    assert marks(PLUGINS, job)["Worker"].labels == {"scheduling.x-k8s.io/pod-group": "demo"}
    assert (marks(PLUGINS, job)["Worker"].scheduler_name, marks(None, job)) == ("my-scheduler", {})
