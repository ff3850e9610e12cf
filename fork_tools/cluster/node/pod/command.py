"""What a container executes."""

from __future__ import annotations

from collections.abc import Mapping

from fork_tools.cluster.node.pod.environment import expand
from fork_tools.cluster.node.pod.errors import PodError
from fork_tools.cluster.node.pod.manifest import Container


def argv(container: Container, variables: Mapping[str, str]) -> tuple[str, ...]:
    """Return the expanded `command` and `args`. Raises PodError without a command: no image brings one here."""
    if not container.command:
        message = f'image "{container.image}" stands for a local environment, which has no entrypoint'
        raise PodError("CreateContainerError", f'{message}; give container "{container.name}" a command')
    return tuple(expand(word, variables) for word in (*container.command, *container.args))
