"""Which node a pod goes to: a small scheduler's rules.

It knows node selectors, cordons, taints, and resources that no node has (such as GPUs). It does not count
what cpu and memory are left: processes of a local cluster share one machine anyway.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from fork_tools.cluster.node.pod.manifest import Node, Pod, Taint
from fork_tools.cluster.node.pod.quantities import quantity

SCHEDULER = "default-scheduler"
_NOT_COUNTED = frozenset({"cpu", "memory", "ephemeral-storage", "pods"})


@dataclass(frozen=True, slots=True)
class Place:
    """A node for a pod; without one, `obstacle` says why."""

    node: str = ""
    obstacle: str = ""


def wants_place(pod: Pod) -> bool:
    """Tell whether the default scheduler is to place a pod."""
    meta, spec = pod.metadata, pod.spec
    waiting = not spec.node_name and not spec.scheduling_gates and not pod.finished
    return waiting and spec.scheduler_name == SCHEDULER and meta.deletion_timestamp is None


def place(pod: Pod, nodes: Sequence[Node], turn: int) -> Place:
    """Choose the next node in `turn` that fits."""
    ordered = [*nodes[turn % len(nodes) :], *nodes[: turn % len(nodes)]] if nodes else []
    obstacles: Counter[str] = Counter()
    for node in ordered:
        obstacle = _obstacle(pod, node)
        if not obstacle:
            return Place(node=node.metadata.name)
        obstacles[obstacle] += 1
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(obstacles.items()))
    return Place(obstacle=f"0/{len(nodes)} nodes are available: {reasons or 'no nodes'}.")


def _obstacle(pod: Pod, node: Node) -> str:
    if node.spec.unschedulable:
        return "node(s) were unschedulable"
    if any(taint.effect != "PreferNoSchedule" and not _tolerates(pod, taint) for taint in node.spec.taints):
        return "node(s) had untolerated taint(s)"
    if any(node.metadata.labels.get(key) != value for key, value in pod.spec.node_selector.items()):
        return "node(s) didn't match Pod's node affinity/selector"
    if _required_affinity(pod):
        return "node(s) were not looked at: required affinity is not supported here"
    for name in sorted(_requested(pod) - _NOT_COUNTED):
        if quantity(node.status.allocatable.get(name, "0")) == 0:
            return f"Insufficient {name}"
    return ""


def _tolerates(pod: Pod, taint: Taint) -> bool:
    return any(
        toleration.key in ("", taint.key)
        and toleration.effect in ("", taint.effect)
        and (toleration.operator == "Exists" or toleration.value == taint.value)
        for toleration in pod.spec.tolerations
    )


def _required_affinity(pod: Pod) -> bool:
    kinds = (pod.spec.affinity or {}).values()
    return any(rules.get("requiredDuringSchedulingIgnoredDuringExecution") for rules in kinds if rules)


def _requested(pod: Pod) -> frozenset[str]:
    containers = (*pod.spec.init_containers, *pod.spec.containers)
    return frozenset(
        name
        for container in containers
        for name, amount in (*container.resources.requests.items(), *container.resources.limits.items())
        if quantity(amount) > 0
    )
