"""What may go wrong between the process and the world, named by what the caller can do about it."""

from __future__ import annotations


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


class ApiError(RequestError):
    """The API server refused: `status` is the HTTP status, `reason` and `message` are those of its Status object.

    `retry_after` is the wait in seconds that it asked for, if it did.
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
