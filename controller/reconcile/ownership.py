"""Which of the observed pods and services are the job's own, and which replica each of them is (spec §3.10, §3.11)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Generic, TypeVar

from controller.api.constants import KIND, LABEL_REPLICA_INDEX, LABEL_REPLICA_TYPE
from controller.api.mxjob import MXJob, ReplicaSpec
from controller.api.naming import child_name
from controller.api.objects import Metadata, Pod, Service
from controller.reconcile.observed import Observed

T = TypeVar("T", Pod, Service)
Place = tuple[str, int]

# An index is below a count that fits 32 bits, so whoever labels a pod with more than this did not mean a replica (B8).
HIGHEST_INDEX: Final = 2**31 - 2
NOBODY: Final = "an object without a controller"


@dataclass(frozen=True, slots=True)
class Children(Generic[T]):
    """The job's own objects of one kind.

    `placed` are those of replicas that the spec asks for, by type and index; more than one may claim a place.
    `surplus` are to go: their index is out of range, or their type is no longer in the spec (B16, B31). `misplaced`
    carry labels that name no replica, and are left alone. `occupied` are names that cannot be used for a replica, each
    with who has to give it up; "" when it becomes free by itself, or a warning of its own tells.
    """

    placed: dict[Place, tuple[T, ...]]
    surplus: tuple[T, ...]
    misplaced: tuple[T, ...]
    occupied: dict[str, str]

    @property
    def all(self) -> Iterator[T]:
        """All objects that the job controls."""
        for objects in self.placed.values():
            yield from objects
        yield from self.surplus
        yield from self.misplaced


@dataclass(frozen=True, slots=True)
class Replica:
    """One replica that the spec asks for; `rivals` are the pods of a place that several claim, none of which counts."""

    spec: ReplicaSpec
    index: int
    name: str
    pod: Pod | None
    rivals: tuple[Pod, ...]
    has_service: bool

    @property
    def vacant(self) -> bool:
        """Whether no pod of the job's own is in this place."""
        return self.pod is None and not self.rivals


@dataclass(frozen=True)
class Family:
    """A job's children, sorted by what they are to the job."""

    job: MXJob
    pods: Children[Pod]
    services: Children[Service]

    @cached_property
    def replicas(self) -> tuple[Replica, ...]:
        """The replicas that the spec asks for, in the order of its types.

        Only for a valid job: the number in any other may be beyond all bounds.
        """
        return tuple(self._replica(spec, index) for spec in self.job.replica_specs for index in range(spec.replicas))

    @property
    def uids(self) -> frozenset[str]:
        """The UIDs of all pods that the job controls."""
        return frozenset(pod.metadata.uid for pod in self.pods.all)

    def _replica(self, spec: ReplicaSpec, index: int) -> Replica:
        place = (spec.type.lower(), index)
        claims = self.pods.placed.get(place, ())
        return Replica(
            spec=spec,
            index=index,
            name=child_name(self.job.name, spec.type, index),
            pod=claims[0] if len(claims) == 1 else None,
            rivals=claims if len(claims) > 1 else (),
            has_service=place in self.services.placed,
        )


def gather(job: MXJob, observed: Observed) -> Family:
    """Sort the observed pods and services by what they are to the job. What the job does not control is left out."""
    return Family(job, _sort(job, observed.pods), _sort(job, observed.services))


def _sort(job: MXJob, objects: Iterable[T]) -> Children[T]:
    sizes = {spec.type.lower(): spec.replicas for spec in job.replica_specs}
    placed: dict[Place, tuple[T, ...]] = defaultdict(tuple)
    surplus, misplaced, occupied = [], [], {}
    for item in sorted(objects, key=lambda item: item.metadata.name):
        controller = item.metadata.controller
        if controller is None or controller.uid != job.uid:
            occupied[item.metadata.name] = stranger(job, item.metadata)
            continue
        place = _place(item)
        named_for_it = place is not None and item.metadata.name == child_name(job.name, *place)
        if not named_for_it:
            occupied[item.metadata.name] = ""
        if place is not None and place[1] < sizes.get(place[0], 0):
            placed[place] += (item,)
        elif named_for_it:
            surplus.append(item)
        else:
            misplaced.append(item)
    return Children(dict(placed), tuple(surplus), tuple(misplaced), occupied)


def _place(item: Pod | Service) -> Place | None:
    replica_type = item.metadata.labels.get(LABEL_REPLICA_TYPE, "")
    text = item.metadata.labels.get(LABEL_REPLICA_INDEX, "")
    # A label value has at most 63 characters, so the number stays small whoever wrote it.
    if not replica_type or replica_type != replica_type.lower():
        return None
    if not text.isascii() or not text.isdecimal() or int(text) > HIGHEST_INDEX:
        return None
    return replica_type, int(text)


def stranger(job: MXJob, metadata: Metadata) -> str:
    """Name who controls an object that is not the job's own; "" when it goes by itself, so that nobody need act."""
    controller = metadata.controller
    if controller is None:
        return NOBODY
    predecessor = controller.kind == KIND and controller.name == job.name
    return "" if predecessor or metadata.deletion_timestamp else f"{controller.kind} {controller.name}"
