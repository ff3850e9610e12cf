"""See every job of a namespace, whoever made it."""

from __future__ import annotations

from typing import Any

from kubeflow.training import TrainingClient  # type: ignore[import-not-found]  # installed in .venv-sdk only

from tests.e2e.sdk.jobs import HOLD, python_job


def list_jobs(client: TrainingClient) -> dict[str, Any]:
    """Create a job beside those that are there, list all of them, and get each by its name."""
    client.create_job(python_job("mine", HOLD))
    listed = client.list_jobs()
    got = {job.metadata.name: client.get_job(job.metadata.name) for job in listed}
    return {
        "kinds": sorted({type(job).__name__ for job in listed}),
        "replicas": {
            name: {kind: replica.replicas for kind, replica in job.spec.mx_replica_specs.items()}
            for name, job in got.items()
        },
        "clean pod policies": {name: job.spec.run_policy.clean_pod_policy for name, job in got.items()},
    }
