"""Pods as a user runs them on the nodes: how they start, end, restart and are deleted."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from tests.cluster.node.pods import NodeAgent, Pods, container, only_state, pod
from tests.cluster.waiting import wait_until

pytestmark = pytest.mark.usefixtures("nodes")


@pytest.mark.parametrize(
    ("script", "phase", "code", "reason"),
    [
        pytest.param("exit 0", "Succeeded", 0, "Completed", id="success"),
        pytest.param("exit 7", "Failed", 7, "Error", id="its own exit code"),
        pytest.param("kill -9 $$$$", "Failed", 137, "Error", id="SIGKILL is 137"),
        pytest.param("kill -TERM $$$$", "Failed", 143, "Error", id="SIGTERM is 143"),
    ],
)
def test_a_pod_ends_with_its_exit_code(pods: Pods, script: str, phase: str, code: int, reason: str) -> None:
    pods.apply(pod("one", "sh", "-c", script))
    ended = pods.finished("one")
    terminated = only_state(ended)["terminated"]
    assert (ended["status"]["phase"], terminated["exitCode"], terminated["reason"]) == (phase, code, reason)
    assert terminated["finishedAt"] >= terminated["startedAt"]


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["no-such-program"], 'exec: "no-such-program": executable file not found in $PATH'),
        (["/no/such/program"], 'exec: "/no/such/program": no such file or directory'),
    ],
)
def test_a_command_that_does_not_exist(pods: Pods, command: list[str], message: str) -> None:
    pods.apply(pod("one", *command))
    ended = pods.finished("one")
    terminated = only_state(ended)["terminated"]
    assert (terminated["exitCode"], terminated["reason"], terminated["message"]) == (128, "StartError", message)


def test_a_running_pod_tells_the_truth(pods: Pods, nodes: NodeAgent) -> None:
    pods.apply(pod("one", "sleep", "60"))
    status = pods.running("one")["status"]
    (main,) = status["containerStatuses"]
    assert (main["ready"], main["started"], main["restartCount"]) == (True, True, 0)
    assert main["containerID"].startswith("process://")
    assert {each["type"]: each["status"] for each in status["conditions"]} == {
        "PodReadyToStartContainers": "True",
        "PodScheduled": "True",
        "Initialized": "True",
        "ContainersReady": "True",
        "Ready": "True",
    }
    assert status["podIP"].startswith("10.244.")
    assert status["hostIP"] == "127.0.0.1"
    assert pods.get("one")["spec"]["nodeName"] in nodes.ready["nodes"]


def test_init_containers_come_first_and_in_order(pods: Pods) -> None:
    shared = {"volumeMounts": [{"name": "shared", "mountPath": "/opt/shared"}]}
    pods.apply(
        pod(
            "one",
            "sh",
            "-c",
            "cat /opt/shared/order",
            container=shared,
            initContainers=[
                container("first", "sh", "-c", "sleep 0.3; echo first >> /opt/shared/order", **shared),
                container("second", "sh", "-c", "echo second >> /opt/shared/order", **shared),
            ],
            volumes=[{"name": "shared", "emptyDir": {}}],
        )
    )
    assert pods.finished("one")["status"]["phase"] == "Succeeded"
    assert pods.logs("one", "-c", "main") == "first\nsecond\n"


def test_a_failing_init_container_fails_the_pod(pods: Pods) -> None:
    pods.apply(pod("one", "true", initContainers=[container("init", "sh", "-c", "exit 4")]))
    status = pods.finished("one")["status"]
    assert status["phase"] == "Failed"
    assert status["initContainerStatuses"][0]["state"]["terminated"]["exitCode"] == 4
    assert status["containerStatuses"][0]["state"] == {"waiting": {"reason": "PodInitializing"}}


def test_a_container_knows_its_pod_and_its_configuration(pods: Pods) -> None:
    script = "import os, json; print(json.dumps(dict(os.environ)))"
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "config"}, "data": {"SPEED": "fast"}}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "secret"}, "stringData": {"word": "sesame"}}

    def field(name: str, path: str) -> dict[str, object]:
        return {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}

    env = [
        field("POD", "metadata.name"),
        field("ROLE", "metadata.labels['role']"),
        field("ADDRESS", "status.podIP"),
        field("NODE", "spec.nodeName"),
        {"name": "WORD", "valueFrom": {"secretKeyRef": {"name": "secret", "key": "word"}}},
        {"name": "GREETING", "value": "hello $(POD) $(UNKNOWN) $$(POD)"},
    ]
    main = {"env": env, "envFrom": [{"configMapRef": {"name": "config"}, "prefix": "CAR_"}], "args": ["$(POD)"]}
    pods.apply(config, secret, pod("one", "python", "-c", script, container=main, metadata={"labels": {"role": "w"}}))
    ended = pods.finished("one")
    seen = json.loads(pods.logs("one"))
    expected = {
        "POD": "one",
        "ROLE": "w",
        "ADDRESS": ended["status"]["podIP"],
        "NODE": ended["spec"]["nodeName"],
        "WORD": "sesame",
        "GREETING": "hello one $(UNKNOWN) $(POD)",
        "CAR_SPEED": "fast",
        "HOSTNAME": "one",
    }
    assert {name: seen.get(name) for name in expected} == expected
    assert "KUBEBUILDER_ASSETS" not in seen


def test_volumes_are_shared_by_containers_and_hidden_from_the_host(pods: Pods) -> None:
    config = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "code"},
        "data": {"train.py": "print('trained')", "other": "x"},
    }
    mounts = {
        "volumeMounts": [
            {"name": "code", "mountPath": "/opt/no/such/folder"},
            {"name": "scratch", "mountPath": "/var/run/scratch"},
        ]
    }
    writer = container("writer", "sh", "-c", "python /opt/no/such/folder/train.py > /var/run/scratch/out", **mounts)
    wait = "until [ -s /var/run/scratch/out ]; do sleep 0.05; done; cat /var/run/scratch/out; ls /opt/no/such/folder"
    reader = container("reader", "sh", "-c", f"{wait}; touch /opt/no/such/folder/new || echo read-only", **mounts)
    items = [{"key": "train.py", "path": "train.py"}]
    pods.apply(
        config,
        pod(
            "one",
            containers=[writer, reader],
            volumes=[
                {"name": "code", "configMap": {"name": "code", "items": items}},
                {"name": "scratch", "emptyDir": {}},
            ],
        ),
    )
    assert pods.finished("one")["status"]["phase"] == "Succeeded"
    lines = pods.logs("one", "-c", "reader").splitlines()
    assert [lines[0], lines[1], lines[-1]] == ["trained", "train.py", "read-only"]


def test_what_a_container_writes_elsewhere_is_its_own(pods: Pods) -> None:
    pods.apply(pod("one", "sh", "-c", "echo mine > /etc/mxfork-test && cat /etc/mxfork-test"))
    pods.finished("one")
    pods.apply(pod("two", "cat", "/etc/mxfork-test"))
    assert pods.finished("two")["status"]["phase"] == "Failed"
    assert pods.logs("one") == "mine\n"


def test_a_failing_container_is_restarted_with_back_off(pods: Pods) -> None:
    pods.apply(pod("one", "sh", "-c", "exit 3", restartPolicy="OnFailure"))

    def backs_off(seen: dict[str, object]) -> bool:
        return "CrashLoopBackOff" in json.dumps(seen) and restarts(seen) >= 1

    def restarts(seen: object) -> int:
        count: int = json.loads(json.dumps(seen))["status"].get("containerStatuses", [{}])[0].get("restartCount", 0)
        return count

    status = pods.wait("one", backs_off)["status"]
    (main,) = status["containerStatuses"]
    assert status["phase"] == "Running"
    assert main["lastState"]["terminated"]["exitCode"] == 3
    assert pods.wait("one", lambda seen: restarts(seen) >= 2)


def test_a_restarted_container_may_succeed(pods: Pods) -> None:
    script = "if [ -e /opt/data/tried ]; then exit 0; fi; touch /opt/data/tried; echo first; exit 1"
    mounts = {"volumeMounts": [{"name": "data", "mountPath": "/opt/data"}]}
    volumes = [{"name": "data", "emptyDir": {}}]
    pods.apply(pod("one", "sh", "-c", script, container=mounts, volumes=volumes, restartPolicy="OnFailure"))
    ended = pods.finished("one")
    assert (ended["status"]["phase"], ended["status"]["containerStatuses"][0]["restartCount"]) == ("Succeeded", 1)
    assert pods.logs("one", "--previous") == "first\n"


def test_deletion_lets_a_container_finish(pods: Pods) -> None:
    pods.apply(pod("one", "sh", "-c", "trap 'sleep 0.2; echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done"))
    pods.running("one")
    with subprocess.Popen([*pods.command, "logs", "-f", "one"], stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "up\n"
        pods.run("delete", "pod", "one", "--wait=false")
        assert reader.stdout.read() == "bye\n"
    wait_until(lambda: not pods.exists("one"))


def test_deletion_kills_what_does_not_listen(pods: Pods) -> None:
    pods.apply(pod("one", "sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.05; done"))
    wait_until(lambda: pods.run("logs", "one").stdout == "up\n")
    assert pods.run("delete", "pod", "one", "--grace-period=1", "--timeout=20s").returncode == 0
    assert not pods.exists("one")


def test_an_image_that_no_environment_stands_for(pods: Pods) -> None:
    pods.apply(pod("one", "true", containers=[{"name": "main", "image": "example/unknown:2", "command": ["true"]}]))

    def waiting(reason: str) -> bool:
        state = pods.get("one")["status"].get("containerStatuses", [{"state": {}}])[0]["state"]
        found: bool = state.get("waiting", {}).get("reason") == reason
        return found

    wait_until(lambda: waiting("ImagePullBackOff"))
    status = pods.get("one")["status"]
    assert status["phase"] == "Pending"
    assert "--image example/unknown=PATH" in status["containerStatuses"][0]["state"]["waiting"]["message"]


def test_a_missing_reference_holds_a_container_back_until_it_is_there(pods: Pods) -> None:
    source = {"configMapKeyRef": {"name": "late", "key": "word"}}
    pods.apply(pod("one", "printenv", "WORD", container={"env": [{"name": "WORD", "valueFrom": source}]}))
    held = pods.wait("one", lambda seen: "CreateContainerConfigError" in json.dumps(seen["status"]))
    assert only_state(held)["waiting"]["message"] == 'configmap "late" not found'
    pods.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "late"}, "data": {"word": "now"}})
    assert pods.finished("one")["status"]["phase"] == "Succeeded"
    assert pods.logs("one") == "now\n"


def test_an_image_brings_no_entrypoint(pods: Pods) -> None:
    pods.apply(pod("one", containers=[{"name": "main", "image": "example/python"}]))
    held = pods.wait("one", lambda seen: "CreateContainerError" in json.dumps(seen["status"]))
    assert "give container" in only_state(held)["waiting"]["message"]


def test_a_pod_that_no_node_suits_stays_pending(pods: Pods) -> None:
    pods.apply(
        pod("one", "true", nodeSelector={"disk": "ssd"}),
        pod("two", "true", container={"resources": {"limits": {"example.com/gpu": "1"}}}),
    )

    def obstacle(name: str) -> str:
        conditions = pods.get(name)["status"].get("conditions", [])
        return "".join(each.get("message", "") for each in conditions if each["type"] == "PodScheduled")

    wait_until(lambda: "node affinity/selector" in obstacle("one"))
    wait_until(lambda: "Insufficient example.com/gpu" in obstacle("two"))


def test_a_pod_that_runs_too_long_fails(pods: Pods) -> None:
    pods.apply(pod("one", "sleep", "60", activeDeadlineSeconds=1))
    status = pods.finished("one")["status"]
    assert (status["phase"], status["reason"]) == ("Failed", "DeadlineExceeded")


def test_a_termination_message_is_shown(pods: Pods) -> None:
    pods.apply(pod("one", "sh", "-c", "echo out of data > /dev/termination-log; exit 2"))
    assert only_state(pods.finished("one"))["terminated"]["message"] == "out of data\n"


@pytest.mark.parametrize(
    "unusual",
    [
        pytest.param(pod("a" * 253, "true", metadata={"labels": {}}), id="a name of full length"),
        pytest.param(pod("one", "true", volumes=[{"name": "empty", "projected": {}}]), id="a projection of nothing"),
    ],
)
def test_an_unusual_pod_runs_like_any_other(pods: Pods, unusual: dict[str, Any]) -> None:
    pods.apply(unusual)
    assert pods.finished(unusual["metadata"]["name"])["status"]["phase"] == "Succeeded"
