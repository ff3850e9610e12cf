"""What is worth telling when a pod or the job changes: two states in, lines out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from controller.api.objects import ContainerStatus, Pod
from controller.api.status import ConditionType, JobStatus

# Every pod passes through these on its way; they tell nothing.
_ORDINARY_WAITING = frozenset({"", "ContainerCreating", "PodInitializing"})


class Tone(Enum):
    """How a line is meant."""

    PLAIN = "plain"
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Line:
    """Something that happened: who it happened to, and what."""

    source: str
    text: str
    tone: Tone = Tone.PLAIN


def pod_lines(before: Pod | None, after: Pod | None) -> Iterator[Line]:
    """Tell how a pod changed; None stands for a pod that is not there yet, or no more."""
    known = after or before
    if known is None:
        return
    told, state = describe(before), describe(after)
    if told != state:
        yield Line("pod", f"{known.metadata.name} {state}", _pod_tone(after))


def describe(pod: Pod | None) -> str:
    """Put a pod's state in a few words: its phase, and why when that is not how a pod usually goes."""
    if pod is None:
        return "gone"
    if pod.terminating:
        return "Terminating"
    reasons = [reason for status in pod.status.container_statuses or () if (reason := _trouble(status))]
    if not reasons and pod.status.phase == "Failed":
        reasons = [text for text in (pod.status.reason, pod.status.message) if text]
    return f"{pod.status.phase} ({'; '.join(reasons)})" if reasons else pod.status.phase


def job_lines(before: JobStatus, after: JobStatus) -> Iterator[Line]:
    """Tell each condition that has become true, in the order of the status."""
    for condition in after.conditions:
        if condition.status == "True" and not before.is_true(condition.type):
            yield Line("job", f"{condition.type}: {condition.message or condition.reason}", _job_tone(condition.type))


def _trouble(status: ContainerStatus) -> str:
    terminated, waiting = status.state.terminated, status.state.waiting
    if terminated is not None and terminated.exit_code != 0:
        return f"exit code {terminated.exit_code}{_detail(terminated.message)}"
    if waiting is not None and waiting.reason not in _ORDINARY_WAITING:
        return f"{waiting.reason}{_detail(waiting.message)}"
    return ""


def _detail(message: str) -> str:
    return f": {message}" if message else ""


def _pod_tone(pod: Pod | None) -> Tone:
    if pod is None or pod.terminating:
        return Tone.PLAIN
    return {"Succeeded": Tone.GOOD, "Failed": Tone.BAD}.get(pod.status.phase, Tone.PLAIN)


def _job_tone(condition_type: str) -> Tone:
    if condition_type == ConditionType.SUCCEEDED:
        return Tone.GOOD
    return Tone.BAD if condition_type in (ConditionType.FAILED, ConditionType.INVALID) else Tone.PLAIN
