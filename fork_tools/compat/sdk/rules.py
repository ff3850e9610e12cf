"""What is reported on Python APIs."""

from __future__ import annotations

from typing import Final

from fork_tools.report.finding import Level
from fork_tools.report.rule import Rule

FIELD: Final = Rule(
    "sdk/field-not-taken",
    Level.ERROR,
    "The SDK sets a field that the CRD does not have",
    "The API server drops it without a word, or refuses it with strict field validation: users get another job than"
    " they wrote.",
    "Add the field to the CRD, even if the controller ignores it.",
)
FIELD_UNKNOWN: Final = Rule(
    "sdk/field-unknown",
    Level.NOTE,
    "The CRD has a field that the SDK's models do not know",
    "Users of the SDK's models cannot set it; when they read a job and write it back, it is lost.",
    "Set it with a patch or a manifest, or use a later SDK.",
)
LABEL: Final = Rule(
    "sdk/label-not-set",
    Level.ERROR,
    "The SDK selects pods by a label that the controller does not set",
    "It finds no pods: logs, pod names and waiting for a job fail.",
    "Set the label on pods and services.",
)
CONDITION: Final = Rule(
    "sdk/condition-not-set",
    Level.ERROR,
    "The SDK waits for a condition that the controller never sets",
    "wait_for_job_conditions and is_job_… never come true.",
    "Keep the names of conditions.",
)
MXJOB: Final = Rule(
    "sdk/mxjob-missing",
    Level.WARNING,
    "The SDK does not know MXJob",
    "From 1.9 on it has neither models nor job kind for it; generic calls fail with an unknown job kind.",
    "Stay on kubeflow-training 1.8.1 for MXJobs, or use the Kubernetes client with plain objects.",
)
BREAKAGE: Final = Rule(
    "sdk/api-breakage",
    Level.WARNING,
    "A public Python name changed so that callers break",
    "Programs that import it fail at the call, or at the import.",
    "Keep the old name or parameter for a release, or say it in the changelog.",
)
RULES: Final = (FIELD, FIELD_UNKNOWN, LABEL, CONDITION, MXJOB, BREAKAGE)
