"""The parts of a stored MXJob that the controller reads, as typed records over raw JSON.

Fields that are not named here pass through untouched: pods are made from the raw template, never from these records.
Every field may be absent or null, as older CRDs allow; what must be there is a matter of validation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

import msgspec

Int32 = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class Record(msgspec.Struct, frozen=True, rename="camel"):
    """A JSON object with known fields among others."""


class ContainerPort(Record, frozen=True):
    """An entry of a container's `ports`."""

    container_port: Int32
    name: str | None = None
    protocol: str | None = None


class Resources(Record, frozen=True):
    """A container's `resources`; the values are Kubernetes quantities."""

    requests: dict[str, str | int] | None = None
    limits: dict[str, str | int] | None = None


class Container(Record, frozen=True):
    """An entry of a pod's `containers`."""

    name: str | None = None
    image: str | None = None
    ports: list[ContainerPort] | None = None
    env: list[dict[str, Any]] | None = None
    resources: Resources | None = None


class PodSpec(Record, frozen=True):
    """`template.spec`."""

    containers: list[Container] | None = None
    restart_policy: str | None = None
    scheduler_name: str | None = None


class TemplateMetadata(Record, frozen=True):
    """`template.metadata`; other fields of it are not used (spec §3.10.4)."""

    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    finalizers: list[str] | None = None


class Template(Record, frozen=True):
    """A pod template."""

    metadata: TemplateMetadata | None = None
    spec: PodSpec | None = None


class ReplicaSpec(Record, frozen=True):
    """A value of `spec.mxReplicaSpecs`."""

    replicas: Int32 | None = None
    restart_policy: str | None = None
    template: Template | None = None


class SchedulingPolicy(Record, frozen=True):
    """`spec.runPolicy.schedulingPolicy`."""

    min_available: Int32 | None = None
    queue: str | None = None
    min_resources: dict[str, str | int] | None = None
    priority_class: str | None = None
    schedule_timeout_seconds: Int32 | None = None


class RunPolicy(Record, frozen=True):
    """`spec.runPolicy`."""

    clean_pod_policy: str | None = None
    ttl_seconds_after_finished: Int32 | None = None
    active_deadline_seconds: Int64 | None = None
    backoff_limit: Int32 | None = None
    suspend: bool | None = None
    managed_by: str | None = None
    scheduling_policy: SchedulingPolicy | None = None


class Metadata(Record, frozen=True):
    """`metadata` of the job."""

    name: str | None = None
    namespace: str | None = None
    uid: str | None = None
    generation: int | None = None
    resource_version: str | None = None
    annotations: dict[str, str] | None = None
    deletion_timestamp: str | None = None


class MisshapenError(Exception):
    """A part of the job does not have the shape of its record; `path` is relative to that part."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem


R = TypeVar("R", bound=Record)


def decode(raw: Any, record: type[R]) -> R:
    """Read `raw` as `record`, raising MisshapenError for the first field of another type."""
    try:
        return msgspec.convert(raw, record)
    except msgspec.ValidationError as error:
        problem, _, place = str(error).replace("`", "").replace(" | null", "").partition(" - at ")
        raise MisshapenError(place.removeprefix("$"), problem[0].lower() + problem[1:]) from None


def decode_what_fits(raw: Any, record: type[R]) -> R:
    """Read `raw` as `record`; fields of another type count as absent, as does everything when it is no object."""
    try:
        return decode(raw, record)
    except MisshapenError:
        return decode(dict(_fitting(raw, record)), record)


def _fitting(raw: Any, record: type[Record]) -> list[tuple[str, Any]]:
    if not isinstance(raw, Mapping):
        return []
    return [
        (name, raw[name]) for name in record.__struct_encode_fields__ if name in raw and _fits(name, raw[name], record)
    ]


def _fits(name: str, value: Any, record: type[Record]) -> bool:
    try:
        decode({name: value}, record)
    except MisshapenError:
        return False
    return True
