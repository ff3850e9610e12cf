"""Hands kopf a session for the few requests that it makes at start: they wait until they succeed.

kopf asks which API groups exist, even when it watches nothing, and ends the process when it is refused: by a rejected
token at once, by a run of 5xx after a minute. Nothing here depends on what it learns.
"""

from __future__ import annotations

import asyncio
from typing import Final

import aiohttp
import kopf

from controller.runtime.backoff import Backoff
from controller.runtime.client import JSON, USER_AGENT
from controller.runtime.credentials import Credentials

_LONGEST_WAIT: Final = 30.0


def kopf_login(credentials: Credentials) -> kopf.AiohttpSession:
    """Return what a kopf login handler has to; kopf closes the session at its end."""

    async def insist(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        backoff = Backoff(1.0, _LONGEST_WAIT)
        while True:
            authorization = await credentials.authorization()
            if authorization:
                request.headers["Authorization"] = authorization
            request.server_hostname = credentials.server_hostname
            try:
                response = await send(request)
                if response.ok and response.content_type == JSON:
                    return response
                response.release()
            except (aiohttp.ClientError, TimeoutError, OSError):
                pass  # told by the informers, who meet the same trouble
            await asyncio.sleep(backoff.next())

    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=credentials.ssl_context),
        headers={"User-Agent": USER_AGENT},
        proxy=credentials.proxy,
        middlewares=(insist,),
    )
    return kopf.AiohttpSession(server=credentials.server, aiohttp_session=session)
