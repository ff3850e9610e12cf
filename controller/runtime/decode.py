"""Raw JSON to cached objects: pods, services and PodGroups keep a few fields, a job stays as it was stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

import msgspec

from controller.api.objects import Metadata, Pod, PodGroup, Service
from controller.runtime.nesting import cut, is_shallow

T = TypeVar("T")


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
_METADATA: Final = msgspec.json.Decoder(Metadata)
_FIELDS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ANYTHING: Final = msgspec.json.Decoder()


def decode_job(raw: msgspec.Raw | bytes) -> StoredJob:
    """Decode an MXJob; nothing but its metadata has to have the right shape, and what is nested too deep is null."""
    fields = decode_envelope(_FIELDS, raw)
    described = fields.pop("metadata")
    metadata = decode_envelope(_FIELDS, described)
    # As large as all the rest, and nobody reads it.
    metadata.pop("managedFields", None)
    job = {name: _decode_any(value) for name, value in fields.items()}
    job["metadata"] = {name: _decode_any(value) for name, value in metadata.items()}
    return StoredJob(metadata=decode_envelope(_METADATA, described), raw=job)


def _decode_any(raw: msgspec.Raw) -> Any:
    text = bytes(raw)
    return _ANYTHING.decode(text if is_shallow(text) else cut(text))


def decode_envelope(decoder: msgspec.json.Decoder[T], raw: msgspec.Raw | bytes) -> T:
    """Decode what goes round something of any depth, which must not hide the rest."""
    try:
        return decoder.decode(raw)
    except RecursionError:
        return decoder.decode(cut(bytes(raw)))


def decode_metadata(raw: msgspec.Raw | bytes) -> Metadata:
    """Decode the metadata of any object."""
    return decode_envelope(_ENVELOPE, raw).metadata


decode_pod: Final[Callable[[msgspec.Raw | bytes], Pod]] = msgspec.json.Decoder(Pod).decode
decode_service: Final[Callable[[msgspec.Raw | bytes], Service]] = msgspec.json.Decoder(Service).decode
decode_pod_group: Final[Callable[[msgspec.Raw | bytes], PodGroup]] = msgspec.json.Decoder(PodGroup).decode
