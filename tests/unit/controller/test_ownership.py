from __future__ import annotations

import msgspec
import pytest

from controller.api.constants import LABEL_REPLICA_INDEX, LABEL_REPLICA_TYPE
from controller.api.mxjob import read
from controller.api.objects import OwnerReference, Pod
from controller.reconcile.observed import Observed
from controller.reconcile.ownership import NOBODY, Family, gather
from tests.unit.controller.builders import mxjob, pod, pods_of, service

JOB = mxjob(worker=3)


def family_of(*pods: Pod) -> Family:
    return gather(read(JOB), Observed(JOB, pods))


def controlled_by(item: Pod, kind: str, name: str, uid: str = "another") -> Pod:
    owner = OwnerReference(api_version="kubeflow.org/v1", kind=kind, name=name, uid=uid, controller=True)
    return msgspec.structs.replace(
        item, metadata=msgspec.structs.replace(item.metadata, owner_references=(owner,), deletion_timestamp=None)
    )


def test_38_every_replica_has_its_own_pod() -> None:
    family = family_of(pod(JOB, "Worker", 1))
    assert [(each.name, each.vacant) for each in family.replicas] == [
        ("demo-worker-0", True),
        ("demo-worker-1", False),
        ("demo-worker-2", True),
    ]


@pytest.mark.parametrize(
    ("indices", "replicas", "surplus"),
    [
        pytest.param([0, 1, 2], 3, [], id="143: as many as asked for"),
        pytest.param([0, 1, 2], 4, [], id="143: one missing"),
        pytest.param([0, 1, 2], 2, ["demo-worker-2"], id="143: one too many"),
        pytest.param([0, 1, 2, 4], 3, ["demo-worker-4"], id="143: a gap"),
        pytest.param([0, 3], 1, ["demo-worker-3"], id="145: far out of range"),
    ],
)
def test_surplus_by_index(indices: list[int], replicas: int, surplus: list[str]) -> None:
    job = mxjob(worker=replicas)
    family = gather(read(job), Observed(job, tuple(pod(job, "Worker", index) for index in indices)))
    assert [each.metadata.name for each in family.pods.surplus] == surplus
    assert len(family.replicas) == replicas


def test_87_pods_of_a_type_no_longer_asked_for_are_surplus() -> None:
    assert [each.metadata.name for each in family_of(pod(JOB, "Server", 0)).pods.surplus] == ["demo-server-0"]


@pytest.mark.parametrize("index", ["-1", "x", "", "2147483647", "9" * 63, "٣", "1.0", " 1"])
def test_146_an_index_that_is_none_places_nothing(index: str) -> None:
    odd = pod(JOB, "Worker", 0, labels={LABEL_REPLICA_INDEX: index})
    family = family_of(odd)
    assert (family.pods.misplaced, family.pods.surplus) == ((odd,), ())


def test_146_relabelling_a_pod_out_of_range_does_not_get_it_deleted() -> None:
    odd = pod(JOB, "Worker", 0, labels={LABEL_REPLICA_INDEX: "7"})
    assert family_of(odd).pods.misplaced == (odd,)


@pytest.mark.parametrize("label", ["Worker", "work", "workers", ""])
def test_147_types_are_told_apart_exactly(label: str) -> None:
    odd = pod(JOB, "Worker", 0, labels={LABEL_REPLICA_TYPE: label})
    family = family_of(odd)
    assert family.replicas[0].vacant
    assert family.pods.misplaced == (odd,)


def test_148_rivals_for_a_place_leave_it_neither_vacant_nor_filled() -> None:
    first, second = pod(JOB, "Worker", 0), pod(JOB, "Worker", 1, labels={LABEL_REPLICA_INDEX: "0"})
    replica = family_of(first, second).replicas[0]
    assert (replica.pod, replica.rivals, replica.vacant) == (None, (first, second), False)


def test_149_an_orphan_is_not_adopted_and_its_name_is_taken() -> None:
    family = family_of(pod(JOB, "Worker", 0, owner_uid=""))
    assert family.replicas[0].vacant
    assert family.pods.occupied == {"demo-worker-0": NOBODY}


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        pytest.param("MXJob", "demo", "", id="150: a predecessor's pods go by themselves"),
        pytest.param("TFJob", "demo", "TFJob demo", id="48: a job of another kind"),
        pytest.param("MXJob", "other", "MXJob other", id="48: another job"),
    ],
)
def test_the_pod_of_somebody_else_is_not_the_jobs(kind: str, name: str, expected: str) -> None:
    family = family_of(controlled_by(pod(JOB, "Worker", 0), kind, name))
    assert family.uids == frozenset()
    assert family.pods.occupied == {"demo-worker-0": expected}


def test_56_services_of_somebody_else_are_not_the_jobs() -> None:
    foreign = service(JOB, "Worker", 9, owner_uid="another")
    assert list(gather(read(JOB), Observed(JOB, services=(foreign,))).services.all) == []


def test_the_order_in_which_objects_are_seen_does_not_matter() -> None:
    pods = pods_of(JOB)
    assert family_of(*pods) == family_of(*reversed(pods))
