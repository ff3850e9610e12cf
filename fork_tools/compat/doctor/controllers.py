"""Who else reconciles MXJobs: workloads that run a Training Operator up to v1.8, or a second mxjob-controller."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from controller.api.constants import SINGULAR
from fork_tools.api_server import Object
from fork_tools.compat.doctor import rules
from fork_tools.report.finding import Finding

_OPERATOR = "training-operator"
_OURS = "mxjob-controller"
_TAG = re.compile(r"v?(\d+)\.(\d+)")
# The first that does not know MXJob.
_WITHOUT_MXJOB = (1, 9)
_SCHEME = re.compile(r"--?enable-scheme[= ](\S+)")


def judge_controllers(workloads: Sequence[Object]) -> Iterator[Finding]:
    """Judge every Deployment and StatefulSet of the cluster; those scaled to zero do nothing."""
    running = [workload for workload in workloads if workload["spec"].get("replicas", 1)]
    for workload in running:
        for container in _containers(workload):
            yield from _operator(_name(workload), container)
    ours = sorted(_name(workload) for workload in running if any(map(_is_ours, _containers(workload))))
    for other in ours[1:]:
        yield rules.OTHER_CONTROLLER.finding(
            other, f"runs {_OURS} as {ours[0]} does; replicas belong to one Deployment"
        )


def _operator(name: str, container: Object) -> Iterator[Finding]:
    if _OPERATOR not in f"{container.get('image', '')} {_command(container)}" or _is_ours(container):
        return
    schemes = [scheme.lower() for scheme in _SCHEME.findall(_command(container))]
    if schemes and SINGULAR not in schemes:
        return
    version = _TAG.match(str(container.get("image", "")).rpartition("/")[2].rpartition(":")[2])
    if version is None:
        message = f"runs {container.get('image')}, whose version its tag does not tell"
        yield rules.PERHAPS_CONTROLLER.finding(name, message, remedy=rules.PERHAPS_CONTROLLER.fix)
    elif (int(version[1]), int(version[2])) < _WITHOUT_MXJOB:
        message = f"runs {container.get('image')}, which reconciles MXJobs"
        yield rules.OTHER_CONTROLLER.finding(name, message, remedy=rules.OTHER_CONTROLLER.fix)


def _is_ours(container: Object) -> bool:
    program = str(container.get("image", "")).rpartition("/")[2].partition(":")[0]
    return program == _OURS or _command(container).partition(" ")[0].rpartition("/")[2] == _OURS


def _command(container: Object) -> str:
    return " ".join([*(container.get("command") or []), *(container.get("args") or [])])


def _containers(workload: Object) -> list[Object]:
    return list(workload["spec"]["template"]["spec"]["containers"])


def _name(workload: Object) -> str:
    return f"{workload['metadata']['namespace']}/{workload['metadata']['name']}"
