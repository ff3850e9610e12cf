"""What the optional webhook says of a job that is about to be stored: the CRD's rules judge it first.

Refused is only what no rule of the CRD can express, and never an update for what was there before it; everything else
is a warning, which kubectl shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from controller.api.constants import CONTAINER_NAME, REPLICA_TYPES, SERVER, TUNER
from controller.api.mxjob import CleanPodPolicy, JobMode, MXJob, ReplicaSpec, read
from controller.api.validation import validate
from controller.reconcile.environment import environment
from controller.reconcile.responsibility import left_alone


@dataclass(frozen=True, slots=True)
class Judgement:
    """What keeps a job out, if anything, and what its owner should know."""

    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def judge(raw: Mapping[str, Any], before: Mapping[str, Any] | None) -> Judgement:
    """Judge the job `raw`; `before` is what it replaces, None for a new one. Never raises."""
    known = validate(before) if before is not None else ()
    found = validate(raw)
    problems = tuple(each for each in found if each not in known)
    if found:
        return Judgement(problems)
    job = read(raw)
    return Judgement((), () if left_alone(job) or job.finished else tuple(_warnings(job)))


def _warnings(job: MXJob) -> Iterator[str]:
    for spec in job.replica_specs:
        yield from _of_type(job, spec)
    tuners = job.replicas_of(TUNER)
    if job.job_mode == JobMode.TUNE and not tuners:
        yield "spec.jobMode: MXTune without a Tuner; nothing is decided by the mode, the job ends as a training would"
    if job.job_mode == JobMode.TRAIN and tuners:
        yield "spec.jobMode: MXTrain with a Tuner; nothing is decided by the mode, the tuners decide when the job ends"
    if job.run_policy.clean_pod_policy == CleanPodPolicy.NONE and job.replicas_of(SERVER):
        yield (
            "spec.runPolicy.cleanPodPolicy: None, the default, lets servers run on after the job has succeeded; "
            "set Running to free what they hold"
        )


def _of_type(job: MXJob, spec: ReplicaSpec) -> Iterator[str]:
    path = f"spec.mxReplicaSpecs.{spec.type}"
    pod = spec.template["spec"]
    if spec.type not in REPLICA_TYPES:
        yield f"{path}: not a type that MXNet knows, so nothing depends on how it ends"
    if pod.get("restartPolicy"):
        yield f"{path}.template.spec.restartPolicy: is overwritten by {path}.restartPolicy"
    ours = {variable["name"] for variable in environment(job, spec, 0)} if spec.replicas else set()
    for container in pod["containers"]:
        if container["name"] != CONTAINER_NAME:
            continue
        names = sorted(ours & set(_variables(container.get("env"))))
        if names:
            yield f"{path}: the controller sets {', '.join(names)} itself, and its values win"


def _variables(env: Any) -> Iterator[str]:
    """Name a container's variables; a job of an older CRD may hold anything there."""
    for variable in env if isinstance(env, list) else ():
        name = variable.get("name") if isinstance(variable, Mapping) else None
        if isinstance(name, str):
            yield name
