"""What is submitted: so many jobs of one shape, and the objects that a controller makes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from benchmarks.api import NAMESPACE, PODS, SERVICES
from controller.reconcile.actions import Create
from controller.reconcile.observed import Observed
from controller.reconcile.plan import plan


@dataclass(frozen=True, slots=True)
class Shape:
    """How many replicas of which type a job has."""

    name: str
    replicas: Mapping[str, int] = field(hash=False)

    @property
    def pods(self) -> int:
        """The pods of one job."""
        return sum(self.replicas.values())

    def job(self, name: str) -> dict[str, Any]:
        """Build the MXJob `name`."""
        return {
            "apiVersion": "kubeflow.org/v1",
            "kind": "MXJob",
            "metadata": {"name": name, "namespace": NAMESPACE},
            "spec": {
                "jobMode": "MXTrain",
                "mxReplicaSpecs": {
                    replica_type: {
                        "replicas": number,
                        "restartPolicy": "Never",
                        "template": {"spec": {"containers": [_CONTAINER]}},
                    }
                    for replica_type, number in self.replicas.items()
                },
            },
        }

    def children(self, name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Build what our controller creates for the job `name`: the collection's path, and the manifest.

        Nobody owns them, or the garbage collector would remove them at once.
        """
        job = self.job(name)
        job["metadata"] |= {"uid": f"uid-of-{name}", "resourceVersion": "1"}
        for action in plan(Observed(job), datetime.now(UTC).replace(microsecond=0)).actions:
            if isinstance(action, Create):
                metadata = {k: v for k, v in action.manifest["metadata"].items() if k != "ownerReferences"}
                yield _PATHS[action.kind], {**action.manifest, "metadata": metadata}


@dataclass(frozen=True, slots=True)
class Load:
    """`jobs` jobs of one shape, called after `name`."""

    name: str
    jobs: int
    shape: Shape

    @property
    def pods(self) -> int:
        """The pods of all jobs."""
        return self.jobs * self.shape.pods

    @property
    def objects(self) -> int:
        """The pods and services of all jobs."""
        return 2 * self.pods

    def names(self) -> list[str]:
        """Name each job."""
        return [f"{self.name}-{number}" for number in range(self.jobs)]


_CONTAINER: Final = {
    "name": "mxnet",
    "image": "mxjob/example:1.0",
    "command": ["python", "/opt/train.py", "--epochs", "10"],
    "resources": {"limits": {"cpu": "1", "memory": "1Gi"}},
}
_PATHS: Final = {"Pod": PODS, "Service": SERVICES}

SMALL: Final = Shape("1 scheduler, 1 server, 2 workers", {"Scheduler": 1, "Server": 1, "Worker": 2})
WIDE: Final = Shape("64 workers", {"Worker": 64})
