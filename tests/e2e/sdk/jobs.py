"""MXJobs as the SDK's models describe them."""

from __future__ import annotations

from typing import Any

from kubeflow.training import (  # type: ignore[import-not-found]  # installed in .venv-sdk only
    KubeflowOrgV1MXJob,
    KubeflowOrgV1MXJobSpec,
    KubeflowOrgV1ReplicaSpec,
    KubeflowOrgV1RunPolicy,
)
from kubernetes.client import (
    V1ConfigMapVolumeSource,
    V1Container,
    V1ContainerPort,
    V1EnvVar,
    V1ObjectMeta,
    V1PodSpec,
    V1PodTemplateSpec,
    V1Volume,
    V1VolumeMount,
)

IMAGE = "example/mxnet:1.9.1"
PORT = 9991
# Says who it is and stays until it is ended.
HOLD = """
import os, signal
print(os.environ["DMLC_ROLE"], "of", os.environ["DMLC_NUM_WORKER"], flush=True)
signal.pause()
"""
FAIL = "raise SystemExit(3)"


def python_job(name: str, code: str, *, workers: int = 1) -> KubeflowOrgV1MXJob:
    """Build a job of which every pod runs `code`."""
    return _mxjob(name, V1PodSpec(containers=[_container(["python", "-c", code])]), workers)


def training_job(name: str, script: str, *, workers: int) -> KubeflowOrgV1MXJob:
    """Build a job that runs `train.py` of the ConfigMap `script` for one epoch."""
    container = _container(
        ["python", "-u", "/training/train.py"],
        env=[
            V1EnvVar(name="EPOCHS", value="1"),
            V1EnvVar(name="OMP_NUM_THREADS", value="1"),
            # Without it MXNet's scheduler and server have nothing to say.
            V1EnvVar(name="PS_VERBOSE", value="1"),
        ],
        ports=[V1ContainerPort(name="mxjob-port", container_port=PORT)],
        volume_mounts=[V1VolumeMount(name="training", mount_path="/training")],
    )
    volume = V1Volume(name="training", config_map=V1ConfigMapVolumeSource(name=script))
    return _mxjob(name, V1PodSpec(containers=[container], volumes=[volume]), workers)


def _container(command: list[str], **fields: Any) -> V1Container:
    return V1Container(name="mxnet", image=IMAGE, command=command, **fields)


def _mxjob(name: str, pod: V1PodSpec, workers: int) -> KubeflowOrgV1MXJob:
    template = V1PodTemplateSpec(spec=pod)
    replicas = {"Scheduler": 1, "Server": 1, "Worker": workers}
    return KubeflowOrgV1MXJob(
        api_version="kubeflow.org/v1",
        kind="MXJob",
        metadata=V1ObjectMeta(name=name),
        spec=KubeflowOrgV1MXJobSpec(
            job_mode="MXTrain",
            run_policy=KubeflowOrgV1RunPolicy(clean_pod_policy="None"),
            mx_replica_specs={
                kind: KubeflowOrgV1ReplicaSpec(replicas=count, restart_policy="Never", template=template)
                for kind, count in replicas.items()
            },
        ),
    )
