"""Why a container cannot be created: a reason that users know from the kubelet, and what to do."""

from __future__ import annotations


class PodError(Exception):
    """A container that has to wait; `reason` goes into its waiting state."""

    def __init__(self, reason: str, message: str) -> None:
        """Keep both parts; only the message is shown as text."""
        super().__init__(message)
        self.reason = reason
        self.message = message


def config_error(message: str) -> PodError:
    """Report something that the pod's specification asks for and that is not there."""
    return PodError("CreateContainerConfigError", message)
