"""Change a running job: read its model, change it, send it back with the resourceVersion that was read."""

from __future__ import annotations

from typing import Any

from kubeflow.training import TrainingClient  # type: ignore[import-not-found]  # installed in .venv-sdk only

from tests.cluster.waiting import wait_until
from tests.e2e.sdk.jobs import HOLD, python_job
from tests.e2e.sdk.observation import conditions, pod_names, wait_until_all_run, wait_until_suspended


def scale(client: TrainingClient) -> dict[str, Any]:
    """Scale the workers from one to three and back to two."""
    name = "scaled"
    client.create_job(python_job(name, HOLD))
    job = wait_until_all_run(client, name, workers=1)

    job.spec.mx_replica_specs["Worker"].replicas = 3
    client.update_job(job, name)
    job = wait_until_all_run(client, name, workers=3)
    up = pod_names(client, name)
    newest = _said(client, name, index=2)

    job.spec.mx_replica_specs["Worker"].replicas = 2
    client.update_job(job, name)
    wait_until_all_run(client, name, workers=2)
    return {"up": up, "the newest said": newest, "down": pod_names(client, name)}


def suspend(client: TrainingClient) -> dict[str, Any]:
    """Suspend a running job and resume it."""
    name = "suspended"
    client.create_job(python_job(name, HOLD))
    job = wait_until_all_run(client, name, workers=1)

    job.spec.run_policy.suspend = True
    client.update_job(job, name)
    suspended = wait_until_suspended(client, name)
    running_while_suspended = client.is_job_running(name)

    suspended.spec.run_policy.suspend = False
    client.update_job(suspended, name)
    resumed = wait_until_all_run(client, name, workers=1)
    return {
        "suspended": conditions(suspended),
        "running while suspended": running_while_suspended,
        "resumed": conditions(resumed),
        "running again": client.is_job_running(name),
        "pods": pod_names(client, name),
    }


def _said(client: TrainingClient, name: str, *, index: int) -> dict[str, str]:
    """Return the log of one worker by its pod's name, once it has said something."""

    def read() -> dict[str, str]:
        logs, _ = client.get_job_logs(name, is_master=False, replica_type="worker", replica_index=index)
        return dict(logs)

    wait_until(lambda: any(read().values()), within=60)
    return read()
