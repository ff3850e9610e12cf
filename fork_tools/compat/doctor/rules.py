"""What can stand in the way in a cluster."""

from __future__ import annotations

from typing import Final

from fork_tools.report.finding import Level
from fork_tools.report.rule import Rule

KUBERNETES_OLD: Final = Rule(
    "doctor/kubernetes-too-old",
    Level.ERROR,
    "Kubernetes is older than the CRD needs",
    "The CRD's rules use optionalOldSelf and rely on validation ratcheting, on by default from Kubernetes 1.30: an"
    " older API server refuses the CRD, or refuses status updates of jobs stored under v1.8.1's.",
    "Upgrade the cluster to Kubernetes 1.30 or later first.",
)
CRD_ABSENT: Final = Rule(
    "doctor/crd-absent",
    Level.NOTE,
    "The MXJob CRD is not installed",
    "Without it nobody can create MXJobs, and the controller waits.",
    "Install the CRD before the controller: kubectl apply -f crds/kubeflow.org_mxjobs.yaml.",
)
CRD_FOREIGN: Final = Rule(
    "doctor/crd-of-others",
    Level.WARNING,
    "The installed CRD belongs to somebody else",
    "Whoever applies it next puts his own back (Helm, Argo CD, kustomize of the Training Operator), or deletes it and"
    " with it every MXJob, for example when a Training Operator that no longer knows MXJob is installed.",
    "Take mxjobs.kubeflow.org out of that source, with a policy that keeps the object, then apply this kit's CRD.",
)
CRD_UNHEALTHY: Final = Rule(
    "doctor/crd-not-established",
    Level.ERROR,
    "The installed CRD is not in use",
    "The API server does not serve MXJobs: its names conflict, its schema is not structural, or it is being deleted.",
    "See kubectl describe crd mxjobs.kubeflow.org; solve what its conditions say.",
)
STORED_VERSIONS: Final = Rule(
    "doctor/stored-versions",
    Level.ERROR,
    "Jobs may be stored in a version that the new CRD does not have",
    "The API server refuses a CRD that leaves out a version in status.storedVersions.",
    "Migrate the stored objects (read and write each one), then remove the version from status.storedVersions.",
)
OTHER_CONTROLLER: Final = Rule(
    "doctor/other-controller",
    Level.ERROR,
    "Another controller reconciles MXJobs",
    "Two controllers answer to the same jobs: they create, delete and judge the same pods and overwrite each other's"
    " status.",
    "Give the Training Operator --enable-scheme for each other kind (or upgrade it to v1.9 or later), or scale it"
    " to zero.",
)
PERHAPS_CONTROLLER: Final = Rule(
    "doctor/perhaps-other-controller",
    Level.WARNING,
    "A workload may reconcile MXJobs",
    "Its image is a Training Operator's, but its tag does not say which version; up to v1.8 it reconciles MXJobs.",
    "Look at its version; give it --enable-scheme for each other kind when it is v1.8 or older.",
)
WEBHOOK_LEFT: Final = Rule(
    "doctor/webhook-without-service",
    Level.ERROR,
    "A webhook for MXJobs has nobody behind it",
    "It fails closed: while its service is gone no MXJob can be created, changed or deleted, nor can namespaces that"
    " hold one.",
    "kubectl delete the webhook configuration, or the entry for mxjobs in it.",
)
WEBHOOK_OTHER: Final = Rule(
    "doctor/webhook-of-others",
    Level.WARNING,
    "Somebody else's webhook judges MXJobs",
    "Jobs that this kit takes may be refused or changed there, and with failurePolicy Fail its outage blocks them.",
    "Remove mxjobs from its rules unless you rely on it.",
)
JOB_REFUSED: Final = Rule(
    "doctor/job-not-valid",
    Level.WARNING,
    "An MXJob there is not valid any more",
    "It stays stored, and the controller says in its status what is wrong instead of running it.",
    "Correct the job, or delete it.",
)
PERMISSION: Final = Rule(
    "doctor/permission-missing",
    Level.ERROR,
    "A permission is missing",
    "The installation, or the controller with that service account, would fail half-way.",
    "Ask a cluster administrator for it, or use credentials that have it.",
)
GANG_ABSENT: Final = Rule(
    "doctor/gang-scheduler-absent",
    Level.WARNING,
    "Jobs ask for gang scheduling, and no gang scheduler is there",
    "Without PodGroups (Volcano, scheduler-plugins) pods of a job start one by one, and two jobs may block each other.",
    "Install Volcano or scheduler-plugins and set --gang-scheduler-name, or drop schedulingPolicy.",
)
KUEUE: Final = Rule(
    "doctor/kueue-does-not-know-mxjob",
    Level.WARNING,
    "Kueue does not know MXJobs",
    "Kueue integrates MXJob up to v0.10; from v0.11 on, jobs with its queue label are neither queued nor resumed, and"
    " use resources that no quota counts.",
    "Let Kueue manage their pods (pod integration), or keep the queue label off MXJobs.",
)
RULES: Final = (
    KUBERNETES_OLD,
    CRD_ABSENT,
    CRD_FOREIGN,
    CRD_UNHEALTHY,
    STORED_VERSIONS,
    OTHER_CONTROLLER,
    PERHAPS_CONTROLLER,
    WEBHOOK_LEFT,
    WEBHOOK_OTHER,
    JOB_REFUSED,
    PERMISSION,
    GANG_ABSENT,
    KUEUE,
)
