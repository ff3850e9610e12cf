"""Nodes where the kernel forbids namespaces: plain processes, one job at a time, and the agent says so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from fork_tools.cluster.lifecycle import Cluster
from tests.cluster.kubectl import output
from tests.cluster.node.pods import MEMBERS, NodeAgent, Pods, headless, node_agent, pod, training_job
from tests.cluster.waiting import wait_until

pytestmark = pytest.mark.usefixtures("shared")


@pytest.fixture(scope="module")
def shared(control_plane: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeAgent]:
    with node_agent(control_plane, tmp_path_factory.mktemp("agent"), "--isolation", "shared") as agent:
        yield agent


def test_the_agent_says_that_pods_are_not_kept_apart(shared: NodeAgent, control_plane: Cluster) -> None:
    assert shared.ready["isolation"] == "shared"
    assert "one job at a time" in shared.said.read_text()
    node = json.loads(output(control_plane, "get", "node", "node-0", "-o", "json"))
    (ready,) = (each for each in node["status"]["conditions"] if each["type"] == "Ready")
    assert "one job at a time" in ready["message"]


def test_volumes_and_services_mean_the_same_without_mounts_and_names(pods: Pods) -> None:
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "code"}, "data": {"a.py": "print('ran')"}}
    mounts = {
        "volumeMounts": [{"name": "code", "mountPath": "/opt/code"}],
        "env": [{"name": "PEER", "value": f"http://one.{pods.namespace}.svc:80/one-more"}],
    }
    script = "python /opt/code/a.py; cd /opt/code; ls; echo $PEER $DMLC_NODE_HOST"
    volumes = [{"name": "code", "configMap": {"name": "code"}}]
    pods.apply(config, headless("one"))
    pods.apply(pod("one", "sh", "-c", script, container=mounts, volumes=volumes))
    assert pods.finished("one")["status"]["phase"] == "Succeeded"
    assert pods.logs("one") == "ran\na.py\nhttp://127.0.0.1:80/one-more 127.0.0.1\n"


def test_nothing_is_left_of_a_container_that_has_ended(pods: Pods) -> None:
    pods.apply(pod("one", "sh", "-c", "sleep 3600 & setsid sleep 3600 & exit 0"))
    pods.finished("one")
    assert pods.logs("one") == ""


def owner(pods: Pods, name: str) -> dict[str, Any]:
    """Make an object to own pods, and return metadata for them."""
    pods.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}})
    uid = pods.run("get", "configmap", name, "-o", "jsonpath={.metadata.uid}").stdout
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": name, "uid": uid, "controller": True}
    return {"ownerReferences": [reference]}


def test_jobs_take_turns(pods: Pods) -> None:
    north, south = (owner(pods, name) for name in ("north", "south"))
    pods.apply(pod("first", "sleep", "60", metadata=north))
    pods.running("first")
    pods.apply(pod("second", "true", metadata=south), pod("third", "true", metadata=north))
    assert pods.finished("third")["status"]["phase"] == "Succeeded"

    def obstacle() -> str:
        conditions = pods.get("second")["status"].get("conditions", [])
        return "".join(each.get("message", "") for each in conditions)

    wait_until(lambda: f"one job runs at a time, and that is now ConfigMap {pods.namespace}/north" in obstacle())
    pods.run("delete", "pod", "first", "--grace-period=1")
    assert pods.finished("second")["status"]["phase"] == "Succeeded"


def test_a_job_trains(pods: Pods) -> None:
    pods.apply(*training_job("north"))
    for role, index in MEMBERS:
        member = f"north-{role}-{index}"
        assert pods.finished(member, within=180)["status"]["phase"] == "Succeeded", pods.logs(member)
    assert pods.logs("north-worker-0") == "north 2 3.0\n"
