"""Hands kopf a session for the few requests that it makes at start: they wait until they succeed.

kopf asks which API groups exist, even when it watches nothing, and ends the process when it is refused: by a rejected
token at once, by a run of 5xx after a minute. Nothing here depends on what it learns.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final, cast

import aiohttp
import kopf
from yarl import URL

from controller.runtime.backoff import Backoff
from controller.runtime.client import JSON, USER_AGENT
from controller.runtime.credentials import Credentials

_LONGEST_WAIT: Final = 30.0


class Discovery:
    """kopf's own requests."""

    def __init__(self, credentials: Credentials) -> None:
        """Make no request yet."""
        self._credentials = credentials
        self._waiting: set[asyncio.Task[Any]] = set()

    def login(self) -> kopf.AiohttpSession:
        """Return what a kopf login handler has to; kopf closes the session at its end."""
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=self._credentials.ssl_context),
            headers={"User-Agent": USER_AGENT},
            proxy=self._credentials.proxy,
            middlewares=(self._insist,),
        )
        return kopf.AiohttpSession(server=self._credentials.server, aiohttp_session=session)

    def give_up(self) -> None:
        """End the requests that still wait; kopf would leave them behind."""
        for task in self._waiting:
            task.cancel()

    async def _insist(self, request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        self._waiting.add(task)
        try:
            return await self._until_well_answered(request, send)
        finally:
            self._waiting.discard(task)

    async def _until_well_answered(
        self, request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        backoff = Backoff(1.0, _LONGEST_WAIT)
        while True:
            authorization = await self._credentials.authorization()
            if authorization and request.url.origin() == URL(self._credentials.server).origin():
                request.headers["Authorization"] = authorization
            request.server_hostname = self._credentials.server_hostname
            try:
                response = await send(request)
                if response.ok and response.content_type == JSON:
                    return response
                response.release()
            except (aiohttp.ClientError, TimeoutError, OSError):
                pass  # told by the informers, who meet the same trouble
            await asyncio.sleep(backoff.next())
