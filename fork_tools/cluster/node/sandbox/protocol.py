"""What the agent and the sandbox say to each other: one message a packet, over a pair of sockets."""

from __future__ import annotations

import msgspec

PACKET_BYTES = 65536


class Attach(msgspec.Struct, frozen=True, tag=True):
    """Give a pod its network; `address` has the subnet's prefix length. Answered by Attached or Refused."""

    pod: str
    address: str


class Detach(msgspec.Struct, frozen=True, tag=True):
    """Forget a pod's network; its containers have ended. Not answered."""

    pod: str


class Start(msgspec.Struct, frozen=True, tag=True):
    """Start a container of an attached pod; the packet carries the descriptor that takes its output.

    Answered by Started and later Ended, or by Refused.
    """

    pod: str
    container: str
    bundle: str


class Signal(msgspec.Struct, frozen=True, tag=True):
    """Send a signal to a container's command; SIGKILL ends all its processes. Not answered."""

    container: str
    number: int


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The sandbox stands."""


class Attached(msgspec.Struct, frozen=True, tag=True):
    """A pod has its network."""

    pod: str


class Started(msgspec.Struct, frozen=True, tag=True):
    """A container's command runs."""

    container: str


class Refused(msgspec.Struct, frozen=True, tag=True):
    """A pod (by its uid) could not be attached, or a container could not be started."""

    subject: str
    reason: str
    message: str


class Ended(msgspec.Struct, frozen=True, tag=True):
    """A container has ended, with all its processes."""

    container: str
    exit_code: int


Request = Attach | Detach | Start | Signal
Report = Ready | Attached | Started | Refused | Ended
