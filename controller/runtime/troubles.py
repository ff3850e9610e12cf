"""Says what keeps the controller from its work and what to do about it, when it begins and ends, not at every try."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from controller.api.constants import CRD_NAME
from controller.runtime.errors import ApiError, RequestError
from controller.runtime.resources import MXJOBS, Resource

log = logging.getLogger(__name__)

_REMINDER: Final = 300.0
_CRD_MANIFEST: Final = "crds/kubeflow.org_mxjobs.yaml"


class Troubles:
    """What is wrong now, by who noticed it; the same trouble noticed by several is told once."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Remind of lasting trouble every five minutes of `clock`."""
        self._clock = clock
        self._now: dict[str, str] = {}
        self._told: dict[str, float] = {}

    def report(self, who: str, what: str) -> None:
        """Note that `who` cannot go on because of `what`."""
        self._replace(who, what)
        told = self._told.get(what)
        if told is None or self._clock() - told >= _REMINDER:
            self._told[what] = self._clock()
            log.warning("%s (trying again)", what)

    def settle(self, who: str) -> None:
        """Note that `who` works again."""
        self._replace(who, None)

    def _replace(self, who: str, what: str | None) -> None:
        before = self._now.pop(who, None)
        if what is not None:
            self._now[who] = what
        if before is not None and before != what and before not in self._now.values():
            self._told.pop(before, None)
            log.info("over: %s", before)


def explain(error: RequestError, verb: str, resource: Resource, namespace: str) -> str:
    """Turn a failed list or watch into what an operator has to do about it."""
    if not isinstance(error, ApiError):
        return f"the API server cannot be reached: {error}"
    where = f"in namespace {namespace}" if namespace else "in all namespaces"
    if error.status == 403:
        return f"not permitted to {verb} {resource.qualified} {where}; next: give the controller's role that verb"
    if error.status == 401:
        return f"the API server does not accept the controller's credentials: {error}"
    if error.status == 404 and resource is MXJOBS:
        return f"the CRD {CRD_NAME} is not installed; next: kubectl apply -f {_CRD_MANIFEST}"
    if error.status == 404:
        return f"the CRD {resource.qualified} is not installed; next: install the gang scheduler it belongs to"
    return f"the API server answers {error.status} to {verb} {resource.qualified}: {error}"
