"""What may go wrong between the process and the world, named by what the caller can do about it."""

from __future__ import annotations

from typing import Final

# The API has no code for it: a 403 like any other, but for these words.
_NAMESPACE_ENDS: Final = "because it is being terminated"
# A 500 like any other, but for these words: it concerns only what that webhook has to judge.
_WEBHOOK_AWAY: Final = "failed calling webhook"


class StartError(Exception):
    """The process cannot start as it was asked to: `what` is wrong, `next_step` helps. Shown without a traceback."""

    def __init__(self, what: str, *, next_step: str) -> None:
        super().__init__(what)
        self.what = what
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.what}\n  next      {self.next_step}"


class RequestError(Exception):
    """A request did not succeed; see the two kinds below."""


class UnreachableError(RequestError):
    """No complete answer came: whether the API server did what was asked is unknown."""


class NotLeaderError(RequestError):
    """Nothing was sent, because this process does not hold the lease (any more)."""

    def __init__(self) -> None:
        super().__init__("this process does not lead any more")


class ApiError(RequestError):
    """The API server refused: `status` is the HTTP status, `reason` and `message` are those of its Status object.

    `retry_after` is the wait in seconds that it asked for, if it did, at most 30.
    """

    def __init__(self, status: int, reason: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(message or reason or f"HTTP status {status}")
        self.status = status
        self.reason = reason
        self.message = str(self)
        self.retry_after = retry_after

    @property
    def permanent(self) -> bool:
        """Whether repeating the same request is pointless: the object itself is not acceptable."""
        return self.status in (400, 413, 422)

    @property
    def namespace_ends(self) -> bool:
        """Whether nothing new is taken because the whole namespace is being deleted."""
        return self.status == 403 and _NAMESPACE_ENDS in self.message

    @property
    def concerns_server(self) -> bool:
        """Whether the API server as a whole is in trouble, or does not know who asks: no other request fares better."""
        return self.status in (401, 429) or (self.status >= 500 and _WEBHOOK_AWAY not in self.message)
