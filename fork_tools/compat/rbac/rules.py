"""What is reported on permissions."""

from __future__ import annotations

from typing import Final

from fork_tools.report.finding import Level
from fork_tools.report.rule import Rule

GAINED: Final = Rule(
    "rbac/permission-gained",
    Level.WARNING,
    "A service account may do more",
    "Every permission more is one that a break-in gains as well; clusters with review of RBAC have to agree to it.",
    "See which code needs it, and keep it out of the role when none does.",
)
ESCALATION: Final = Rule(
    "rbac/escalation-gained",
    Level.ERROR,
    "A service account may gain more rights by itself",
    "Reading secrets, running commands in pods, minting tokens, binding, escalating, impersonating and wildcards let"
    " whoever holds the account become anybody else in the cluster.",
    "Name what is needed, with resourceNames or in one namespace; waive it with a reason if it has to be.",
)
LOST: Final = Rule(
    "rbac/permission-lost",
    Level.NOTE,
    "A service account may do less",
    "Good, unless something still needs it.",
    "Nothing, if the new version does not use it.",
)
STILL_NEEDED: Final = Rule(
    "rbac/running-version-loses",
    Level.ERROR,
    "The version that still runs loses a permission",
    "Roles change at once, pods one after the other: until the last old pod is gone, its requests are refused.",
    "Keep the permission for one release after the last version that uses it.",
)
NEEDED: Final = Rule(
    "rbac/needed-permission-missing",
    Level.ERROR,
    "The controller is not allowed what it needs",
    "It would fail at that request, for every job.",
    "Add it to the role (docs/behaviour.md lists the least).",
)
RULES: Final = (GAINED, ESCALATION, LOST, STILL_NEEDED, NEEDED)
