"""What admission asks beyond types and bounds, in CEL; each message says what to do.

Rules sit as deep as they can: the API server leaves alone what an update does not touch, so a job that was stored
under v1.8.1's CRD can still be suspended, labelled and reported on. Where a rule sits above what an update may well
touch, it spares what was there before by itself.
"""

from __future__ import annotations

from typing import Final

from controller.api.constants import CONTAINER_NAME
from fork_tools.crd.schema import Rule

_OLD: Final = "oldSelf.value()"

SPEC_PRESENT: Final = Rule(
    f"has(self.spec) || (oldSelf.hasValue() && !has({_OLD}.spec))",
    "spec is missing: describe the job's replicas in spec.mxReplicaSpecs",
    ratchets=True,
    field=".spec",
)

NAME_FITS_SERVICES: Final = Rule(
    "oldSelf.hasValue() || self.metadata.name.matches('^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$')",
    "metadata.name names services: use at most 63 lower-case letters, digits and hyphens, "
    "starting with a letter and not ending with a hyphen",
    ratchets=True,
    field=".metadata.name",
)


def _child_fits(job: str) -> str:
    """Check `<job>-<type>-<highest index>` against the 63 characters of a DNS label (B20)."""
    replicas = f"{job}.spec.mxReplicaSpecs[type].replicas"
    none = f"has({replicas}) && {replicas} == 0"
    digits = f"(has({replicas}) && {replicas} > 1 ? size(string({replicas} - 1)) : 1)"
    return f"{none} || size({job}.metadata.name) + size(type) + {digits} + 2 <= 63"


CHILDREN_NAMES_FIT: Final = Rule(
    "!has(self.spec) || !has(self.spec.mxReplicaSpecs) || self.spec.mxReplicaSpecs.all(type, "
    f"{_child_fits('self')} || (oldSelf.hasValue() && has({_OLD}.spec) && has({_OLD}.spec.mxReplicaSpecs) && "
    f"type in {_OLD}.spec.mxReplicaSpecs && !({_child_fits(_OLD)})))",
    "pods and services are named <name>-<type>-<index>, which is longer than 63 characters: shorten metadata.name",
    ratchets=True,
    field=".metadata.name",
)

TYPES_ARE_NAMES: Final = Rule(
    "self.all(type, type.matches('^[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?$') || "
    f"(oldSelf.hasValue() && type in {_OLD}))",
    "a replica type is part of the names of pods: use letters, digits and inner hyphens only",
    ratchets=True,
)

TYPES_DIFFER: Final = Rule(
    "self.all(type, self.exists_one(other, other.lowerAscii() == type.lowerAscii()) || "
    f"(oldSelf.hasValue() && type in {_OLD}))",
    "replica types that differ only in case are the same type: keep one of them",
    ratchets=True,
)

OPERATORS_CONTAINER: Final = Rule(
    f"self.exists(container, container.name == '{CONTAINER_NAME}')",
    f"the training has to run in a container named {CONTAINER_NAME}: rename the container or add one",
)

QUEUE_IMMUTABLE: Final = Rule(
    "self == oldSelf",
    "spec.runPolicy.schedulingPolicy.queue is immutable: remove the field first, or create the job anew",
)

MANAGED_BY_IMMUTABLE: Final = Rule(
    "has(self.managedBy) == has(oldSelf.managedBy) && (!has(self.managedBy) || self.managedBy == oldSelf.managedBy)",
    "spec.runPolicy.managedBy is immutable: create the job anew",
)
