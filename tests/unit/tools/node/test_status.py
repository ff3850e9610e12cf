"""The status that is written for a pod."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fork_tools.cluster.node.pod.manifest import Pod
from fork_tools.cluster.node.pod.states import ContainerRecord, Running, Terminated, Waiting, ended_by
from fork_tools.cluster.node.pod.status import Ending, Placement, lost_status, pod_status
from tests.unit.tools.node.manifests import container, pod

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLACEMENT = Placement("127.0.0.1", "10.244.0.2", NOW)
UP = ContainerRecord(state=Running(NOW), container_id="process://x", image_id="environment:///e", restarts=2)


def status(one: Pod, record: ContainerRecord, **more: Any) -> dict[str, Any]:
    return pod_status(one, {each.name: record for each in one.spec.containers}, PLACEMENT, NOW, **more)


def conditions(found: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    return {each["type"]: (each["status"], each.get("reason")) for each in found["conditions"]}


def test_a_running_pod() -> None:
    found = status(pod(), UP)
    assert (found["phase"], found["podIP"], found["podIPs"]) == ("Running", "10.244.0.2", [{"ip": "10.244.0.2"}])
    assert found["startTime"] == "2026-03-01T12:00:00Z"
    assert set(conditions(found).values()) == {("True", None)}
    assert found["containerStatuses"] == [
        {
            "name": "main",
            "image": "example/mxnet",
            "imageID": "environment:///e",
            "containerID": "process://x",
            "ready": True,
            "started": True,
            "restartCount": 2,
            "state": {"running": {"startedAt": "2026-03-01T12:00:00Z"}},
            "lastState": {},
        }
    ]


@pytest.mark.parametrize(("code", "phase", "reason"), [(0, "Succeeded", "PodCompleted"), (1, "Failed", "PodFailed")])
def test_a_finished_pod_is_not_ready(code: int, phase: str, reason: str) -> None:
    found = status(pod(restartPolicy="Never"), ContainerRecord(state=ended_by(code, NOW, NOW, "process://x")))
    assert found["phase"] == phase
    assert conditions(found)["Ready"] == ("False", reason)
    assert conditions(found)["Initialized"][0] == "True"


def test_a_container_that_could_not_start() -> None:
    refused = Terminated(128, "StartError", NOW, message='exec: "x": executable file not found in $PATH')
    (main,) = status(pod(restartPolicy="Never"), ContainerRecord(state=refused))["containerStatuses"]
    assert main["state"]["terminated"] == {
        "exitCode": 128,
        "reason": "StartError",
        "message": 'exec: "x": executable file not found in $PATH',
        "finishedAt": "2026-03-01T12:00:00Z",
    }


def test_a_restarting_container_shows_how_it_ended() -> None:
    record = ContainerRecord(state=Waiting("CrashLoopBackOff", "back-off"), last=ended_by(3, NOW, NOW, "process://x"))
    (main,) = status(pod(), record)["containerStatuses"]
    assert main["state"] == {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}}
    assert main["lastState"]["terminated"]["exitCode"] == 3


def test_containers_wait_for_init_containers() -> None:
    one = pod(initContainers=[container("init")])
    found = pod_status(one, {"init": UP, "main": ContainerRecord()}, PLACEMENT, NOW)
    assert found["containerStatuses"][0]["state"] == {"waiting": {"reason": "PodInitializing"}}
    assert found["initContainerStatuses"][0]["ready"] is False
    assert conditions(found)["Initialized"] == ("False", "ContainersNotInitialized")


def test_conditions_of_others_stay_and_ours_keep_their_time() -> None:
    earlier = "2026-03-01T11:00:00Z"
    present = [
        {"type": "PodScheduled", "status": "True", "lastTransitionTime": earlier},
        {"type": "Ready", "status": "True", "lastTransitionTime": earlier},
        {"type": "Initialized", "status": "False", "lastTransitionTime": earlier},
    ]
    found = {each["type"]: each for each in status(pod(status={"conditions": present}), UP)["conditions"]}
    assert found["PodScheduled"] == present[0]
    assert found["Ready"]["lastTransitionTime"] == earlier
    assert found["Initialized"]["lastTransitionTime"] == "2026-03-01T12:00:00Z"


def test_a_pod_that_failed_as_a_whole() -> None:
    found = status(pod(), UP, ending=Ending("DeadlineExceeded", "too long"))
    assert (found["phase"], found["reason"], found["message"]) == ("Failed", "DeadlineExceeded", "too long")


def test_a_pod_without_an_address_yet() -> None:
    found = pod_status(pod(), {"main": ContainerRecord()}, Placement("127.0.0.1", "", NOW), NOW)
    assert "podIP" not in found
    assert conditions(found)["PodReadyToStartContainers"][0] == "False"


def test_a_lost_pod_is_not_said_to_run() -> None:
    before = NOW - timedelta(hours=1)
    running = status(pod(restartPolicy="Always"), UP) | {"startTime": before.isoformat()}
    found = lost_status(pod(status={key: value for key, value in running.items() if value is not None}), NOW)
    assert (found["phase"], found["reason"]) == ("Failed", "NodeRestarted")
    assert found["containerStatuses"][0]["state"]["terminated"]["reason"] == "ContainerStatusUnknown"
    assert found["containerStatuses"][0]["restartCount"] == 2
    assert conditions(found)["Ready"] == ("False", "PodFailed")
