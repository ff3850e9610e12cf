"""The status of an MXJob (spec §1.3), read with tolerance and written in one form only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from controller.api import timestamps


class ConditionType(StrEnum):
    """The conditions a job may carry; `Blocked` (B10, B30) and `Invalid` (B1) are this controller's own."""

    CREATED = "Created"
    BLOCKED = "Blocked"
    RUNNING = "Running"
    RESTARTING = "Restarting"
    SUCCEEDED = "Succeeded"
    SUSPENDED = "Suspended"
    FAILED = "Failed"
    INVALID = "Invalid"


@dataclass(frozen=True, slots=True)
class JobCondition:
    """One entry of `status.conditions`; the times are None when another writer left them out."""

    type: str
    status: str
    reason: str = ""
    message: str = ""
    last_update_time: datetime | None = None
    last_transition_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReplicaStatus:
    """How many pods of one replica type are in which state."""

    active: int = 0
    succeeded: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Restarts:
    """What the controller has to remember about pods that it gave up (B3, B12, B43).

    `count` is how many pods were replaced so far; `uids` are the pods given up that have not gone yet: replaced ones,
    those out of range and those of a suspended run. `disrupted` names the running pods which must not restart and which
    somebody else deletes: the job fails when one is gone without having succeeded.
    """

    count: int = 0
    uids: tuple[str, ...] = ()
    disrupted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JobStatus:
    """Everything that `status` holds; the order of `conditions` is the order in which they were set."""

    conditions: tuple[JobCondition, ...] = ()
    replica_statuses: Mapping[str, ReplicaStatus] = field(default_factory=dict)
    start_time: datetime | None = None
    completion_time: datetime | None = None
    last_reconcile_time: datetime | None = None
    restarts: Restarts = Restarts()

    @property
    def finished(self) -> bool:
        """Whether the job has Succeeded or Failed."""
        return self.is_true(ConditionType.SUCCEEDED) or self.is_true(ConditionType.FAILED)

    def condition(self, condition_type: str) -> JobCondition | None:
        """Find the condition of that type."""
        return next((condition for condition in self.conditions if condition.type == condition_type), None)

    def is_true(self, condition_type: str) -> bool:
        """Whether the job carries a condition of that type with status True."""
        condition = self.condition(condition_type)
        return condition is not None and condition.status == "True"


def status_from_raw(raw: Any) -> JobStatus:
    """Read a stored status, whatever it holds: what cannot be read counts as not being there."""
    status = _mapping(raw)
    restarts = _mapping(status.get("restarts"))
    return JobStatus(
        conditions=tuple(_conditions(status.get("conditions"))),
        replica_statuses={
            key: _replica_status(value) for key, value in _mapping(status.get("replicaStatuses")).items()
        },
        start_time=_time(status.get("startTime")),
        completion_time=_time(status.get("completionTime")),
        last_reconcile_time=_time(status.get("lastReconcileTime")),
        restarts=Restarts(
            count=_count(restarts.get("count")),
            uids=tuple(filter(_is_text, _list(restarts.get("uids")))),
            disrupted=tuple(filter(_is_text, _list(restarts.get("disrupted")))),
        ),
    )


def status_to_raw(status: JobStatus) -> dict[str, Any]:
    """Write a status in its stored form; zero counts, empty texts and unset fields are left out."""
    fields = {
        "conditions": [_raw_condition(condition) for condition in status.conditions],
        "replicaStatuses": {key: _raw_replica_status(value) for key, value in status.replica_statuses.items()},
        "startTime": status.start_time and timestamps.render(status.start_time),
        "completionTime": status.completion_time and timestamps.render(status.completion_time),
        "lastReconcileTime": status.last_reconcile_time and timestamps.render(status.last_reconcile_time),
        "restarts": _set_only(
            {
                "count": status.restarts.count,
                "uids": list(status.restarts.uids),
                "disrupted": list(status.restarts.disrupted),
            }
        ),
    }
    return _set_only(fields)


def _conditions(raw: Any) -> Iterator[JobCondition]:
    for entry in map(_mapping, _list(raw)):
        if _text(entry.get("type")) and _text(entry.get("status")):
            yield JobCondition(
                type=entry["type"],
                status=entry["status"],
                reason=_text(entry.get("reason")),
                message=_text(entry.get("message")),
                last_update_time=_time(entry.get("lastUpdateTime")),
                last_transition_time=_time(entry.get("lastTransitionTime")),
            )


def _replica_status(raw: Any) -> ReplicaStatus:
    counts = _mapping(raw)
    return ReplicaStatus(*(_count(counts.get(name)) for name in ("active", "succeeded", "failed")))


def _raw_condition(condition: JobCondition) -> dict[str, Any]:
    return _set_only(
        {
            "type": condition.type,
            "status": condition.status,
            "reason": condition.reason,
            "message": condition.message,
            "lastUpdateTime": condition.last_update_time and timestamps.render(condition.last_update_time),
            "lastTransitionTime": condition.last_transition_time and timestamps.render(condition.last_transition_time),
        }
    )


def _raw_replica_status(status: ReplicaStatus) -> dict[str, Any]:
    return _set_only({"active": status.active, "succeeded": status.succeeded, "failed": status.failed})


def _set_only(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}


def _mapping(raw: Any) -> Mapping[str, Any]:
    return raw if isinstance(raw, Mapping) else {}


def _list(raw: Any) -> list[Any]:
    return raw if isinstance(raw, list) else []


def _is_text(raw: Any) -> bool:
    return isinstance(raw, str)


def _text(raw: Any) -> str:
    return raw if isinstance(raw, str) else ""


def _count(raw: Any) -> int:
    return raw if isinstance(raw, int) and not isinstance(raw, bool) and raw > 0 else 0


def _time(raw: Any) -> datetime | None:
    return timestamps.parse(raw) if isinstance(raw, str) else None
