"""Train with MXNet, from the job's creation to the logs of its servers (spec §9.13, case 160)."""

from __future__ import annotations

from typing import Any

from kubeflow.training import TrainingClient  # type: ignore[import-not-found]  # installed in .venv-sdk only

from tests.e2e.sdk.jobs import training_job
from tests.e2e.sdk.observation import PATIENCE, conditions, pod_names, wait_until_started

NAME = "digits"


def train(client: TrainingClient) -> dict[str, Any]:
    """Follow a distributed training to its end; the ConfigMap `digits` holds `train.py`."""
    client.create_job(training_job(NAME, script=NAME, workers=2))
    wait_until_started(client, NAME, workers=2)
    followed, _ = client.get_job_logs(NAME, is_master=False, replica_type="worker", follow=True)
    states: list[str] = []
    job = client.wait_for_job_conditions(
        NAME, callback=lambda seen: states.append(seen.status.conditions[-1].type), **PATIENCE
    )
    logs, events = client.get_job_logs(NAME, verbose=True)
    scheduler_logs, _ = client.get_job_logs(NAME, is_master=False, replica_type="scheduler")
    return {
        "conditions": conditions(job),
        "last state while waiting": states[-1],
        "is": {
            "created": client.is_job_created(NAME),
            "running": client.is_job_running(NAME),
            "restarting": client.is_job_restarting(NAME),
            "succeeded": client.is_job_succeeded(NAME),
            "failed": client.is_job_failed(NAME),
        },
        "pods": pod_names(client, NAME),
        "masters": client.get_job_pod_names(NAME, is_master=True),
        "second worker": client.get_job_pod_names(NAME, replica_type="worker", replica_index=1),
        "followed": followed,
        "logs": logs,
        "scheduler's logs": scheduler_logs,
        # Without the time that the SDK puts before each.
        "events": [event.split(" ", 2)[2] for event in events[f"mxjob/{NAME}"]],
    }
