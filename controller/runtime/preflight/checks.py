"""Asks the API server what the checks want to know, once, and tells what they find."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec

from controller.runtime.backoff import Backoff
from controller.runtime.client import ApiClient
from controller.runtime.errors import ApiError, RequestError, StartError
from controller.runtime.preflight import definition, other_controllers, permissions, stale_webhooks
from controller.runtime.preflight.other_controllers import DEPLOYMENTS, SELECTOR, Deployments, Rival
from controller.runtime.preflight.permissions import Need
from controller.runtime.preflight.stale_webhooks import CONFIGURATIONS, Configurations
from controller.runtime.resources import Resource

log = logging.getLogger(__name__)

_REVIEWS: Final = "/apis/authorization.k8s.io/v1"
_LONGEST_WAIT: Final = 10.0
_ACCESS_REVIEWS: Final = Resource("authorization.k8s.io", "v1", "subjectaccessreviews", "SubjectAccessReview")


class _ReviewStatus(msgspec.Struct):
    allowed: bool = False


class _Review(msgspec.Struct):
    status: _ReviewStatus


class Preflight:
    """The checks of one process, for the jobs of `namespace` ("" means all)."""

    def __init__(
        self, client: ApiClient, namespace: str, pod_groups: Resource | None, *, ignore_other_controllers: bool
    ) -> None:
        """Ask nothing yet."""
        self._client = client
        self._namespace = namespace
        self._pod_groups = pod_groups
        self._ignores_others = ignore_other_controllers

    async def run(self) -> None:
        """Tell what is missing, and in the way; raises StartError when another controller reconciles MXJobs."""
        for check in (self._permissions, self._definition, self._webhooks, self._others):
            await self._patiently(check)

    async def _patiently(self, check: Callable[[], Awaitable[None]]) -> None:
        """Check as soon as the API server answers; what it does not answer in a way we know stays unchecked."""
        backoff = Backoff(0.5, _LONGEST_WAIT)
        while True:
            try:
                return await check()
            except (ApiError, msgspec.MsgspecError) as error:
                if not isinstance(error, ApiError) or not error.concerns_server:
                    return log.info("left out a check before the work: %s", error)
            except RequestError as error:
                log.debug("a check before the work has to wait: %s", error)
            await asyncio.sleep(backoff.next())

    async def _permissions(self) -> None:
        needs = permissions.needs(self._pod_groups)
        allowed = await asyncio.gather(*(self._may(need) for need in needs))
        missing = [need for need, may in zip(needs, allowed, strict=True) if not may]
        for complaint in permissions.complaints(missing, self._namespace):
            log.warning("%s", complaint)

    async def _definition(self) -> None:
        try:
            document = msgspec.json.decode(await self._client.get(definition.PATH), type=dict[str, Any])
        except ApiError as error:
            if error.status not in (403, 404):
                raise
            return
        if fields := definition.lacking(document):
            log.warning("%s", definition.complaint(fields))

    async def _webhooks(self) -> None:
        if not await self._permitted(CONFIGURATIONS, "list", "whether v1.8.1 left its webhook behind"):
            return
        answer = await self._client.get(CONFIGURATIONS.path())
        for complaint in stale_webhooks.complaints(msgspec.json.decode(answer, type=Configurations).items):
            log.warning("%s", complaint)

    async def _others(self) -> None:
        if self._ignores_others:
            return
        if not await self._permitted(DEPLOYMENTS, "list", "whether another controller reconciles MXJobs"):
            return
        answer = await self._client.get(DEPLOYMENTS.path(), {"labelSelector": SELECTOR})
        for rival in other_controllers.rivals(msgspec.json.decode(answer, type=Deployments).items):
            await self._judge(rival)

    async def _judge(self, rival: Rival) -> None:
        if not await self._permitted(_ACCESS_REVIEWS, "create", f"whether {rival.user} may write MXJobs' status"):
            return
        review = other_controllers.review(rival, self._namespace)
        if await self._review("subjectaccessreviews", review):
            raise StartError(
                f"the Training Operator {rival.namespace}/{rival.name} reconciles MXJobs as well: {rival.user} may "
                "write their status, and two controllers would fight over each job",
                next_step=rival.remedy,
            )
        log.info("the Training Operator %s/%s leaves MXJobs alone", rival.namespace, rival.name)

    async def _permitted(self, resource: Resource, verb: str, question: str) -> bool:
        """Find out whether a question may be asked that the work does not depend on."""
        if await self._may(Need(resource, verb, ""), everywhere=True):
            return True
        log.info("not permitted to %s %s, so nobody looks %s", verb, resource.qualified, question)
        return False

    async def _may(self, need: Need, *, everywhere: bool = False) -> bool:
        review = permissions.review(need, "" if everywhere else self._namespace)
        return await self._review("selfsubjectaccessreviews", review)

    async def _review(self, plural: str, review: Any) -> bool:
        answer = await self._client.create(f"{_REVIEWS}/{plural}", review)
        return msgspec.json.decode(answer, type=_Review).status.allowed
