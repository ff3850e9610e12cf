"""What a job that leaves a field out gets (spec §2.2). Nothing here is ever stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from controller.api.constants import CONTAINER_NAME, DEFAULT_PORT, PORT_NAME

DEFAULT_REPLICAS: Final = 1


def training_container(template: Mapping[str, Any]) -> Mapping[str, Any]:
    """Find the container that trains: the one named `mxnet`, else the first one.

    `template` has at least one container.
    """
    containers = template["spec"]["containers"]
    return next((container for container in containers if container.get("name") == CONTAINER_NAME), containers[0])


def job_port(template: Mapping[str, Any]) -> int | None:
    """Find the number of the training container's port named `mxjob-port`; None when it has none."""
    ports = training_container(template).get("ports") or ()
    return next((port["containerPort"] for port in ports if port.get("name") == PORT_NAME), None)


def with_job_port(template: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the training container the port `mxjob-port`, after its own ports, unless it has one.

    The template given stays as it is; the one returned shares all that is not changed.
    """
    if job_port(template) is not None:
        return template
    chosen = training_container(template)
    ports = [*(chosen.get("ports") or ()), {"name": PORT_NAME, "containerPort": DEFAULT_PORT}]
    containers = [
        {**container, "ports": ports} if container is chosen else container
        for container in template["spec"]["containers"]
    ]
    return {**template, "spec": {**template["spec"], "containers": containers}}
