"""Where pods go, and whose turn it is where they cannot be kept apart."""

from __future__ import annotations

from typing import Any

import pytest

from fork_tools.cluster.node.pod.manifest import Pod
from fork_tools.cluster.node.pod.placement import Place, place, wants_place
from fork_tools.cluster.node.pod.quantities import quantity
from fork_tools.cluster.node.pod.taking_turns import owner, whose_turn
from tests.unit.tools.node.manifests import container, node, pod

TAINT = {"key": "dedicated", "value": "x", "effect": "NoSchedule"}
TOLERATION = {"key": "dedicated", "operator": "Equal", "value": "x", "effect": "NoSchedule"}
AFFINITY: dict[str, Any] = {
    "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": []}}
}


def test_nodes_take_turns() -> None:
    nodes = [node("node-0"), node("node-1")]
    assert [place(pod(), nodes, turn).node for turn in range(3)] == ["node-0", "node-1", "node-0"]


@pytest.mark.parametrize(
    ("spec", "fields", "obstacle"),
    [
        pytest.param({}, {}, "", id="nothing in the way"),
        pytest.param({"nodeSelector": {"kubernetes.io/hostname": "node-0"}}, {}, "", id="its own label"),
        pytest.param({"nodeSelector": {"disk": "ssd"}}, {}, "didn't match Pod's node affinity", id="no such label"),
        pytest.param({"nodeSelector": {"disk": "ssd"}}, {"labels": {"disk": "ssd"}}, "", id="a label set by hand"),
        pytest.param({}, {"unschedulable": True}, "were unschedulable", id="cordoned"),
        pytest.param({}, {"taints": [TAINT]}, "untolerated taint", id="tainted"),
        pytest.param({"tolerations": [TOLERATION]}, {"taints": [TAINT]}, "", id="tolerated"),
        pytest.param({"tolerations": [{"operator": "Exists"}]}, {"taints": [TAINT]}, "", id="tolerates all"),
        pytest.param({}, {"taints": [TAINT | {"effect": "PreferNoSchedule"}]}, "", id="a mere preference"),
        pytest.param({"affinity": AFFINITY}, {}, "required affinity is not supported", id="affinity"),
    ],
)
def test_a_node_fits_or_not(spec: dict[str, Any], fields: dict[str, Any], obstacle: str) -> None:
    found = place(pod(**spec), [node("node-0", **fields)], 0)
    assert obstacle in found.obstacle
    assert bool(found.node) is (obstacle == "")


@pytest.mark.parametrize(
    ("requests", "offered", "fits"),
    [
        pytest.param({"cpu": "64"}, {}, True, id="cpu is shared, not counted"),
        pytest.param({"nvidia.com/gpu": "1"}, {}, False, id="no such thing here"),
        pytest.param({"nvidia.com/gpu": "0"}, {}, True, id="none wanted"),
        pytest.param({"nvidia.com/gpu": 1}, {"nvidia.com/gpu": "2"}, True, id="offered"),
    ],
)
def test_extended_resources(requests: dict[str, Any], offered: dict[str, str], *, fits: bool) -> None:
    one = pod(container(resources={"requests": requests}))
    found = place(one, [node("node-0", allocatable=offered)], 0)
    assert found == (Place(node="node-0") if fits else Place(obstacle=found.obstacle))
    assert fits or found.obstacle == "0/1 nodes are available: 1 Insufficient nvidia.com/gpu."


def test_no_nodes() -> None:
    assert place(pod(), [], 0).obstacle == "0/0 nodes are available: no nodes."


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (pod(), True),
        pytest.param(pod(nodeName="node-0"), False, id="bound"),
        pytest.param(pod(schedulerName="volcano"), False, id="another's"),
        pytest.param(pod(schedulingGates=[{"name": "wait"}]), False, id="gated"),
        pytest.param(pod(status={"phase": "Failed"}), False, id="finished"),
        pytest.param(pod(metadata={"deletionTimestamp": "2026-03-01T12:00:00Z"}), False, id="to be deleted"),
    ],
)
def test_which_pods_are_placed(one: Pod, *, expected: bool) -> None:
    assert wants_place(one) is expected


def test_jobs_are_told_apart_by_their_controller() -> None:
    references = [
        {"uid": "u-0", "kind": "Other", "name": "other"},
        {"uid": "u-9", "kind": "MXJob", "name": "train", "controller": True},
    ]
    owned = pod(metadata={"ownerReferences": references}, nodeName="node-0")
    assert owner(owned) == ("u-9", "MXJob space/train")
    assert owner(pod()) == ("space", "namespace space")
    assert whose_turn([pod(), owned]) == owner(owned)
    assert whose_turn([pod(nodeName="node-0", status={"phase": "Succeeded"}), pod()]) is None


@pytest.mark.parametrize(
    ("text", "value"), [("2", 2), ("500m", 0.5), ("1Ki", 1024), ("1k", 1000), ("1.5Gi", 1.5 * 2**30), ("1e3", 1000)]
)
def test_quantities(text: str, value: float) -> None:
    assert quantity(text) == value
