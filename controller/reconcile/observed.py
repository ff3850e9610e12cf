"""What a reconcile sees: the job as stored, and everything in its namespace that carries its labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from controller.api.objects import Pod, PodGroup, Service


@dataclass(frozen=True, slots=True)
class Observed:
    """A consistent look at one job, taken from a cache that has seen the controller's own last writes.

    `job` is the raw object. `pods` and `services` are those selected by label, whoever owns them; which of them are the
    job's own is decided here, in the core (spec §3.10.1). `pod_group` is the one named like the job, whoever owns it;
    `pod_groups_unavailable` says why the API server shows none, and what to do about it, when that is so. `priorities`
    are the values of the cluster's PriorityClasses by name, that of the global default under ""; only there when the
    plan depends on them.
    """

    job: Mapping[str, Any]
    pods: tuple[Pod, ...] = ()
    services: tuple[Service, ...] = ()
    pod_group: PodGroup | None = None
    pod_groups_unavailable: str = ""
    priorities: Mapping[str, int] = field(default_factory=dict)
