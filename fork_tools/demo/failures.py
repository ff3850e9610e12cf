"""Why a demonstration failed, as an error that shows what a reader would look at first."""

from __future__ import annotations

from collections.abc import Mapping

from controller.api.objects import Pod
from controller.api.status import JobStatus
from fork_tools.demo.narration import describe
from fork_tools.demo.verdict import Verdict
from fork_tools.errors import MxforkError

Fact = tuple[str, str]

_NEXT_STEP = "mxfork demo --keep    leaves everything up, to look around"
_LINES_SHOWN = 15


def failed(verdict: Verdict, pods: Mapping[str, Pod], logs: Mapping[str, str]) -> MxforkError:
    """Explain the problems of `verdict`; `logs` are those of the pods that `suspects` names."""
    first, *others = verdict.problems
    facts = [*(("and", problem) for problem in others), *_pod_facts(pods), *_log_facts(logs)]
    return MxforkError(first, facts=tuple(facts), next_step=_NEXT_STEP)


def too_late(seconds: float, status: JobStatus, pods: Mapping[str, Pod], logs: Mapping[str, str]) -> MxforkError:
    """Explain that the job has not ended in time; the ends of the `logs` of those who drive it may tell why."""
    last = status.conditions[-1].type if status.conditions else "without any condition"
    facts = [("job", last), *_pod_facts(pods), *_log_facts(logs)]
    return MxforkError(f"the job has not ended after {seconds:.0f} s", facts=tuple(facts), next_step=_NEXT_STEP)


def suspects(verdict: Verdict, pods: Mapping[str, Pod]) -> tuple[str, ...]:
    """Name the pods whose logs explain a failure: those that failed, else the worker that did not finish."""
    broken = tuple(name for name, pod in sorted(pods.items()) if pod.status.phase == "Failed")
    return broken or ((verdict.suspect,) if verdict.suspect else ())


def _pod_facts(pods: Mapping[str, Pod]) -> list[Fact]:
    return [("pod", f"{name} {describe(pod)}") for name, pod in sorted(pods.items())]


def _log_facts(logs: Mapping[str, str]) -> list[Fact]:
    names: dict[str, list[str]] = {}
    for name, text in logs.items():
        names.setdefault(text, []).append(name)
    facts: list[Fact] = []
    for text, alike in names.items():
        lines = text.splitlines()[-_LINES_SHOWN:] or ["(empty)"]
        facts += [("log of", ", ".join(alike)), *(("", line) for line in lines)]
    return facts
