"""Lives of jobs: every way to end, restarts under each policy, suspension, scaling, gangs, expiry, clean-up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from tests.cluster.kube import Object
from tests.cluster.mxjobs import mxjob, replicas
from tests.faults.stage import JOB, Stage

CREW: Final = ("scheduler-0", "worker-0")
Play = Callable[[Stage], None]


@dataclass(frozen=True, slots=True)
class Scenario:
    """What happens, and the gang scheduler that it needs, if any."""

    play: Play
    gang: str = ""


def job(*, policy: str = "Never", workers: int = 1, **run_policy: Any) -> Object:
    """Build a job of a scheduler and workers."""
    return mxjob(
        JOB,
        run_policy={"cleanPodPolicy": "None", **run_policy},
        Scheduler=replicas(),
        Worker=replicas(replicas=workers, restartPolicy=policy),
    )


def start(stage: Stage, sent: Object, *names: str) -> None:
    """Create the job and let its pods run."""
    stage.begin(sent)
    stage.pods(*(names or CREW))
    stage.play("*", "Running")
    stage.reach("Running")


def succeed(stage: Stage) -> None:
    """Let the deciding pod end well."""
    stage.play("scheduler-0", "Succeeded", 0)
    stage.reach("Succeeded")


def success_keeping(stage: Stage) -> None:
    start(stage, job())
    succeed(stage)


def success_cleaning_what_runs(stage: Stage) -> None:
    start(stage, job(cleanPodPolicy="Running"))
    succeed(stage)
    stage.only("scheduler-0")


def success_cleaning_all(stage: Stage) -> None:
    start(stage, job(cleanPodPolicy="All"))
    succeed(stage)
    stage.only()


def expiry(stage: Stage) -> None:
    start(stage, job(cleanPodPolicy="All", ttlSecondsAfterFinished=0))
    stage.play("scheduler-0", "Succeeded", 0)
    stage.gone()


def failure(stage: Stage) -> None:
    start(stage, job(cleanPodPolicy="All"))
    stage.play("worker-0", "Failed", 1)
    stage.reach("Failed")
    stage.only()


def permanent_exit(stage: Stage) -> None:
    start(stage, job(policy="ExitCode"))
    stage.play("worker-0", "Failed", 1)
    stage.reach("Failed")


def replacement(stage: Stage, policy: str, exit_code: int, reason: str = "") -> None:
    """Fail a worker that is to be replaced, and let its successor run."""
    start(stage, job(policy=policy))
    before = stage.uid("worker-0")
    stage.play("worker-0", "Failed", exit_code, reason)
    stage.replaced("worker-0", before)
    stage.play("worker-0", "Running")
    stage.counts(lambda status: status["restarts"] == {"count": 1}, "one restart")
    stage.reach("Running")
    succeed(stage)


def replaced_on_failure(stage: Stage) -> None:
    replacement(stage, "OnFailure", 1)


def replaced_always(stage: Stage) -> None:
    replacement(stage, "Always", 1)


def retryable_exit(stage: Stage) -> None:
    replacement(stage, "ExitCode", 130)


def eviction(stage: Stage) -> None:
    replacement(stage, "ExitCode", 1, "Evicted")


def deleted_while_running(stage: Stage) -> None:
    start(stage, job(policy="OnFailure"))
    before = stage.uid("worker-0")
    stage.here.kube.request("DELETE", f"/api/v1/namespaces/{stage.here.name}/pods/{JOB}-worker-0")
    stage.counts(lambda status: status.get("restarts", {}).get("count") == 1, "one restart")
    stage.replaced("worker-0", before)
    stage.play("worker-0", "Running")
    stage.counts(lambda status: status["restarts"] == {"count": 1}, "one restart")
    stage.reach("Running")
    succeed(stage)


def backoff_limit(stage: Stage) -> None:
    start(stage, job(policy="OnFailure", backoffLimit=1, cleanPodPolicy="All"))
    before = stage.uid("worker-0")
    stage.play("worker-0", "Failed", 1)
    stage.replaced("worker-0", before)
    stage.play("worker-0", "Running")
    stage.counts(lambda status: status["restarts"] == {"count": 1}, "one restart")
    stage.reach("Running")
    stage.play("worker-0", "Failed", 1)
    stage.reach("Failed")
    stage.only()


def deadline(stage: Stage) -> None:
    start(stage, job(activeDeadlineSeconds=8))
    stage.reach("Failed")
    stage.only()


def suspension(stage: Stage) -> None:
    start(stage, job())
    stage.change({"spec": {"runPolicy": {"suspend": True}}})
    stage.reach("Suspended")
    stage.only()
    stage.change({"spec": {"runPolicy": {"suspend": False}}})
    stage.pods(*CREW)
    stage.play("*", "Running")
    stage.reach("Running")
    succeed(stage)


def suspended_at_birth(stage: Stage) -> None:
    stage.begin(job(suspend=True))
    stage.reach("Suspended")
    stage.change({"spec": {"runPolicy": {"suspend": False}}})
    stage.pods(*CREW)
    stage.play("*", "Running")
    stage.reach("Running")


def scaling_up(stage: Stage) -> None:
    start(stage, job())
    stage.change({"spec": {"mxReplicaSpecs": {"Worker": {"replicas": 3}}}})
    stage.pods(*CREW, "worker-1", "worker-2")
    stage.play("*", "Running")
    succeed(stage)


def scaling_down(stage: Stage) -> None:
    start(stage, job(workers=3), *CREW, "worker-1", "worker-2")
    stage.change({"spec": {"mxReplicaSpecs": {"Worker": {"replicas": 1}}}})
    stage.only(*CREW)
    stage.counts(lambda status: not status.get("restarts", {}).get("uids"), "nothing given up")
    succeed(stage)


def type_removed(stage: Stage) -> None:
    sent = job()
    sent["spec"]["mxReplicaSpecs"]["Server"] = replicas()
    start(stage, sent, *CREW, "server-0")
    stage.change({"spec": {"mxReplicaSpecs": {"Server": None}}})
    stage.only(*CREW)
    succeed(stage)


def tuning(stage: Stage) -> None:
    types = {"Tuner": replicas(), "TunerTracker": replicas(), "TunerServer": replicas()}
    start(
        stage,
        mxjob(JOB, mode="MXTune", run_policy={"cleanPodPolicy": "Running"}, **types),
        *("tuner-0", "tunertracker-0", "tunerserver-0"),
    )
    stage.play("tuner-0", "Succeeded", 0)
    stage.reach("Succeeded")
    stage.only("tuner-0")


def gang(stage: Stage) -> None:
    stage.begin(job(cleanPodPolicy="All"))
    stage.schedule()
    stage.pods(*CREW)
    stage.play("*", "Running")
    stage.reach("Running")
    succeed(stage)
    stage.only()


def gang_suspended(stage: Stage) -> None:
    stage.begin(job())
    stage.schedule()
    stage.pods(*CREW)
    stage.play("*", "Running")
    stage.reach("Running")
    stage.change({"spec": {"runPolicy": {"suspend": True}}})
    stage.reach("Suspended")
    stage.only()


SCENARIOS: Final = {
    "success, clean-up None": Scenario(success_keeping),
    "success, clean-up Running": Scenario(success_cleaning_what_runs),
    "success, clean-up All": Scenario(success_cleaning_all),
    "expiry": Scenario(expiry),
    "failure under Never": Scenario(failure),
    "permanent exit code": Scenario(permanent_exit),
    "replacement under OnFailure": Scenario(replaced_on_failure),
    "replacement under Always": Scenario(replaced_always),
    "retryable exit code": Scenario(retryable_exit),
    "eviction": Scenario(eviction),
    "deletion while running": Scenario(deleted_while_running),
    "backoff limit": Scenario(backoff_limit),
    "deadline": Scenario(deadline),
    "suspension and resumption": Scenario(suspension),
    "suspended at birth": Scenario(suspended_at_birth),
    "scaling up": Scenario(scaling_up),
    "scaling down": Scenario(scaling_down),
    "type removed": Scenario(type_removed),
    "tuning": Scenario(tuning),
    "gang with volcano": Scenario(gang, "volcano"),
    "gang with scheduler-plugins, suspended": Scenario(gang_suspended, "scheduler-plugins-scheduler"),
}
