"""One job at a time: what pods that cannot be kept apart have to wait for."""

from __future__ import annotations

from collections.abc import Iterable

from fork_tools.cluster.node.pod.manifest import Pod


def owner(pod: Pod) -> tuple[str, str]:
    """Tell whose pod it is: its controller's by uid, else its namespace's; comes with a name to show."""
    for reference in pod.metadata.owner_references:
        if reference.controller:
            return reference.uid, f"{reference.kind} {pod.metadata.namespace}/{reference.name}"
    return pod.metadata.namespace, f"namespace {pod.metadata.namespace}"


def whose_turn(pods: Iterable[Pod]) -> tuple[str, str] | None:
    """Tell whose pods run now, on any node; None when nothing runs."""
    return next((owner(pod) for pod in pods if pod.spec.node_name and not pod.finished), None)
