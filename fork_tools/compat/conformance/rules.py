"""How a controller can differ from the recordings."""

from __future__ import annotations

from typing import Final

from fork_tools.report.finding import Level
from fork_tools.report.rule import Rule

DIFFERS: Final = Rule(
    "conformance/differs",
    Level.ERROR,
    "The controller makes something else of a job",
    "Pods, services, PodGroups or status are not what v1.8.1 made of the same job: users, the SDK or dashboards that"
    " rely on it notice.",
    "Compare the field with docs/behaviour.md. If the difference is meant, name it under ignore in the scenario.",
)
NOT_REACHED: Final = Rule(
    "conformance/step-not-reached",
    Level.ERROR,
    "The job never got where the scenario goes on",
    "A condition or a number of pods that v1.8.1 reached did not come within the time; what follows was not looked at.",
    "Read the controller's log and the job's events; allow more time with --timeout on a slow cluster.",
)
RULES: Final = (DIFFERS, NOT_REACHED)
