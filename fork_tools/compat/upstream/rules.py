"""What is reported on a step of upstream's."""

from __future__ import annotations

from typing import Final

from fork_tools.report.finding import Level
from fork_tools.report.rule import Rule

_FIX: Final = (
    "Decide: port it, or say why not, with `mxfork ledger mark COMMIT`. What the ledger has judged is told as a note."
)


def _rule(name: str, title: str, why: str) -> Rule:
    return Rule(f"upstream/{name}", Level.ERROR, title, why, _FIX)


FIELD: Final = _rule(
    "field-changed",
    "A field that all kinds of job share came, went or changed",
    "Users expect the fields of runPolicy, replica specs and status to be the same in every kind of job.",
)
CONSTANT: Final = _rule(
    "constant-changed",
    "A label, an environment variable, a reason or another shared name changed",
    "Dashboards, the SDK and training scripts look for these names in every kind of job.",
)
FLAG: Final = _rule(
    "flag-changed",
    "A flag of the operator came, went or got another default",
    "Deployments that set it in both controllers would differ.",
)
METRIC: Final = _rule(
    "metric-changed",
    "A metric came or went",
    "Alerts and dashboards that cover every kind of job would miss MXJobs.",
)
PERMISSION: Final = _rule(
    "permission-changed",
    "The operator's role changed for resources that all kinds of job share",
    "What the shared code newly does may need a permission here as well.",
)
BEHAVIOUR: Final = _rule(
    "behaviour-changed",
    "Code that all kinds of job share behaves differently",
    "No schema shows it: users see that MXJobs go another way than the other kinds of job.",
)
RULES: Final = (FIELD, CONSTANT, FLAG, METRIC, PERMISSION, BEHAVIOUR)
