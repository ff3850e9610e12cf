"""The MXJobs that are there: those that are not valid any more, and those that ask for what is not installed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from controller.api.validation import validate
from fork_tools.api_server import Object
from fork_tools.compat.doctor import rules
from fork_tools.report.finding import Finding

POD_GROUPS = ("podgroups.scheduling.volcano.sh", "podgroups.scheduling.x-k8s.io")
QUEUES = "clusterqueues.kueue.x-k8s.io"
_QUEUE_LABEL = "kueue.x-k8s.io/queue-name"
_KUEUE = re.compile(r"(?:^|/)kueue:v?(\d+)\.(\d+)")
_WITHOUT_MXJOB = (0, 11)
_SHOWN = 3


def judge_jobs(jobs: Sequence[Object]) -> Iterator[Finding]:
    """Name what is wrong with each job that the controller would not run."""
    for job in jobs:
        problems = validate(job)
        if problems:
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            yield rules.JOB_REFUSED.finding(_name(job), f"{problems[0]}{more}", details={"problems": list(problems)})


def judge_gang_scheduling(jobs: Sequence[Object], definitions: frozenset[str]) -> Iterator[Finding]:
    """Find jobs with a schedulingPolicy where no PodGroup CRD is among the names of `definitions`."""
    if definitions.isdisjoint(POD_GROUPS):
        asking = [_name(job) for job in jobs if (job.get("spec") or {}).get("runPolicy", {}).get("schedulingPolicy")]
        if asking:
            yield rules.GANG_ABSENT.finding("PodGroup", f"{_some(asking)} set schedulingPolicy")


def judge_kueue(jobs: Sequence[Object], definitions: frozenset[str], workloads: Sequence[Object]) -> Iterator[Finding]:
    """Find out whether the Kueue that is installed, if any, still knows MXJobs."""
    if QUEUES not in definitions:
        return
    queued = [_name(job) for job in jobs if _QUEUE_LABEL in (job["metadata"].get("labels") or {})]
    use = f"; {_some(queued)} have a queue" if queued else "; no MXJob has a queue"
    version = _kueue_version(workloads)
    if version is None:
        yield rules.KUEUE.finding("kueue", f"Kueue is installed in a version that its image does not tell{use}")
    elif version >= _WITHOUT_MXJOB:
        yield rules.KUEUE.finding("kueue", f"Kueue v{version[0]}.{version[1]} is installed{use}")


def _kueue_version(workloads: Sequence[Object]) -> tuple[int, int] | None:
    containers = (each for workload in workloads for each in workload["spec"]["template"]["spec"]["containers"])
    found = filter(None, (_KUEUE.search(str(container.get("image", ""))) for container in containers))
    return next(((int(match[1]), int(match[2])) for match in found), None)


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _name(job: Object) -> str:
    return f"{job['metadata']['namespace']}/{job['metadata']['name']}"
