"""Which pass over which job a log line or a request belongs to, under the keys that Go controllers use."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from controller.api.constants import CONTROLLER_NAME
from controller.runtime.resources import ObjectKey


class _Pass:
    """One pass; its id is made when a line needs it, since most passes say nothing."""

    __slots__ = ("_id", "key", "uid")

    def __init__(self, key: ObjectKey) -> None:
        self.key = key
        self.uid = ""
        self._id = ""

    @property
    def id(self) -> str:
        self._id = self._id or str(uuid.uuid4())
        return self._id


_CURRENT: Final[ContextVar[_Pass | None]] = ContextVar("pass", default=None)


@contextmanager
def in_pass(key: ObjectKey) -> Iterator[None]:
    """Let all lines that are logged inside, also by tasks started there, carry the job's key and the pass's id."""
    token = _CURRENT.set(_Pass(key))
    try:
        yield
    finally:
        _CURRENT.reset(token)


def identify(uid: str) -> None:
    """Add the job's uid, once it is known, to the lines of the current pass; without effect outside of one."""
    current = _CURRENT.get()
    if current is not None:
        current.uid = uid


def current_key() -> ObjectKey | None:
    """Return the job of the current pass; None outside of one."""
    current = _CURRENT.get()
    return None if current is None else current.key


def fields() -> dict[str, str]:
    """Return what a line logged now is to carry: outside of a pass only the controller's name."""
    line = {"controller": CONTROLLER_NAME}
    current = _CURRENT.get()
    if current is not None:
        line |= {"namespace": current.key.namespace, "name": current.key.name}
        if current.uid:
            line["uid"] = current.uid
        line |= {"reconcileID": current.id, "action": "reconcile"}
    return line
