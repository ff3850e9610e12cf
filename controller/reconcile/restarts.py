"""What becomes of a replica whose pod has ended or is being deleted: its restart policy (spec §4.7, B3, B34, B43, B46).

                 phase Failed                                   deleted by somebody while it runs
    Never        the job fails                                  the job fails once the pod is gone
    OnFailure    replaced                                       replaced
    Always       replaced                                       replaced
    ExitCode     replaced if retryable, else the job fails      replaced

A pod that is to be replaced is given up: first recorded in the status, so that it counts once whatever happens next,
and deleted by a later pass. Its replacement has the same name, so it follows when the pod is gone. A pod out of range
is given up as well, without being counted: the job may be scaled up again before it has gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from controller.api.constants import CONTAINER_NAME
from controller.api.mxjob import RestartPolicy
from controller.api.objects import Pod
from controller.api.status import Restarts
from controller.reconcile.ownership import Family, Replica

FIRST_RETRYABLE_EXIT_CODE: Final = 128
# What a kubelet or the node life-cycle controller says about a pod that it, not the program, put to an end.
_DISRUPTIONS: Final = frozenset({"Evicted", "NodeLost", "Preempting", "Shutdown", "Terminated"})


@dataclass(frozen=True, slots=True)
class Losses:
    """The replicas that were lost, in the order of the job's replicas.

    `replaced` failed and are newly given up, `fatal` end the job; `restarts` is what the status is to remember of them.
    """

    replaced: tuple[Replica, ...]
    fatal: tuple[Replica, ...]
    restarts: Restarts


class Verdict(Enum):
    """What a pod means for its replica."""

    FINE = auto()
    REPLACE = auto()
    FATAL = auto()
    DISRUPTED = auto()


def judge_losses(family: Family, known: Restarts) -> Losses:
    """Judge every replica's pod once; those that `known` holds as given up were judged before."""
    judged = [(replica, _verdict(replica, known)) for replica in family.replicas]
    replaced = tuple(replica for replica, verdict in judged if verdict is Verdict.REPLACE)
    present = family.uids
    return Losses(
        replaced=replaced,
        fatal=tuple(replica for replica, verdict in judged if verdict is Verdict.FATAL),
        restarts=Restarts(
            count=known.count + len(replaced),
            uids=(
                *(uid for uid in known.uids if uid in present),
                *(replica.pod.metadata.uid for replica in replaced if replica.pod),
                *(pod.metadata.uid for pod in family.pods.surplus if pod.metadata.uid not in known.uids),
            ),
            disrupted=tuple(replica.name for replica, verdict in judged if verdict is Verdict.DISRUPTED),
        ),
    )


def _verdict(replica: Replica, known: Restarts) -> Verdict:
    if replica.vacant and replica.name in known.disrupted:
        return Verdict.FATAL
    pod = replica.pod
    if pod is None or pod.metadata.uid in known.uids:
        return Verdict.FINE
    policy = replica.spec.restart_policy
    if pod.status.phase == "Failed":
        return Verdict.FATAL if policy is RestartPolicy.NEVER or _permanent(policy, pod) else Verdict.REPLACE
    if pod.status.phase == "Running" and pod.terminating:
        return Verdict.DISRUPTED if policy is RestartPolicy.NEVER else Verdict.REPLACE
    return Verdict.FINE


def _permanent(policy: RestartPolicy, pod: Pod) -> bool:
    if policy is not RestartPolicy.EXIT_CODE or pod.terminating or _disrupted(pod):
        return False
    code = _exit_code(pod)
    return code is not None and code < FIRST_RETRYABLE_EXIT_CODE


def _disrupted(pod: Pod) -> bool:
    return pod.status.reason in _DISRUPTIONS or any(
        condition.type == "DisruptionTarget" and condition.status == "True" for condition in pod.status.conditions or ()
    )


def _exit_code(pod: Pod) -> int | None:
    """Find how the training container ended, or else the init container that kept it from starting (B46)."""
    for status in pod.status.container_statuses or ():
        if status.name == CONTAINER_NAME and status.state.terminated:
            return status.state.terminated.exit_code
    ends = (status.state.terminated for status in pod.status.init_container_statuses or ())
    return next((end.exit_code for end in ends if end and end.exit_code != 0), None)
