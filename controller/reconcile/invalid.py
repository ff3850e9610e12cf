"""What becomes of a job that cannot be run as it is written (spec §2.4, B1): it says so once, and rests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from controller.api.constants import KIND
from controller.api.mxjob import MXJob
from controller.api.status import ConditionType, JobCondition, JobStatus
from controller.reconcile.conditions import find, reason, without

# So that the message fits an event, and the status its store.
MOST_PROBLEMS: Final = 5
LONGEST_BEGINNING: Final = 300
LONGEST_END: Final = 100


def refused(job: MXJob, problems: Sequence[str], status: JobStatus, now: datetime) -> JobStatus:
    """Compute the status of a job with `problems`: Invalid comes last, renewed when there is something new to say."""
    message = f"{KIND} {job.name} cannot be run as of generation {job.generation}: {_told(problems)}"
    known = find(status.conditions, ConditionType.INVALID)
    if known and known.status == "True" and known.message == message:
        return status
    transition = known.last_transition_time if known and known.status == "True" else None
    invalid = JobCondition(ConditionType.INVALID, "True", reason("FailedValidation"), message, now, transition or now)
    return replace(status, conditions=(*without(status.conditions, ConditionType.INVALID), invalid))


def _told(problems: Sequence[str]) -> str:
    more = f"; and {len(problems) - MOST_PROBLEMS} more" if len(problems) > MOST_PROBLEMS else ""
    return "; ".join(map(_cut, problems[:MOST_PROBLEMS])) + more


def _cut(problem: str) -> str:
    """Shorten a problem with a name of any length in it; the remedy stands at the end."""
    if len(problem) <= LONGEST_BEGINNING + LONGEST_END:
        return problem
    return f"{problem[:LONGEST_BEGINNING]}…{problem[-LONGEST_END:]}"


def accepted(status: JobStatus) -> JobStatus:
    """Compute the status of a job that can be run: a problem that it had is mended."""
    if not find(status.conditions, ConditionType.INVALID):
        return status
    return replace(status, conditions=without(status.conditions, ConditionType.INVALID))
