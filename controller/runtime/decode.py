"""Raw JSON to cached objects: pods, services and PodGroups keep a few fields, a job stays as it was stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import msgspec

from controller.api.objects import Metadata, Pod, PodGroup, Service


class Cached(Protocol):
    """Whatever a cache can hold."""

    @property
    def metadata(self) -> Metadata:
        """Name, version, labels and owners."""


@dataclass(frozen=True, slots=True)
class StoredJob:
    """An MXJob as the API server stored it, without `managedFields`."""

    metadata: Metadata
    raw: Mapping[str, Any]


class _Envelope(msgspec.Struct):
    metadata: Metadata


_ENVELOPE: Final = msgspec.json.Decoder(_Envelope)
_ANYTHING: Final = msgspec.json.Decoder()


def decode_job(raw: msgspec.Raw | bytes) -> StoredJob:
    """Decode an MXJob; nothing but its metadata has to have the right shape."""
    job = _ANYTHING.decode(raw)
    job["metadata"].pop("managedFields", None)
    return StoredJob(metadata=decode_metadata(raw), raw=job)


def decode_metadata(raw: msgspec.Raw | bytes) -> Metadata:
    """Decode the metadata of any object."""
    return _ENVELOPE.decode(raw).metadata


decode_pod: Final[Callable[[msgspec.Raw | bytes], Pod]] = msgspec.json.Decoder(Pod).decode
decode_service: Final[Callable[[msgspec.Raw | bytes], Service]] = msgspec.json.Decoder(Service).decode
decode_pod_group: Final[Callable[[msgspec.Raw | bytes], PodGroup]] = msgspec.json.Decoder(PodGroup).decode
