"""Many requests to one API server at a time; refusals are answers like any other."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from controller.runtime.credentials import load_credentials
from tests.cluster.generated.shapes import Object
from tests.cluster.kube import CORE, MERGE_PATCH, MXJOBS

NAMESPACE = "default"
PATH = f"{MXJOBS}/namespaces/{NAMESPACE}/mxjobs"
_CONNECTIONS = 16
_NAMES_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: an object or a Status, and the warnings that went with it."""

    status: int
    body: Object
    warnings: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What to send; `body` is JSON already."""

    method: str
    path: str
    body: str | None = None
    content_type: str = "application/json"
    accept: str = "application/json"


@dataclass(frozen=True, slots=True)
class View:
    """What there is in the namespace at one moment."""

    jobs: dict[str, Object]
    pods: frozenset[str]
    services: frozenset[str]


class ApiServer:
    """Asked by an administrator over a few connections."""

    def __init__(self, kubeconfig: Path) -> None:
        self._kubeconfig = kubeconfig

    def create(self, jobs: Iterable[str]) -> list[Answer]:
        """Create jobs, given as JSON."""
        return self.ask([Request("POST", PATH, job) for job in jobs])

    def write_statuses(self, statuses: Mapping[str, str]) -> list[Answer]:
        """Merge JSON into the statuses of jobs, by name."""
        return self.ask(
            [Request("PATCH", f"{PATH}/{name}/status", patch, MERGE_PATCH) for name, patch in statuses.items()]
        )

    def look(self) -> View:
        """List everything."""
        core = f"{CORE}/namespaces/{NAMESPACE}"
        requests = [Request("GET", PATH)]
        requests += [Request("GET", f"{core}/{kind}", accept=_NAMES_ONLY) for kind in ("pods", "services")]
        jobs, pods, services = (answer.body["items"] or [] for answer in self.ask(requests))
        return View({job["metadata"]["name"]: job for job in jobs}, _names(pods), _names(services))

    def ask(self, requests: Sequence[Request]) -> list[Answer]:
        """Send requests, a few at a time; the answers are in the same order."""
        return asyncio.run(self._ask(requests))

    async def _ask(self, requests: Sequence[Request]) -> list[Answer]:
        credentials = await load_credentials(self._kubeconfig)
        connector = aiohttp.TCPConnector(limit=_CONNECTIONS, ssl=credentials.ssl_context)
        async with aiohttp.ClientSession(credentials.server, connector=connector) as session:
            return await asyncio.gather(*(_answer(session, request) for request in requests))


async def _answer(session: aiohttp.ClientSession, request: Request) -> Answer:
    headers = {"Content-Type": request.content_type, "Accept": request.accept}
    timeout = aiohttp.ClientTimeout(total=None)
    async with session.request(
        request.method, request.path, data=request.body, headers=headers, timeout=timeout
    ) as response:
        warnings = " ".join(response.headers.getall("Warning", []))
        return Answer(response.status, json.loads(await response.read()), warnings)


def _names(items: Iterable[Object]) -> frozenset[str]:
    return frozenset(item["metadata"]["name"] for item in items)
