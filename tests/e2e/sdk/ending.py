"""The ends of a job that are not success: it fails, or it is deleted and its name is wanted again at once."""

from __future__ import annotations

from typing import Any

from kubeflow.training import TrainingClient  # type: ignore[import-not-found]  # installed in .venv-sdk only

from tests.e2e.sdk.jobs import FAIL, HOLD, python_job
from tests.e2e.sdk.observation import PATIENCE, conditions, pod_names, wait_until_all_run


def fail(client: TrainingClient) -> dict[str, Any]:
    """Wait for the success of a job that fails, then for its failure."""
    name = "failing"
    client.create_job(python_job(name, FAIL))
    refusal = ""
    try:
        client.wait_for_job_conditions(name, **PATIENCE)
    except RuntimeError as error:
        refusal = str(error)
    job = client.wait_for_job_conditions(name, expected_conditions={"Failed"}, **PATIENCE)
    return {
        "refusal": refusal,
        "conditions": conditions(job),
        "failed": client.is_job_failed(name),
        "succeeded": client.is_job_succeeded(name),
    }


def create_again(client: TrainingClient) -> dict[str, Any]:
    """Delete a running job and create one of the same name without a pause, then delete that one too."""
    name = "again"
    client.create_job(python_job(name, HOLD))
    first = wait_until_all_run(client, name, workers=1)

    client.delete_job(name)
    client.create_job(python_job(name, HOLD, workers=2))
    second = wait_until_all_run(client, name, workers=2)
    pods = pod_names(client, name)
    owners = {owner.uid for pod in client.get_job_pods(name) for owner in pod.metadata.owner_references}

    client.delete_job(name)
    return {
        "first": first.metadata.uid,
        "second": second.metadata.uid,
        "pods": pods,
        "owners": sorted(owners),
        "left": [job.metadata.name for job in client.list_jobs()],
    }
