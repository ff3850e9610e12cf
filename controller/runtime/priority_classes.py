"""The values of the cluster's PriorityClasses, for the few jobs whose PodGroup depends on them (B27)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from controller.runtime.client import ApiClient
from controller.runtime.errors import ApiError
from controller.runtime.resources import PRIORITY_CLASSES
from controller.runtime.troubles import Troubles

# A value cannot be changed, and classes are made and deleted once in a blue moon.
MEMORY: Final = 60.0


class _Name(msgspec.Struct):
    name: str


class _PriorityClass(msgspec.Struct, rename="camel"):
    metadata: _Name
    value: int = 0
    global_default: bool = False


class _Listed(msgspec.Struct):
    items: list[_PriorityClass]


_LISTED: Final = msgspec.json.Decoder(_Listed)


class PriorityClasses:
    """Asks when somebody wants to know, at most once a minute; only then is the permission needed."""

    def __init__(self, client: ApiClient, *, clock: Callable[[], float], troubles: Troubles) -> None:
        """Make no request yet; `clock` counts seconds."""
        self._client = client
        self._clock = clock
        self._troubles = troubles
        self._values: Mapping[str, int] = {}
        self._good_until = clock()

    async def values(self) -> Mapping[str, int]:
        """Return the values by name, that of the global default under "" too.

        Without the permission to list them they are what was known before, at first nothing. Raises RequestError when
        the API server is in trouble.
        """
        if self._clock() < self._good_until:
            return self._values
        try:
            self._values = _by_name(_LISTED.decode(await self._client.get(PRIORITY_CLASSES.path())).items)
        except ApiError as error:
            if error.status != 403:
                raise
            self._troubles.report(
                PRIORITY_CLASSES.qualified,
                f"not permitted to list {PRIORITY_CLASSES.qualified}, so the replica types of a gang count in their "
                "fixed order, whatever their priority; next: give the controller's cluster role that verb",
            )
        else:
            self._troubles.settle(PRIORITY_CLASSES.qualified)
        self._good_until = self._clock() + MEMORY
        return self._values


def _by_name(classes: list[_PriorityClass]) -> Mapping[str, int]:
    values = {each.metadata.name: each.value for each in classes}
    default = next((each.value for each in classes if each.global_default), None)
    return values if default is None else values | {"": default}
