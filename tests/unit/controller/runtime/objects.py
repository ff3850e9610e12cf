"""Objects as informers cache them."""

from __future__ import annotations

from controller.api.constants import API_VERSION, KIND, LABEL_JOB_NAME
from controller.api.objects import Metadata, OwnerReference, Pod
from controller.runtime.decode import StoredJob


def pod(
    name: str,
    *,
    job: str = "",
    owner: str = "",
    kind: str = KIND,
    version: int = 1,
    uid: str = "",
    deleting: bool = False,
) -> Pod:
    """Make a pod in namespace `ns`; `job` is the job its label names, `owner` the one of `kind` that controls it."""
    owners = (OwnerReference(API_VERSION, kind, owner, f"{owner}-uid", controller=True),) if owner else ()
    return Pod(
        Metadata(
            name=name,
            namespace="ns",
            uid=uid or f"{name}-uid",
            resource_version=str(version),
            deletion_timestamp="2024-09-10T08:00:00Z" if deleting else None,
            labels={LABEL_JOB_NAME: job} if job else {},
            owner_references=owners,
        )
    )


def stored_job(name: str, *, version: int = 1, uid: str = "") -> StoredJob:
    """Make a job in namespace `ns`."""
    metadata = Metadata(name=name, namespace="ns", uid=uid or f"{name}-uid", resource_version=str(version))
    return StoredJob(metadata, {"metadata": {"name": name, "namespace": "ns"}})
