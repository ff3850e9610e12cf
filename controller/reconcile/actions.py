"""What a plan may ask for: one value a request, carrying all that applying it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Create:
    """Create a child. A 409 is healed by its owner: ours is success, another's makes the name taken (B9, B30)."""

    kind: Literal["Pod", "Service", "PodGroup"]
    name: str
    replica_type: str
    manifest: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Update:
    """Change a PodGroup by a JSON merge patch, which carries the resource version that it was made from."""

    kind: Literal["PodGroup"]
    name: str
    patch: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete exactly the object seen (`uid` is a precondition); gone already is success.

    A job is deleted so that its children follow in the background.
    """

    kind: Literal["Pod", "Service", "PodGroup", "MXJob"]
    name: str
    uid: str


Action = Create | Update | Delete


@dataclass(frozen=True, slots=True)
class Event:
    """An event on the job, as `kubectl describe` shows it."""

    type: Literal["Normal", "Warning"]
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How applying an action went.

    `taken_by` names the object's controller when the name belongs to somebody else; `error` is the API server's message
    of a failed request. `permanent` says that repeating it without a change is pointless (422). `transient` says that
    it means nothing for the job: the API server was in trouble, or the object changed meanwhile.
    """

    action: Action
    done: bool
    error: str = ""
    taken_by: str = ""
    permanent: bool = False
    transient: bool = False
