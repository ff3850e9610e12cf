"""Keeps a store equal to what the API server holds of one kind: list, then watch, for ever, whatever happens.

Whatever goes wrong ends in one of two ways: the watch goes on from the last version seen, or, when that version is too
old or the view is in doubt, everything is listed again and what vanished meanwhile is removed from the store.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Generic, TypeVar

import msgspec

from controller.runtime.backoff import Backoff
from controller.runtime.cache import Change, Store
from controller.runtime.client import ApiClient
from controller.runtime.decode import Cached, decode_envelope, decode_metadata
from controller.runtime.errors import ApiError, RequestError
from controller.runtime.resources import ObjectKey, Resource
from controller.runtime.troubles import Troubles, explain

log = logging.getLogger(__name__)
T = TypeVar("T", bound=Cached)

_PAGE: Final = "500"
# The API server sends a bookmark every minute, so a longer silence means that the connection is dead.
_INACTIVITY: Final = 90.0
_LONGEST_WAIT: Final = 10.0


class _ListMeta(msgspec.Struct, rename="camel"):
    resource_version: str
    continue_: str = msgspec.field(name="continue", default="")


class _Page(msgspec.Struct):
    metadata: _ListMeta
    items: list[msgspec.Raw] = []


class _WatchEvent(msgspec.Struct):
    type: str
    object: msgspec.Raw


class _BookmarkMeta(msgspec.Struct, rename="camel"):
    resource_version: str


class _Bookmark(msgspec.Struct):
    metadata: _BookmarkMeta


class _Status(msgspec.Struct):
    code: int = 0
    reason: str = ""
    message: str = ""


class _ViewLostError(Exception):
    """The watch cannot go on from the last version seen."""


_PAGES: Final = msgspec.json.Decoder(_Page)
_EVENTS: Final = msgspec.json.Decoder(_WatchEvent)
_BOOKMARKS: Final = msgspec.json.Decoder(_Bookmark)
_STATUSES: Final = msgspec.json.Decoder(_Status)


class Informer(Generic[T]):
    """One kind, in one namespace or all, narrowed by a label selector.

    `synced` is set once the store has been filled (see also `unavailable` below); `resource_version` is the newest
    version seen, of objects and bookmarks alike; `last_activity` is the loop time at which the API server was last
    heard or last asked.
    """

    def __init__(
        self,
        client: ApiClient,
        resource: Resource,
        decode: Callable[[msgspec.Raw], T],
        store: Store[T],
        *,
        troubles: Troubles,
        changed: Callable[[Change[T]], None],
        namespace: str = "",
        label_selector: str = "",
        backoff: Backoff | None = None,
        unavailable: Callable[[str], None] | None = None,
    ) -> None:
        """Feed `store`, and call `changed` after every difference; nothing happens before `run`.

        With `unavailable` the work can go on without this kind: it is called with what is wrong when the kind is not
        installed or not permitted, and with "" when that is over; meanwhile the informer counts as synced.
        """
        self.resource = resource
        self.store = store
        self.synced = asyncio.Event()
        self.resource_version = ""
        self.last_activity = asyncio.get_running_loop().time()
        self._client = client
        self._decode = decode
        self._troubles = troubles
        self._changed = changed
        self._namespace = namespace
        self._path = resource.path(namespace)
        self._selector = {"labelSelector": label_selector} if label_selector else {}
        self._backoff = backoff or Backoff(0.25, _LONGEST_WAIT)
        self._watching: asyncio.Timeout | None = None
        self._unavailable = unavailable
        self._unavailable_for = ""

    async def run(self) -> None:
        """Follow the API server until cancelled."""
        while True:
            while not await self._try("list", self._list):
                pass
            while await self._try("watch", self._watch):
                pass

    def has_seen(self, version: int) -> bool:
        """Whether the store contains everything up to a resource version of this kind."""
        if not self.resource_version:
            return False
        # Versions are opaque by the letter of the API; where they are no numbers there is nothing to wait for.
        return not self.resource_version.isdecimal() or int(self.resource_version) >= version

    def relist(self) -> None:
        """Give up the current watch and list everything again, because the view is in doubt."""
        if self._watching is not None:
            self._watching.reschedule(asyncio.get_running_loop().time())

    async def _try(self, verb: str, attempt: Callable[[], Any]) -> bool:
        """Attempt until it works; False when the view was lost and a list is due."""
        while True:
            self._beat()
            try:
                await attempt()
            except _ViewLostError as loss:
                log.info("listing %s again: %s", self.resource.qualified, loss)
                # A watch that breaks each time must not become a storm of lists.
                await asyncio.sleep(self._backoff.next())
                return False
            except RequestError as error:
                self._report(error, verb)
                wait = self._backoff.next()
                if isinstance(error, ApiError) and error.retry_after:
                    wait = max(wait, error.retry_after)
                await asyncio.sleep(wait)
            else:
                return True

    async def _list(self) -> None:
        items: list[T] = []
        parameters = {"limit": _PAGE, **self._selector}
        while True:
            with _loss_on(410):
                page = decode_envelope(_PAGES, await self._client.get(self._path, parameters))
            self._beat()
            items.extend(item for raw in page.items if (item := self._decoded(raw)) is not None)
            if not page.metadata.continue_:
                break
            parameters["continue"] = page.metadata.continue_
        changes = self.store.replace(items)
        self.resource_version = page.metadata.resource_version
        self._settle()
        if not self.synced.is_set():
            log.info("%s: %d in the cache", self.resource.qualified, len(items))
            self.synced.set()
        for change in changes:
            self._changed(change)

    async def _watch(self) -> None:
        """Follow one watch to its end; returning means that the next one may start where it ended."""
        parameters = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": self.resource_version,
            "timeoutSeconds": str(random.randint(300, 600)),  # noqa: S311  spreads load; nothing secret
            **self._selector,
        }
        silent = True
        try:
            with _loss_on(404, 410):
                async with (
                    asyncio.timeout(None) as self._watching,
                    self._client.watch(self._path, parameters, inactivity=_INACTIVITY) as lines,
                ):
                    self._settle()
                    async for line in lines:
                        self._beat()
                        self._handle(decode_envelope(_EVENTS, line))
                        self._backoff.reset()
                        silent = False
        except msgspec.MsgspecError as error:
            raise _ViewLostError(f"the watch is garbled: {error}") from error
        except TimeoutError:
            raise _ViewLostError("the view is in doubt") from None
        finally:
            self._watching = None
        if silent:
            await asyncio.sleep(self._backoff.next())

    def _handle(self, event: _WatchEvent) -> None:
        if event.type == "ERROR":
            status = _STATUSES.decode(event.object)
            raise _ViewLostError(f"{status.code} {status.reason}: {status.message}")
        if event.type == "BOOKMARK":
            self.resource_version = _BOOKMARKS.decode(event.object).metadata.resource_version
            return
        metadata = decode_metadata(event.object)
        self.resource_version = metadata.resource_version
        if event.type == "DELETED":
            self._changed(self.store.remove(ObjectKey(metadata.namespace, metadata.name)))
        elif (item := self._decoded(event.object)) is not None:
            self._changed(self.store.put(item))

    def _decoded(self, raw: msgspec.Raw) -> T | None:
        """Decode an object; one that does not have its kind's shape is skipped, or it would stop all others."""
        try:
            return self._decode(raw)
        except msgspec.ValidationError as error:
            log.warning("%s: skipping an object: %s", self.resource.qualified, error)
            return None

    def _report(self, error: RequestError, verb: str) -> None:
        what = explain(error, verb, self.resource, self._namespace)
        self._troubles.report(self.resource.qualified, what)
        if isinstance(error, ApiError) and error.status in (403, 404):
            self._turn(what)

    def _settle(self) -> None:
        self._troubles.settle(self.resource.qualified)
        self._turn("")

    def _turn(self, unavailable_for: str) -> None:
        """Pass on that the kind has become unavailable, or available."""
        if self._unavailable is None or unavailable_for == self._unavailable_for:
            return
        self._unavailable_for = unavailable_for
        self._unavailable(unavailable_for)
        if unavailable_for:
            self.synced.set()

    def _beat(self) -> None:
        self.last_activity = asyncio.get_running_loop().time()


@contextmanager
def _loss_on(*statuses: int) -> Iterator[None]:
    """Take these refusals for the loss of the view: 410 means too old a version, 404 a kind that was removed."""
    try:
        yield
    except ApiError as error:
        if error.status in statuses:
            raise _ViewLostError(f"{error.status} {error}") from error
        raise
