from __future__ import annotations

from fork_tools.report.finding import Finding, Level, Location, Suppression
from fork_tools.report.report import Case, Outcome, Report, Suite

REMOVED = Finding(
    "crd/field-removed",
    Level.ERROR,
    "spec.mxReplicaSpecs.*.restartPolicy",
    "the field is gone: 3 | 4 <jobs> use it, says @somebody",
    Location("crds/kube flow.yaml", 12, 3),
    "restore the field",
    {"direction": ["writers"], "witness": {"kind": "MXJob"}},
)
DESCRIBED = [
    Finding("crd/description-changed", Level.NOTE, f"spec.field{number}", "the description changed")
    for number in range(12)
]
WAIVED = Finding(
    "rbac/verb-gained",
    Level.WARNING,
    "pods: delete",
    "a verb more",
    suppression=Suppression("needed for clean-up", "platform", "2030-01-01"),
)
REPORT = Report(
    "compat",
    "MXJob v1.8.1 → ours",
    "breaking",
    (
        Suite(
            "crd",
            (
                Case("mxjobs.kubeflow.org", Outcome.FAILED, "1 error", (REMOVED, *DESCRIBED), 0.1234),
                Case("tfjobs.kubeflow.org", Outcome.SKIPPED, "not asked for"),
            ),
        ),
        Suite(
            "rbac", (Case("permissions", Outcome.PASSED, "a verb more", (WAIVED,), text="with \x1b[31mcontrol\x00"),)
        ),
    ),
    {"old": "upstream:v1.8.1", "new": "."},
    ("mxfork compat all upstream:v1.8.1 .",),
)
WELL = Report("compat", "same and same", "compatible", (Suite("crd", (Case("mxjobs", Outcome.PASSED),)),))
AWAY = Report(
    "doctor",
    "cluster here",
    "could not check",
    (Suite("cluster", (Case("version", Outcome.ERROR, "the API server is away"), *REPORT.suites[0].cases)),),
)
