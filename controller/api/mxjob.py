"""An MXJob as the controller works with it: defaulted, typed, and never written back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from controller.api import stored
from controller.api.constants import ANNOTATION_TUNER_SERVER_KEY, DEFAULT_PORT, REPLICA_TYPES
from controller.api.defaults import DEFAULT_REPLICAS, job_port, with_job_port
from controller.api.naming import canonical_type
from controller.api.status import ConditionType, JobStatus, status_from_raw

# Longer is as good as for ever, and can still be added to any date.
LONGEST: Final = timedelta(days=365 * 100)


class JobMode(StrEnum):
    """What a job says it is for; nothing is decided by it (spec §1.2)."""

    TRAIN = "MXTrain"
    TUNE = "MXTune"


class RestartPolicy(StrEnum):
    """What becomes of a replica whose pod ended (spec §4.7)."""

    ALWAYS = "Always"
    ON_FAILURE = "OnFailure"
    NEVER = "Never"
    EXIT_CODE = "ExitCode"


class CleanPodPolicy(StrEnum):
    """Which pods of a finished job are deleted (spec §3.5)."""

    ALL = "All"
    RUNNING = "Running"
    NONE = "None"


@dataclass(frozen=True, slots=True)
class ReplicaSpec:
    """The replicas of one type; `template` has its default port and is shared with the raw job, so never change it."""

    type: str
    replicas: int
    restart_policy: RestartPolicy
    template: Mapping[str, Any]
    port: int
    tuner_server_key: str


@dataclass(frozen=True, slots=True)
class SchedulingPolicy:
    """What a job asks of a gang scheduler; None where it asks for nothing."""

    min_available: int | None = None
    queue: str | None = None
    min_resources: Mapping[str, str | int] | None = None
    priority_class: str | None = None
    schedule_timeout_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class RunPolicy:
    """How long, how often and whether a job runs; negative numbers of a stored job act as zero, as ever."""

    clean_pod_policy: CleanPodPolicy = CleanPodPolicy.NONE
    ttl_after_finished: timedelta | None = None
    active_deadline: timedelta | None = None
    backoff_limit: int | None = None
    suspend: bool = False
    managed_by: str | None = None
    scheduling_policy: SchedulingPolicy = SchedulingPolicy()


@dataclass(frozen=True, slots=True)
class MXJob:
    """A job; `replica_specs` are in the order of REPLICA_TYPES, then unknown types by name (B35)."""

    namespace: str
    name: str
    uid: str
    generation: int = 0
    resource_version: str = ""
    annotations: Mapping[str, str] = field(default_factory=dict)
    deleting: bool = False
    job_mode: str = JobMode.TRAIN
    replica_specs: tuple[ReplicaSpec, ...] = ()
    run_policy: RunPolicy = RunPolicy()
    status: JobStatus = field(default_factory=JobStatus)

    def spec_of(self, replica_type: str) -> ReplicaSpec | None:
        """Find the replica spec of that type (canonical spelling)."""
        return next((spec for spec in self.replica_specs if spec.type == replica_type), None)

    def replicas_of(self, replica_type: str) -> int:
        """Count the replicas wanted of that type; a type that is absent, or has 0, runs nothing (B7)."""
        spec = self.spec_of(replica_type)
        return spec.replicas if spec else 0

    @property
    def total_replicas(self) -> int:
        """Count the replicas wanted of all types."""
        return sum(spec.replicas for spec in self.replica_specs)

    @property
    def min_member(self) -> int:
        """How many pods a gang scheduler has to place together: all of them unless the job says otherwise."""
        asked = self.run_policy.scheduling_policy.min_available
        return self.total_replicas if asked is None else asked

    @property
    def finished(self) -> bool:
        """Whether the job has Succeeded or Failed."""
        return self.status.finished

    @property
    def finished_at(self) -> datetime | None:
        """The completion time, or else when the condition that ended the job was set; None while it runs (B17)."""
        if not self.finished:
            return None
        if self.status.completion_time:
            return self.status.completion_time
        ends = (ConditionType.FAILED, ConditionType.SUCCEEDED)
        end = next(
            condition for condition in map(self.status.condition, ends) if condition and condition.status == "True"
        )
        return end.last_transition_time or end.last_update_time


def read(raw: Mapping[str, Any]) -> MXJob:
    """Read a stored job and default it.

    Exact for a job in which `validate` finds no problem. Of any other, what cannot be read is left out or defaulted: a
    finished job is not validated, yet its clean-up and its expiry are still to be known.
    """
    metadata = stored.decode_what_fits(raw.get("metadata"), stored.Metadata)
    spec = raw.get("spec")
    spec = spec if isinstance(spec, Mapping) else {}
    mode = spec.get("jobMode")
    return MXJob(
        namespace=metadata.namespace or "",
        name=metadata.name or "",
        uid=metadata.uid or "",
        generation=metadata.generation or 0,
        resource_version=metadata.resource_version or "",
        annotations=metadata.annotations or {},
        deleting=metadata.deletion_timestamp is not None,
        job_mode=mode if isinstance(mode, str) else "",
        replica_specs=_replica_specs(spec.get("mxReplicaSpecs")),
        run_policy=_run_policy(stored.decode_what_fits(spec.get("runPolicy"), stored.RunPolicy)),
        status=status_from_raw(raw.get("status")),
    )


def _replica_specs(raw: Any) -> tuple[ReplicaSpec, ...]:
    specs: dict[str, ReplicaSpec] = {}
    for spec in _readable_replica_specs(raw):
        specs.setdefault(spec.type, spec)
    known = [specs.pop(replica_type) for replica_type in REPLICA_TYPES if replica_type in specs]
    return (*known, *(specs[replica_type] for replica_type in sorted(specs)))


def _readable_replica_specs(raw: Any) -> Iterator[ReplicaSpec]:
    for key, value in raw.items() if isinstance(raw, Mapping) else ():
        try:
            record = stored.decode(value, stored.ReplicaSpec)
        except stored.MisshapenError:
            continue
        if record.template and record.template.spec and record.template.spec.containers:
            yield _replica_spec(canonical_type(key) or key, record, with_job_port(value["template"]))


def _replica_spec(replica_type: str, record: stored.ReplicaSpec, template: Mapping[str, Any]) -> ReplicaSpec:
    policy = record.restart_policy
    annotations = (template.get("metadata") or {}).get("annotations") or {}
    return ReplicaSpec(
        type=replica_type,
        replicas=DEFAULT_REPLICAS if record.replicas is None else max(record.replicas, 0),
        restart_policy=RestartPolicy(policy) if policy in set(RestartPolicy) else RestartPolicy.NEVER,
        template=template,
        port=job_port(template) or DEFAULT_PORT,
        tuner_server_key=annotations.get(ANNOTATION_TUNER_SERVER_KEY, ""),
    )


def _run_policy(record: stored.RunPolicy) -> RunPolicy:
    clean = record.clean_pod_policy
    scheduling = record.scheduling_policy or stored.SchedulingPolicy()
    return RunPolicy(
        clean_pod_policy=CleanPodPolicy(clean) if clean in set(CleanPodPolicy) else CleanPodPolicy.NONE,
        ttl_after_finished=_duration(record.ttl_seconds_after_finished),
        active_deadline=_duration(record.active_deadline_seconds),
        backoff_limit=None if record.backoff_limit is None else max(record.backoff_limit, 0),
        suspend=bool(record.suspend),
        managed_by=record.managed_by,
        scheduling_policy=SchedulingPolicy(
            min_available=scheduling.min_available,
            queue=scheduling.queue,
            min_resources=scheduling.min_resources,
            priority_class=scheduling.priority_class,
            schedule_timeout_seconds=scheduling.schedule_timeout_seconds,
        ),
    )


def _duration(seconds: int | None) -> timedelta | None:
    if seconds is None:
        return None
    return timedelta(seconds=min(max(seconds, 0), int(LONGEST.total_seconds())))
