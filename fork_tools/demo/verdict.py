"""Did the demonstration show what it is there to show? Judged from the job's status and its workers' logs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from controller.api.status import ConditionType, JobStatus
from fork_tools.demo.training import Training, read_log

_ENDS = (ConditionType.SUCCEEDED, ConditionType.FAILED, ConditionType.INVALID)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What each worker reached, by the pod's name, and everything that is not as it should be."""

    trainings: Mapping[str, Training]
    problems: tuple[str, ...]
    suspect: str | None = None

    @property
    def weights(self) -> str | None:
        """The digest of the weights that all workers hold; None if they differ or nobody has any."""
        digests = {training.weights for training in self.trainings.values()}
        return digests.pop() if len(digests) == 1 else None


def ended(status: JobStatus) -> bool:
    """Whether nothing more is to be expected of the job."""
    return any(status.is_true(condition) for condition in _ENDS)


def judge(status: JobStatus, worker_logs: Mapping[str, str]) -> Verdict:
    """Judge a job that has ended; `suspect` names the worker whose log tells more, if one stands out."""
    trainings = {pod: training for pod, log in worker_logs.items() if (training := read_log(log))}
    unfinished = [pod for pod in worker_logs if pod not in trainings]
    # Where the job did not succeed, what its workers lack is a consequence.
    problems = tuple(_job_problems(status)) or tuple(_training_problems(worker_logs, trainings))
    return Verdict(trainings, problems, suspect=unfinished[0] if unfinished else None)


def _job_problems(status: JobStatus) -> Iterator[str]:
    for condition_type in (ConditionType.FAILED, ConditionType.INVALID):
        condition = status.condition(condition_type)
        if condition is not None and condition.status == "True":
            yield f"the job is {condition_type}: {condition.message or condition.reason}"
    if not ended(status):
        last = status.conditions[-1].type if status.conditions else "without any condition"
        yield f"the job has not ended, it is {last}"


def _training_problems(logs: Mapping[str, str], trainings: Mapping[str, Training]) -> Iterator[str]:
    if not logs:
        yield "no worker has written a log"
    for pod in logs:
        training = trainings.get(pod)
        if training is None:
            yield f"the log of {pod} ends before its training did"
        elif training.accuracy < training.wanted_accuracy:
            yield f"{pod} reached accuracy {training.accuracy:.4f}, wanted was {training.wanted_accuracy:.4f}"
    if len({training.weights for training in trainings.values()}) > 1:
        held = ", ".join(f"{pod} {training.weights[:16]}…" for pod, training in trainings.items())
        yield f"the workers hold different weights: {held}"
