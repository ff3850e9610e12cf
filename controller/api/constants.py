"""Names that are a contract with users, the SDK and dashboards; all of them are v1.8.1's (spec §1)."""

from __future__ import annotations

from typing import Final

GROUP: Final = "kubeflow.org"
VERSION: Final = "v1"
API_VERSION: Final = f"{GROUP}/{VERSION}"
KIND: Final = "MXJob"
PLURAL: Final = "mxjobs"
SINGULAR: Final = "mxjob"
CRD_NAME: Final = f"{PLURAL}.{GROUP}"

CONTROLLER_NAME: Final = "mxjob-controller"
FRAMEWORK: Final = "mxnet"

CONTAINER_NAME: Final = "mxnet"
PORT_NAME: Final = "mxjob-port"
DEFAULT_PORT: Final = 9091

SCHEDULER: Final = "Scheduler"
SERVER: Final = "Server"
WORKER: Final = "Worker"
TUNER_TRACKER: Final = "TunerTracker"
TUNER_SERVER: Final = "TunerServer"
TUNER: Final = "Tuner"
# The order in which types are looked at; upstream's map order made outcomes random (B35).
REPLICA_TYPES: Final = (SCHEDULER, SERVER, WORKER, TUNER_TRACKER, TUNER_SERVER, TUNER)

LABEL_OPERATOR_NAME: Final = "training.kubeflow.org/operator-name"
LABEL_JOB_NAME: Final = "training.kubeflow.org/job-name"
LABEL_REPLICA_TYPE: Final = "training.kubeflow.org/replica-type"
LABEL_REPLICA_INDEX: Final = "training.kubeflow.org/replica-index"
LABEL_JOB_ROLE: Final = "training.kubeflow.org/job-role"
JOB_ROLE_MASTER: Final = "master"
ANNOTATION_TUNER_SERVER_KEY: Final = "tuner-server-key"

MANAGED_BY_TRAINING_OPERATOR: Final = "kubeflow.org/training-operator"
MANAGED_BY_MULTIKUEUE: Final = "kueue.x-k8s.io/multikueue"
