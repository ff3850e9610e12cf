"""What a training process is told through its environment: MX_CONFIG and the DMLC variables (spec §3.12)."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Final

from controller.api.constants import SCHEDULER, SERVER, WORKER
from controller.api.mxjob import MXJob, ReplicaSpec
from controller.api.naming import child_name

# v1.8.1's JSON encoder makes strings safe for HTML; byte-for-byte equality needs the same.
_HTML_SAFE: Final = str.maketrans({character: f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"})


def environment(job: MXJob, spec: ReplicaSpec, index: int) -> list[dict[str, str]]:
    """Build the variables of replica `index` of `spec`, in v1.8.1's order, to be appended to a container's own.

    A container that sets one of these names keeps its entry, as under v1.8.1, whose recordings show both: the later
    entry is the one in force, so the controller's value wins (B50 would drop the user's entry, to no visible effect).
    """
    scheduler = job.spec_of(SCHEDULER)
    has_scheduler = scheduler is not None and scheduler.replicas > 0
    variables = {
        "MX_CONFIG": _mx_config(job, spec, index),
        "DMLC_PS_ROOT_PORT": str(scheduler.port) if scheduler and has_scheduler else "0",
        "DMLC_PS_ROOT_URI": child_name(job.name, SCHEDULER, 0) if has_scheduler else "",
        "DMLC_NUM_SERVER": str(job.replicas_of(SERVER)),
        "DMLC_NUM_WORKER": str(job.replicas_of(WORKER)),
        "DMLC_ROLE": spec.type.lower(),
        "DMLC_USE_KUBERNETES": "1",
    }
    if spec.type == WORKER:
        variables["DMLC_WORKER_ID"] = str(index)
    return [{"name": name, "value": value} for name, value in variables.items()]


def _mx_config(job: MXJob, spec: ReplicaSpec, index: int) -> str:
    """Render MX_CONFIG; every type of the job appears in it, unknown ones too."""
    members = tuple((other.type, other.replicas, other.port, other.tuner_server_key) for other in job.replica_specs)
    task = _render({"type": spec.type.lower(), "index": index})
    return f'{{{_cluster_and_labels(job.name, members)},"task":{task}}}'


@lru_cache(maxsize=8)
def _cluster_and_labels(job_name: str, members: tuple[tuple[str, int, int, str], ...]) -> str:
    """Render the part that all pods of a job share: without the cache, making n pods would take n² steps."""
    ordered = sorted((member[0].lower(), *member[1:]) for member in members)
    cluster = {
        role: [{"url": child_name(job_name, role, index), "port": port} for index in range(replicas)]
        for role, replicas, port, _ in ordered
    }
    labels = {role: key for role, _, _, key in ordered}
    return f'"cluster":{_render(cluster)},"labels":{_render(labels)}'


def _render(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_HTML_SAFE)
