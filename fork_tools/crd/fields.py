"""The MXJob's own fields: type, meaning, bounds. The pod template comes from Kubernetes."""

from __future__ import annotations

from typing import Final

from controller.api.constants import MANAGED_BY_MULTIKUEUE, MANAGED_BY_TRAINING_OPERATOR
from fork_tools.crd import rules
from fork_tools.crd.pod_template import runnable
from fork_tools.crd.schema import Schema, choice, count, flag, mapping, record, sequence, text, time
from fork_tools.crd.structural import QUANTITY

# No job comes near it; without a bound the API server cannot tell what the rules cost, and refuses the CRD.
_MOST_TYPES: Final = 64


def mxjob(pod_template: Schema, label_selector: Schema) -> Schema:
    """Describe a whole MXJob; both arguments are structural schemas of Kubernetes types."""
    return record(
        "A training or tuning job of Apache MXNet: its processes, and the policies by which they run.",
        {
            "apiVersion": text("The version of this schema, kubeflow.org/v1."),
            "kind": text("Always MXJob."),
            # Declared so that rules may say that they are about it.
            "metadata": {"type": "object", "properties": {"name": text("Begins the names of pods and services.")}},
            "spec": _spec(pod_template),
            "status": _status(label_selector),
        },
        rules=(rules.SPEC_PRESENT, rules.NAME_FITS_SERVICES, rules.CHILDREN_NAMES_FIT),
    )


def _spec(pod_template: Schema) -> Schema:
    return record(
        "What is to run.",
        {
            "jobMode": choice(
                "Whether the job trains a model (MXTrain: Scheduler, Server, Worker) "
                "or tunes operators with TVM (MXTune: TunerTracker, TunerServer, Tuner).",
                "MXTrain",
                "MXTune",
            ),
            "mxReplicaSpecs": mapping(
                "The processes of the job, by replica type. Scheduler, Server, Worker, TunerTracker, TunerServer and "
                "Tuner have a meaning, however they are cased; another type runs beside them.",
                _replica_spec(pod_template),
                rules=(rules.TYPES_ARE_NAMES, rules.TYPES_DIFFER),
                minProperties=1,
                maxProperties=_MOST_TYPES,
            ),
            "runPolicy": _run_policy(),
        },
        required=("jobMode", "mxReplicaSpecs"),
    )


def _replica_spec(pod_template: Schema) -> Schema:
    return record(
        "How many pods of this type run, what runs in them, and what happens when one ends.",
        {
            "replicas": count("How many pods; 1 when absent."),
            "restartPolicy": choice(
                "What happens when a container ends: Always and OnFailure restart it, Never does not, and ExitCode "
                "replaces the pod when the code is 128 or more and fails the job when it is 1 to 127. "
                "Never when absent or empty.",
                "Always",
                "OnFailure",
                "Never",
                "ExitCode",
                "",
            ),
            "template": runnable(pod_template)
            | {"description": "The pod to make. Its containers need images, and one of them has to be named mxnet."},
        },
        required=("template",),
    )


def _run_policy() -> Schema:
    return record(
        "How long the job may run, how often it may restart, and what becomes of it afterwards.",
        {
            "activeDeadlineSeconds": count(
                "Seconds since the job's start or resumption after which it fails; no limit when absent.", bits=64
            ),
            "backoffLimit": count("How many restarts are allowed before the job fails; no limit when absent."),
            "cleanPodPolicy": choice(
                "Which pods and services are deleted when the job finishes: All, the ones still Running, or None. "
                "None when absent.",
                "All",
                "Running",
                "None",
            ),
            "managedBy": choice(
                "Which controller runs the job. This one does when the field is absent or "
                f"{MANAGED_BY_TRAINING_OPERATOR}, and leaves the job alone otherwise. Immutable.",
                MANAGED_BY_TRAINING_OPERATOR,
                MANAGED_BY_MULTIKUEUE,
            ),
            "schedulingPolicy": _scheduling_policy(),
            "suspend": flag(
                "Whether the job is held: true ends its pods, and false starts it anew.",
                default=False,
            ),
            "ttlSecondsAfterFinished": count(
                "Seconds after its end until a finished job is deleted; never when absent."
            ),
        },
        rules=(rules.MANAGED_BY_IMMUTABLE,),
        default={},
    )


def _scheduling_policy() -> Schema:
    return record(
        "How a gang scheduler is to place the job's pods; without gang scheduling it has no effect.",
        {
            "minAvailable": count("How many pods have to fit before any starts; all of them when absent."),
            "minResources": mapping(
                "The resources that have to be free before any pod starts; the sum of the pods' requests when absent.",
                dict(QUANTITY),
            ),
            "priorityClass": text("The PodGroup's PriorityClass."),
            "queue": text("The queue that the job waits in. Immutable once set.")
            | {"x-kubernetes-validations": [rules.QUEUE_IMMUTABLE.schema()]},
            "scheduleTimeoutSeconds": count(
                "How long the scheduler may try to place all pods; scheduler-plugins only."
            ),
        },
    )


def _status(label_selector: Schema) -> Schema:
    return record(
        "What the controller has seen and done.",
        {
            "completionTime": time("When the job finished."),
            "conditions": sequence("The states that the job has reached, the latest last.", _condition()),
            "lastReconcileTime": time("When the job was last held back by gang scheduling."),
            "replicaStatuses": mapping("How the pods fare, by replica type.", _replica_status(label_selector)),
            "restarts": record(
                "The pods that were replaced after a failure, as backoffLimit counts them.",
                {
                    "count": count("How many pods were replaced."),
                    "disrupted": sequence(
                        "Running pods that must not restart and that somebody else deletes, by name.",
                        {"type": "string"},
                    ),
                    "uids": sequence("The pods that were given up; some may be gone already.", {"type": "string"}),
                },
            ),
            "startTime": time("When the job started, or was last resumed."),
        },
    )


def _condition() -> Schema:
    return record(
        "One state of the job.",
        {
            "lastTransitionTime": time("When status last changed."),
            "lastUpdateTime": time("When the condition was last written."),
            "message": text("The reason, for people."),
            "reason": text("The reason, for programs."),
            "status": choice("Whether the job is in this state.", "True", "False", "Unknown"),
            "type": text("The state: Created, Running, Restarting, Suspended, Blocked, Succeeded, Failed or Invalid."),
        },
        required=("status", "type"),
    )


def _replica_status(label_selector: Schema) -> Schema:
    return record(
        "How many pods of this type are in which phase; zero counts are left out.",
        {
            "active": count("Pods that run."),
            "failed": count("Pods that failed."),
            "labelSelector": label_selector | {"description": "Superseded by selector; never set."},
            "selector": text("A label selector of the pods; never set for an MXJob."),
            "succeeded": count("Pods that succeeded."),
        },
    )
