"""What the SDK tells about a job, in plain values, and waiting for what its own waiter does not know."""

from __future__ import annotations

from kubeflow.training import (  # type: ignore[import-not-found]  # installed in .venv-sdk only
    KubeflowOrgV1MXJob,
    TrainingClient,
)

from tests.cluster.waiting import wait_until

REPLICA_TYPES = ("scheduler", "server", "worker")
# Seconds; far more than needed, for a machine that does other work too.
PATIENCE = {"wait_timeout": 120, "polling_interval": 1}


def conditions(job: KubeflowOrgV1MXJob) -> dict[str, str]:
    """Return the status of each condition by its type, in the job's order."""
    return {condition.type: condition.status for condition in job.status.conditions}


def pod_names(client: TrainingClient, name: str) -> dict[str, list[str]]:
    """Return the names of the job's pods by replica type."""
    return {kind: sorted(client.get_job_pod_names(name, replica_type=kind)) for kind in REPLICA_TYPES}


def active(job: KubeflowOrgV1MXJob) -> dict[str, int]:
    """Return how many pods of each replica type the job's status counts as running."""
    return {kind: status.active or 0 for kind, status in (job.status.replica_statuses or {}).items()}


def wait_until_all_run(client: TrainingClient, name: str, *, workers: int) -> KubeflowOrgV1MXJob:
    """Return the job once every pod runs and its status says so, so that the controller has nothing left to write."""

    def all_run() -> bool:
        pods = client.get_job_pod_names(name, replica_type="worker")
        counted = active(client.get_job(name))
        return len(pods) == workers and counted == {"Scheduler": 1, "Server": 1, "Worker": workers}

    client.wait_for_job_conditions(name, expected_conditions={"Running"}, **PATIENCE)
    wait_until(all_run, within=60, otherwise=lambda: str(client.get_job(name).status))
    return client.get_job(name)


def wait_until_suspended(client: TrainingClient, name: str) -> KubeflowOrgV1MXJob:
    """Return the job once it is suspended and no pod is left; the SDK's own waiter does not know that condition."""

    def suspended() -> bool:
        job = client.get_job(name)
        stopped = conditions(job).get("Suspended") == "True" and not any(active(job).values())
        return stopped and not client.get_job_pod_names(name)

    wait_until(suspended, within=60, otherwise=lambda: str(client.get_job(name).status))
    return client.get_job(name)


def wait_until_started(client: TrainingClient, name: str, *, workers: int) -> None:
    """Wait until no worker is pending any more; the SDK follows the logs of no other."""

    def started() -> bool:
        phases = [pod.status.phase for pod in client.get_job_pods(name, replica_type="worker")]
        return len(phases) == workers and "Pending" not in phases

    wait_until(started, within=60, otherwise=lambda: str(client.get_job(name).status))
