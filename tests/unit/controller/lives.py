"""Words in which tests tell the life of a job on the cluster in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from controller.reconcile.actions import Create, Delete
from controller.reconcile.plan import Plan
from controller.reconcile.settings import Settings
from tests.unit.controller.model import ModelCluster

ALL_PODS = ["demo-scheduler-0", "demo-server-0", "demo-worker-0", "demo-worker-1"]


def settled(job: dict[str, Any], gang: str = "") -> ModelCluster:
    cluster = ModelCluster(job, Settings(gang_scheduler_name=gang))
    cluster.settle()
    return cluster


def running(job: dict[str, Any]) -> ModelCluster:
    cluster = settled(job)
    cluster.play("*", "Running")
    cluster.settle()
    return cluster


def play(cluster: ModelCluster, pattern: str, phase: str, exit_code: int | None = None, **more: Any) -> None:
    cluster.play(pattern, phase, exit_code, **more)
    cluster.settle()


def suspend(cluster: ModelCluster, value: bool) -> None:
    cluster.edit({"spec": {"runPolicy": {"suspend": value}}})


def replicas(cluster: ModelCluster, **counts: int) -> None:
    cluster.edit({"spec": {"mxReplicaSpecs": {key: {"replicas": value} for key, value in counts.items()}}})


def status(cluster: ModelCluster) -> Mapping[str, Any]:
    assert cluster.job is not None
    result: Mapping[str, Any] = cluster.job["status"]
    return result


def types(cluster: ModelCluster) -> list[str]:
    return [name if value == "True" else f"{name}={value}" for name, value, *_ in cluster.conditions()]


def reasons(cluster: ModelCluster) -> list[str]:
    return [event.reason for event in cluster.events]


def created(intended: Plan, kind: str = "Pod") -> list[str]:
    return [action.name for action in intended.actions if isinstance(action, Create) and action.kind == kind]


def deleted(intended: Plan, kind: str = "Pod") -> list[str]:
    return [action.name for action in intended.actions if isinstance(action, Delete) and action.kind == kind]
