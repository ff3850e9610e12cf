"""What every pod on these nodes shares."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from fork_tools.cluster.node.addresses import Addresses
from fork_tools.cluster.node.api import Api
from fork_tools.cluster.node.events import Recorder
from fork_tools.cluster.node.pod.hosts import Neighbour
from fork_tools.cluster.node.pod.images import Images
from fork_tools.cluster.node.pod.manifest import Service
from fork_tools.cluster.node.sandbox.client import Sandbox

HOST_ADDRESS = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class NodeContext:
    """The agent's parts, as a pod's worker uses them.

    `confined` tells whether pods have namespaces; `names_changed` is to be called with a namespace whose pods'
    addresses or readiness have changed.
    """

    api: Api
    sandbox: Sandbox
    confined: bool
    directory: Path
    home: str
    images: Images
    back_off: timedelta
    addresses: Addresses
    recorder: Recorder
    allocatable: Mapping[str, str]
    services: Callable[[], Iterable[Service]]
    neighbours: Callable[[], Iterable[Neighbour]]
    names_changed: Callable[[str], None]
