"""Pods, services and PodGroups as the controller sees them: the few fields that decisions need, decoded from raw JSON.

Everything else is dropped while decoding, which keeps thousands of pods small; nothing here is ever written back.
"""

from __future__ import annotations

from typing import Any

import msgspec


class OwnerReference(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An entry of `metadata.ownerReferences`."""

    api_version: str
    kind: str
    name: str
    uid: str
    controller: bool = False


class Metadata(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The part of `metadata` that every observed object shares."""

    name: str
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None
    labels: dict[str, str] = {}
    owner_references: tuple[OwnerReference, ...] = ()

    @property
    def controller(self) -> OwnerReference | None:
        """The owner that controls this object, if any."""
        return next((owner for owner in self.owner_references if owner.controller), None)


class Terminated(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """`state.terminated` of a container."""

    exit_code: int
    reason: str = ""
    message: str = ""


class Waiting(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """`state.waiting` of a container."""

    reason: str = ""
    message: str = ""


class ContainerState(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What a container does now; at most one field is set, `running` leaves both unset."""

    terminated: Terminated | None = None
    waiting: Waiting | None = None


class ContainerStatus(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An entry of `status.containerStatuses` or `status.initContainerStatuses`."""

    name: str
    restart_count: int = 0
    state: ContainerState = ContainerState()


class PodCondition(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An entry of `status.conditions` of a pod."""

    type: str
    status: str
    reason: str = ""
    message: str = ""
    last_transition_time: str | None = None


class PodStatus(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The part of a pod's status that decisions need."""

    phase: str = "Pending"
    reason: str = ""
    message: str = ""
    conditions: tuple[PodCondition, ...] | None = None
    container_statuses: tuple[ContainerStatus, ...] | None = None
    init_container_statuses: tuple[ContainerStatus, ...] | None = None


class Pod(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A pod."""

    metadata: Metadata
    status: PodStatus = PodStatus()

    @property
    def terminating(self) -> bool:
        """Whether deletion has been asked for."""
        return self.metadata.deletion_timestamp is not None


class Service(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A service; only its metadata matters."""

    metadata: Metadata

    @property
    def terminating(self) -> bool:
        """Whether deletion has been asked for."""
        return self.metadata.deletion_timestamp is not None


class PodGroupStatus(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The part of a PodGroup's status that decisions need."""

    phase: str = ""


class PodGroup(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A PodGroup of volcano or of scheduler-plugins; `spec` stays raw, to compare it with the one wanted."""

    metadata: Metadata
    spec: dict[str, Any] = {}
    status: PodGroupStatus = PodGroupStatus()
