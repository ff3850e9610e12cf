"""What keeps a stored job from being run (spec §2.3 with B4, B6, B7, B8, B15, B20 and B45).

The CRD refuses most of this at admission; a job that an older CRD let in is judged here. Whatever v1.8.1 accepted and
ran stays valid: several schedulers, unknown replica types, a job mode that does not fit the types.
"""

from __future__ import annotations

import re
import reprlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

from controller.api import stored
from controller.api.constants import CONTAINER_NAME
from controller.api.defaults import DEFAULT_REPLICAS
from controller.api.mxjob import CleanPodPolicy, JobMode, RestartPolicy
from controller.api.naming import canonical_type, child_name

# Beyond it MX_CONFIG no longer fits the 128 KiB that Linux allows a variable, so no container could start.
MOST_REPLICAS: Final = 10_000
LONGEST_NAME: Final = 63
_DNS_LABEL: Final = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?", re.ASCII)
_TYPE: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", re.ASCII)
_SPECS: Final = "spec.mxReplicaSpecs"
# Texts in a status are for people, whatever the size of the value that they are about.
_VALUES: Final = reprlib.Repr()
_VALUES.maxstring = 80
_VALUES.maxlevel = 3


def validate(raw: Mapping[str, Any]) -> tuple[str, ...]:
    """Name every problem of a stored job, each with its path and what to do; an empty tuple for a valid job.

    Never raises, whatever `raw` holds.
    """
    spec = raw.get("spec")
    if not isinstance(spec, Mapping):
        return ("spec: is missing; describe the job's replicas in spec.mxReplicaSpecs",)
    name = stored.decode_what_fits(raw.get("metadata"), stored.Metadata).name or ""
    return (
        *_name_problems(name),
        *_one_of("spec.jobMode", spec.get("jobMode"), JobMode),
        *_run_policy_problems(spec.get("runPolicy")),
        *_replica_specs_problems(name, spec.get("mxReplicaSpecs")),
    )


def _name_problems(name: str) -> Iterator[str]:
    if len(name) > LONGEST_NAME or not _DNS_LABEL.fullmatch(name):
        yield (
            f"metadata.name: {name!r} cannot name services; use at most {LONGEST_NAME} lower-case letters, digits and "
            "hyphens, starting with a letter and not ending with a hyphen"
        )


def _run_policy_problems(raw: Any) -> Iterator[str]:
    if raw is None:
        return
    try:
        policy = stored.decode(raw, stored.RunPolicy)
    except stored.MisshapenError as error:
        yield f"spec.runPolicy{error.path}: {error.problem}"
        return
    if policy.clean_pod_policy is not None:
        yield from _one_of("spec.runPolicy.cleanPodPolicy", policy.clean_pod_policy, CleanPodPolicy)


def _replica_specs_problems(job_name: str, raw: Any) -> Iterator[str]:
    if not isinstance(raw, Mapping) or not raw:
        yield f"{_SPECS}: needs at least one replica type, for example Worker"
        return
    yield from _duplicates(raw)
    total = 0
    for key, value in raw.items():
        try:
            record = stored.decode(value, stored.ReplicaSpec)
        except stored.MisshapenError as error:
            yield f"{_SPECS}.{key}{error.path}: {error.problem}"
            total += DEFAULT_REPLICAS
            continue
        replicas = DEFAULT_REPLICAS if record.replicas is None else record.replicas
        total += abs(replicas)
        yield from _type_problems(key)
        yield from _replicas_problems(job_name, key, replicas)
        if record.restart_policy:
            yield from _one_of(f"{_SPECS}.{key}.restartPolicy", record.restart_policy, RestartPolicy)
        yield from _container_problems(f"{_SPECS}.{key}.template.spec.containers", record)
    if total == 0:
        yield f"{_SPECS}: every type has 0 replicas; give at least one type 1 or more"
    if total > MOST_REPLICAS:
        yield f"{_SPECS}: {total} replicas are too many; ask for at most {MOST_REPLICAS} in all"


def _duplicates(raw: Mapping[str, Any]) -> Iterator[str]:
    spellings = defaultdict(list)
    for key in raw:
        spellings[key.lower()].append(key)
    for keys in spellings.values():
        if len(keys) > 1:
            wanted = canonical_type(keys[0]) or keys[0]
            yield f"{_SPECS}: {' and '.join(sorted(keys))} are the same replica type; keep one of them, as {wanted}"


def _type_problems(key: str) -> Iterator[str]:
    if not _TYPE.fullmatch(key.lower()):
        yield f"{_SPECS}.{key}: cannot be part of a pod's name; use letters, digits and hyphens only"


def _replicas_problems(job_name: str, key: str, replicas: int) -> Iterator[str]:
    path = f"{_SPECS}.{key}.replicas"
    if replicas < 0:
        yield f"{path}: {replicas} is negative; use 0 or more"
        return
    longest = child_name(job_name, key, max(replicas - 1, 0))
    if replicas and len(job_name) <= LONGEST_NAME < len(longest):
        yield (
            f"metadata.name: {longest!r}, the name of a pod and its service, has {len(longest)} characters; "
            f"make the job's name at least {len(longest) - LONGEST_NAME} shorter"
        )


def _container_problems(path: str, record: stored.ReplicaSpec) -> Iterator[str]:
    template = record.template or stored.Template()
    containers = (template.spec or stored.PodSpec()).containers or []
    for index, container in enumerate(containers):
        if not container.image:
            yield f"{path}[{index}].image: is empty; name an image"
    if not any(container.name == CONTAINER_NAME for container in containers):
        yield f'{path}: needs a container named "{CONTAINER_NAME}"'


def _one_of(path: str, value: Any, allowed: type[StrEnum]) -> Iterator[str]:
    if value not in list(allowed):
        found = "is missing" if value is None else f"{_VALUES.repr(value)} is unknown"
        yield f"{path}: {found}; use one of {', '.join(allowed)}"
