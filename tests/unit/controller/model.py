"""A cluster in memory: it stores objects and applies plans as the runtime does; tests play kubelet and scheduler."""

from __future__ import annotations

import copy
import fnmatch
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from controller.api.constants import CONTAINER_NAME
from controller.api.objects import (
    ContainerState,
    ContainerStatus,
    Metadata,
    OwnerReference,
    Pod,
    PodGroup,
    PodStatus,
    Service,
    Terminated,
)
from controller.api.timestamps import render
from controller.reconcile.actions import Action, Create, Delete, Event, Outcome, Update
from controller.reconcile.conclude import Conclusion, conclude
from controller.reconcile.observed import Observed
from controller.reconcile.plan import DEFAULTS, Plan, plan
from controller.reconcile.settings import Settings
from tests.unit.controller.builders import NOW

Child = TypeVar("Child", Pod, Service, PodGroup)
Raw = dict[str, Any]


@dataclass
class ModelCluster:
    """One job and everything around it; `pass_` is one pass of the controller over it."""

    job: Raw | None
    settings: Settings = DEFAULTS
    now: datetime = NOW
    pods: dict[str, Pod] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    pod_groups: dict[str, PodGroup] = field(default_factory=dict)
    bound: set[str] = field(default_factory=set)
    events: list[Event] = field(default_factory=list)
    counters: Counter[str] = field(default_factory=Counter)
    writes: Counter[str] = field(default_factory=Counter)
    serial: int = 1
    refusals: dict[str, dict[str, Any]] = field(default_factory=dict)
    pod_groups_unavailable: str = ""
    failures: int = 0

    def observe(self) -> Observed:
        assert self.job is not None
        return Observed(
            job=copy.deepcopy(self.job),
            pods=tuple(self.pods[name] for name in sorted(self.pods)),
            services=tuple(self.services[name] for name in sorted(self.services)),
            pod_group=self.pod_groups.get(self.job["metadata"]["name"]),
            pod_groups_unavailable=self.pod_groups_unavailable,
        )

    def pass_(self) -> tuple[Plan, Conclusion]:
        observed = self.observe()
        intended = plan(observed, self.now, self.settings)
        outcomes = [self._apply(action) for action in intended.actions]
        conclusion = conclude(observed, intended, outcomes, self.now, failures_before=self.failures)
        self.failures = self.failures + 1 if conclusion.retry else 0
        if conclusion.status_patch is not None and self.job is not None:
            self.writes["status"] += 1
            assert conclusion.status_patch["metadata"]["resourceVersion"] == self.job["metadata"]["resourceVersion"]
            self.job = merged(self.job, {"status": conclusion.status_patch["status"]})
            self.job["metadata"]["resourceVersion"] = self._next()
        self.events += [*conclusion.events, *(event for event in conclusion.standing if event not in self.events)]
        self.counters.update(conclusion.counters)
        return intended, conclusion

    def settle(self, most: int = 12) -> None:
        """Make passes until one changes nothing."""
        for _ in range(most):
            if self.job is None:
                return
            before = self.serial, self.job, dict(self.pods), dict(self.services), dict(self.pod_groups)
            self.pass_()
            if before == (self.serial, self.job, self.pods, self.services, self.pod_groups):
                return
        raise AssertionError(f"the job is still busy after {most} passes")

    def edit(self, patch: Mapping[str, Any]) -> None:
        assert self.job is not None
        self.job = merged(self.job, patch)
        self.job["metadata"]["generation"] += 1
        self.job["metadata"]["resourceVersion"] = self._next()

    def refuse(self, pattern: str, error: str = "", **how: Any) -> None:
        """Refuse from now on what is to be done to names of that pattern; the keywords are fields of Outcome."""
        self.refusals[pattern] = {"error": error, **how}

    def take_name(self, name: str, owner: str = "other") -> None:
        """Give a name that the job needs to a pod of a TFJob."""
        reference = OwnerReference("kubeflow.org/v1", "TFJob", owner, f"uid-of-{owner}", controller=True)
        self.pods[name] = Pod(Metadata(name, uid=f"uid-{self._next()}", owner_references=(reference,)))

    def pass_time(self, **parts: float) -> None:
        self.now += timedelta(**parts)

    def play(self, pattern: str, phase: str, exit_code: int | None = None, restarts: int = 0, reason: str = "") -> None:
        """Report what the container of every pod of that name pattern does."""
        for name in fnmatch.filter(self.pods, pattern):
            self.bound.add(name)
            ended = None if exit_code is None else Terminated(exit_code=exit_code, reason=reason)
            container = ContainerStatus(CONTAINER_NAME, restarts, ContainerState(terminated=ended))
            status = PodStatus(phase=phase, reason=reason, container_statuses=(container,))
            self.pods[name] = msgspec.structs.replace(self.pods[name], status=status)

    def delete_pod(self, name: str) -> None:
        """Delete a pod as a user or a drain does: what runs gets the time to end."""
        self._delete(self.pods, name, lingers=name in self.bound and not self._ended(name))

    def reap(self) -> None:
        """Finish every deletion that is under way."""
        for name in [name for name, pod in self.pods.items() if pod.terminating]:
            self._forget(name)

    def conditions(self) -> list[list[str]]:
        assert self.job is not None
        conditions = self.job.get("status", {}).get("conditions", [])
        return [[each[key] for key in ("type", "status", "reason", "message")] for each in conditions]

    def state(self) -> str:
        """Return the type of the last condition, which is what `kubectl get` shows."""
        return self.conditions()[-1][0]

    def _apply(self, action: Action) -> Outcome:
        refused = [how for pattern, how in self.refusals.items() if fnmatch.fnmatch(action.name, pattern)]
        if refused:
            return Outcome(action, done=False, **refused[0])
        self.writes[action.kind] += 1
        match action:
            case Create():
                return self._create(action)
            case Update():
                group = self.pod_groups[action.name]
                spec = merged(group.spec, action.patch["spec"])
                metadata = msgspec.structs.replace(group.metadata, resource_version=self._next())
                self.pod_groups[action.name] = msgspec.structs.replace(group, spec=spec, metadata=metadata)
            case Delete(kind="Pod"):
                if action.name in self.pods and self.pods[action.name].metadata.uid == action.uid:
                    self._delete(self.pods, action.name, lingers=action.name in self.bound)
            case Delete(kind="Service"):
                self.services.pop(action.name, None)
            case Delete(kind="PodGroup"):
                self.pod_groups.pop(action.name, None)
            case Delete(kind="MXJob"):
                self.job = None
        return Outcome(action, done=True)

    def _create(self, action: Create) -> Outcome:
        manifest = msgspec.json.decode(msgspec.json.encode(action.manifest))
        metadata = msgspec.convert(manifest["metadata"], Metadata, strict=False)
        metadata = msgspec.structs.replace(
            metadata, uid=f"uid-{self._next()}", resource_version=str(self.serial), creation_timestamp=render(self.now)
        )
        if action.kind == "Pod":
            return self._store(self.pods, action, Pod(metadata))
        if action.kind == "Service":
            return self._store(self.services, action, Service(metadata))
        return self._store(self.pod_groups, action, PodGroup(metadata, manifest["spec"]))

    def _store(self, store: dict[str, Child], action: Create, child: Child) -> Outcome:
        taken = store.get(action.name)
        if taken is not None and taken.metadata.controller != child.metadata.controller:
            return Outcome(action, done=False, taken_by="somebody")
        store.setdefault(action.name, child)
        return Outcome(action, done=True)

    def _delete(self, store: dict[str, Pod], name: str, *, lingers: bool) -> None:
        pod = store[name]
        if lingers:
            metadata = msgspec.structs.replace(pod.metadata, deletion_timestamp=render(self.now))
            store[name] = msgspec.structs.replace(pod, metadata=metadata)
        else:
            self._forget(name)

    def _forget(self, name: str) -> None:
        del self.pods[name]
        self.bound.discard(name)

    def _ended(self, name: str) -> bool:
        return self.pods[name].status.phase in {"Succeeded", "Failed"}

    def _next(self) -> str:
        self.serial += 1
        return str(self.serial)


def merged(target: Mapping[str, Any], patch: Mapping[str, Any]) -> Raw:
    """Apply a JSON merge patch (RFC 7386)."""
    result = dict(target)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping):
            old = result.get(key)
            result[key] = merged(old if isinstance(old, Mapping) else {}, value)
        else:
            result[key] = value
    return result
