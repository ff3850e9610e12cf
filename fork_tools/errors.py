"""The one error that `mxfork` shows a user: what was wrong, where, and what to type next."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a script may rely on."""

    WELL = 0
    FINDINGS = 1
    WRONG_USE = 2
    QUEUE_DOES_NOT_APPLY = 3
    COULD_NOT_COMPLETE = 4


class MxforkError(Exception):
    """Something a user can act upon.

    `what` names the problem and its place in one sentence without a full stop; `facts` are further lines, each a short
    label and a text; `next_step` is a command or an act that helps.
    """

    def __init__(
        self,
        what: str,
        *,
        next_step: str,
        facts: tuple[tuple[str, str], ...] = (),
        exit_code: ExitCode = ExitCode.COULD_NOT_COMPLETE,
    ) -> None:
        """Keep the parts apart, so that JSON output can have them too."""
        super().__init__(what)
        self.what = what
        self.facts = facts
        self.next_step = next_step
        self.exit_code = exit_code

    def __str__(self) -> str:
        """Render the error as it is printed, without its leading `error: `."""
        lines = [self.what, *(f"  {label:<9} {text}" for label, text in (*self.facts, ("next", self.next_step)))]
        return "\n".join(lines)
