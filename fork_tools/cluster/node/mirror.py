"""A local copy of one kind of object, kept up to date by list and watch for as long as it runs."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

import msgspec

from fork_tools.cluster.node.api import TRANSIENT, Api, ApiError
from fork_tools.cluster.node.pod.manifest import Metadata

_WATCH_SECONDS = 300
_PAUSE_SECONDS = 0.5


class _Object(Protocol):
    @property
    def metadata(self) -> Metadata: ...


Kind = TypeVar("Kind", bound=_Object)
Key = tuple[str, str]


class _ListMetadata(msgspec.Struct, frozen=True, rename="camel"):
    resource_version: str


class _List(msgspec.Struct, frozen=True):
    metadata: _ListMetadata
    items: tuple[msgspec.Raw, ...] | None = None


class _Event(msgspec.Struct, frozen=True):
    type: str
    object: msgspec.Raw


class _Bookmark(msgspec.Struct, frozen=True):
    metadata: _ListMetadata


class Mirror(Generic[Kind]):
    """Objects by namespace and name. `changed` is called with the object as it was and as it is, None for absent."""

    def __init__(
        self, api: Api, path: str, kind: type[Kind], changed: Callable[[Kind | None, Kind | None], None]
    ) -> None:
        """Mirror the collection at `path` once `run` runs."""
        self._api = api
        self._path = path
        self._decode = msgspec.json.Decoder(kind).decode
        self._changed = changed
        self.objects: dict[Key, Kind] = {}
        self.complete = asyncio.Event()

    async def run(self) -> None:
        """Keep up for ever, also through absences of the API server."""
        while True:
            try:
                version = await self._list()
                while True:
                    version = await self._watch(version)
            except (*TRANSIENT, ApiError, msgspec.MsgspecError):
                await asyncio.sleep(_PAUSE_SECONDS * (1 + random.random()))  # noqa: S311  # jitter is no secret

    async def _list(self) -> str:
        listed = msgspec.json.decode(await self._api.get(self._path), type=_List)
        found = [self._decode(each) for each in listed.items or ()]
        for gone in self.objects.keys() - {_key(each) for each in found}:
            self._put(gone, None)
        for each in found:
            self._put(_key(each), each)
        self.complete.set()
        return listed.metadata.resource_version

    async def _watch(self, version: str) -> str:
        async for line in self._api.watch(self._path, version, _WATCH_SECONDS):
            event = msgspec.json.decode(line, type=_Event)
            if event.type == "ERROR":
                raise ApiError(410, "Expired", bytes(event.object).decode())
            version = msgspec.json.decode(event.object, type=_Bookmark).metadata.resource_version
            if event.type != "BOOKMARK":
                current = self._decode(event.object)
                self._put(_key(current), None if event.type == "DELETED" else current)
        return version

    def _put(self, key: Key, current: Kind | None) -> None:
        former = self.objects.get(key)
        if current is None:
            self.objects.pop(key, None)
        else:
            self.objects[key] = current
        self._changed(former, current)


def _key(each: _Object) -> Key:
    return each.metadata.namespace, each.metadata.name
